"""What a reader hands over: one text with its turns, and what was done to get it.

A reader knows one family of files and nothing of authors' names in other
files, of tables, or of the corpus: it turns the bytes of a file into
:class:`RawDocument` records. :mod:`themekit.corpus` decides who wrote what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Action = Literal["kept", "dropped", "repaired", "guessed", "left out", "not read", "failed"]
Role = Literal["author", "guest", "interviewer", "quoted", "apparatus", "unknown"]

NOBODYS: frozenset[Role] = frozenset({"quoted", "apparatus"})
"""Roles whose words are kept in the text and counted for nobody."""


@dataclass(frozen=True)
class Note:
    """One line of the account: what happened to a file, in words a reader understands."""

    action: Action
    detail: str


@dataclass(frozen=True)
class Turn:
    """A stretch of one voice: characters ``start`` to ``end`` of the document's text.

    ``label`` is the person's name, or ``None`` where there is none; ``written`` is
    the label as it stands in the file, where that is another.
    """

    label: str | None
    start: int
    end: int
    role: Role = "author"
    written: str | None = None


@dataclass(frozen=True)
class Join:
    """A label that was taken for a person who has another name: the label as it stands, the name, and why.

    ``is_written`` says that the file itself declares it, so that nothing was guessed.
    """

    label: str
    name: str
    reason: str
    is_written: bool = False


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
    notes: Sequence[Note] = ()
    joins: Sequence[Join] = ()
    series: str | None = None


@dataclass(frozen=True)
class Described:
    """What a table says about a file beside it; it goes before what the file says itself."""

    file: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    kind: str | None = None


class NotATextError(Exception):
    """A file is sound and holds something else than texts, as most tables and JSON files do; it is left out."""


class UnreadableFileError(Exception):
    """A file could not be read; the message says what was seen, expected, and what to do."""


def no_text(seen: str) -> UnreadableFileError:
    """Return the error for a file that is sound and holds nothing to read."""
    return UnreadableFileError(f"seen {seen}; expected prose or speech; nothing was taken from it")


def whole(text: str) -> str:
    r"""Join the halves of characters that came apart (surrogates), and put U+FFFD where the other half is missing.

    Halves cannot be written to a file, nor handed to most programs.

    Examples
    --------
    >>> whole("bees \ud83d\udc1d") == "bees \U0001f41d", whole("bees \ud83d")
    (True, 'bees �')
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def halves(n: int) -> Note:
    """Return the line of the account on characters of which the file has but half."""
    noun = count(n, "half of a character", "halves of characters")
    return Note("repaired", f"{noun} (surrogates), {'shown' if n == 1 else 'each shown'} as U+FFFD")


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Say how many, with the noun in the right number.

    Examples
    --------
    >>> count(1, "heading"), count(1200, "entry", "entries")
    ('1 heading', '1,200 entries')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
