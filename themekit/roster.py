"""The roster: what the user says of people, in ``roster.yml`` beside the texts or as a mapping of the same form.

It goes before whatever is guessed (:mod:`themekit.people`)::

    people:
      Mark McGranaghan:
        also: [Mark McGranahan, MM]           # other names, in any file
        in: {2020-01-28-part1.md: Mark}       # names that are his in one file
        role: interviewer                     # whatever he does
        pseudonym: P7                         # in every table, figure and report, and in the texts
    apart:
      - [Anna Holm, Anna Holme]               # never joined
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from themekit.readers.document import Role
    from themekit.readers.found import Found

FILES = ("roster.yml", "roster.yaml")
_ROLES = ("guest", "interviewer")


class RosterError(ValueError):
    """A roster does not say what it should; the message says what was seen, expected, and what to do."""


@dataclass(frozen=True)
class Person:
    """What a roster says of one person."""

    name: str
    also: tuple[str, ...] = ()
    in_file: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    role: Role | None = None
    pseudonym: str | None = None


@dataclass(frozen=True)
class Roster:
    """What the user says of people: it goes before whatever is guessed.

    Examples
    --------
    >>> roster = Roster.of({"people": {"Ida Berg": {"also": ["IB"], "pseudonym": "P1"}}})
    >>> roster.people[0].also, roster.people[0].pseudonym
    (('IB',), 'P1')
    """

    people: tuple[Person, ...] = ()
    apart: tuple[frozenset[str], ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any] | None, where: str = "the roster") -> Roster:
        """Make a roster of a mapping as ``roster.yml`` holds it.

        Raises
        ------
        RosterError
            If it has another form.
        """
        if said is None:
            return cls()
        if not isinstance(said, dict) or not set(said) <= {"people", "apart"}:
            seen = ", ".join(map(str, said)) if isinstance(said, dict) else type(said).__name__
            raise RosterError(
                f"seen {seen} in {where}; expected 'people' and 'apart'; see themekit.roster for the form"
            )
        people = said.get("people") or {}
        if not isinstance(people, dict):
            raise RosterError(f"seen {type(people).__name__} under 'people' in {where}; expected a name with what is said of it; "
                              "write NAME: {also: [...]}")  # fmt: skip
        apart = [frozenset(_strings(pair, f"'apart' in {where}")) for pair in said.get("apart") or []]
        return cls(tuple(_person(str(name), about, where) for name, about in people.items()), tuple(apart))

    @classmethod
    def load(cls, path: Path) -> Roster:
        """Read ``roster.yml``."""
        import yaml  # noqa: PLC0415 - loaded when a roster is read, not when themekit is imported

        try:
            said = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - makes no objects
        except (yaml.YAMLError, OSError, UnicodeDecodeError, RecursionError) as error:
            problem = getattr(error, "problem", None) or type(error).__name__
            raise RosterError(
                f"seen something wrong in {path} ({problem}); expected YAML; mend it or take it away"
            ) from error
        return cls.of(said or None, str(path))

    @classmethod
    def beside(cls, paths: Iterable[str]) -> Roster:
        """Read the rosters that lie in the folders that were given, or beside the files."""
        folders = {p if p.is_dir() else p.parent for p in map(Path, paths)}
        found = [
            cls.load(folder / name)
            for folder in sorted(folders)
            for name in FILES
            if (folder / name).is_file()
        ]
        return cls(tuple(p for r in found for p in r.people), tuple(a for r in found for a in r.apart))

    @property
    def pseudonyms(self) -> dict[str, str]:
        """Map names to pseudonyms."""
        return {p.name: p.pseudonym for p in self.people if p.pseudonym}

    def named(self, label: str, found: Found) -> Person | None:
        """Return whose a label is in a document, where the roster says so."""
        place = found.file.relative
        files = {place.name, place.stem, str(place), found.file.source, found.raw.entry or ""}
        folded = label.casefold()
        for person in self.people:
            if any(
                file in files and folded in {n.casefold() for n in own}
                for file, own in person.in_file.items()
            ):
                return person
        return next((p for p in self.people if folded in {n.casefold() for n in (p.name, *p.also)}), None)


def _person(name: str, about: object, where: str) -> Person:
    about = {} if about is None else about
    if isinstance(about, list):
        about = {"also": about}
    if not isinstance(about, dict) or not set(about) <= {"also", "in", "role", "pseudonym"}:
        seen = ", ".join(map(str, about)) if isinstance(about, dict) else repr(about)
        raise RosterError(
            f"seen {seen} for {name} in {where}; expected some of also, in, role, pseudonym; see themekit.roster"
        )
    role = about.get("role")
    if role is not None and role not in _ROLES:
        raise RosterError(
            f"seen role {role!r} for {name} in {where}; expected guest or interviewer; write one of them"
        )
    inside = about.get("in") or {}
    if not isinstance(inside, dict):
        raise RosterError(
            f"seen {inside!r} under 'in' for {name} in {where}; expected file names with labels; write FILE: LABEL"
        )
    pseudonym = about.get("pseudonym")
    return Person(
        name=" ".join(name.split()),
        also=tuple(_strings(about.get("also") or [], f"'also' for {name} in {where}")),
        in_file={str(f): tuple(_strings(n, f"'in' for {name} in {where}")) for f, n in inside.items()},
        role=role,
        pseudonym=" ".join(str(pseudonym).split()) if pseudonym else None,
    )


def _strings(value: object, where: str) -> list[str]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(i, str | int) for i in items):
        raise RosterError(f"seen {value!r} for {where}; expected a name or a list of names; write [A, B]")
    return [" ".join(str(i).split()) for i in items]
