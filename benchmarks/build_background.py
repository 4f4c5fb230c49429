"""Build the shipped background: ``themekit/data/background``, passage vectors without texts, per encoder.

Two registers: ``contemporary``, the shipped corpora and those of ``benchmarks/development``, which a language model wrote;
``public domain``, essays by fourteen authors from Montaigne (in Cotton's translation) to Woolf, from a folder of texts that is not part of the project::

    python benchmarks/build_background.py FOLDER-OF-ESSAYISTS

From each author's essays 12 are taken, evenly by name, and from each essay at most ten passages, evenly by
place: a few thousand passages are enough for means and quartiles, and keep the file small. What is in the
files are vectors (float16), and numbers for contribution and author; no text and no name.
"""

from __future__ import annotations

import argparse
import functools
from dataclasses import replace
from pathlib import Path

import numpy as np

import themekit
from themekit import background
from themekit.background import Background

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "themekit" / "data" / "background"
N_ESSAYS, N_PASSAGES = 12, 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("essayists", type=Path, help="one folder per author")
    essayists = thinned(themekit.read(parser.parse_args().essayists, authors_from_folders=True))
    for name in ("minilm", "static"):
        encoder = themekit.find_encoder(name)
        parts = [
            background.build(corpus, encoder, register=register, max_passages=N_PASSAGES)
            for corpus, register in (
                (themekit.read(ROOT / "corpora"), "contemporary"),
                (themekit.read(ROOT / "benchmarks" / "development"), "contemporary"),
                (essayists, "public domain"),
            )
        ]
        whole = functools.reduce(joined, parts)
        for old in TARGET.glob(f"{encoder.key.split('/')[0]}-*"):
            old.unlink()
        whole.save(TARGET)
        print(f"{name}: {whole}")


def thinned(corpus: themekit.Corpus) -> themekit.Corpus:
    """Keep some documents of each author, evenly by name."""
    kept = set()
    for _, own in corpus.contributions.groupby("author"):
        ids = sorted(own["document_id"])
        kept |= {ids[i] for i in np.linspace(0, len(ids) - 1, min(len(ids), N_ESSAYS)).round().astype(int)}
    return replace(
        corpus,
        documents=corpus.documents[corpus.documents["document_id"].isin(kept)],
        turns=corpus.turns[corpus.turns["document_id"].isin(kept)],
    )


def joined(one: Background, other: Background) -> Background:
    n_contributions, n_authors = len(one.contribution_authors), one.contribution_authors.max() + 1
    return Background(
        "shipped",
        one.encoder_key,
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.contributions, other.contributions + n_contributions]),
        np.concatenate([one.contribution_authors, other.contribution_authors + n_authors]),
        np.concatenate([one.contribution_kinds, other.contribution_kinds]),
        one.registers + other.registers,
    )


if __name__ == "__main__":
    main()
