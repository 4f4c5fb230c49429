"""People: which names are one person's, in all files.

Names are joined where they are clearly one person's:

- full names that differ in titles, initials, accents or a letter (:mod:`themekit.readers.names`),
  unless the two speak with each other, or a third fits both;
- a first or last name in one file with the full name in another file of the same series, where only one fits;
- a first name that stands in several files, where another person besides the interviewer speaks in all of
  them, too (parts of one conversation, or a circle), or where it is the one guest of a whole folder.

Otherwise a first name is a person of its own file: two files may each have an Anna. Every
join has its reason, and a roster (:mod:`themekit.roster`) overrides it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from themekit.readers import labels, names, roles
from themekit.readers.document import Join, Note, count
from themekit.readers.files import Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from themekit.readers.document import Action, Role, Turn
    from themekit.readers.found import Found
    from themekit.roster import Roster

COLUMNS = ["author", "label", "document_id", "role", "n_turns", "n_words", "reason"]
SOURCE = "roster"
_SPEAKS = frozenset({"guest", "interviewer"})


@dataclass(frozen=True)
class _Named:
    """One name in one document, and what it was taken for: a person is told by the name, and by the file where names recur."""

    document: int
    label: str
    name: str
    n_turns: int
    n_words: int
    role: str
    is_speech: bool


def join(found: Sequence[Found], roster: Roster, author: str | None = None) -> tuple[list[Found], list[Line]]:
    """Bring the people of all documents together.

    Parameters
    ----------
    found : sequence of Found
        Documents, each turn with its author by now.
    roster : Roster
        What the user says.
    author : str, optional
        Whose all of it is, by the user's word: a first name that fits is this person.

    Returns
    -------
    list of Found, list of Line
        The documents with people in place of names, and what the account says of joins and of names kept apart.
    """
    said = [_names_of(i, f) for i, f in enumerate(found)]
    to: dict[tuple[int, str], tuple[str, str]] = {}
    for i, f in enumerate(found):
        for n in said[i]:
            person = roster.named(n.label, f) or roster.named(n.name, f)
            if person:
                to[i, n.label] = (person.name, "the roster says so")
            elif author and names.stands_for(n.name, author):
                to[i, n.label] = (author, f"{names.stands_for(n.name, author)} of the author whom you named")
    free = [n for one in said for n in one if (n.document, n.label) not in to]
    to |= _full_names(free, found, roster, {name for name, _ in to.values()})
    lines = _kept_apart_and_told(free, found, to, said)
    made = [_renamed(f, i, to, said[i], roster) for i, f in enumerate(found)]
    made = _askers(made)
    unused = [p.name for p in roster.people if p.name not in {name for name, _ in to.values()}]
    lines += [
        Line(SOURCE, None, "left out", f"{name}: named in the roster, and by no text") for name in unused
    ]
    return made, lines


def _names_of(document: int, found: Found) -> list[_Named]:
    raw = found.raw
    turns: dict[str, list[Turn]] = defaultdict(list)
    for turn in raw.turns:
        if turn.label:
            turns[turn.written or turn.label].append(turn)
    suffix = f" ({found.file.relative.name})"
    return [
        _Named(document, label.removesuffix(suffix), some[0].label or label, len(some), sum(len(raw.text[t.start : t.end].split()) for t in some),
               some[0].role, some[0].role in _SPEAKS)
        for label, some in turns.items()
    ]  # fmt: skip


def _full_names(
    free: Sequence[_Named], found: Sequence[Found], roster: Roster, known: set[str]
) -> dict[tuple[int, str], tuple[str, str]]:
    """Join full names that are one, then short names with full ones and with each other."""
    weight: Counter[str] = Counter()
    for n in free:
        weight[n.name] += 1_000_000 + n.n_words
    full = [n for n in weight if names.is_full(n) and not _is_by_file(n)]
    talking = {
        frozenset((a.label, b.label)) for f in found for a, b in pairwise(_spoken(f)) if a.label != b.label
    }
    apart = set(roster.apart)

    def may_be_one(a: str, b: str) -> str | None:
        pair = frozenset((a, b))
        if pair in talking or any(pair <= group for group in apart):
            return None
        return names.one_person(a, b)

    chosen = _clusters([*known, *sorted(full, key=lambda n: (-weight[n], n))], may_be_one, known)
    to = {(n.document, n.label): chosen[n.name] for n in free if n.name in chosen}
    to |= _within_series(free, found, to, chosen)
    return to | _short_names(free, found, to)


def _is_by_file(name: str) -> bool:
    return bool(re.search(r" \([^()]*\.\w+\)$", name))


def _spoken(found: Found) -> list[Turn]:
    return [t for t in found.raw.turns if t.label and t.role in _SPEAKS]


def _clusters(ordered: Sequence[str], may_be_one: Any, known: set[str]) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - a function
    """Take each name to the first that it is one with; a name that two others fit, which are not one themselves, stays."""
    heads: set[str] = set()
    chosen: dict[str, tuple[str, str]] = {}
    alike: dict[str, list[str]] = defaultdict(list)
    for name in ordered:
        alike[names.likeness(name)].append(name)
    for name in ordered:
        rivals = [o for o in alike[names.likeness(name)] if o != name and may_be_one(name, o)]
        fits = {h: how for h in rivals if h in heads and (how := may_be_one(name, h))}
        is_clear = all(may_be_one(a, b) for a, b in combinations(rivals, 2))
        if len(fits) == 1 and is_clear and name not in known:
            ((head, how),) = fits.items()
            chosen[name] = (head, how)
        else:
            heads.add(name)
    return chosen


def _within_series(
    free: Sequence[_Named],
    found: Sequence[Found],
    to: Mapping[tuple[int, str], tuple[str, str]],
    chosen: Mapping[str, tuple[str, str]],
) -> dict[tuple[int, str], tuple[str, str]]:
    """Take a short name to the one full name that fits it in other files of the same series."""
    by_series: dict[str, set[str]] = defaultdict(set)
    for n in free:
        series = found[n.document].raw.series
        if series and n.is_speech and names.is_full(n.name):
            by_series[series].add(chosen.get(n.name, (n.name, ""))[0])
    joined = {}
    for n in free:
        series = found[n.document].raw.series
        if not series or (n.document, n.label) in to or not n.is_speech or names.is_full(n.name):
            continue
        fits = {f: how for f in by_series[series] if (how := names.stands_for(n.name, f))}
        if len(fits) == 1:
            ((name, how),) = fits.items()
            joined[n.document, n.label] = (
                name,
                f"{how} of the one person in the series {series} whom it fits",
            )
    return joined


def _short_names(
    free: Sequence[_Named], found: Sequence[Found], to: Mapping[tuple[int, str], tuple[str, str]]
) -> dict[tuple[int, str], tuple[str, str]]:
    """Join a short name over files that have another person in common; tell those apart that nothing joins."""
    cast: dict[int, dict[str, str]] = defaultdict(dict)
    for n in free:
        if n.is_speech:
            cast[n.document][to.get((n.document, n.label), (n.name, ""))[0]] = n.role
    short: dict[str, list[_Named]] = defaultdict(list)
    for n in free:
        if (
            (n.document, n.label) not in to
            and n.is_speech
            and not names.is_full(n.name)
            and not _is_by_file(n.name)
        ):
            short[n.name].append(n)
    taken = {n.name for n in free if not n.is_speech or names.is_full(n.name)} | {
        name for name, _ in to.values()
    }
    joined: dict[tuple[int, str], tuple[str, str]] = {}
    for name, some in sorted(short.items()):
        groups: list[list[_Named]] = []
        if whole := _whole_folder(name, some, cast, found):
            joined |= {(n.document, n.label): (name, whole) for n in some}
            continue
        for n in some:
            near = [g for g in groups if any(_in_common(name, cast[n.document], cast[m.document]) for m in g)]
            merged = [n, *(m for g in near for m in g)]
            groups = [g for g in groups if g not in near] + [merged]
        for group in groups:
            documents = sorted(m.document for m in group)
            shared = _in_common(name, cast[documents[0]], cast[documents[-1]]) if len(documents) > 1 else None
            alone = len(groups) == 1 and name not in taken
            called = name if alone else f"{name} ({found[documents[0]].file.relative.name})"
            why = (
                f"{shared or 'others'} and {name} speak together in {count(len(documents), 'file')}"
                if len(documents) > 1
                else ""
            )
            if called != name or why:
                reason = why or "one name in several files, and nothing says that it is one person"
                joined |= {(m.document, m.label): (called, reason) for m in group}
    return joined


_MIN_WHOLE_FOLDER = 3


def _whole_folder(
    name: str, some: Sequence[_Named], cast: Mapping[int, Mapping[str, str]], found: Sequence[Found]
) -> str | None:
    """Say why a name is one person's, who alone is asked in all conversations of a folder."""
    place = found[some[0].document].file.relative.parent
    beside = {d for d in cast if found[d].file.relative.parent == place}
    guests = [{p for p, role in cast[d].items() if role == "guest"} for d in beside]
    if (
        len(some) >= _MIN_WHOLE_FOLDER
        and {n.document for n in some} == beside
        and all(g == {name} for g in guests)
    ):
        return f"{name} is the one who is asked in all {len(beside)} conversations of the folder"
    return None


def _in_common(name: str, one: Mapping[str, str], other: Mapping[str, str]) -> str | None:
    """Return somebody else who speaks in both, in the same role as the person asked for, or as a guest at least."""
    shared = sorted((set(one) & set(other)) - {name})
    asks = one.get(name) == other.get(name) == "interviewer"
    return next(
        (
            s
            for s in shared
            if one[s] == other[s] == "guest" or (asks and one[s] == other[s] == "interviewer")
        ),
        None,
    )


def _kept_apart_and_told(
    free: Sequence[_Named],
    found: Sequence[Found],
    to: Mapping[tuple[int, str], tuple[str, str]],
    said: Sequence[Sequence[_Named]],
) -> list[Line]:
    lines = []
    for n in (n for one in said for n in one):
        name, reason = to.get((n.document, n.label), (n.name, ""))
        if name == n.name and name == n.label:
            continue
        if not reason or _is_by_file(name):
            continue
        f = found[n.document]
        action: Action = "kept" if "roster" in reason else "guessed"
        if name != n.name:
            lines.append(Line(f.file.source, f.raw.entry, action, f"{n.label} is {name}: {reason}"))
    people = {to.get((n.document, n.label), (n.name, ""))[0] for n in free if n.is_speech}
    firsts: dict[str, set[str]] = defaultdict(set)
    for name in people:
        if not labels.UNNAMED.fullmatch(re.sub(r" \([^()]*\)$", "", name)) and not roles.ASKS.fullmatch(
            re.sub(r" \([^()]*\)$", "", name)
        ):
            firsts[names.words(name)[0]].add(name)
    lines += [
        Line(
            SOURCE,
            None,
            "kept",
            f"{', '.join(sorted(some))}: one first name, kept apart (roster.yml can join them)",
        )
        for _, some in sorted(firsts.items())
        if len(some) > 1
    ]
    return lines


def _renamed(
    found: Found,
    document: int,
    to: Mapping[tuple[int, str], tuple[str, str]],
    said: Sequence[_Named],
    roster: Roster,
) -> Found:
    raw = found.raw
    suffix = f" ({found.file.relative.name})"
    person_of = {n.label: to.get((document, n.label), (n.name, ""))[0] for n in said}
    role_of = {p.name: p.role for p in roster.people if p.role}
    turns = []
    for turn in raw.turns:
        label = (turn.written or turn.label or "").removesuffix(suffix)
        name = person_of.get(label, turn.label) if turn.label else None
        role: Role = role_of.get(name or "", turn.role) if turn.role in _SPEAKS else turn.role
        turns.append(
            replace(turn, label=name, role=role, written=label if turn.label and label != name else None)
        )
    reasons = {j.label: j.reason for j in raw.joins} | {
        label: why for (i, label), (_, why) in to.items() if i == document and why
    }
    joins = [Join(n.label, person_of[n.label], reasons.get(n.label, "")) for n in said]
    author = to.get((document, raw.author or ""), (raw.author, ""))[0]
    return replace(found, raw=replace(raw, turns=_one_role(turns), joins=joins, author=author))


def _one_role(turns: Sequence[Turn]) -> list[Turn]:
    """Give a person one role in a document: that of most of the words."""
    n: dict[str, Counter[Role]] = defaultdict(Counter)
    for t in turns:
        if t.label and t.role in _SPEAKS:
            n[t.label][t.role] += t.end - t.start
    return [
        replace(t, role=n[t.label].most_common(1)[0][0]) if t.label in n and t.role in _SPEAKS else t
        for t in turns
    ]


_N_FILES_ASKING = 2


def _askers(found: list[Found]) -> list[Found]:
    """Let those who interview in other files be interviewers where they behave so and nothing else told."""
    asks = Counter(
        name for f in found for name in {t.label for t in f.raw.turns if t.role == "interviewer"} if name
    )
    regulars = {name for name, n in asks.items() if n >= _N_FILES_ASKING}
    made = []
    for f in found:
        spoken = [t for t in f.raw.turns if t.label and t.role in _SPEAKS]
        here = [] if any(t.role == "interviewer" for t in spoken) else roles.known_to_ask(
            [(t.label, f.raw.text[t.start : t.end]) for t in spoken], regulars
        )  # fmt: skip
        notes = [
            Note(
                "guessed",
                f"{n} is an interviewer (in {count(asks[n], 'other file')}; here says less, and says “you” more)",
            )
            for n in here
        ]
        turns = [replace(t, role="interviewer") if t.label in here else t for t in f.raw.turns]
        made.append(replace(f, raw=replace(f.raw, turns=turns, notes=[*f.raw.notes, *notes])) if here else f)
    return made


def table(found: Sequence[Found], document_ids: Sequence[str]) -> list[tuple[object, ...]]:
    """Return the rows of the roster: every name in every document, whose it is, and why."""
    rows: list[tuple[object, ...]] = []
    for f, document_id in zip(found, document_ids, strict=True):
        reasons = {j.label: j.reason for j in f.raw.joins}
        by: dict[tuple[str, str], list[Turn]] = defaultdict(list)
        for t in f.raw.turns:
            if t.label:
                by[t.label, t.written or t.label].append(t)
        rows += [
            (author, label, document_id, some[0].role, len(some), sum(len(f.raw.text[t.start : t.end].split()) for t in some), reasons.get(label, ""))
            for (author, label), some in by.items()
        ]  # fmt: skip
    return rows
