"""What comes out on fourteen real, public-domain essayists; the texts lie beside the project, not in it.

    python benchmarks/essayists.py FOLDER

There is no truth to hold it against: the table goes into the README with a sentence on what is doubtful.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import themekit

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "corpora" / "essayists"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=BESIDE)
    folder = parser.parse_args().folder
    if not folder.is_dir():
        print(f"essayists: skipped, {folder.name} is not beside the project; give the folder to run it")
        return
    logging.disable(logging.WARNING)
    corpus = themekit.read(folder, authors_from_folders=True)
    for encoder in ("minilm", "static"):
        result = themekit.mine(corpus, encoder=encoder)
        print(f"\n{encoder}: {result}\n")
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


if __name__ == "__main__":
    main()
