"""One author alone: where does the planted theme stand when there is nobody to be compared with?

    python benchmarks/alone.py

Each planted author of ``corpora/`` is mined alone, among the first 24 concepts (and the author's own) and among all, against the
shipped background without anything of ``corpora/``: authors, subjects and writers of ``benchmarks/development`` and essayists of
other centuries. The background's register is chosen by themekit. Beside it, the same with the other register alone. Texts were
written by a language model. ``benchmarks/development`` against ``corpora/`` is what the rule was chosen by.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
from planted import N_FIRST, planted, report

import themekit
from themekit import background, concepts
from themekit.disfluencies import fluent

CORPORA = Path(__file__).resolve().parent.parent / "corpora"


def main() -> None:
    logging.disable(logging.WARNING)
    gold = json.loads((CORPORA / "gold.json").read_text(encoding="utf-8"))["authors"]
    authors = planted({row["author"]: row["theme"] for row in gold})
    corpus = themekit.read(CORPORA)
    print(
        "| method | candidates | first rank right | 95 % | in first three | 95 % |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name in ("minilm", "static"):
        encoder = themekit.find_encoder(name)
        passages = themekit.split_passages(corpus, encoder)
        others = background.shipped(encoder).without(
            themekit.embed(fluent(passages, corpus.documents), encoder).astype(np.float64)
        )
        for what, known in (
            ("nearest register", others),
            ("public domain only", others.in_register("public domain")),
        ):
            ranks: dict[str, list[int]] = {"first 24": [], "whole catalogue": []}
            for author, theme in authors:
                result = themekit.mine(
                    alone(corpus, author), encoder=encoder, background=known, n_permutations=20
                )
                themes = result.themes.set_index("concept")["effect"]
                first = [c.name for c in concepts.catalogue()[:N_FIRST]]
                for among, some in (("first 24", first), ("whole catalogue", list(themes.index))):
                    ranks[among].append(1 + int((themes[some] > themes[theme]).sum()))
            for among, values in ranks.items():
                report(f"{name}, {what}", among, values)


def alone(corpus: themekit.Corpus, author: str) -> themekit.Corpus:
    turns = corpus.turns[corpus.turns["author"] == author]
    documents = corpus.documents[corpus.documents["document_id"].isin(turns["document_id"])]
    return replace(corpus, documents=documents.reset_index(drop=True), turns=turns.reset_index(drop=True))


if __name__ == "__main__":
    main()
