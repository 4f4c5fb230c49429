"""Labelled transcripts: turns with their people, who only asks, and what could not be told.

Where a text has labels (:mod:`~themekit.readers.labels`), they are taken away and
each stretch becomes a turn of the person they stand for; short names are brought
together with the full ones of the same file (:mod:`~themekit.readers.names`), and
who asks is told apart from who is asked (:mod:`~themekit.readers.roles`). A text is
taken for a transcript only where labels recur and carry most of the words; a
single "Note: ..." in an essay makes no speaker. What stands before the first
label is nobody's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from themekit.readers import labels, names, roles
from themekit.readers.document import Join, Note, Turn, count
from themekit.readers.roles import People

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from themekit.readers.document import Role
    from themekit.readers.labels import Label

__all__ = ["NOBODY", "People", "Transcript", "converse", "find_turns", "without_stamps"]

_TIME_CODE = re.compile(
    r"[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]|^[ \t]*\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[ \t]*$",
    re.MULTILINE,
)
# "0:15" alone on a line, or in brackets before the words, as what is transcribed without names has it.
_STAMP = re.compile(
    r"^[ \t]*(?:(?P<alone>\d{1,2}(?::\d{2}){1,2})(?:[.,]\d{1,3})?[ \t]*$|[\[(](?P<bracketed>\d{1,2}(?::\d{2}){1,2})(?:[.,]\d{1,3})?(?:[ \t]*-->?[ \t]*[\d:.,]{4,12})?[\])](?:[ \t]+|$))",
    re.MULTILINE,
)
_MIN_STAMPS = 3
# A recording begins at nought; what begins at "7:30" is a day.
_MAX_SECONDS_AT_FIRST = 120
_MIN_TURNS = 3
_MIN_LABELLED_SHARE = 0.5
_N_SHOWN = 3
# Labels that follow each other so often are two people who talk.
_TALKING = 2
# Where people are presented: in the first turns, and near the beginning of these.
_N_OPENING = 8
_N_CHARACTERS = 1500

NOBODY = People()


_FIELD = re.compile(
    r"^[ \t]*(?:(?P<asks>interviewers?|interviewed by|hosts?|moderators?|researchers?)|interviewees?|guests?|speakers?|participants?|respondents?|narrators?)"
    r"[ \t]*:[ \t]*(?P<who>[^\n:]{2,80})$",
    re.IGNORECASE | re.MULTILINE,
)
_LEGEND = re.compile(
    r"^[ \t]*(?P<short>[A-Z]{1,4})[ \t]*(?:=|–|-|:)[ \t]*(?P<who>[^\W\d_][^\n:=(]{2,40}?)[ \t]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Transcript:
    """The text without labels, whose turn each stretch is, what was joined, and what was guessed."""

    text: str
    turns: Sequence[Turn]
    notes: Sequence[Note] = field(default_factory=tuple)
    joins: Sequence[Join] = field(default_factory=tuple)


def find_turns(
    raw: str, people: People = NOBODY, bold: Collection[str] = (), title: str = ""
) -> Transcript | None:
    """Return the turns of a labelled transcript, or ``None`` where a text is not one."""
    found = _without_fields(raw, labels.find(raw, people.known(), bold))
    if not _is_transcript(raw, found):
        return None
    midway = [label for label in found if not _starts_line(raw, label)]
    notes = [
        Note("repaired", f"{count(len(midway), 'label')} in the middle of a paragraph, where the source runs turns "
                         f"together: split there ({_some(label.name for label in midway)})")
    ] if midway else []  # fmt: skip
    if n_answered := labels.n_answered(raw):
        notes.append(
            Note("dropped", f"what {count(n_answered, 'message')} of the chat repeat of another or react to")
        )
    people, declared = _above(raw[: found[0].start], people)
    made = converse(_pieces(raw, found), people, declared | labels.declared(found), title)
    return Transcript(made.text, made.turns, [*notes, *made.notes], made.joins)


_HEAD = 600


def _without_fields(raw: str, found: list[Label]) -> list[Label]:
    """Leave out ``Interviewer: Ida Berg`` above the first words: it names somebody, and nobody says it."""
    counts = Counter(label.name for label in found)
    named = {
        m.start()
        for m in _FIELD.finditer(raw[:_HEAD])
        if labels.is_name(re.sub(r"\([^()]*\)", "", m["who"]).strip()) and len(m["who"].split()) > 1
    }
    return [label for label in found if label.start not in named or counts[label.name] > 1]


def _above(head: str, people: People) -> tuple[People, dict[str, str]]:
    """Return whom the lines above the first words name, and the initials that they declare."""
    asks, told = list(people.interviewers), list(people.guests)
    declared: dict[str, str] = {}
    for field_ in _FIELD.finditer(head):
        for who in re.split(
            r",(?! (?:ph|psy|m|j|s)\.?\w?\.?d?\b)|;|\band\b|&", field_["who"], flags=re.IGNORECASE
        ):
            alias = re.search(r"\(([^()]{1,12})\)", who)
            name = re.sub(r"\([^()]*\)", "", who).strip(" .")
            if labels.is_name(name):
                (asks if field_["asks"] else told).append(name)
                declared |= {alias[1]: name} if alias else {}
    for legend in _LEGEND.finditer(head):
        if labels.is_name(legend["who"]) and names.stands_for(legend["short"], legend["who"]):
            declared[legend["short"]] = legend["who"].strip()
    return People(tuple(dict.fromkeys(asks)), tuple(dict.fromkeys(told))), declared


def converse(
    pieces: Sequence[tuple[str | None, str]],
    people: People = NOBODY,
    declared: Mapping[str, str] | None = None,
    title: str = "",
) -> Transcript:
    """Make a transcript of ``(name or None, words)``, in order; white space is folded.

    Turns of one person that follow each other are one. Names in short are
    brought together with the full ones, and who asks is told apart from who is asked.
    """
    people_said = [
        (None if name and labels.NOBODY.fullmatch(name) else name and labels.without_pronouns(name), words)
        for name, words in pieces
    ]
    joins = _joins(people_said, people, declared or {}, title)
    to = {join.label: join.name for join in joins}
    joined: list[tuple[str | None, str | None, list[str]]] = []
    for written, words in people_said:
        name, folded = to.get(written or "", written), _fold(words)
        if folded and joined and joined[-1][:2] == (name, written):
            joined[-1][2].append(folded)
        elif folded:
            joined.append((name, written, [folded]))
    said = [(name, "\n\n".join(texts)) for name, _, texts in joined]
    told, notes = roles.tell(_neighbours(said), people, title)
    parts, turns, start = [], [], 0
    for (name, text), (_, written, _) in zip(said, joined, strict=True):
        role: Role = told[name] if name else "quoted"
        label = None if name and roles.ANSWERS.fullmatch(name) else name
        turns.append(Turn(label, start, start + len(text), role, written if written != label else None))
        parts.append(text)
        start += len(text) + 2
    # What a label alone could tell apart stays apart only as long as nobody joins it.
    guessed = [Note("guessed", f"{j.label} is {j.name}: {j.reason}") for j in joins if not j.is_written]
    return Transcript(
        "\n\n".join(parts),
        _merged(turns),
        [*guessed, *notes, *_doubts(said, told)],
        [j for j in joins if j.label != j.name],
    )


def without_stamps(raw: str) -> str | None:
    """Return what is said between time stamps that count on from the beginning, or ``None`` where there are none."""
    stamps = list(_STAMP.finditer(raw))
    if len(stamps) < _MIN_STAMPS:
        return None
    seconds = [_seconds(m["alone"] or m["bracketed"]) for m in stamps]
    n_before = len(raw[: stamps[0].start()].split())
    if (
        seconds[0] > _MAX_SECONDS_AT_FIRST
        or any(a > b for a, b in pairwise(seconds))
        or n_before > (1 - _MIN_LABELLED_SHARE) * len(raw.split())
    ):
        return None
    return _STAMP.sub("", raw).strip() or None


def _seconds(stamp: str) -> int:
    seconds = 0
    for part in stamp.split(":"):
        seconds = 60 * seconds + int(part)
    return seconds


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    """Make one turn of neighbours of one person, however the labels are written."""
    merged: list[Turn] = []
    for turn in turns:
        last = merged[-1] if merged else None
        if (
            last
            and last.label
            and (last.label, last.role) == (turn.label, turn.role)
            and last.written == turn.written
        ):
            merged[-1] = Turn(last.label, last.start, turn.end, last.role, last.written)
        else:
            merged.append(turn)
    return merged


def _neighbours(said: Sequence[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """Run together what one person says in several pieces, so that turns are counted once."""
    together: list[tuple[str | None, str]] = []
    for name, text in said:
        if together and together[-1][0] == name:
            together[-1] = (name, f"{together[-1][1]}\n\n{text}")
        else:
            together.append((name, text))
    return together


def _is_transcript(raw: str, found: list[Label]) -> bool:
    stands_for = labels.declared(found)
    counts = Counter(
        stands_for.get(label.name, label.name) for label in found if not labels.NOBODY.fullmatch(label.name)
    )
    if sum(counts.values()) < _MIN_TURNS or max(counts.values(), default=0) < 2:  # noqa: PLR2004 - some name must recur
        return False
    n_labelled = len(raw[found[0].start :].split())
    return n_labelled >= _MIN_LABELLED_SHARE * len(raw.split()) and len(counts) <= sum(counts.values()) / 1.5


def _starts_line(raw: str, label: Label) -> bool:
    return not raw[raw.rfind("\n", 0, label.start) + 1 : label.start].strip()


def _pieces(raw: str, found: list[Label]) -> list[tuple[str | None, str]]:
    ends = [label.start for label in found[1:]] + [len(raw)]
    said = [(label.name, raw[label.end : end]) for label, end in zip(found, ends, strict=True)]
    return [(None, raw[: found[0].start]), *said]


def _fold(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", _TIME_CODE.sub(" ", text))
    return "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())


def _joins(
    pieces: Sequence[tuple[str | None, str]], people: People, declared: Mapping[str, str], title: str
) -> list[Join]:
    """Bring labels to full names of the same file, each with its reason; where two fit, none is taken."""
    written = list(dict.fromkeys(name for name, _ in pieces if name))
    found = [Join(label, declared[label], f"the label {label!r} says so" if "(" in label else "initials that a label declares", is_written=True)
             for label in written if label in declared]  # fmt: skip
    done = {join.label for join in found}
    full = list(
        dict.fromkeys(
            [*people.known(), *declared.values(), *(n for n in written if names.is_full(n) and n not in done)]
        )
    )
    talk = _talking(pieces)
    opening = " \n".join([title, *(words[:_N_CHARACTERS] for _, words in pieces[:_N_OPENING])])
    n_turns = Counter(name for name, words in pieces if name and words.strip())

    def rank(name: str) -> tuple[bool, int, int]:
        # The spelling that the file's header has, else the one with most turns, else the first.
        return name not in people.known(), -n_turns[name], written.index(name) if name in written else -1

    for label in written:
        if (
            label in done
            or labels.UNNAMED.fullmatch(label)
            or roles.ASKS.fullmatch(label)
            or roles.ANSWERS.fullmatch(label)
        ):
            continue
        fits = {
            n: how
            for n in full
            if n != label and (how := names.stands_for(label, n)) and talk[frozenset((label, n))] < _TALKING
        }
        same = {
            n: how
            for n in full
            if n != label
            and (how := names.one_person(label, n))
            and not talk[frozenset((label, n))]
            and rank(n) < rank(label)
        }
        if len(fits) == 1 and label not in people.known():
            ((name, how),) = fits.items()
            found.append(Join(label, name, f"{how} of the one person here whom it fits"))
        elif same and label not in people.known() and not any(j.name == label for j in found):
            name = min(same, key=rank)
            found.append(Join(label, name, same[name]))
        elif not fits and not names.is_full(label) and label not in people.known():
            own = [words[:_N_CHARACTERS] for name, words in pieces if name == label][:2]
            name_in_text = names.introduced(label, " ".join(own), opening)
            if name_in_text and not any(names.words(name_in_text) == names.words(n) for n in full):
                found.append(Join(label, name_in_text, "the text presents this person by the full name"))
    return found


def _talking(pieces: Sequence[tuple[str | None, str]]) -> Counter[frozenset[str]]:
    """Count how often two labels follow each other: two who talk to each other are two."""
    who = [name for name, words in pieces if name and words.strip()]
    return Counter(frozenset(pair) for pair in pairwise(who) if pair[0] != pair[1])


def _doubts(said: Sequence[tuple[str | None, str]], told: Mapping[str, Role]) -> list[Note]:
    """Say what the source leaves open: who has no name, and turns in which two seem to speak."""
    n_turns = Counter(name for name, _ in said if name)
    unnamed = [n for n in n_turns if labels.UNNAMED.fullmatch(n)]
    notes = [
        Note(
            "guessed", f"{n} is somebody without a name ({count(n_turns[n], 'turn')}): nobody in other files"
        )
        for n in unnamed
    ]
    mixed = [(name, where) for name, text in said if name and (where := _own_name(name, text))]
    if mixed:
        shown = "; ".join(f"{name}: “{where}”" for name, where in mixed[:_N_SHOWN])
        notes.append(
            Note("guessed", f"{count(len(mixed), 'turn')} may run two speakers together, kept as the source has "
                            f"{'it' if len(mixed) == 1 else 'them'} (the speaker is named in it): {shown}")
        )  # fmt: skip
    several = [n for n in told if re.search(r"\s(?:and|&|/|\+)\s|/", n) and len(n.split()) <= 6]  # noqa: PLR2004
    notes += [
        Note("guessed", f"{n} is a label for several people ({count(n_turns[n], 'turn')}), kept as it is")
        for n in several
    ]
    return notes


_SELF = r"(?:i am|i'm|i’m|my name is|this is|it's|it’s|called|call me|named|me,|as|like|said,?|says,?|say,?|\W)\s*[\"“'‘]?$"


def _own_name(name: str, text: str) -> str | None:
    """Return the place where somebody is addressed or spoken of in a turn of their own, or ``None``."""
    first = re.split(r"[\s,]+", name)[0]
    if len(first) < 3 or not first[0].isupper():  # noqa: PLR2004 - initials and handles
        return None
    pattern = re.compile(
        rf"(?:\b(?:Hey|Hi|Hello|Thanks|Thank you|Yes|Yeah|Okay|OK|So|Well|Right|and|And|Welcome)[,]? {re.escape(first)}\b(?! [A-Z])[.,!?]"
        rf"|[.?!] {re.escape(first)}, (?:you|what|how|why|do|did|are|can|could|tell|I|let)\b|\b(?:that|with|what|as|do|does|when|because|and) {re.escape(first)}(?: does| did| is| was| has| said| says|\.))"
    )
    for m in pattern.finditer(text):
        inside = (
            text[: m.start()].count("“") - text[: m.start()].count("”") > 0
            or text[: m.start()].count('"') % 2
        )
        if not inside:
            return " ".join(text[max(0, m.start() - 20) : m.end() + 20].split())
    return None


def _some(found: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(found))
    return ", ".join(distinct[:_N_SHOWN]) + (" and others" if len(distinct) > _N_SHOWN else "")
