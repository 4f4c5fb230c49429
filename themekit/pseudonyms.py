"""Pseudonyms: what ``roster.yml`` calls people, in the place of their names.

They go into every table before anything is made of it, so that no figure, report
or quote can have a name: into authors and speakers, into the texts themselves
(offsets and quotes are those of the text as it then is), into titles, names of
files, ids and the account. What the paths in the tables name is then no longer
the file on the disk.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from themekit.readers import names
from themekit.readers.document import Join, Note, count
from themekit.readers.files import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from themekit.readers.found import Found
    from themekit.roster import Roster


def disguise(found: Sequence[Found], lines: Sequence[Line], roster: Roster) -> tuple[list[Found], list[Line]]:
    """Put pseudonyms in the place of names: of people, in texts and titles, in the names of files, and in the account.

    A full name goes wherever it stands; first and last name and the labels of a person in
    the documents where this person speaks or writes, unless somebody else there has the same.
    """
    pseudonyms = roster.pseudonyms
    if not pseudonyms:
        return list(found), list(lines)
    also = {p.name: {p.name, *p.also} for p in roster.people if p.pseudonym}
    for f in found:
        for j in f.raw.joins:
            if j.name in also and names.is_full(j.label):
                also[j.name].add(j.label)
    everywhere = {n: pseudonyms[name] for name, some in also.items() for n in some if names.is_full(n)}
    made, by_place = [], {}
    for f in found:
        here = {**everywhere, **_names_here(f, pseudonyms)}
        made.append(_disguised(f, here, pseudonyms))
        by_place[f.place] = (here, made[-1])
    told = []
    for line in lines:
        here, new = by_place.get((line.source, line.entry or ""), (everywhere, None))
        source = new.file.source if new else _in_path(line.source, here)
        told.append(
            Line(
                source,
                _in_path(line.entry, here) if line.entry else None,
                line.action,
                _in_text(line.detail, here),
            )
        )
    return made, told


def _names_here(found: Found, pseudonyms: Mapping[str, str]) -> dict[str, str]:
    """Return the short names of people with pseudonyms in a document."""
    people = {t.label for t in found.raw.turns if t.label} | {found.raw.author or ""}
    here: dict[str, str] = {}
    for name in people & set(pseudonyms):
        parts = [w.strip(".,") for w in name.split()]
        written = {j.label for j in found.raw.joins if j.name == name}
        for short in {parts[0], parts[-1], *written, *(w for label in written for w in label.split())}:
            shared = any(o != name and short.casefold() in {w.casefold() for w in o.split()} for o in people)
            if len(short) > 1 and not shared and short[0].isupper():
                here[short] = pseudonyms[name]
    return here


def _pattern(here: Mapping[str, str], *, in_path: bool) -> re.Pattern[str] | None:
    if not here:
        return None
    gap = r"[\s_.\-]+" if in_path else r"\s+"
    choice = "|".join(
        gap.join(map(re.escape, n.split()))
        for n in sorted({*here, *map(str.upper, here)}, key=len, reverse=True)
    )
    edge = r"[^\W_]" if in_path else r"\w"
    return re.compile(rf"(?<!{edge})(?:{choice})(?!{edge})", re.IGNORECASE if in_path else 0)


def _lookup(here: Mapping[str, str], found: str) -> str:
    folded = {" ".join(re.split(r"[\s_.\-]+", n)).casefold(): p for n, p in here.items()}
    return folded[" ".join(re.split(r"[\s_.\-]+", found)).casefold()]


def _in_path(path: str, here: Mapping[str, str]) -> str:
    pattern = _pattern(here, in_path=True)
    return pattern.sub(lambda m: re.sub(r"\W+", "-", _lookup(here, m[0])), path) if pattern else path


def _in_text(text: str, here: Mapping[str, str]) -> str:
    pattern = _pattern(here, in_path=False)
    return pattern.sub(lambda m: _lookup(here, m[0]), text) if pattern else text


def _disguised(found: Found, here: Mapping[str, str], pseudonyms: Mapping[str, str]) -> Found:
    raw, file = found.raw, found.file
    text, places = _replaced(raw.text, here)
    turns = [
        replace(
            t,
            start=places(t.start),
            end=places(t.end),
            label=pseudonyms.get(t.label or "", t.label),
            written=None,
        )
        for t in raw.turns
    ]
    n_replaced = len(pattern.findall(raw.text)) if (pattern := _pattern(here, in_path=False)) else 0
    notes = [Note(n.action, _in_text(n.detail, here)) for n in raw.notes]
    if n_replaced:
        notes.append(
            Note(
                "repaired",
                f"{count(n_replaced, 'name')} in the text, with a pseudonym instead: the roster says so",
            )
        )
    made = replace(
        raw, text=text, turns=turns, title=_in_text(_in_path(raw.title, here), here) if raw.title else None,
        author=pseudonyms.get(raw.author or "", raw.author), entry=_in_path(raw.entry, here) if raw.entry else None,
        notes=notes, joins=[Join(pseudonyms[j.name], pseudonyms[j.name], "") if j.name in pseudonyms else j for j in raw.joins],
    )  # fmt: skip
    relative = type(file.relative)(_in_path(str(file.relative), here))
    return replace(
        found,
        raw=made,
        file=replace(
            file, source=_in_path(file.source, here), relative=relative, root=_in_path(file.root, here)
        ),
    )


def _replaced(text: str, here: Mapping[str, str]) -> tuple[str, Callable[[int], int]]:
    """Return the text with pseudonyms, and a function from old places to new ones."""
    pattern = _pattern(here, in_path=False)
    spans = [(m.start(), m.end(), _lookup(here, m[0])) for m in pattern.finditer(text)] if pattern else []
    parts, begin, moved = [], 0, [(0, 0)]
    for start, end, new in spans:
        parts += [text[begin:start], new]
        begin = end
        moved.append((end, moved[-1][1] + len(new) - (end - start)))
    ends = [at for at, _ in moved]

    def place(at: int) -> int:
        return at + moved[bisect_right(ends, at) - 1][1]

    return "".join([*parts, text[begin:]]), place
