"""Plain text: prose, a journal, a labelled transcript, or a stream of captions without stops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from themekit.readers import files, masthead, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, no_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = {".txt": "text", ".text": "text"}


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a plain-text file."""
    text, notes = decode(data)
    if len(entries := list(_DAY_ONE.finditer(text))) > 1:
        return prose.documents(_journal(text, entries), prose.About(), notes)
    return masthead.documents(prose.paragraphs(text), prose.About(), notes)


# What the journal Day One writes above each entry: the day, and then the weather and the like.
_DAY_ONE = re.compile(r"^\tDate:\t(?P<day>[^\n]{6,60})\n(?:\t[A-Z][\w ]{1,30}:\t[^\n]*\n)*", re.MULTILINE)


def _journal(text: str, entries: Sequence[re.Match[str]]) -> Iterator[prose.Block]:
    yield from prose.paragraphs(text[: entries[0].start()])
    ends = [entry.start() for entry in entries[1:]] + [len(text)]
    for entry, end in zip(entries, ends, strict=True):
        yield prose.Block(re.sub(r"\s+at\s.*", "", entry["day"]), "heading")
        yield from prose.paragraphs(text[entry.end() : end])


def decode(data: bytes) -> tuple[str, list[Note]]:
    """Return the text that bytes stand for; where they are not UTF-8, find out what they are and say so."""
    if not data.strip():
        raise no_text("an empty file")
    if len(data) > files.MAX_TEXT:
        raise UnreadableFileError(
            f"seen {len(data) // 2**20} MB of text; expected at most {files.MAX_TEXT // 2**20}; split the file",
        )
    notes: list[Note] = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, notes = _guess_encoding(data)
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text, notes = _mostly_utf8(data) or _guess_encoding(data)
    n_nul = text.count("\0")
    if n_nul > _MAX_SHARE_WRONG * len(text):
        raise _not_text()
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


# Up to so many wrong characters are damage in a text; beyond that it is another encoding, or no text.
_MAX_SHARE_WRONG = 0.002


def _mostly_utf8(data: bytes) -> tuple[str, list[Note]] | None:
    """Read UTF-8 with a few bytes of another encoding in it; those are taken for Windows-1252."""
    text = data.decode("utf-8", errors="surrogateescape")
    n_wrong = sum("\udc80" <= c <= "\udcff" for c in text)
    n_right = sum(not c.isascii() for c in text) - n_wrong
    if n_wrong > n_right or n_wrong > _MAX_SHARE_WRONG * len(text) + 1:
        return None
    mended = "".join(_windows(c) if "\udc80" <= c <= "\udcff" else c for c in text).removeprefix("\ufeff")
    return mended, [Note("repaired", f"UTF-8 with {n_wrong} bytes of another encoding, read as Windows-1252")]


def _windows(character: str) -> str:
    return bytes([ord(character) - 0xDC00]).decode("cp1252", errors="replace")


def _guess_encoding(data: bytes) -> tuple[str, list[Note]]:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only for files that are not UTF-8

    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _not_text()
    best = from_bytes(data).best()
    if best is None:
        raise UnreadableFileError(
            "seen bytes in no known encoding; expected UTF-8 text; save the file as UTF-8",
        )
    return str(best).removeprefix("\ufeff"), [Note("repaired", f"not UTF-8: read as {best.encoding}")]


def _not_text() -> UnreadableFileError:
    return UnreadableFileError(
        "seen bytes that are not text; expected a text file; nothing was taken from it",
    )
