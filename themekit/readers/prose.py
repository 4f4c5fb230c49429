"""From paragraphs to documents: the last step of every reader of written text.

Here, once for all formats, text is repaired, what is not the author's is set
apart (:mod:`~themekit.readers.apparatus`), a journal is split at its dated
headings, speakers are looked for, captions without stops are recognised, and
the paragraphs are laid out as turns.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from themekit.readers import apparatus, dates, transcript
from themekit.readers.document import Note, RawDocument, Role, Turn, count, no_text
from themekit.readers.transcript import NOBODY, People

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Fewer than one full stop, question mark or exclamation mark in so many words is not written prose, unless there
# are commas and semicolons instead, as in Montaigne.
_WORDS_PER_STOP = 150
_WORDS_PER_MARK = 40
_MIN_CAPTION_WORDS = 100
# NUL and its kind, and the controls that turn the direction of what follows on the page.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"(?:(?:[^\W\d_a-z][\w.'’-]*|de|da|van|von|der|la|le|and)(?:\s+|$)){2,5}")
_BYLINE = re.compile(rf"[Bb][Yy]\s+{_NAME.pattern}")
_MAX_TITLE_WORDS = 12
# Where a date comes from that a line of the text does not overrule.
_SAID = frozenset({"front matter", "meta tag", "title block", "heading", "package", "table", "mail header"})
# How far from the top a title, a byline or a date may stand, and from the end a date.
_N_TOP = 4
_N_END = 2
_MIN_ENTRIES = 3
_MIN_SHARE_IN_ENTRIES = 0.5


BlockRole = Literal["author", "quoted", "apparatus", "heading"]


@dataclass(frozen=True)
class Block:
    """A paragraph or heading without markup; line breaks in it are those that the file means."""

    text: str
    role: BlockRole = "author"


@dataclass(frozen=True)
class About:
    """What a file says about its text, before anything is guessed."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    date_source: str | None = None
    kind: str | None = None
    entry: str | None = None
    people: People = NOBODY


def documents(blocks: Iterable[Block], about: About, notes: Sequence[Note] = ()) -> list[RawDocument]:
    """Make documents of paragraphs: one, or one for each entry of a journal.

    Parameters
    ----------
    blocks : iterable of Block
        Paragraphs and headings in order of place.
    about : About
        What the file says about its text.
    notes : sequence of Note
        What the reader did on the way.

    Raises
    ------
    UnreadableFileError
        If no word is left.
    """
    blocks = list(blocks)
    entries = _entries(blocks)
    if not entries:
        return [document(blocks, about, notes)]
    made: list[RawDocument] = []
    for name, date, title, inside in entries:
        entry = replace(
            about,
            title=title or about.title,
            date=date,
            date_source="heading",
            entry=name,
            kind=about.kind or "journal",
        )
        made.append(document(inside, entry, [] if made else notes))
    return made


def document(blocks: Iterable[Block], about: About, notes: Sequence[Note] = ()) -> RawDocument:
    """Make one document of paragraphs, whatever their headings; see :func:`documents`."""
    mended, repairs = repair([b for b in blocks if b.text.strip()])
    if not any(b.role != "heading" for b in mended):
        raise no_text("no prose in it")
    about, mended, guessed = _from_the_top(about, mended)
    n_headings = sum(b.role == "heading" for b in mended)
    dropped = [Note("dropped", count(n_headings, "heading"))] if n_headings else []
    mended, set_apart = apparatus.set_apart(mended)
    text, turns, kind, more = _turns([b for b in mended if b.role != "heading"], about.people)
    return RawDocument(
        text=text, title=about.title, author=about.author, date=about.date, date_source=about.date_source if about.date else None,
        kind=about.kind or kind, entry=about.entry, turns=turns,
        notes=[*notes, *repairs, *guessed, *dropped, *set_apart, *more],
    )  # fmt: skip


def _turns(blocks: Sequence[Block], people: People) -> tuple[str, list[Turn], str, list[Note]]:
    """Return text, turns, kind and notes: a transcript, a stream of captions, or prose."""
    found = transcript.find_turns("\n\n".join(b.text for b in blocks), people)
    if found:
        return found.text, list(found.turns), "interview", list(found.notes)
    own = "\n\n".join(b.text for b in blocks if b.role == "author")
    if is_caption_stream(own):
        text = " ".join(own.split())
        note = Note("guessed", "speech without stops or labels: speakers unknown, read as one voice")
        return text, [Turn(None, 0, len(text), "unknown")], "talk", [note]
    n_quoted = sum(b.role == "quoted" for b in blocks)
    quoted = Note("kept", f"{count(n_quoted, 'quoted paragraph')}, not counted as the author's words")
    return *_lay_out(blocks), "essay", [quoted] if n_quoted else []


def is_caption_stream(text: str) -> bool:
    """Say whether a text is long and has next to no stops, as automatic captions do."""
    n_words = len(text.split())
    n_stops = len(re.findall(r"[.!?…।](?=\s|$|[\"'”’)])|[。！？]", text))
    n_marks = n_stops + len(re.findall(r"[,;:](?=\s|$)|[、，；]", text))
    return n_words >= _MIN_CAPTION_WORDS and n_words > max(
        _WORDS_PER_STOP * n_stops,
        _WORDS_PER_MARK * n_marks,
    )


def paragraphs(text: str) -> Iterator[Block]:
    """Split plain text at empty lines."""
    for paragraph in re.split(r"\n[^\S\n]*\n", text):
        if paragraph.strip():
            yield Block(paragraph.strip())


def repair(blocks: Sequence[Block]) -> tuple[list[Block], list[Note]]:
    """Mend mojibake and take out characters that are not text; say how much of it there was."""
    n_controls = n_mended = 0
    mended = []
    for block in blocks:
        text, n = _CONTROLS.subn("", _SURROGATES.sub("\ufffd", block.text))
        n_controls += n
        better = _without_mojibake(text)
        n_mended += better != text
        mended.append(replace(block, text=better) if better != block.text else block)
    notes = []
    if n_controls:
        notes.append(Note("repaired", f"{count(n_controls, 'control character')} taken out"))
    if n_mended:
        notes.append(Note("repaired", f"{count(n_mended, 'paragraph')} decoded twice (mojibake), mended"))
    return [b for b in mended if b.text.strip()], notes


def _without_mojibake(text: str) -> str:
    if text.isascii():
        return text
    import ftfy  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    return str(ftfy.fix_encoding(text))


def _from_the_top(about: About, blocks: list[Block]) -> tuple[About, list[Block], list[Note]]:
    """Take title, author and date from the first lines, and the date from the last, where the file does not say.

    Lines that say no more than that are the file's, not part of its text.
    """
    top = range(min(_N_TOP, len(blocks)))
    lines = [" ".join(blocks[i].text.split()) for i in top]
    said = _title_block(lines, [blocks[i].role for i in top])
    apart = set(said.values())
    notes: list[Note] = []
    if "title" in said and about.title is None:
        about = replace(about, title=lines[said["title"]])
    if "author" in said and about.author is None:
        line = lines[said["author"]]
        about = replace(about, author=re.sub(r"^by\s+", "", line, flags=re.IGNORECASE))
        notes = [Note("guessed", f"the line {line!r} names the author")]
    if "date" in said and (about.date is None or about.date_source not in _SAID):
        about = replace(about, date=dates.alone(lines[said["date"]]), date_source="title block")
    known = {words.casefold() for words in (about.title, about.author) if words}
    apart |= {i for i in top if lines[i].casefold() in known}
    end = range(max(len(top), len(blocks) - _N_END), len(blocks)) if about.date is None else ()
    for i in end:
        if blocks[i].role == "author" and (date := dates.alone(blocks[i].text)):
            about = replace(about, date=date, date_source="text")
            apart.add(i)
    is_apart = [i in apart and b.role == "author" for i, b in enumerate(blocks)]
    return (
        about,
        [replace(b, role="apparatus") if a else b for a, b in zip(is_apart, blocks, strict=True)],
        notes,
    )


def _title_block(lines: Sequence[str], roles: Sequence[BlockRole]) -> dict[str, int]:
    """Return which of the first lines are title, author and date; a name alone counts between a title and a date."""
    found: dict[str, int] = {}
    for i, line in enumerate(lines):
        if roles[i] == "heading":
            found.setdefault("title", i)
        elif roles[i] != "author":
            break
        elif _BYLINE.fullmatch(line):
            found.setdefault("author", i)
        elif dates.alone(line):
            found.setdefault("date", i)
            break
    date = found.get("date")
    if date and "author" not in found and _NAME.fullmatch(lines[date - 1]) and date - 1 != found.get("title"):
        found["author"] = date - 1
    author = found.get("author")
    if author and "title" not in found and len(lines[author - 1].split()) <= _MAX_TITLE_WORDS:
        found["title"] = author - 1
    return found


def _entries(blocks: Sequence[Block]) -> list[tuple[str, str, str | None, list[Block]]]:
    """Split at dated headings: ``(entry, date, title, blocks)``; nothing where a text is no journal."""
    has_headings = any(b.role == "heading" for b in blocks)
    found: list[tuple[str, str | None, list[Block]]] = []
    n_before, year = 0, None
    for block in blocks:
        # In plain text a line that is nothing but a date is a heading.
        may_be = block.role == "heading" or (not has_headings and "\n" not in block.text)
        date, rest = dates.leading(block.text, year) if may_be else (None, "")
        year = (dates.year_alone(block.text) or year) if may_be else year
        if date and (block.role == "heading" or not rest):
            found.append((date, rest or None, []))
        elif found:
            found[-1][2].append(block)
        elif block.role != "heading":
            n_before += len(block.text)
    n_inside = sum(len(b.text) for _, _, inside in found for b in inside)
    filled = [f for f in found if any(b.role != "heading" for b in f[2])]
    if len(filled) < _MIN_ENTRIES or n_inside < _MIN_SHARE_IN_ENTRIES * (n_inside + n_before):
        return []
    seen: Counter[str] = Counter()
    entries = []
    for date, title, inside in filled:
        seen[date] += 1
        entries.append((date if seen[date] == 1 else f"{date}-{seen[date]}", date, title, inside))
    return entries


def _lay_out(blocks: Sequence[Block]) -> tuple[str, list[Turn]]:
    """Join paragraphs to one text; neighbours of one voice make one turn."""
    parts: list[str] = []
    turns: list[Turn] = []
    start = 0
    for block in blocks:
        part = " ".join(block.text.split())
        end = start + len(part)
        role: Role = "author" if block.role == "heading" else block.role
        if turns and turns[-1].role == role:
            turns[-1] = replace(turns[-1], end=end)
        else:
            turns.append(Turn(None, start, end, role))
        parts.append(part)
        start = end + 2
    return "\n\n".join(parts), turns
