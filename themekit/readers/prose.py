"""From paragraphs to documents: the last step of every reader of written text.

Here, once for all formats, text is repaired, what is not the author's is set
apart (:mod:`~themekit.readers.apparatus`), a journal is split at its dated
headings, speakers are looked for, captions without stops are recognised, and
the paragraphs are laid out as turns.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from themekit.readers import apparatus, dates, labels, transcript, voices
from themekit.readers.blocks import About, Block, BlockRole, from_the_top
from themekit.readers.document import Note, RawDocument, Role, Turn, count, halves, no_text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from themekit.readers.document import Join

__all__ = [
    "About",
    "Block",
    "BlockRole",
    "document",
    "documents",
    "is_caption_stream",
    "paragraphs",
    "repair",
]

# Fewer than one full stop, question mark or exclamation mark in so many words is not written prose, unless there
# are commas and semicolons instead, as in Montaigne.
_WORDS_PER_STOP = 150
_WORDS_PER_MARK = 40
_MIN_CAPTION_WORDS = 100
# NUL and its kind, and the controls that turn the direction of what follows on the page.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_MIN_ENTRIES = 3
_MIN_SHARE_IN_ENTRIES = 0.5


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
    about, mended, guessed = _from_above(about, mended)
    n_headings = sum(b.role == "heading" for b in mended)
    dropped = [Note("dropped", count(n_headings, "heading"))] if n_headings else []
    text, turns, kind, more, joins = _turns(mended, about)
    return RawDocument(
        text=text, title=about.title, author=about.author, date=about.date, date_source=about.date_source if about.date else None,
        kind=about.kind or kind, entry=about.entry, turns=turns, notes=[*notes, *repairs, *guessed, *dropped, *more],
        joins=joins,
    )  # fmt: skip


def first_turn(blocks: Sequence[Block]) -> int | None:
    """Return the place of the first paragraph under a name that stands alone above what is said, as in a play or an export."""
    if labels.exported("\n\n".join(b.text for b in blocks)):
        return next((i for i, b in enumerate(blocks) if labels.exported(b.text, least=1)), None)
    names = {label.name for label in labels.alone("\n\n".join(b.text for b in blocks if b.role == "author"))}
    return next(
        (i for i, b in enumerate(blocks) if b.role == "author" and b.text.split("\n", 1)[0].strip() in names),
        None,
    )


def _from_above(about: About, blocks: list[Block]) -> tuple[About, list[Block], list[Note]]:
    """Read the lines above a text, and not those of people whose names stand alone above what they say."""
    first = first_turn(blocks)
    if first is None:
        return from_the_top(about, blocks)
    about, above, notes = from_the_top(about, blocks[:first]) if first else (about, [], [])
    return about, [*above, *blocks[first:]], notes


def _turns(
    with_headings: list[Block], about: About
) -> tuple[str, list[Turn], str, list[Note], Sequence[Join]]:
    """Return text, turns, kind, notes and joins: a transcript, a stream of captions, or prose."""
    blocks = _with_speaking_headings(with_headings)
    said = [b for b in blocks if b.role not in {"apparatus", "heading"}]
    found = transcript.find_turns(
        "\n\n".join(b.text for b in said), about.people, {b.bold for b in said if b.bold}, about.title or ""
    )
    if found:
        return found.text, list(found.turns), "interview", list(found.notes), found.joins
    own = "\n\n".join(b.text for b in with_headings if b.role == "author")
    stamped = transcript.without_stamps(own)
    if stamped or is_caption_stream(own):
        text = " ".join((stamped or own).split())
        what = "with time stamps and no labels" if stamped else "without stops or labels"
        note = Note("guessed", f"speech {what}: speakers unknown, read as one voice")
        return text, [Turn(None, 0, len(text), "unknown")], "talk", [*voices.told(text), note], ()
    judged, notes = apparatus.set_apart(with_headings)
    text, turns = _lay_out([b for b in judged if b.role != "heading"])
    n_quoted = sum(b.role == "quoted" for b in judged)
    if n_quoted:
        notes.append(
            Note("kept", f"{count(n_quoted, 'quoted paragraph')}, not counted as the author's words")
        )
    return text, turns, "essay", notes, ()


_MIN_SPEAKING_HEADINGS = 4


def _with_speaking_headings(blocks: list[Block]) -> list[Block]:
    """Make labels of headings that are the names of those who speak below them: two at least, each more than once."""
    counts = Counter(b.text.strip().rstrip(":") for b in blocks if b.role == "heading")
    people = {name for name, n in counts.items() if n > 1 and len(name.split()) <= _MIN_SPEAKING_HEADINGS}
    if len(people) < 2 or sum(counts[n] for n in people) < _MIN_SPEAKING_HEADINGS:  # noqa: PLR2004 - a conversation
        return blocks
    return [
        replace(b, text=f"{b.text.strip().rstrip(':')}:", role="author", bold=b.text)
        if b.role == "heading" and b.text.strip().rstrip(":") in people
        else b
        for b in blocks
    ]


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
    n_controls = n_mended = n_halves = 0
    mended = []
    for block in blocks:
        sound = whole(block.text)
        n_halves += sound.count("\ufffd") - block.text.count("\ufffd")
        text, n = _CONTROLS.subn("", sound)
        n_controls += n
        better = _without_mojibake(text)
        n_mended += better != text
        mended.append(replace(block, text=better) if better != block.text else block)
    notes = []
    if n_controls:
        notes.append(Note("repaired", f"{count(n_controls, 'control character')} taken out"))
    if n_halves:
        notes.append(halves(n_halves))
    if n_mended:
        notes.append(Note("repaired", f"{count(n_mended, 'paragraph')} decoded twice (mojibake), mended"))
    return [b for b in mended if b.text.strip()], notes


def _without_mojibake(text: str) -> str:
    if text.isascii():
        return text
    import ftfy  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    return str(ftfy.fix_encoding(text))


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
