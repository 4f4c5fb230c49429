"""Documents on their way into the corpus: where each was found, and whose it is.

Who is the author, in this order: what the user says; what the file says (front
matter, speaker labels, a table beside it); with folders for authors the first
folder under the path; else everything unnamed under one path is one author,
named after it. Unlabelled speech belongs to ``unknown (FILE)``.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from themekit import readers
from themekit.readers import dates, duplicates, files, labels, roles, sidecar
from themekit.readers.document import (
    NOBODYS,
    Described,
    NotATextError,
    Note,
    RawDocument,
    Turn,
    UnreadableFileError,
    halves,
    whole,
)
from themekit.readers.files import File, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# Where a date comes from that the file's name and folders are trusted more than.
_WEAK_DATES = {"document properties", "text"}

_HALF = re.compile("[\ud800-\udfff]")

# Files that say something of the texts beside them.
BESIDE = dict.fromkeys(("roster.yml", "roster.yaml"), "who is who, in the texts beside it")


@dataclass(frozen=True)
class Found:
    """A document on its way into the tables, with where it was found."""

    raw: RawDocument
    file: File

    @property
    def place(self) -> tuple[str, str]:
        """The file, and the member of it."""
        return self.file.source, self.raw.entry or ""

    @property
    def folder(self) -> str | None:
        """The first folder under the path that was given."""
        return self.file.relative.parts[0] if len(self.file.relative.parts) > 1 else None


@dataclass(frozen=True)
class _About:
    """A table's line about a file beside it."""

    said: Described
    table: File

    @property
    def place(self) -> PurePosixPath:
        return PurePosixPath(os.path.normpath(self.table.relative.parent / self.said.file.replace("\\", "/")))


@dataclass(frozen=True)
class _Assigned:
    """The turns that a person has given the text beside."""

    said: Sequence[sidecar.Said]
    file: File

    def is_of(self, file: File) -> bool:
        place = str(self.file.relative)[: -len(sidecar.SUFFIX)]
        return place in {str(file.relative), str(file.relative.with_suffix(""))}


def made_up(name: str) -> File:
    """Return a file for texts that come from none."""
    return File(name, PurePosixPath(name.replace(" ", "-")), name.split(maxsplit=1)[0], bytes)


def find(paths: Iterable[str]) -> tuple[list[Found], list[Line]]:
    """Read all files under the paths; return the documents and the account of the others.

    What is there twice is in the documents once, and the order of the paths makes no difference.
    """
    found: list[Found] = []
    account: list[Line] = []
    for typed in sorted(set(paths)):
        results = _with_sidecars(
            [
                r
                for item in (*files.find(typed), *_beside(typed))
                for r in ([item] if isinstance(item, Line) else _read_one(item))
            ]
        )
        account += [r for r in results if isinstance(r, Line)]
        described, about = _with_tables(results)
        found += described
        account += about
    once, twice = _without_duplicates(found)
    return once, account + twice


def _beside(typed: str) -> Iterator[File]:
    """Yield the assigned turns that lie beside a single file; in a folder they are found like the texts."""
    path = Path(typed)
    if path.is_file():
        for name in dict.fromkeys((f"{path.name}{sidecar.SUFFIX}", f"{path.stem}{sidecar.SUFFIX}")):
            if (place := path.with_name(name)).is_file() and place != path:
                source = PurePosixPath(path.as_posix()).with_name(name)
                yield File.at(place, source, PurePosixPath(name), path.stem)


def _read_one(file: File) -> Iterator[Found | _About | _Assigned | Line]:
    suffix = file.relative.suffix.lower()
    if file.relative.name.lower().endswith(sidecar.SUFFIX):
        try:
            yield _Assigned(sidecar.read(file.load()), file)
        except UnreadableFileError as error:
            yield Line(file.source, file.entry, "failed", str(error))
        return
    if file.relative.name.lower() in BESIDE:
        yield Line(file.source, file.entry, "kept", BESIDE[file.relative.name.lower()])
        return
    if suffix in readers.NOT_YET:
        yield Line(
            file.source,
            file.entry,
            "not read",
            f"{readers.NOT_YET[suffix]} file: not read by this version",
        )
        return
    if suffix not in readers.READERS:
        yield Line(file.source, file.entry, "left out", f"not a text ({suffix or 'no suffix'})")
        return
    try:
        documents = readers.read_file(file.load(), file.relative.name)
    except UnreadableFileError as error:
        yield Line(file.source, file.entry, "failed", str(error))
        return
    except NotATextError as error:
        yield Line(file.source, file.entry, "left out", str(error))
        return
    for raw in documents:
        if isinstance(raw, Described):
            yield _About(raw, file)
            continue
        entry = f"{file.entry}/{raw.entry}" if file.entry and raw.entry else file.entry or raw.entry
        yield Found(_complete(replace(raw, entry=entry), file.relative), file)


def _with_sidecars(results: Sequence[Found | _About | _Assigned | Line]) -> list[Found | _About | Line]:
    """Give the texts their assigned turns; name the sidecars beside which there is no text, or more than one."""
    assigned = [r for r in results if isinstance(r, _Assigned)]
    others = [r for r in results if not isinstance(r, _Assigned)]
    for item in assigned:
        of = [i for i, r in enumerate(others) if isinstance(r, Found) and item.is_of(r.file)]
        if len(of) == 1 and isinstance(one := others[of[0]], Found):
            others[of[0]] = replace(one, raw=sidecar.apply(one.raw, item.said, item.file.relative.name))
            others.append(Line(item.file.source, item.file.entry, "kept", "who speaks in the text beside it"))
        else:
            seen = "no text" if not of else f"{len(of)} texts"
            others.append(
                Line(
                    item.file.source,
                    item.file.entry,
                    "left out",
                    f"assigns turns, and there is {seen} of its name beside it",
                )
            )
    return others


def _with_tables(results: Sequence[Found | _About | Line]) -> tuple[list[Found], list[Line]]:
    """Let what a table says of the files beside it go before what they say; name the files that are not there."""
    found = [r for r in results if isinstance(r, Found)]
    said = {about.place: about for about in results if isinstance(about, _About)}
    used = {f.file.relative for f in found if f.file.relative in said}
    made = [_described(f, said[f.file.relative].said) if f.file.relative in used else f for f in found]
    account = [
        Line(about.table.source, None, "left out", f"says something of {place}, of which there is no text")
        for place, about in said.items()
        if place not in used
    ]
    tables = {about.table.source for about in said.values()}
    return made, [
        *account,
        *(Line(t, None, "kept", "what it says of the files beside it") for t in sorted(tables)),
    ]


def _described(found: Found, said: Described) -> Found:
    raw = replace(found.raw, title=said.title or found.raw.title, author=said.author or found.raw.author,
                  kind=said.kind or found.raw.kind)  # fmt: skip
    return replace(found, raw=replace(raw, date=said.date, date_source="table") if said.date else raw)


def _complete(raw: RawDocument, relative: PurePosixPath) -> RawDocument:
    """Take title and date from the file's name and folders where the text does not say."""
    date, where = raw.date, raw.date_source
    if date is None or where in _WEAK_DATES:
        in_path = dates.in_path(relative)
        date, where = in_path if in_path[0] else (date, where)
    stem = dates.in_name(relative.stem)[1]
    title = raw.title or re.sub(r"[-_\s]+", " ", stem).strip() or relative.stem
    if raw.author and ";" in raw.author and "," not in raw.author:
        raw = replace(raw, author=", ".join(filter(None, (name.strip() for name in raw.author.split(";")))))
    return replace(raw, date=date, date_source=where, title=title)


def attribute(found: Found, author: str | None, *, from_folders: bool) -> Found:
    """Give each turn its person: see the module's docstring for the order."""
    raw = _sound(found.raw)
    author = author and whole(author)
    file_name = found.file.relative.name
    named = author or raw.author or (found.folder if from_folders else None)
    is_speech = any(t.label is None and t.role in {"unknown", "guest"} for t in raw.turns)
    name = _name(named or (f"unknown ({file_name})" if is_speech else found.file.root))
    turns = [replace(t, label=_speaker(t, name, file_name)) for t in raw.turns]
    guessed = (
        named is None and not is_speech and any(t.label is None and t.role not in NOBODYS for t in raw.turns)
    )
    notes = [Note("guessed", f"names no author: taken for {name}")] if guessed else []
    return replace(found, raw=replace(raw, author=name, turns=turns, notes=[*raw.notes, *notes]))


def _sound(raw: RawDocument) -> RawDocument:
    """Take halves of characters out of what a text is called and who is in it, and out of the text, whose places stay."""
    text = _HALF.sub("\ufffd", raw.text)
    strings = (raw.title, raw.author, raw.date, raw.kind, raw.entry, raw.series)
    title, author, date, kind, entry, series = (value and whole(value) for value in strings)
    turns = [
        replace(t, label=t.label and whole(t.label), written=t.written and whole(t.written))
        for t in raw.turns
    ]
    joins = [replace(j, label=whole(j.label), name=whole(j.name)) for j in raw.joins]
    made = replace(raw, text=text, title=title, author=author, date=date, kind=kind, entry=entry, series=series,
                   turns=turns, joins=joins)  # fmt: skip
    n = len(_HALF.findall(raw.text)) + sum(whole(value) != value for value in strings if value)
    return replace(made, notes=[*raw.notes, halves(n)]) if n else made


def _speaker(turn: Turn, name: str, file_name: str) -> str | None:
    if turn.role in NOBODYS:
        return None
    if turn.label is None:
        return name
    is_anyone = labels.UNNAMED.fullmatch(turn.label) or roles.ASKS.fullmatch(turn.label)
    return f"{turn.label} ({file_name})" if is_anyone else _name(turn.label)


def _name(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _without_duplicates(found: list[Found]) -> tuple[list[Found], list[Line]]:
    """Count a text once, however often it lies there.

    The longest is kept; among those about as long, the one that says most about itself.
    """
    account: list[Line] = []
    kept: dict[str, Found] = {}
    for item in sorted(found, key=_says_little):
        key = " ".join(item.raw.text.split())
        if key in kept:
            account.append(_twice(item, kept[key], "the same text as"))
        else:
            kept[key] = item
    items = sorted(
        kept.values(), key=lambda f: (-round(10 * math.log(len(f.raw.text) + 1)), *_says_little(f))
    )
    near: set[int] = set()
    for i, j, share in duplicates.near([f.raw.text for f in items]):
        if i not in near and j not in near:
            near.add(j)
            how = f"nearly the same ({share:.0%} of its runs of five words) as"
            account.append(_twice(items[j], items[i], how))
    return [item for j, item in enumerate(items) if j not in near], account


def _says_little(found: Found) -> tuple[bool, bool, str, str]:
    return found.raw.author is None, found.raw.date is None, *found.place


def _twice(item: Found, other: Found, how: str) -> Line:
    where = f"{other.file.source} ({other.raw.entry})" if other.raw.entry else other.file.source
    return Line(item.file.source, item.raw.entry, "dropped", f"{how} {where}: counted once")


def document_ids(found: Sequence[Found]) -> list[str]:
    """Name documents after their place under the path; where two would share a name, say which path or file."""
    ids = [_short_id(f) for f in found]
    ways: list[Callable[[Found, str], str]] = [
        lambda f, i: f"{i}{f.file.relative.suffix}",
        lambda f, i: f"{f.file.root}/{i}",
        lambda f, i: f"{i}-{hashlib.sha256(repr(f.place).encode()).hexdigest()[:6]}",
    ]
    for longer in ways:
        tried: dict[str, set[str]] = defaultdict(set)
        for f, i in zip(found, ids, strict=True):
            tried[i].add(longer(f, i))
        # Only where it tells them apart.
        ids = [longer(f, i) if len(tried[i]) > 1 else i for f, i in zip(found, ids, strict=True)]
    # An archive may hold two files of one name.
    seen: Counter[str] = Counter()
    for place, document_id in enumerate(ids):
        seen[document_id] += 1
        if seen[document_id] > 1:
            ids[place] = f"{document_id}-{seen[document_id]}"
    return ids


def _short_id(found: Found) -> str:
    own = found.raw.entry if found.raw.entry != found.file.entry else None
    if own and found.file.entry:
        own = own.removeprefix(f"{found.file.entry}/")
    place = found.file.relative.with_suffix("").as_posix()
    return f"{place}/{own}" if own else place
