"""How well and how fast files are read: title, author and date by format and program, words a second.

Essays of the shipped corpora, whose front matter is the truth, are written in every format by pandoc, LibreOffice,
AbiWord and Chromium (those that are here), read again, and compared. No file name or folder helps: all are called
``document-NN``. With ``--minilm`` the time to embed the same words is measured beside it.

With ``--layouts N`` instead, essays of the development corpus that have no front matter and no properties, but a title, a
byline and a date as people write them (:mod:`layouts`), N by each program of :mod:`programs`, and pages of many kinds of
site. What a file does not say must not be claimed: its author is then the folder's name, its date none but the file's own.

    python benchmarks/reading.py [--essays 12] [--minilm]
With ``--strangers``, files as they come from writing programs, letters, journals, mail and books (:mod:`strangers`).

    python benchmarks/reading.py --layouts 12 [--keep FOLDER]
    python benchmarks/reading.py --strangers
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import layouts
import pandas as pd
import programs
import strangers

import themekit
from themekit.corpus import NothingToReadError

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
    parser.add_argument(
        "--layouts", type=int, metavar="N", help="N files in the forms of the wild by each program"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where those files are kept, or lie already"
    )
    parser.add_argument("--strangers", action="store_true", help="files as people bring them, one of each")
    options = parser.parse_args()
    if options.strangers:
        as_people_bring_them()
        return
    if options.layouts:
        in_the_wild(options.layouts, options.keep)
        return
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


def as_people_bring_them() -> None:
    """Write one file of each kind, read it, and print what is wrong."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        read = [(stranger, strangers.wrong(folder, stranger)) for stranger in strangers.write(folder)]
    for stranger, wrong in read:
        if wrong:
            print(f"{stranger.name}: {wrong}")
    print(f"\nall right in {sum(not wrong for _, wrong in read)} of {len(read)}")


def in_the_wild(n_each: int, keep: Path | None) -> None:
    """Write, read and compare files that say who and when in the forms of the wild."""
    with tempfile.TemporaryDirectory() as place:
        folder = keep or Path(place)
        if not (folder / "gold.json").exists():
            write_wild(folder, n_each)
        gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
        rows = [judged(folder, where, said) for where, said in gold.items()]
    table = pd.DataFrame(rows)
    fields = ["title", "author", "date", "all three"]
    for by in ("format", "program, format"):
        sums = table.groupby(by).agg(
            documents=("file", "count"), **{field: (field, "sum") for field in fields}
        )
        print(f"\n{sums.to_string()}")
    for row in rows:
        if not row["all three"]:
            print(f"{row['file']} ({row['layout']}): {row['wrong']}")
    print(f"\nall: {', '.join(f'{field} {table[field].sum()}' for field in fields)} of {len(table)}")


def write_wild(folder: Path, n_each: int) -> None:
    """Write the files and what they say of themselves."""
    essays = list(layouts.essays())
    forms = list(layouts.LAYOUTS)
    gold: dict[str, object] = {}
    for k, program in enumerate(programs.programs()):
        target = folder / f"{program.name}, {program.suffix}"
        target.mkdir(parents=True)
        for j in range(n_each):
            # Steps without a common divisor: each program gets other layouts, and all are had in the end.
            page = layouts.laid_out(essays[(k + 5 * j) % len(essays)], forms[(k * 7 + j * 5) % len(forms)])
            file = target / f"document-{j:02d}.{program.suffix}"
            try:
                program.write(page, file)
            except (subprocess.CalledProcessError, ValueError) as error:
                print(f"{program.name} wrote no {file.name} ({page.layout}): {error}", file=sys.stderr)
                continue
            gold[str(file.relative_to(folder))] = {"layout": page.layout, **page.gold._asdict()}
    target = folder / "sites, html"
    target.mkdir(parents=True)
    for k, essay in enumerate(essays[:: max(1, len(essays) // 2 - 1)][:2]):
        for kind, page, said in layouts.web_pages(essay):
            file = target / f"document-{kind}-{k}.html"
            file.write_text(page, encoding="utf-8")
            gold[str(file.relative_to(folder))] = {"layout": kind, **said._asdict()}
    (folder / "gold.json").write_text(json.dumps(gold, indent=1), encoding="utf-8")


def judged(folder: Path, where: str, said: dict[str, str | None]) -> dict[str, object]:
    """Read one file and say what is right; what the file does not say is right where nothing is claimed."""
    place = {
        "file": where,
        "format": where.rpartition(".")[2],
        "program, format": where.partition("/")[0],
        "layout": said["layout"],
    }
    fields = ("title", "author", "date", "all three")
    try:
        corpus = themekit.read(folder / where)
    except NothingToReadError as error:
        return {**place, **dict.fromkeys(fields, False), "wrong": str(error)}
    seen = corpus.documents.iloc[0]
    claims_author = not corpus.account["detail"].str.startswith("names no author").any()
    claims_date = seen["date_source"] not in {None, "document properties", "package"}
    # Some programs make their own apostrophes.
    seen = seen.replace("’", "'", regex=True)
    said = {field: value and value.replace("’", "'") for field, value in said.items()}
    right = {
        "title": seen["title"] == said["title"],
        "author": seen["author"] == said["author"] if said["author"] else not claims_author,
        "date": seen["date"] == said["date"] if said["date"] else not claims_date,
    }
    wrong = {field: (said[field], seen[field]) for field, is_right in right.items() if not is_right}
    return {**place, **right, "all three": all(right.values()), "wrong": wrong}


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
