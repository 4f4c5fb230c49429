"""What comes out on fourteen real, public-domain essayists; the texts lie beside the project, not in it.

    python benchmarks/essayists.py [FOLDER] [--encoder minilm,static]

There is no truth to hold it against. Beside the verdicts stands what is commonly held of each author, and which concepts would count
as that: ``essayists.yml``, written before these ranks were made, from general knowledge, so that all of it is marked unchecked. How
often they agree is set beside two kinds of chance: concepts drawn at random out of the catalogue, and the same lists dealt over the
authors, since some concepts stand high in many of them and on many lists.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import yaml
from scipy.stats import hypergeom

import themekit

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "corpora" / "essayists"
HELD = Path(__file__).with_suffix(".yml")
N_FIRST = (1, 3, 10)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=BESIDE)
    parser.add_argument("--encoder", default="minilm,static")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        print(f"essayists: skipped, {asked.folder.name} is not beside the project; give the folder to run it")
        return
    logging.disable(logging.WARNING)
    corpus = themekit.read(asked.folder, authors_from_folders=True)
    held = yaml.safe_load(HELD.read_text(encoding="utf-8"))
    for encoder in asked.encoder.split(","):
        result = themekit.mine(corpus, encoder=encoder)
        print(f"\n{encoder}: {result}\n")
        verdicts(result)
        beside(result, held)
        counts(result, held)


def verdicts(result: themekit.Result) -> None:
    print(
        "| author | essays | verdict | first three, with effect | q | shows in |\n| --- | --- | --- | --- | --- | --- |"
    )
    for row in result.summary().itertuples(index=False):
        first = result.themes[result.themes["author"] == row.author].head(3)
        named = ", ".join(f"{t.concept} {t.effect:.2f}" for t in first.itertuples(index=False))
        shown = f"{round(row.document_share * row.n_documents)} of {row.n_documents}"
        print(
            f"| {row.author} | {row.n_documents} | {row.verdict} | {named} | {row.q_value:.2g} | {shown} |",
            flush=True,
        )


def beside(result: themekit.Result, held: dict[str, dict]) -> None:
    """Each author's verdict and first concepts beside what is held of them, with the ranks of what would count."""
    print("\n| author | verdict | first three | commonly held | what would count, with its rank | |\n| --- | --- | --- | --- | --- | --- |")  # fmt: skip
    verdict = result.authors.set_index("author")["verdict"]
    for author, own in sorted(held.items()):
        ranked = order(result, author)
        ranks = sorted((ranked.index(concept) + 1, concept) for concept in own["concepts"])
        told = ", ".join(f"{concept} {rank}" for rank, concept in ranks)
        mark = "read at the source" if own["checked"] else "unchecked"
        print(f"| {author} | {verdict[author]} | {', '.join(ranked[:3])} | {own['held']} | {told} | {mark} |")


def counts(result: themekit.Result, held: dict[str, dict]) -> None:
    """How many authors have one of their concepts among the first so many, and how many would by chance."""
    print("\n| among the first | authors who agree | do not | random concepts | lists dealt over authors |\n| --- | --- | --- | --- | --- |")  # fmt: skip
    ranked = {author: order(result, author) for author in held}
    n = len(result.concepts)
    for limit in N_FIRST:
        hit = np.array(
            [
                [bool(set(ranked[author][:limit]) & set(held[other]["concepts"])) for other in held]
                for author in held
            ]
        )
        random = sum(1 - hypergeom(n, len(own["concepts"]), limit).pmf(0) for own in held.values())
        agree = int(hit.diagonal().sum())
        print(f"| {limit} of {n} | {agree} of {len(held)} | {len(held) - agree} | {random:.1f} | {hit.sum() / len(held):.1f} |")  # fmt: skip


def order(result: themekit.Result, author: str) -> list[str]:
    """Return an author's concepts, the leading one first."""
    return result.themes[result.themes["author"] == author].sort_values("rank")["concept"].tolist()


if __name__ == "__main__":
    main()
