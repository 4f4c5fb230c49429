"""Plain text: prose, a labelled transcript, or a stream of captions without stops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from themekit.readers import transcript
from themekit.readers.document import Note, RawDocument, Turn, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".txt", ".text")

# Fewer than one full stop, question mark or exclamation mark in so many words is not written prose.
_WORDS_PER_STOP = 150
_MIN_CAPTION_WORDS = 100


def read(path: Path) -> list[RawDocument]:
    """Read a plain-text file."""
    raw, notes = decode(path)
    return [document(raw.strip(), notes)]


def document(raw: str, notes: list[Note]) -> RawDocument:
    """Make a document of plain text, looking for speakers and for missing stops."""
    if not raw:
        raise UnreadableFileError("seen an empty file; expected text; nothing was taken from it")
    found = transcript.find_turns(raw)
    if found:
        return RawDocument(text=found.text, turns=found.turns, kind="interview", notes=[*notes, *found.notes])
    if is_caption_stream(raw):
        notes = [*notes, Note("guessed", "speech without stops or labels: speakers unknown, read as one voice")]
        turn = Turn(label=None, start=0, end=len(raw), role="unknown")
        return RawDocument(text=raw, turns=[turn], kind="talk", notes=notes)
    text = _unwrap(raw)
    return RawDocument(text=text, turns=[Turn(None, 0, len(text))], kind="essay", notes=notes)


def is_caption_stream(text: str) -> bool:
    """Say whether a text is long and has next to no stops, as automatic captions do."""
    n_words = len(text.split())
    n_stops = len(re.findall(r"[.!?…](?=\s|$)", text))
    return n_words >= _MIN_CAPTION_WORDS and n_words > _WORDS_PER_STOP * n_stops


def decode(path: Path) -> tuple[str, list[Note]]:
    """Read a file's text; where it is not UTF-8, find out what it is and say so."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFileError(f"could not be opened ({reason}); expected a readable file; check its permissions") from error
    try:
        text = data.decode("utf-8-sig")
        notes = []
    except UnicodeDecodeError:
        text, notes = _guess_encoding(data)
    if "\0" in text:
        raise UnreadableFileError("seen bytes that are not text; expected a text file; nothing was taken from it")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _guess_encoding(data: bytes) -> tuple[str, list[Note]]:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for files that are not UTF-8

    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("seen bytes that are not text; expected a text file; nothing was taken from it")
    best = from_bytes(data).best()
    if best is None:
        raise UnreadableFileError("seen bytes in no known encoding; expected UTF-8 text; save the file as UTF-8")
    return str(best), [Note("repaired", f"not UTF-8: read as {best.encoding}")]


def _unwrap(text: str) -> str:
    """Fold the line breaks inside paragraphs, keep those between them."""
    paragraphs = re.split(r"\n\s*\n", text)
    return "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())
