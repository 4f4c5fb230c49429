"""From paragraphs to a document: the last step of every reader of written text.

Here, once for all formats, text is repaired, speakers are looked for, captions
without stops are recognised, and the paragraphs are laid out as turns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from themekit.readers import transcript
from themekit.readers.document import Note, RawDocument, Role, Turn, count, no_text
from themekit.readers.transcript import NOBODY, People

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Fewer than one full stop, question mark or exclamation mark in so many words is not written prose.
_WORDS_PER_STOP = 150
_MIN_CAPTION_WORDS = 100
# NUL and its kind, and the controls that turn the direction of what follows on the page.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Block:
    """A paragraph without markup; line breaks in it are those that the file means."""

    text: str
    role: Role = "author"


def document(
    blocks: Iterable[Block],
    *,
    title: str | None = None,
    author: str | None = None,
    date: str | None = None,
    date_source: str | None = None,
    kind: str | None = None,
    entry: str | None = None,
    notes: Sequence[Note] = (),
    people: People = NOBODY,
) -> RawDocument:
    """Make a document of paragraphs.

    Parameters
    ----------
    blocks : iterable of Block
        Paragraphs in order of place.
    title, author, date, date_source, kind, entry : str, optional
        What the file says.
    notes : sequence of Note
        What the reader did on the way.
    people : People
        Who asks and who is asked, where the file says so.

    Raises
    ------
    UnreadableFileError
        If no word is left.
    """
    blocks = [b for b in blocks if b.text.strip()]
    blocks, repairs = repair(blocks)
    whole = "\n\n".join(b.text for b in blocks)
    if not whole.strip():
        raise no_text("no text in it")
    found = transcript.find_turns(whole, people)
    if found:
        text, turns, found_kind, more = found.text, list(found.turns), "interview", list(found.notes)
    elif is_caption_stream(whole):
        text, found_kind = " ".join(whole.split()), "talk"
        turns = [Turn(None, 0, len(text), "unknown")]
        more = [Note("guessed", "speech without stops or labels: speakers unknown, read as one voice")]
    else:
        text, turns = _lay_out(blocks)
        found_kind, more = "essay", []
    return RawDocument(
        text=text, title=title, author=author, date=date, date_source=date_source if date else None,
        kind=kind or found_kind, entry=entry, turns=turns, notes=[*notes, *repairs, *more],
    )  # fmt: skip


def is_caption_stream(text: str) -> bool:
    """Say whether a text is long and has next to no stops, as automatic captions do."""
    n_words = len(text.split())
    n_stops = len(re.findall(r"[.!?…。！？।](?=\s|$|[\"'”’)])|[。！？]", text))
    return n_words >= _MIN_CAPTION_WORDS and n_words > _WORDS_PER_STOP * n_stops


def paragraphs(text: str) -> Iterator[Block]:
    """Split plain text at empty lines."""
    for paragraph in re.split(r"\n[^\S\n]*\n", text):
        if paragraph.strip():
            yield Block(paragraph.strip())


def repair(blocks: list[Block]) -> tuple[list[Block], list[Note]]:
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
    return mended, notes


def _without_mojibake(text: str) -> str:
    if text.isascii():
        return text
    import ftfy  # noqa: PLC0415 - loaded when a text is read, not when themekit is imported

    return ftfy.fix_encoding(text)


def _lay_out(blocks: Sequence[Block]) -> tuple[str, list[Turn]]:
    """Join paragraphs to one text; neighbours of one voice make one turn."""
    parts: list[str] = []
    turns: list[Turn] = []
    start = 0
    for block in blocks:
        part = " ".join(block.text.split())
        if not part:
            continue
        end = start + len(part)
        if turns and turns[-1].role == block.role:
            turns[-1] = replace(turns[-1], end=end)
        else:
            turns.append(Turn(None, start, end, block.role))
        parts.append(part)
        start = end + 2
    return "\n\n".join(parts), turns
