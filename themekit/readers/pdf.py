"""PDF files with a text layer, through pypdf: running heads, page numbers and notes out, hyphens joined.

A PDF knows neither paragraphs nor headings, only where on a page each string
stands and how large. Strings at one height make a line; a wider gap, or a short
line that ends in a stop, ends a paragraph; a larger size makes a heading. Lines
at the edge of page after page are running heads. What was dropped is reported.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from themekit.readers import dates, masthead, package, prose, quotations
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
_SMALL, _RAISED, _LARGE, _GAP, _SHORT, _ROOM = 0.93, 0.8, 1.12, 1.2, 0.85, 0.8
# Lines of one heading stand no further apart than so many times their size.
_HEADING_GAP = 1.5
_MAX_BOLD_WORDS = 16
# In points; further in is another column. More of a text than this share is not quoted, it is its layout.
_MAX_INDENT, _MAX_QUOTED = 80.0, 0.4
_NEAR = 1.5


class _String(NamedTuple):
    """A string on a page: what it says, where it stands, how large, and whether in bold."""

    text: str
    left: float
    height: float
    size: float
    is_bold: bool


@dataclass(frozen=True)
class _Line:
    """Strings at one height: what they say, how high on the page they stand, and how large they are."""

    text: str
    height: float
    size: float
    starts_with_mark: bool = False
    is_bold: bool = False
    left: float = 0.0
    page_width: float = 0.0
    is_set_in: bool = False


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a PDF file."""
    with _quietly():
        return _read(data)


def _read(data: bytes) -> list[RawDocument]:
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
        strings: list[_String] = []
        try:
            page.extract_text(visitor_text=lambda *found, to=strings: to.extend(_placed(*found)))
        except Exception:  # noqa: BLE001 - pypdf raises what it likes over a damaged page
            n_failed += 1
            continue
        width = float(page.mediabox.width)
        pages.append([replace(line, page_width=width) for line in _lines(strings)])
    if not pages:
        raise UnreadableFileError(
            "seen no page that could be read; expected a sound PDF; print or save it anew",
        )
    return pages, [Note("dropped", f"{count(n_failed, 'page')} that could not be read")] if n_failed else []


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep to itself what pypdf remarks on fonts, references and pages; what is lost is in the account."""
    logger = logging.getLogger("pypdf")
    was = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(was)


def _placed(
    text: str,
    place: Sequence[float],
    within: Sequence[float],
    font: Any,  # noqa: ANN401 - pypdf's dictionary, or nothing
    size: float,
) -> Iterator[_String]:
    """Yield a string with its distance from the left, its height on the page, its size there, and whether it is bold."""
    if text.strip():
        (a, b, c, d, e, f), (_, _, _, scale, left, height) = place, within
        is_bold = (
            bool(font)
            and re.search("bold|black|heavy|cmbx", str(font.get("/BaseFont")), re.IGNORECASE) is not None
        )
        yield _String(
            text, a * left + c * height + e, b * left + d * height + f, abs(size * scale * d), is_bold
        )


def _lines(strings: Sequence[_String]) -> Iterator[_Line]:
    """Join strings that stand at one height; raised marks of notes are left out."""
    row: list[_String] = []
    for string in strings:
        last = row[-1] if row else string
        if row and (
            abs(string.height - last.height) > 0.6 * max(string.size, last.size)
            or string.left < last.left - string.size
        ):
            yield from _line(row)
            row = []
        row.append(string)
    if row:
        yield from _line(row)


def _line(row: Sequence[_String]) -> Iterator[_Line]:
    size = max(row, key=lambda s: len(s.text.strip())).size
    marks = [s for s in row if s.size < _RAISED * size and _NOTE_MARK.fullmatch(s.text.strip())]
    own = [s for s in row if s not in marks]
    text = " ".join("".join(s.text for s in own).split()).translate(_LIGATURES)
    if text:
        yield _Line(
            text,
            own[0].height,
            size,
            starts_with_mark=row[0] in marks,
            is_bold=all(s.is_bold for s in own),
            left=own[0].left,
        )


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
    gaps = [round(above.height - line.height) for page in pages for above, line in pairwise(page)]
    pitch = (
        Counter(gap for gap in gaps if gap > 0).most_common(1)[0][0]
        if any(gap > 0 for gap in gaps)
        else usual
    )
    unmarked = [line for page in pages for line in page]
    lengths = sorted(len(line.text) for line in unmarked)
    full = lengths[int(len(lengths) * 0.75)] if lengths else 0
    lines = _with_quotations(pages, pitch, full)
    words = set(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).lower()))
    text_is_bold = 2 * sum(len(line.text) for line in lines if line.is_bold) > sum(lengths)
    blocks: list[Block] = []
    n_joined = 0
    above: _Line | None = None
    for line in lines:
        is_bold = line.is_bold and not text_is_bold and len(line.text.split()) <= _MAX_BOLD_WORDS
        is_heading = line.size > _LARGE * usual or is_bold
        role: prose.BlockRole = "heading" if is_heading else "quoted" if line.is_set_in else "author"
        if above is None or not blocks or role != blocks[-1].role or _ends(above, line, pitch, full, role):
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


_BULLET = re.compile(r"(?:[•◦▪*–—-]|\(?(?:\d{1,3}|[a-z])[.)])(?:\s|$)")


def _with_quotations(pages: Sequence[Sequence[_Line]], pitch: float, full: int) -> list[_Line]:
    """Mark the lines that are set in on both sides, two or more alike, below a paragraph's end."""
    made: list[_Line] = []
    for page in pages:
        usual = _usual_left(page)
        longest = max((len(line.text) for line in page if abs(line.left - usual) < _NEAR), default=0)
        start = 0
        for run in _alike(page):
            above = page[start - 1] if start else None
            is_below = above is None or _ends(above, run[0], pitch, full, "author")
            is_quoted = is_below and _is_set_in(run, run[0].left - usual, usual, longest)
            made += [replace(line, is_set_in=is_quoted) for line in run]
            start += len(run)
    n_marked = sum(len(line.text) for line in made if line.is_set_in)
    is_layout = n_marked > _MAX_QUOTED * sum(len(line.text) for line in made)
    return [replace(line, is_set_in=False) for line in made] if is_layout else made


def _alike(page: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Yield lines one below the other that begin at one place."""
    run: list[_Line] = []
    for line in page:
        if run and abs(line.left - run[0].left) >= _NEAR:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_set_in(run: Sequence[_Line], indent: float, usual: float, longest: int) -> bool:
    """Say whether lines that begin at one place are a quotation: items of a list reach the right margin, columns stand further in."""
    widest = max(len(line.text) for line in run)
    if len(run) < 2 or not quotations.MIN_INDENT <= indent <= _MAX_INDENT or _BULLET.match(run[0].text):  # noqa: PLR2004 - not a first line alone
        return False
    # Most pages have like margins on both sides; how wide a letter is follows from the longest line between them.
    letter = (run[0].page_width - 2 * usual) / max(longest, 1)
    room = (longest - widest) * letter - indent
    return len(run[0].text) > longest / 2 and room > indent / 2


def _usual_left(page: Sequence[_Line]) -> float:
    """Return where most of a page's lines begin."""
    lefts: Counter[float] = Counter()
    for line in page:
        lefts[round(line.left)] += len(line.text)
    return lefts.most_common(1)[0][0] if lefts else 0.0


def _ends(above: _Line, line: _Line, pitch: float, full: int, role: prose.BlockRole) -> bool:
    """Say whether a paragraph ends between two lines."""
    gap = above.height - line.height
    if role == "heading":
        return not 0 < gap < _HEADING_GAP * line.size or abs(above.size - line.size) > 1
    ends_in_stop = bool(_STOP.search(above.text))
    if len(above.text) + 1 + len(line.text.split(maxsplit=1)[0]) < _ROOM * full and not _HYPHEN.search(
        above.text
    ):
        # The next word would have had room there.
        return True
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
