"""What a person has said of who speaks: ``NAME.turns.yml`` beside a text, as :func:`themekit.turns.assign` writes it.

::

    turns:
      - {start: 0, begins: Where did it, who: Ida Berg, role: interviewer}
      - {start: 58, begins: In a shed, who: Tom Hale, role: guest}
      - {start: 90, begins: Applause, who: null}

Each turn goes on to the next; ``who: null`` is nobody. ``start`` is the character
at which it begins, ``begins`` its first words: where the text has changed since,
they find the place again. One of the two is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from themekit.readers import roles
from themekit.readers.document import Note, Turn, UnreadableFileError, count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from themekit.readers.document import RawDocument, Role

SUFFIX = ".turns.yml"
_ROLES = ("guest", "interviewer")


@dataclass(frozen=True)
class Said:
    """One turn as a sidecar has it."""

    who: str | None
    start: int | None = None
    begins: str = ""
    role: Role | None = None


def read(data: bytes) -> list[Said]:
    """Read a sidecar.

    Raises
    ------
    UnreadableFileError
        If it has another form.
    """
    import yaml  # noqa: PLC0415 - loaded when a sidecar is read, not when themekit is imported

    try:
        content = yaml.safe_load(data.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableFileError(
            f"seen no YAML in it ({type(error).__name__}); expected turns; save it anew from the page"
        ) from error
    rows = content.get("turns") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _otherwise(type(rows).__name__)
    return [_said(row) for row in rows]


def _said(row: Mapping[str, Any]) -> Said:
    who, start, begins, role = (row.get(key) for key in ("who", "start", "begins", "role"))
    if not isinstance(who, str | int | None) or (role is not None and role not in _ROLES):
        raise _otherwise(f"who {who!r}, role {role!r}")
    if not (isinstance(start, int) and start >= 0) and not begins:
        raise _otherwise("a turn with neither start nor begins")
    return Said(
        who=" ".join(str(who).split()) if who is not None else None,
        start=start if isinstance(start, int) and start >= 0 else None,
        begins=" ".join(str(begins or "").split()),
        role=role,
    )


def _otherwise(seen: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"seen {seen} in it; expected turns: a list of {{start, begins, who, role}}; mend it, or save it anew from the page"
    )


def apply(raw: RawDocument, said: Sequence[Said], name: str) -> RawDocument:
    """Give a text the turns that a person has assigned; say what no longer fits."""
    places: list[tuple[int, Said]] = []
    lost: list[Said] = []
    n_moved = 0
    for turn in said:
        at = _place(raw.text, turn, places[-1][0] + 1 if places else 0)
        if at is None:
            lost.append(turn)
            continue
        n_moved += turn.start is not None and at != turn.start
        places.append((at, turn))
    places.sort(key=lambda p: p[0])
    ends = [at for at, _ in places[1:]] + [len(raw.text)]
    turns = [Turn(None, *_trimmed(raw.text, 0, places[0][0]), "quoted")] if places else list(raw.turns)
    turns += [
        Turn(t.who, *_trimmed(raw.text, at, end), (t.role or "guest") if t.who else "quoted")
        for (at, t), end in zip(places, ends, strict=True)
    ]
    turns = [t for t in turns if t.end > t.start]
    people = list(dict.fromkeys(t.label for t in turns if t.label))
    notes = [
        n for n in raw.notes if "speakers unknown" not in n.detail and "change of speaker" not in n.detail
    ]
    notes.append(
        Note(
            "kept", f"{count(len(places), 'turn')} of {', '.join(people) or 'nobody'} as {name} assigns them"
        )
    )
    if places and not any(t.role for _, t in places) and len(people) > 1:
        told, guessed = roles.tell([(t.label, raw.text[t.start : t.end]) for t in turns], roles.People())
        turns = [replace(t, role=told[t.label]) if t.label else t for t in turns]
        notes += guessed
    if n_moved:
        notes.append(
            Note(
                "repaired",
                f"{count(n_moved, 'turn')} of {name} found again by first words: the text has changed since",
            )
        )
    notes += [
        Note("guessed", f"a turn of {t.who} in {name} that begins “{t.begins}” is not in the text: left out")
        for t in lost
    ]
    kind = "interview" if len(people) > 1 else raw.kind
    return replace(raw, turns=turns, notes=notes, kind=kind, joins=())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _place(text: str, turn: Said, least: int) -> int | None:
    """Return where a turn begins: where it says, or else where its first words stand, nearest to that."""
    if turn.start is not None and (not turn.begins or _begins(turn.begins).match(text, turn.start)):
        return min(turn.start, len(text))
    if not turn.begins:
        return None
    found = [m.start() for m in _begins(turn.begins).finditer(text)]
    if turn.start is None:
        return next((at for at in found if at >= least), None)
    return min(found, key=lambda at: abs(at - (turn.start or 0)), default=None)


def _begins(words: str) -> re.Pattern[str]:
    return re.compile(r"\s*" + r"\s+".join(map(re.escape, words.split())))
