"""Is the planted theme found, and silence where there is none? themekit beside what one would try without it.

    python benchmarks/planted.py [FOLDER]

The default is the shipped corpora, which a language model wrote (corpora/README.md) and by which nothing in
themekit was chosen. ``benchmarks/development`` is what themekit was chosen by and what directions learnt from: no measure.

For each encoder, on the same passages: how many planted authors have their own theme first and among the
first three (95 % Wilson intervals), among (a) the first 24 concepts of the catalogue and (b) all of it. In (a) a
theme that is not one of the 24 is added for its author. Then the verdicts, and the peers:

- BERTopic, as it comes, given the same vectors: the topic that the author has most over its share elsewhere; right
  if any of its ten words is the theme's name or a synonym (or begins alike, to the fifth letter).
- concepts by gloss, as BERTopic's zero-shot topics have it: each passage to the nearest gloss; the author's most
  frequent one, and the one with the highest lift over the other authors.
- c-TF-IDF by author: right in the first rank if the first word is the theme's, in the first three if one of the first three is.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

import themekit
from themekit import concepts, encoders

ROOT = Path(__file__).resolve().parent.parent
N_FIRST = 24


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "corpora")
    folder = parser.parse_args().folder
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))["authors"]
    gold = {row["author"]: row["theme"] for row in gold}
    corpus = themekit.read(folder)
    for encoder in ("minilm", "static"):
        print(f"\n## {folder.name}, {encoder}: {corpus}\n")
        print(
            "| method | candidates | first rank right | 95 % | in first three | 95 % |\n| --- | --- | --- | --- | --- | --- |"
        )
        results = {
            name: themekit.mine(corpus, encoder=encoder, concepts=names) for name, names in candidates()
        }
        whole = results["whole catalogue"]
        for name, result in results.items():
            report("themekit", name, [themekit_rank(result, encoder, corpus, a, t) for a, t in planted(gold)])
        for method, ranks in peers(whole, gold, encoder).items():
            report(method, "first 24" if "gloss" in method else "words", ranks)
        verdicts(results, gold)


def candidates() -> list[tuple[str, list[str] | None]]:
    return [("first 24", [c.name for c in concepts.catalogue()[:N_FIRST]]), ("whole catalogue", None)]


def planted(gold: dict[str, str | None]) -> list[tuple[str, str]]:
    return [(author, theme) for author, theme in gold.items() if theme]


def themekit_rank(
    result: themekit.Result, encoder: str, corpus: themekit.Corpus, author: str, theme: str
) -> int:
    if theme not in set(result.concepts["concept"]):
        names = [*result.concepts["concept"], theme]
        result = themekit.mine(corpus, encoder=encoder, concepts=names, n_permutations=20)
    themes = result.themes
    return int(themes.loc[(themes["author"] == author) & (themes["concept"] == theme), "rank"].item())


def report(method: str, among: str, ranks: list[int]) -> None:
    cells = []
    for limit in (1, 3):
        k = sum(rank <= limit for rank in ranks)
        interval = binomtest(k, len(ranks)).proportion_ci(method="wilson")
        cells += [f"{k} of {len(ranks)} ({k / len(ranks):.2f})", f"{interval.low:.2f} to {interval.high:.2f}"]
    print(f"| {method} | {among} | {' | '.join(cells)} |", flush=True)


def verdicts(results: dict[str, themekit.Result], gold: dict[str, str | None]) -> None:
    print(
        "\n| candidates | authors | found, right | found, wrong | none | insufficient |\n| --- | --- | --- | --- | --- | --- |"
    )
    for name, result in results.items():
        frame = result.authors.assign(theme=result.authors["author"].map(gold))
        for what, some in (
            ("with a theme", frame[frame["theme"].notna()]),
            ("without", frame[frame["theme"].isna()]),
        ):
            some = some[some["author"].isin(gold)]
            found = some["verdict"] == "found"
            right = found & (some["meta_theme"] == some["theme"])
            counts = [
                right.sum(),
                (found & ~right).sum(),
                (some["verdict"] == "none").sum(),
                (some["verdict"] == "insufficient").sum(),
            ]
            print(f"| {name} | {len(some)} {what} | {' | '.join(map(str, counts))} |")
    print()
    leading = results["first 24"].summary().assign(planted=lambda f: f["author"].map(gold))
    print(
        leading[["author", "planted", "leading", "verdict", "effect", "q_value"]]
        .round(3)
        .to_string(index=False)
    )


def peers(result: themekit.Result, gold: dict[str, str | None], encoder: str) -> dict[str, list[int]]:
    passages, vectors = result.passages, result.vectors
    of_words = {c.name: {w.lower() for w in (c.name, *c.synonyms)} for c in concepts.catalogue()}
    bertopic = bertopic_words(passages, vectors)
    terms = author_terms(passages)
    frequent, lift = zero_shot(passages, vectors, encoder, set(gold.values()))
    out: dict[str, list[int]] = {
        "BERTopic, default": [], "c-TF-IDF by author": [], "gloss, most frequent": [], "gloss, lift": [],
    }  # fmt: skip
    for author, theme in planted(gold):
        words = of_words[theme]
        out["BERTopic, default"].append(1 if any(alike(w, words) for w in bertopic[author]) else 99)
        hits = [i for i, w in enumerate(terms[author], start=1) if alike(w, words)]
        out["c-TF-IDF by author"].append(hits[0] if hits else 99)
        out["gloss, most frequent"].append(rank_of(frequent.loc[author], theme))
        out["gloss, lift"].append(rank_of(lift.loc[author], theme))
    return out


def alike(word: str, names: set[str]) -> bool:
    return any(word.lower()[:5] == name[:5] for name in names if len(name) > 3) or word.lower() in names


def rank_of(row: pd.Series, theme: str) -> int:
    first = [c.name for c in concepts.catalogue()[:N_FIRST]]
    among = row[[*first, *([theme] if theme not in first else [])]]
    return int((among > among[theme]).sum() + ((among == among[theme]).sum() - 1) / 2 + 1)


def bertopic_words(passages: pd.DataFrame, vectors: np.ndarray) -> dict[str, list[str]]:
    from bertopic import BERTopic

    model = BERTopic(calculate_probabilities=False)
    topics = np.array(model.fit_transform(passages["text"].tolist(), embeddings=vectors)[0])
    out = {}
    for author in passages["author"].unique():
        own = (passages["author"] == author).to_numpy()
        kinds = [t for t in np.unique(topics) if t != -1]
        over = {t: (topics[own] == t).mean() - (topics[~own] == t).mean() for t in kinds}
        best = max(over, key=lambda t: over[t]) if over else None
        out[author] = [w for w, _ in model.get_topic(best)] if best is not None else []
    return out


def author_terms(passages: pd.DataFrame) -> dict[str, list[str]]:
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    texts = passages.groupby("author")["text"].agg(" ".join)
    vectorizer = CountVectorizer(stop_words="english")
    weights = ClassTfidfTransformer().fit_transform(vectorizer.fit_transform(texts)).toarray()
    terms = vectorizer.get_feature_names_out()
    return {
        author: [terms[i] for i in np.argsort(-row)[:10]]
        for author, row in zip(texts.index, weights, strict=True)
    }


def zero_shot(
    passages: pd.DataFrame, vectors: np.ndarray, encoder: str, themes: set[str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    whole = concepts.catalogue()
    first = list(whole[:N_FIRST])
    chosen = first + [c for c in whole[N_FIRST:] if c.name in themes]
    glosses = encoders.embed([f"{c.name}: {c.gloss}" for c in chosen], encoders.find_encoder(encoder))
    nearest = np.argmax(vectors @ glosses.T, axis=1)
    hot = pd.DataFrame(np.eye(len(chosen))[nearest], columns=[c.name for c in chosen])
    hot["author"] = passages["author"].to_numpy()
    share = hot.groupby("author").mean()
    others = (hot.drop(columns="author").sum() - hot.groupby("author").sum()).div(
        len(hot) - hot.groupby("author").size(), axis=0
    )
    return share.reindex(columns=[c.name for c in whole], fill_value=0.0), (
        share / (others + 0.5 / len(hot))
    ).reindex(columns=[c.name for c in whole], fill_value=0.0)


if __name__ == "__main__":
    main()
