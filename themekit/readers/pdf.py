"""PDF files with a text layer, through pypdf: running heads, page numbers and notes out, hyphens joined.

A PDF knows neither paragraphs nor headings, only where on a page each string
stands and how large. Strings at one height make a line; a wider gap, or a short
line that ends in a stop, ends a paragraph; a larger size makes a heading. Lines
at the edge of page after page are running heads. What was dropped is reported.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, masthead, package, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, count
from themekit.readers.prose import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = {".pdf": "PDF"}

_MIN_WORDS_A_PAGE = 5
# How many lines from the edge of a page may be running heads, and on how many pages they must recur.
_N_EDGE = 2
_MIN_PAGES = 3
_MIN_SHARE = 0.4
_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]",
    re.IGNORECASE,
)
_HYPHEN = re.compile(r"([^\W\d_]{2,})[-\u00ad\u2010]$")
_STOP = re.compile(r"[.!?…:][\"'”’)\]]*$")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_NOTE_MARK = re.compile(r"[\d*†‡§]{1,3}")
# Sizes and gaps, as shares of what is usual in the file.
_SMALL, _RAISED, _LARGE, _GAP, _SHORT = 0.93, 0.8, 1.12, 1.35, 0.85


@dataclass(frozen=True)
class _Line:
    """Strings at one height: what they say, how high on the page they stand, and how large they are."""

    text: str
    height: float
    size: float
    starts_with_mark: bool = False


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a PDF file."""
    import pypdf  # noqa: PLC0415 - loaded when a PDF is read, not when themekit is imported

    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFileError(
            "seen a PDF under a password; expected an open one; save it without the password",
        )
    pages, notes = _pages(reader)
    n_words = sum(len(line.text.split()) for page in pages for line in page)
    if n_words < _MIN_WORDS_A_PAGE * len(pages):
        raise UnreadableFileError(
            f"seen {count(len(pages), 'page')} with {count(n_words, 'word')} in all: a scan, by the look of it; "
            "expected a PDF with a text layer; run it through text recognition first",
        )
    pages, dropped = _without_edges(pages)
    blocks, joined = _blocks(pages)
    said = _said(reader)
    about = prose.About(
        title=said.get("title"),
        author=said.get("author"),
        date=said.get("date"),
        date_source="document properties",
    )
    return masthead.documents(blocks, about, [*notes, *dropped, *joined])


def _pages(reader: Any) -> tuple[list[list[_Line]], list[Note]]:  # noqa: ANN401 - pypdf's reader
    """Return the lines of each page; a page that cannot be read is said, and the others are kept."""
    pages: list[list[_Line]] = []
    n_failed = 0
    for page in reader.pages:
        strings: list[tuple[str, float, float, float]] = []
        try:
            page.extract_text(visitor_text=lambda *found, to=strings: to.extend(_placed(*found)))
        except Exception:  # noqa: BLE001 - pypdf raises what it likes over a damaged page
            n_failed += 1
            continue
        pages.append(list(_lines(strings)))
    if not pages:
        raise UnreadableFileError(
            "seen no page that could be read; expected a sound PDF; print or save it anew",
        )
    return pages, [Note("dropped", f"{count(n_failed, 'page')} that could not be read")] if n_failed else []


def _placed(
    text: str,
    place: Sequence[float],
    within: Sequence[float],
    _font: object,
    size: float,
) -> Iterator[tuple[str, float, float, float]]:
    """Yield a string with its distance from the left, its height on the page, and its size there."""
    if text.strip():
        (a, b, c, d, e, f), (_, _, _, scale, left, height) = place, within
        yield text, a * left + c * height + e, b * left + d * height + f, abs(size * scale * d)


def _lines(strings: Sequence[tuple[str, float, float, float]]) -> Iterator[_Line]:
    """Join strings that stand at one height; raised marks of notes are left out."""
    row: list[tuple[str, float, float, float]] = []
    for string in strings:
        _, left, height, size = string
        if row and (abs(height - row[-1][2]) > 0.6 * max(size, row[-1][3]) or left < row[-1][1] - size):
            yield from _line(row)
            row = []
        row.append(string)
    if row:
        yield from _line(row)


def _line(row: Sequence[tuple[str, float, float, float]]) -> Iterator[_Line]:
    size = max(row, key=lambda s: len(s[0].strip()))[3]
    marks = [s for s in row if s[3] < _RAISED * size and _NOTE_MARK.fullmatch(s[0].strip())]
    text = "".join(s[0] for s in row if s not in marks)
    text = " ".join(text.split()).translate(_LIGATURES)
    if text:
        height = next(s[2] for s in row if s not in marks)
        yield _Line(text, height, size, starts_with_mark=row[0] in marks)


def _without_edges(pages: list[list[_Line]]) -> tuple[list[list[_Line]], list[Note]]:
    """Take off page numbers, lines that recur at the edge of page after page, and notes in small print at the foot."""
    recurring: Counter[str] = Counter()
    for page in pages:
        recurring.update({_shape(line.text) for line in [*page[:_N_EDGE], *page[-_N_EDGE:]]})
    often = max(_MIN_PAGES, _MIN_SHARE * len(pages))
    usual = _usual_size(pages)
    heads: Counter[str] = Counter()
    n_numbers = n_notes = 0
    for page in pages:
        for end in (0, -1) * _N_EDGE:
            if page and _PAGE_NUMBER.fullmatch(page[end].text):
                n_numbers += 1
                page.pop(end)
            elif page and recurring[_shape(page[end].text)] >= often:
                heads[re.sub(r"\d+", "N", page[end].text)] += 1
                page.pop(end)
        foot = _foot(page, usual)
        n_notes += len(page) - foot
        del page[foot:]
    notes = [Note("dropped", count(n_numbers, "page number"))] if n_numbers else []
    notes += [
        Note("dropped", f"running head {head[:60]!r} on {count(n, 'page')}")
        for head, n in sorted(heads.items())
    ]
    return pages, notes + (
        [Note("dropped", f"{count(n_notes, 'line')} of notes at the foot of pages")] if n_notes else []
    )


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())


def _usual_size(pages: Sequence[Sequence[_Line]]) -> float:
    """Return the size that most of the text has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0


def _foot(page: Sequence[_Line], usual: float) -> int:
    """Return where the notes at the foot of a page begin: small lines, or a raised mark below a wide gap."""
    start = len(page)
    while start and page[start - 1].size < _SMALL * usual:
        start -= 1
    for i in range(1, start):
        if page[i].starts_with_mark and page[i - 1].height - page[i].height > 2 * usual:
            return i
    return start


def _blocks(pages: Sequence[Sequence[_Line]]) -> tuple[list[Block], list[Note]]:
    """Join lines to paragraphs and headings, across pages too, and words that were hyphenated at a line's end."""
    usual = _usual_size(pages)
    lines = [line for page in pages for line in page]
    gaps = [round(above.height - line.height) for page in pages for above, line in pairwise(page)]
    pitch = (
        Counter(gap for gap in gaps if gap > 0).most_common(1)[0][0]
        if any(gap > 0 for gap in gaps)
        else usual
    )
    lengths = sorted(len(line.text) for line in lines)
    full = lengths[int(len(lengths) * 0.75)] if lengths else 0
    words = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).lower()))
    blocks: list[Block] = []
    n_joined = 0
    above: _Line | None = None
    for line in lines:
        role: prose.BlockRole = "heading" if line.size > _LARGE * usual else "author"
        if above is None or not blocks or role != blocks[-1].role or _ends(above, line, pitch, full):
            blocks.append(Block(line.text, role))
        else:
            joined, was_hyphen = _join(blocks[-1].text, line.text, words)
            n_joined += was_hyphen
            blocks[-1] = Block(joined, role)
        above = line
    notes = (
        [Note("repaired", f"{count(n_joined, 'word')} joined that were hyphenated at the end of a line")]
        if n_joined
        else []
    )
    return blocks, notes


def _ends(above: _Line, line: _Line, pitch: float, full: int) -> bool:
    """Say whether a paragraph ends between two lines."""
    gap = above.height - line.height
    ends_in_stop = bool(_STOP.search(above.text))
    if gap <= 0:
        # A new page or column: only a short last line, or a stop before a capital, closes the paragraph.
        return ends_in_stop and len(above.text) < _SHORT * full
    return gap > _GAP * pitch or (ends_in_stop and len(above.text) < _SHORT * full)


def _join(text: str, line: str, words: set[str]) -> tuple[str, bool]:
    """Put a line to a paragraph; a hyphen at the end goes unless the text has the word with it elsewhere."""
    hyphen = _HYPHEN.search(text)
    if not hyphen or not line[0].islower():
        return f"{text} {line}", False
    first, second = hyphen[1].lower(), re.match(r"[^\W\d_]*", line)[0].lower()  # type: ignore[index]
    if f"{first}-{second}" in words and first + second not in words:
        return text + line, False
    return text[:-1] + line, True


def _said(reader: Any) -> dict[str, str]:  # noqa: ANN401 - pypdf's reader
    """Return title, author and date as far as the file's properties give them."""
    try:
        about = reader.metadata or {}
        found = {
            key: " ".join(str(about.get(f"/{key.title()}") or "").split()) for key in ("title", "author")
        }
        made = re.match(r"D?:?(\d{4})(\d{2})?(\d{2})?", str(about.get("/CreationDate") or ""))
    except Exception:  # noqa: BLE001 - pypdf raises what it likes over damaged properties
        return {}
    date = dates.parse("-".join(part for part in made.groups() if part))[0] if made else None
    found = {key: package.said(value) or "" for key, value in found.items()}
    return {key: value for key, value in {**found, "date": date}.items() if value}
