"""Do the quotes show what they are said to show? Judged by readers who are not told whose a quote is.

    python benchmarks/blind.py sheet FOLDER [--corpus corpora] [--encoder minilm|static]
    python benchmarks/blind.py judged FOLDER...

``sheet`` mines a corpus and takes every author whose verdict is ``found``: up to six quotes for the meta-theme, as the portrait has
them, among as many by other authors, in an order that tells nothing. The others' quotes are *their* evidence, for their own leading theme, so that they are
as well chosen as the true ones. What a reader gets is ``sheet.csv`` (gloss and passage) and the instruction; ``key.csv`` is kept apart.
A reader fills in the column ``shows``. ``judged`` reads one or more filled sheets of one key and prints, for each author, how many true quotes and
how many by others are said to show the theme, the precision of the quotes (true ones that show it, of all true ones), and, where there are two readers, how
often they agree beyond chance (Cohen's kappa).
"""

from __future__ import annotations

import argparse
import logging
import warnings
from pathlib import Path

import pandas as pd
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

import themekit

ROOT = Path(__file__).resolve().parent.parent
N_QUOTES = 6
INSTRUCTION = (
    "Each row has the gloss of one way of seeing and a passage. Say in the column shows, yes or no, whether the passage shows that way "
    "of seeing. Half of the passages or so are by other authors. Judge by the passage alone."
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["sheet", "judged"])
    parser.add_argument("folder", nargs="+", type=Path)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpora")
    parser.add_argument("--encoder", default="minilm")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    if asked.what == "judged":
        judged(*asked.folder)
        return
    result = themekit.mine(themekit.read(asked.corpus), encoder=asked.encoder)
    write_sheet(quotes(result), asked.folder[0])


def quotes(result: themekit.Result, n: int = N_QUOTES) -> pd.DataFrame:
    """Return ``gloss, passage, author, is_true``: quotes of each author who was found, and as many of others."""
    leading = result.themes[result.themes["rank"] == 1].set_index("author")["concept"]
    evidence = result.evidence[result.evidence["role"] == "for"].merge(
        result.passages[["passage_id", "text"]], on="passage_id"
    )
    own = evidence[evidence["concept"] == evidence["author"].map(leading)]
    found = result.authors[result.authors["verdict"] == "found"]
    gloss = result.concepts.set_index("concept")["gloss"]
    parts: list[pd.DataFrame] = []
    for author, concept in zip(found["author"], found["meta_theme"], strict=True):
        true = own[own["author"] == author].head(n)
        others = own[(own["author"] != author) & (own["concept"] != concept)]
        others = others.sample(min(len(true), len(others)), random_state=len(parts))
        both = pd.concat([true.assign(is_true=True), others.assign(is_true=False)])
        parts.append(both.assign(author=author, gloss=f"{concept}: {gloss[concept]}", passage=both["text"]))
    return pd.concat(parts)[["gloss", "passage", "author", "is_true"]]


def write_sheet(rows: pd.DataFrame, folder: Path) -> None:
    """Write ``sheet.csv``, ``instruction.txt`` and, apart from them, ``key.csv``."""
    rows = rows.sample(frac=1, random_state=0).sort_values("gloss", kind="stable", ignore_index=True)
    rows.insert(0, "row", range(1, len(rows) + 1))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instruction.txt").write_text(INSTRUCTION + "\n", encoding="utf-8")
    rows[["row", "gloss", "passage"]].assign(shows="").to_csv(folder / "sheet.csv", index=False)
    rows[["row", "author", "is_true"]].to_csv(folder / "key.csv", index=False)
    print(f"\n{len(rows)} rows in {folder / 'sheet.csv'}; keep key.csv from the reader")


def judged(*folders: Path) -> None:
    """Print what readers said; each folder has a filled ``sheet.csv``, the first one ``key.csv``, too."""
    key = pd.read_csv(folders[0] / "key.csv").set_index("row")
    says = pd.DataFrame({i: _said(folder).reindex(key.index) for i, folder in enumerate(folders)})
    for reader in says:
        print(f"\n### Reader {reader + 1}\n")
        print("| author | true quotes that show it | quotes by others that do |\n| --- | --- | --- |")
        for author, rows in key.groupby("author"):
            counts = [says.loc[rows.index[rows["is_true"] == true], reader] for true in (True, False)]
            print(f"| {author} | {' | '.join(f'{c.sum()} of {len(c)}' for c in counts)} |")
        for what, true in (("true", True), ("by others", False)):
            some = says.loc[key["is_true"] == true, reader]
            interval = binomtest(int(some.sum()), len(some)).proportion_ci(method="wilson")
            print(
                f"\nquotes, {what}: {some.sum()} of {len(some)} judged to show it "
                f"({some.mean():.2f}; {interval.low:.2f} to {interval.high:.2f})"
            )
    if len(folders) > 1:
        print(f"\nagreement of the first two readers: kappa {cohen_kappa_score(says[0], says[1]):.2f}")


def _said(folder: Path) -> pd.Series:
    sheet = pd.read_csv(folder / "sheet.csv").set_index("row")["shows"].str.strip().str.lower()
    if not sheet.isin(["yes", "no"]).all():
        raise SystemExit(
            f"seen other words than yes and no in {folder / 'sheet.csv'}; expected one in each row; fill them in"
        )
    return sheet.eq("yes")


if __name__ == "__main__":
    main()
