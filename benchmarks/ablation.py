"""What does each part of the estimate bring? One part is changed at a time, the rest stays as it ships; then the peers.

    python benchmarks/ablation.py [FOLDER] [--encoder static,minilm] [--only parts,peers,turftopic]

A row says how many planted authors have their own theme first and among the first three, among the first 24 concepts of the
catalogue (with the author's own theme, where it is not one of them) and among all of it. BERTopic's zero-shot topics are fitted with
``zeroshot_topic_list``, at its default similarity and at one that lets passages in; peers that need no more than ``planted.py``
has are taken from there. What ships was chosen on the authors of ``benchmarks/development`` and learnt from the essays of
``benchmarks/crossed``, so that "as it ships" flatters on the first; on ``corpora`` it does not.

Turftopic is a peer where it is installed, and no dependency: ``pip install --no-deps turftopic==0.28.0 igraph texttable pillow`` into a
folder on ``PYTHONPATH`` is enough. It is given the same vectors and set as its pages have it:

- KeyNMF, its number of topics by the Bayesian criterion (``"auto"``), at 20 and at 100, its own vectorizer and ``top_n``; read as
  ``planted.py`` reads BERTopic: any of the ten words of the topic that the author has most above its share elsewhere.
- Concept vectors (``ConceptVectorProjection``): the mean of positive less that of negative seed phrases. Positive are a concept's
  twelve exemplars, negative those of all other candidates, since a way of seeing has no opposite as liking has. An author's
  score is the mean over the author's passages: the concept that scores highest, and the one most above the other authors' mean, in
  standard deviations over authors.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from planted import N_FIRST, ROOT, alike, peers, planted, report

import themekit
from themekit import concepts, encoders
from themekit.concepts import DOMAINS, _by_concept, _scene_passages
from themekit.themes import contribution_scores, topic_residuals

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "benchmarks" / "development")
    parser.add_argument("--encoder", default="static,minilm")
    parser.add_argument("--only", default="parts,peers,turftopic", help="some of %(default)s")
    asked = parser.parse_args()
    only = asked.only.split(",")
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    gold = json.loads((asked.folder / "gold.json").read_text(encoding="utf-8"))["authors"]
    gold = {row["author"]: row["theme"] for row in gold}
    corpus = themekit.read(asked.folder)
    for encoder in asked.encoder.split(","):
        print(f"\n## {asked.folder.name}, {encoder}: {corpus}\n")
        result = themekit.mine(corpus, encoder=encoder, n_permutations=20)
        if "parts" in only:
            parts(result, gold, encoder)
        if {"peers", "turftopic"} & set(only):
            print("\n| peer | candidates | first rank right | 95 % | in first three | 95 % |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip
        if "peers" in only:
            for method, ranks in peers(result, gold, encoder).items():
                report(method, "first 24" if "gloss" in method else "words", ranks)
            for similarity in (0.7, 0.3):
                report(f"BERTopic, zero-shot, similarity {similarity}", "first 24", zero_shot(result, gold, encoder, similarity))  # fmt: skip
        if "turftopic" in only:
            turftopic(result, gold, encoder)


def parts(result: themekit.Result, gold: dict[str, str | None], encoder: str) -> None:
    found = encoders.find_encoder(encoder)
    shipped = concepts.vectors(concepts.catalogue(), found)
    ways = ways_of_seeing(found)
    names = np.unique(result.passages["author"].to_numpy(dtype=str))
    author = np.searchsorted(names, result.passages["author"].to_numpy(dtype=str))
    topic = result.assignments["topic_id"].str[1:].astype("int64").to_numpy() - 1
    pairs = pd.MultiIndex.from_frame(result.passages[["document_id", "author"]])
    codes, unique = pd.factorize(pairs, sort=True)
    whose = np.searchsorted(names, np.array([a for _, a in unique], dtype=str))
    kind = (
        result.documents.set_index("document_id")["kind"].reindex([d for d, _ in unique]).to_numpy(dtype=str)
    )
    vectors = result.vectors.astype(np.float64)
    without = topic_residuals(vectors, topic, author)
    centred = {
        "not taken out": unit(vectors - vectors.mean(axis=0)),
        "taken out, author included": topic_residuals(vectors, topic, author, leave_out=False),
    }
    print("| part | changed to | first of 24 | in three | first of all | in three |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip

    def row(part: str, change: str, scores: np.ndarray, kinds: np.ndarray) -> None:
        ranks = ranks_of(effects(scores, whose, kinds), names, gold)
        cells = [f"{sum(r <= limit for r in some)} of {len(some)}" for some in ranks for limit in (1, 3)]
        print(f"| {part} | {change} | {' | '.join(cells)} |", flush=True)

    as_shipped = contribution_scores(without @ shipped.T, codes)
    row("nothing", "as it ships", as_shipped, kind)
    for change, directions in ways.items():
        row("directions", change, contribution_scores(without @ directions.T, codes), kind)
    for change, residuals in centred.items():
        row("topics", change, contribution_scores(residuals @ shipped.T, codes), kind)
    for change, summary in (("mean", mean), ("mean of the top third", top_third)):
        row("contribution", change, summary(without @ shipped.T, codes), kind)
    if len(set(kind)) > 1:
        row("medium", "compared over all kinds", as_shipped, np.full(len(kind), "any"))


def ways_of_seeing(encoder: encoders.Encoder) -> dict[str, np.ndarray]:
    """Directions made of less than what ships."""
    whole = concepts.catalogue()
    told = [encoders.embed([f"{c.name}: {c.gloss}" for c in whole], encoder).astype(np.float64),
            encoders.embed([", ".join([c.name, *c.synonyms]) for c in whole], encoder).astype(np.float64)]  # fmt: skip
    gloss, named = (unit(v - v.mean(axis=0)) for v in told)
    sentences = encoders.embed([c.exemplars[d] for c in whole for d in DOMAINS], encoder).astype(np.float64)
    grid = [g.ravel() for g in np.indices((len(whole), len(DOMAINS)))]
    exemplars, scenes = _by_concept(sentences, *grid), _by_concept(*_scene_passages(encoder))

    def discriminant(*texts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        within = np.concatenate([about for _, about in texts])
        scatter = within.T @ within / len(within)
        ridge = np.trace(scatter) / len(scatter) * np.eye(len(scatter))
        return unit(sum(means for means, _ in texts) @ np.linalg.inv(scatter + ridge))

    return {
        "gloss alone": gloss,
        "gloss and names": unit(gloss + named),
        "exemplars, their mean": unit(exemplars[0]),
        "exemplars, discriminant": discriminant(exemplars),
        "exemplars, discriminant, gloss, names": unit(discriminant(exemplars) + (gloss + named) / 4),
        "scenes, discriminant": discriminant(scenes),
        "exemplars and scenes, their means": unit(exemplars[0] + scenes[0]),
        "exemplars and scenes, discriminant": discriminant(exemplars, scenes),
        "exemplars, scenes, gloss, names, without whole essays": unit(
            discriminant(exemplars, scenes) + (gloss + named) / 4
        ),
    }


def effects(scores: np.ndarray, whose: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """Each author against all others within kind, as themes have it."""
    out = np.zeros((whose.max() + 1, scores.shape[1]))
    for author in range(len(out)):
        total, n = np.zeros(scores.shape[1]), 0
        for one in np.unique(kind[whose == author]):
            own, others = (scores[(kind == one) & which] for which in (whose == author, whose != author))
            if len(others) > 1:
                total += ((own - others.mean(axis=0)) / others.std(axis=0, ddof=1)).sum(axis=0)
                n += len(own)
        out[author] = total / max(n, 1)
    return out


def ranks_of(
    effect: np.ndarray, names: np.ndarray, gold: dict[str, str | None]
) -> tuple[list[int], list[int]]:
    """The rank of each planted theme among the first 24 and it, and among all."""
    order = [c.name for c in concepts.catalogue()]
    few, all_of_them = [], []
    for author, theme in planted(gold):
        row, own = effect[np.searchsorted(names, author)], order.index(theme)
        few.append(1 + int((row[:N_FIRST] > row[own]).sum()))
        all_of_them.append(1 + int((row > row[own]).sum()))
    return few, all_of_them


def mean(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return pd.DataFrame(scores).groupby(codes).mean().to_numpy()


def top_third(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    out = []
    for code in range(codes.max() + 1):
        own = np.sort(scores[codes == code], axis=0)
        out.append(own[-max(1, round(len(own) / 3)) :].mean(axis=0))
    return np.array(out)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def zero_shot(
    result: themekit.Result, gold: dict[str, str | None], encoder: str, similarity: float
) -> list[int]:
    """BERTopic with the concepts as zero-shot topics: the concept that the author has most above its share elsewhere."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder

    class Ours(BaseEmbedder):
        def embed(self, documents, verbose=False):  # noqa: ARG002 - BERTopic's signature
            return encoders.embed(list(documents), encoders.find_encoder(encoder))

    whole = concepts.catalogue()
    first = list(whole[:N_FIRST])
    chosen = first + [c for c in whole[N_FIRST:] if c.name in set(gold.values())]
    lines = [f"{c.name}: {c.gloss}" for c in chosen]
    model = BERTopic(embedding_model=Ours(), zeroshot_topic_list=lines, zeroshot_min_similarity=similarity)
    texts = result.passages["text"].tolist()
    topics = np.array(model.fit_transform(texts, embeddings=result.vectors)[0])
    labels = model.topic_labels_
    told = np.array([labels.get(t, "") for t in topics], dtype=object)
    author = result.passages["author"].to_numpy()
    ranks = []
    for name, theme in planted(gold):
        own = author == name
        over = np.array([(told[own] == line).mean() - (told[~own] == line).mean() for line in lines])
        mine = [c.name for c in chosen].index(theme)
        among = [i for i, c in enumerate(chosen) if i < N_FIRST or c.name == theme]
        # Where no passage is given the theme's topic it is not found, whatever else is not.
        shows = (told[own] == lines[mine]).any()
        ranks.append(1 + int((over[among] > over[mine]).sum()) if shows else 99)
    return ranks


class Encoding:
    """Our encoder, as Turftopic calls one."""

    def __init__(self, encoder: str) -> None:
        self.encoder = encoders.find_encoder(encoder)

    def encode(self, texts, **_):
        return encoders.embed(list(texts), self.encoder)


def turftopic(result: themekit.Result, gold: dict[str, str | None], encoder: str) -> None:
    """Print the rows of Turftopic, or that it is not installed."""
    try:
        import turftopic as peer  # noqa: F401 - asked for once, so that its absence is told once
    except ModuleNotFoundError as missing:
        print(f"Turftopic: skipped, {missing.name} is not installed (see --help)")
        return
    for n_topics in ("auto", 20, 100):
        n, ranks = key_nmf(result, gold, encoder, n_topics)
        asked = f"{n} topics, by its criterion" if n_topics == "auto" else f"{n} topics"
        report(f"Turftopic, KeyNMF, {asked}", "words", ranks)
    whole = concepts.catalogue()
    few = [*whole[:N_FIRST], *(c for c in whole[N_FIRST:] if c.name in set(gold.values()))]
    for among, chosen, first in (("first 24", few, N_FIRST), ("whole catalogue", whole, len(whole))):
        scored = concept_vectors(result, encoder, chosen)
        over = (scored - scored.mean()) / scored.std()
        for how, frame in (("highest", scored), ("above other authors", over)):
            ranks = [
                1 + int((frame.loc[author, frame.columns[:first]] > frame.loc[author, theme]).sum())
                for author, theme in planted(gold)
            ]
            report(f"Turftopic, concept vectors, {how}", among, ranks)


def key_nmf(
    result: themekit.Result, gold: dict[str, str | None], encoder: str, n_topics: int | str
) -> tuple[int, list[int]]:
    from turftopic import KeyNMF

    model = KeyNMF(n_topics, encoder=Encoding(encoder), random_state=0)
    with contextlib.redirect_stdout(io.StringIO()):
        weights = model.fit_transform(result.passages["text"].tolist(), embeddings=result.vectors)
    terms = model.get_vocab()
    topics = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    author = result.passages["author"].to_numpy()
    of_words = {c.name: {w.lower() for w in (c.name, *c.synonyms)} for c in concepts.catalogue()}
    ranks = []
    for name, theme in planted(gold):
        own = author == name
        best = int((topics[own].mean(axis=0) - topics[~own].mean(axis=0)).argmax())
        words = [str(terms[i]) for i in np.argsort(-model.components_[best])[:10]]
        ranks.append(1 if any(alike(word, of_words[theme]) for word in words) else 99)
    return weights.shape[1], ranks


def concept_vectors(
    result: themekit.Result, encoder: str, chosen: Sequence[concepts.Concept]
) -> pd.DataFrame:
    """Each author's mean projection on each candidate."""
    from turftopic import ConceptVectorProjection

    phrases = {c.name: list(c.exemplars.values()) for c in chosen}
    seeds = [
        (name, (own, [phrase for other, some in phrases.items() if other != name for phrase in some]))
        for name, own in phrases.items()
    ]
    model = ConceptVectorProjection(seeds=seeds, encoder=Encoding(encoder))
    projected = model.transform(None, embeddings=result.vectors)
    frame = pd.DataFrame(projected, columns=list(phrases))
    return frame.groupby(result.passages["author"].to_numpy()).mean()


if __name__ == "__main__":
    main()
