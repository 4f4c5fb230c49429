"""How well and how fast files are read: title, author and date by format and program, words a second.

Essays of the shipped corpora, whose front matter is the truth, are written in every format by pandoc, LibreOffice,
AbiWord and Chromium (those that are here), read again, and compared. No file name or folder helps: all are called
``document-NN``. With ``--minilm`` the time to embed the same words is measured beside it.

    python benchmarks/reading.py [--essays 12] [--minilm]
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import themekit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORPORA = Path(__file__).parent.parent / "corpora" / "essays"
PANDOC = ("docx", "odt", "rtf", "epub", "html", "rst", "org")
OFFICE = ("docx", "rtf", "html", "pdf", "fodt")
ABIWORD = ("docx", "odt", "rtf", "html")


def main() -> None:
    """Write, read, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--essays",
        type=int,
        default=12,
        help="how many essays, each by another author (default 12)",
    )
    parser.add_argument("--minilm", action="store_true", help="measure the time to embed the same words, too")
    options = parser.parse_args()
    essays = [min(folder.glob("*.md")) for folder in sorted(CORPORA.iterdir()) if folder.is_dir()]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        plain = folder / "source"
        plain.mkdir()
        for i, essay in enumerate(essays[: options.essays]):
            shutil.copy(essay, plain / f"document-{i:02d}.md")
        truth = themekit.read(plain).documents.set_index("document_id")
        rows = [compared(truth, name, made) for name, made in written(plain, folder)]
        if options.minilm:
            embedded(plain)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    total = table[["documents", "title", "author", "date", "all three"]].sum()
    print(f"\nall: title {total['title']}, author {total['author']}, date {total['date']}, "
          f"all three {total['all three']} of {total['documents']}")  # fmt: skip


def written(plain: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each program and format with the folder that holds its files."""
    yield "front matter, md", plain
    if not (pandoc := shutil.which("pandoc")):
        sys.exit("seen no pandoc; expected one on the PATH; install it (apt-get install pandoc)")
    sources = sorted(plain.glob("*.md"))
    for suffix in PANDOC:
        yield (
            f"pandoc, {suffix}",
            each(folder / f"pandoc-{suffix}", sources, suffix, lambda a, b: [pandoc, "-s", a, "-o", b]),
        )
    if office := shutil.which("soffice"):
        odt = convert(office, folder / "office-odt", sorted((folder / "pandoc-docx").iterdir()), "odt")
        yield "LibreOffice, odt", odt
        for suffix in OFFICE:
            yield (
                f"LibreOffice, {suffix}",
                convert(office, folder / f"office-{suffix}", sorted(odt.iterdir()), suffix),
            )
    if abiword := shutil.which("abiword"):
        rtf = sorted((folder / "office-rtf").iterdir())
        for suffix in ABIWORD:
            made = each(
                folder / f"abiword-{suffix}",
                rtf,
                suffix,
                lambda a, b: [abiword, f"--to={b.suffix[1:]}", f"--to-name={b}", a],
            )
            yield f"AbiWord, {suffix}", made
    if chromium := shutil.which("chromium"):
        pages = sorted((folder / "pandoc-html").iterdir())
        options = ["--headless", "--no-sandbox", "--disable-gpu"]
        yield (
            "Chromium, pdf",
            each(
                folder / "chromium-pdf",
                pages,
                "pdf",
                lambda a, b: [chromium, *options, f"--print-to-pdf={b}", a],
            ),
        )


def each(
    target: Path,
    sources: list[Path],
    suffix: str,
    command: Callable[[Path, Path], list[str | Path]],
) -> Path:
    """Run a command for each file; return the folder with what it wrote."""
    target.mkdir()
    for source in sources:
        subprocess.run(command(source, target / f"{source.stem}.{suffix}"), check=True, capture_output=True)
    return target


def convert(office: str, target: Path, sources: list[Path], suffix: str) -> Path:
    """Have LibreOffice convert all files in one run."""
    profile = f"-env:UserInstallation=file://{target.parent}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", suffix, "--outdir", target, *sources],
        check=True,
        capture_output=True,
    )
    return target


def compared(truth: pd.DataFrame, name: str, folder: Path) -> dict[str, object]:
    """Read a folder and count what is as it should be."""
    begun = time.perf_counter()
    seen = themekit.read(folder).documents
    seconds = time.perf_counter() - begun
    seen = seen.assign(document_id=seen["document_id"].str.split("/").str[0]).set_index("document_id")
    right = {
        field: sum(seen[field].get(i) == truth.loc[i, field] for i in truth.index)
        for field in ("title", "author", "date")
    }
    whole = sum(all(seen[f].get(i) == truth.loc[i, f] for f in right) for i in truth.index)
    same = [overlap(truth.loc[i, "text"], seen["text"].get(i, "")) for i in truth.index]
    n_words = truth["text"].str.split().str.len().sum()
    return {"program, format": name, "documents": len(truth), **right, "all three": whole, "words kept": f"{min(same):.3f}",
            "words a second": f"{n_words / seconds:,.0f}"}  # fmt: skip


def overlap(expected: str, seen: str) -> float:
    """Return the share of words that are in both, of all that are in either; order counts."""
    one, two = (re.findall(r"\w+", text) for text in (expected, seen))
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def embedded(folder: Path) -> None:
    """Print how long MiniLM takes for the same words."""
    corpus = themekit.read(folder)
    encoder = themekit.find_encoder("minilm")
    passages = themekit.split_passages(corpus, encoder)
    encoder.encode(["warm up"])
    begun = time.perf_counter()
    encoder.encode(passages["text"].tolist())
    seconds = time.perf_counter() - begun
    n_words = corpus.contributions["n_words"].sum()
    print(f"MiniLM embeds them at {n_words / seconds:,.0f} words a second")


if __name__ == "__main__":
    main()
