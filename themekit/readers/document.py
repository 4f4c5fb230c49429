"""What a reader hands over: one text with its turns, and what was done to get it.

A reader knows one family of files and nothing of authors' names in other
files, of tables, or of the corpus: it turns a path into :class:`RawDocument`
records. :mod:`themekit.corpus` decides who wrote what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Action = Literal["kept", "dropped", "repaired", "guessed", "left out", "not read", "failed"]
Role = Literal["author", "guest", "interviewer", "quoted", "unknown"]


@dataclass(frozen=True)
class Note:
    """One line of the account: what happened to a file, in words a reader understands."""

    action: Action
    detail: str


@dataclass(frozen=True)
class Turn:
    """A stretch of one voice: characters ``start`` to ``end`` of the document's text."""

    label: str | None
    start: int
    end: int
    role: Role = "author"


@dataclass(frozen=True)
class RawDocument:
    """One text as a reader found it, before anybody decided whose it is."""

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    date_source: str | None = None
    kind: str | None = None
    entry: str | None = None
    turns: Sequence[Turn] = ()
    notes: Sequence[Note] = field(default_factory=tuple)


class UnreadableFileError(Exception):
    """A file could not be read; the message says what was seen, expected, and what to do."""
