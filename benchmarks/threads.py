"""Are threads without a name found, and silence where there are none? Are junctures invented?

    python benchmarks/threads.py [--encoder static|minilm] [--use measure|develop] [--sheet FOLDER]
    python benchmarks/threads.py --judged FOLDER

1. Ten authors have a planted way of seeing that the catalogue lacks (benchmarks/threads). Each is mined beside the fourteen of
   benchmarks/development, who write on the same subjects and have a theme of the catalogue or none. `measure` are the five by whom
   nothing was chosen. Whether the keyword name is that of the planted thread is for the reader of the table.
2. The same for the authors of corpora, who have a theme of the catalogue or none and were not used for choosing: each thread that
   is offered there is one too many.
3. Shuffled authorship: the share of p-values at most 0.05.
4. Junctures on flat lines: how often one is invented, by length and by what neighbours share; and how often a planted change is
   found, and its place covered.
5. `--sheet` and `--judged`: quotes for blind readers, as in `blind.py`, with the gloss of the thread.
"""

from __future__ import annotations

import argparse
import json
import logging
import warnings
from pathlib import Path

import blind
import numpy as np
import pandas as pd
from scipy.stats import binomtest

import themekit
from themekit import changes, threads

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="static")
    parser.add_argument("--use", choices=["measure", "develop"], default="measure")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--judged", type=Path)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    if asked.judged:
        blind.judged(asked.judged)
        return
    gold = planted(asked.use)
    result = beside_development(sorted(gold), asked.encoder)
    report(f"{asked.use}: planted threads beside benchmarks/development, {asked.encoder}", result, gold)
    if asked.sheet:
        blind.write_sheet(quotes(result, gold), asked.sheet)
        return
    whole = themekit.mine(themekit.read(ROOT / "corpora"), encoder=asked.encoder)
    report(f"corpora: no thread is planted, {asked.encoder}", whole, {})
    shuffled(result)
    flat_lines()
    planted_changes()


def planted(use: str) -> dict[str, str]:
    gold = json.loads((HERE / "threads" / "gold.json").read_text(encoding="utf-8"))["authors"]
    return {row["author"]: row["gloss"] for row in gold if row["use"] == use}


def beside_development(authors: list[str], encoder: str) -> themekit.Result:
    folders = [HERE / "development"] + [
        HERE / "threads" / author.lower().replace(" ", "-") for author in authors
    ]
    read = [themekit.read(folder).documents for folder in folders]
    frame = pd.concat(read, ignore_index=True)
    corpus = themekit.Corpus.from_texts(
        frame["text"].tolist(),
        author=frame["author"].tolist(),
        dates=frame["date"].tolist(),
        titles=frame["title"].tolist(),
    )
    return themekit.mine(corpus, encoder=encoder)


def report(title: str, result: themekit.Result, gold: dict[str, str]) -> None:
    found = threads.find(result)
    is_planted = found["author"].isin(gold)
    print(
        f"\n## {title}\n\n| authors | offered | none | insufficient | 95 % of offered |\n| --- | --- | --- | --- | --- |"
    )
    for what, some in (
        ("with a planted thread", found[is_planted]),
        ("with a theme of the catalogue or none", found[~is_planted]),
    ):
        if some.empty:
            continue
        counts = some["verdict"].value_counts()
        n = int(counts.get("offered", 0))
        interval = binomtest(n, len(some)).proportion_ci(method="wilson")
        print(
            f"| {len(some)} {what} | {n} | {counts.get('none', 0)} | {counts.get('insufficient', 0)} | "
            f"{interval.low:.2f} to {interval.high:.2f} |"
        )
    told = found.assign(planted=[gold.get(author, "").split(":")[0] for author in found["author"]])
    told = told[told["verdict"].eq("offered") | is_planted | (told["q_value"] <= 0.2)].sort_values("p_value")
    print("\n| author | planted | keywords | verdict | effect | q | shows in | words |\n| " + "--- | " * 8)
    for row in told.itertuples(index=False):
        words = ", ".join(threads.words(result, row.author, n=6)["word"])
        share = f"{row.document_share:.0%}" if pd.notna(row.document_share) else ""
        print(f"| {row.author} | {row.planted} | {row.thread} | {row.verdict} | {row.effect:.2f} | "
              f"{row.q_value:.3f} | {share} | {words} |", flush=True)  # fmt: skip


def shuffled(result: themekit.Result, times: int = 1000) -> None:
    """Draw authors of eight documents by lot, whoever wrote them; the true ones have no part in it but their texts."""
    space = threads._space(result, ())  # noqa: SLF001 - the benchmark looks inside
    rng = np.random.default_rng(1)

    def most(n: int) -> np.ndarray:
        draws = [rng.choice(space.n, 8, replace=False) for _ in range(n)]
        return np.array([threads._least(space, drawn)[0].max() for drawn in draws])  # noqa: SLF001

    null, drawn = np.sort(most(2000)), most(times)
    p_values = 1 - np.searchsorted(null, drawn) / len(null)
    k = int((p_values <= 0.05).sum())
    interval = binomtest(k, times).proportion_ci(method="wilson")
    print(
        f"\n## Shuffled authorship\n\np at most 0.05 in {k} of {times} ({interval.low:.3f} to {interval.high:.3f}); mean p {p_values.mean():.2f}"
    )


def flat_lines(times: int = 400) -> None:
    print(
        "\n## Junctures on flat lines\n\n| documents | neighbours share | an invented juncture | 95 % |\n| --- | --- | --- | --- |"
    )
    for correlation in (0.0, 0.3, 0.6):
        for n in (8, 16, 24, 48):
            rng = np.random.default_rng(n)
            k = sum(
                len(
                    changes.change_points(
                        line(rng, n, correlation), n_permutations=199, n_resamples=2, seed=i
                    )
                )
                > 0
                for i in range(times)
            )
            interval = binomtest(k, times).proportion_ci(method="wilson")
            print(
                f"| {n} | {correlation:.1f} | {k / times:.3f} | {interval.low:.3f} to {interval.high:.3f} |",
                flush=True,
            )


def line(rng: np.random.Generator, n: int, correlation: float) -> np.ndarray:
    noise = rng.normal(size=n)
    for i in range(1, n):
        noise[i] = correlation * noise[i - 1] + np.sqrt(1 - correlation**2) * noise[i]
    return noise


def planted_changes(times: int = 200) -> None:
    print("\n## Planted junctures: two levels and back, a third of the documents each\n")
    print("| documents | change, in standard deviations | at least one found | both and no more | place covered | change covered |\n| "
          + "--- | " * 6)  # fmt: skip
    for n in (12, 24, 48):
        for size in (1.0, 2.0, 3.0):
            rng = np.random.default_rng(n)
            third = n // 3
            level = np.r_[np.full(third, size), np.zeros(third), np.full(n - 2 * third, size)]
            found = [
                changes.change_points(level + rng.normal(size=n), n_permutations=199, n_resamples=200, seed=i)
                for i in range(times)
            ]
            both = [f for f in found if len(f) == 2]
            places = [
                f["earliest"].iloc[i] <= true <= f["latest"].iloc[i]
                for f in both
                for i, true in enumerate((third, 2 * third))
            ]
            sizes = [
                f["low"].iloc[i] <= true <= f["high"].iloc[i]
                for f in both
                for i, true in enumerate((-size, size))
            ]
            covered = [f"{np.mean(c):.2f}" if len(both) >= 20 else "" for c in (places, sizes)]
            print(
                f"| {n} | {size:g} | {np.mean([len(f) > 0 for f in found]):.2f} | {len(both) / times:.2f} | {' | '.join(covered)} |",
                flush=True,
            )


def quotes(result: themekit.Result, gold: dict[str, str], n: int = 6) -> pd.DataFrame:
    """Return what a blind reader gets and the key: quotes of each planted author, and as many passages by others."""
    rng = np.random.default_rng(0)
    rows = []
    for author, gloss in gold.items():
        own = threads.quotes(result, author, n=n)["quote"]
        others = result.passages[
            (result.passages["author"] != author) & (result.passages["text"].str.count(r"\S+") >= 12)
        ]
        rows += [(gloss, quote, author, True) for quote in own]
        rows += [
            (gloss, quote, author, False)
            for quote in others["text"].sample(n, random_state=int(rng.integers(1 << 31)))
        ]
    return pd.DataFrame(rows, columns=["gloss", "passage", "author", "is_true"])


if __name__ == "__main__":
    main()
