"""Paragraphs on their way into a document, and what their first lines say of it.

``Title: ...`` and the like, and a line at the end that is a date: they stand there in every
format, and belong to the file, not to what its author thinks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from themekit.readers import dates
from themekit.readers.transcript import NOBODY, People

if TYPE_CHECKING:
    from themekit.readers.document import Note

_NAME = re.compile(r"(?:(?:[^\W\d_a-z][\w.'’-]*|de|da|van|von|der|la|le|and)(?:\s+|$)){2,5}")
# Where a date comes from that a line of the text does not overrule.
_SAID = frozenset({"front matter", "meta tag", "title block", "heading", "package", "table", "mail header"})
# How far from the top a title, a byline or a date may stand, and from the end a date.
_N_TOP = 4
_N_END = 2
_PEOPLE = {
    "interviewer": "interviewers", "interviewers": "interviewers", "interviewed by": "interviewers", "host": "interviewers",
    "hosts": "interviewers", "moderator": "interviewers", "interviewee": "guests", "interviewees": "guests", "guest": "guests",
    "guests": "guests", "speaker": "guests", "speakers": "guests",
}  # fmt: skip
_OTHER = ("title", "author", "by", "date", "kind", "duration", "length", "location", "place", "platform", "participants",
          "recorded", "recorded on", "published", "published on", "transcribed by")  # fmt: skip
_FIELD = re.compile(rf"({'|'.join([*_PEOPLE, *_OTHER])})[ \t]*:[ \t]*(\S.*)", re.IGNORECASE)


BlockRole = Literal["author", "quoted", "apparatus", "heading"]


@dataclass(frozen=True)
class Block:
    """A paragraph or heading without markup; line breaks in it are those that the file means.

    ``bold`` is what stands in bold at its head: in a transcript, who speaks.
    """

    text: str
    role: BlockRole = "author"
    bold: str | None = None


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


def from_the_top(about: About, blocks: list[Block]) -> tuple[About, list[Block], list[Note]]:
    """Take what ``Title: ...`` and the like say above a text, and a date from its last lines, where the file does not say.

    Bylines and what else stands there in free form is :mod:`~themekit.readers.masthead`'s. Lines that say no more
    than that, or repeat what is known, are the file's, not part of its text.
    """
    about, blocks, notes = _with_fields(about, blocks)
    top = range(min(_N_TOP, len(blocks)))
    lines = [" ".join(blocks[i].text.split()) for i in top]
    known = {words.casefold() for words in (about.title, about.author) if words}
    apart = {i for i in top if lines[i].casefold() in known}
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


def _with_fields(about: About, blocks: list[Block]) -> tuple[About, list[Block], list[Note]]:
    """Take ``Title: ...``, ``Interviewer: ...`` and the like from lines above the text."""
    said: dict[str, str] = {}
    made = list(blocks)
    for i, block in enumerate(blocks[:_N_TOP]):
        fields = _fields(block)
        if fields:
            said = {**fields, **said}
            made[i] = replace(block, role="apparatus")
        elif block.role != "heading":
            break
    if not said:
        return about, blocks, []
    people = {role: tuple(_names(said, role)) for role in ("interviewers", "guests")}
    date, notes = dates.parse(said.get("date") or said.get("recorded") or said.get("recorded on"))
    guests = people["guests"]
    about = replace(
        about,
        title=about.title or said.get("title"),
        author=about.author
        or said.get("author")
        or said.get("by")
        or (guests[0] if len(guests) == 1 else None),
        kind=about.kind or (said["kind"].lower() if "kind" in said else None),
        people=People(about.people.interviewers or people["interviewers"], about.people.guests or guests),
    )
    if date and (about.date is None or about.date_source not in _SAID):
        about = replace(about, date=date, date_source="front matter")
    return about, made, notes


def _fields(block: Block) -> dict[str, str]:
    """Return the fields of a paragraph that has nothing else; a person must have two names, or somebody is speaking."""
    fields: dict[str, str] = {}
    for line in block.text.split("\n"):
        match = _FIELD.fullmatch(line.strip())
        if block.role != "author" or not match:
            return {}
        name, value = match[1].lower(), match[2].strip()
        if name in _PEOPLE and not all(_NAME.fullmatch(n) for n in _split(value)):
            return {}
        fields[name] = value
    return fields


def _names(said: dict[str, str], role: str) -> list[str]:
    return [name for field, value in said.items() if _PEOPLE.get(field) == role for name in _split(value)]


def _split(value: str) -> list[str]:
    return [name.strip() for name in re.split(r",|;|\band\b|&", value) if name.strip()]
