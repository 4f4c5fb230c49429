"""Teach the distilled static vectors to add up to what MiniLM says of whole passages.

    python benchmarks/learn_static.py DISTILLED FOLDER TEXTS...

``distil_static.py`` runs every entry of MiniLM's vocabulary through the model by itself; what a word does in a
sentence is not in that. So the vectors are fitted further: for passages and sentences of TEXTS (folders of
public-domain essays and of interviews, not part of the project) and of the catalogue's exemplars and scenes, the normalised
mean of the tokens' vectors shall come near to MiniLM's vector of the whole text, and two texts shall be as alike as MiniLM
has them.

1. MiniLM's vectors of all texts, reduced from 384 to 256 dimensions by singular vectors (keeps 0.98 of their length).
2. The linear map that brings the distilled vectors nearest to them (least squares), for all entries, the
   unseen ones too.
3. Six epochs of Adam on one less the cosine, plus the mean square by which the cosines between the texts of a
   batch differ from MiniLM's, both centred; one token in ten left out at random.

No label of any kind is used, and no text of ``corpora/`` or ``benchmarks/development``. Correlation of the centred cosines
between passages with MiniLM's, on the development corpora: 0.48 as distilled, 0.63 after the map, 0.66 when
learnt from essays and interviews alone, 0.70 with exemplars and scenes (these ship).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import sentencex
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import normalize

import themekit
from themekit import concepts
from themekit.encoders import embed, find_encoder
from themekit.passages import pack, sentences, split_passages

N_DIMENSIONS = 256
N_EPOCHS, BATCH, LEARNING_RATE, LEFT_OUT = 6, 256, 3e-3, 0.1
TIMES_OURS = 2
MIN_WORDS = 6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("distilled", type=Path, help="a folder that distil_static.py wrote")
    parser.add_argument("folder", type=Path, help="where to write the vectors")
    parser.add_argument("texts", nargs="+", type=Path)
    asked = parser.parse_args()
    minilm = find_encoder("minilm")
    theirs = [text for path in asked.texts for text in split_passages(themekit.read(path), minilm)["text"]]
    ours = catalogue_texts()
    print(f"{len(theirs):,} passages of others, {len(ours):,} of the catalogue")
    tokenizer = Tokenizer.from_file(str(asked.distilled / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts = theirs + ours * TIMES_OURS
    tokens = [np.array(e.ids) for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    target = embed(texts, minilm, progress=True)
    target = target @ np.linalg.svd(target, full_matrices=False)[2][:N_DIMENSIONS].T
    distilled = load_file(asked.distilled / "model.safetensors")["embeddings"].astype(np.float32)
    means = np.array([distilled[ids].mean(axis=0) for ids in tokens])
    mapped = distilled @ np.linalg.lstsq(means, target, rcond=None)[0]
    learnt = fit(mapped.astype(np.float32), tokens, target)
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "config.json"):
        shutil.copy(asked.distilled / name, asked.folder / name)
    save_file({"embeddings": learnt.astype(np.float16)}, asked.folder / "model.safetensors")


def catalogue_texts() -> list[str]:
    texts = [text for c in concepts.catalogue() for text in (*c.exemplars.values(), c.gloss)]
    for by_concept in concepts.scenes().values():
        for scene in by_concept.values():
            texts += [scene[s.start : s.end] for s in pack(sentences(scene, 0, len(scene), "en"), 2)]
            texts += [s for s in sentencex.segment("en", scene) if len(s.split()) >= MIN_WORDS]
    return list(dict.fromkeys(text.strip() for text in texts))


def fit(vectors: np.ndarray, tokens: list[np.ndarray], target: np.ndarray) -> np.ndarray:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(vectors), freeze=False, mode="mean")
    adam = torch.optim.Adam(bag.parameters(), lr=LEARNING_RATE)
    n_steps = N_EPOCHS * -(-len(tokens) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, n_steps)
    wanted = normalize(torch.tensor(target, dtype=torch.float32), dim=1)
    for epoch in range(N_EPOCHS):
        order, total = rng.permutation(len(tokens)), 0.0
        for begin in range(0, len(order), BATCH):
            rows = order[begin : begin + BATCH]
            some = [thinned(tokens[i], rng) for i in rows]
            starts = np.cumsum([0, *(len(ids) for ids in some[:-1])])
            made = normalize(bag(torch.tensor(np.concatenate(some)), torch.tensor(starts)), dim=1)
            loss = (1 - (made * wanted[rows]).sum(dim=1)).mean()
            loss = loss + ((cosines(made) - cosines(wanted[rows])) ** 2).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: loss {total / len(order):.4f}", flush=True)
    return bag.weight.detach().numpy()


def thinned(ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    kept = ids[rng.random(len(ids)) >= LEFT_OUT]
    return kept if len(kept) else ids


def cosines(made: torch.Tensor) -> torch.Tensor:
    centred = normalize(made - made.mean(dim=0), dim=1)
    return centred @ centred.T


if __name__ == "__main__":
    main()
