"""Labelled transcripts: who is speaking, and who only asks.

Read are ``Name: text``, ``Name:`` on a line of its own, and the same with time
codes as in ``Name (00:01:02) - text``, ``[00:01:02] Name: text``, ``Name  1:02`` and ``[Name] 1:02:03``;
emphasis around the name is gone by then. A text is taken for a transcript only
where labels recur and carry most of the words; a single "Note: ..." in an essay
makes no speaker. Labels are taken away; what stands before the first is nobody's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from themekit.readers.document import Note, Turn, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from themekit.readers.document import Role

_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?"
_NAME = r"[^\W\d_][^\n:*#\[\]]{0,58}?"
_LABEL = re.compile(
    rf"^[ \t]*(?:{_TIME}[ \t]*(?:-[ \t]*)?)?(?:"
    # Name: text, Name (0:01): text, and both alone on a line
    rf"(?P<colon>{_NAME})[ \t]*(?:{_TIME}[ \t]*)?:(?=\s|$)(?![ \t]*<?https?://)(?:[ \t]*{_TIME}(?=\s|$))?"
    # Name (0:01) - text, and Name 0:01 alone on a line
    rf"|(?P<timed>{_NAME})[ \t]+{_TIME}[ \t]*(?:[-–][ \t]+|$)"
    # [Name] 10:00:29, as Zoom saves its captions
    rf"|\[(?P<bracketed>{_NAME})\][ \t]+{_TIME}[ \t]*$)[ \t]*",
    re.MULTILINE,
)
_TIME_CODE = re.compile(r"[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]")
_NAME_WORD = re.compile(
    r"(?:[^\W\d_a-z][\w'’.\-]*|de|da|di|du|van|von|der|den|la|le|el|al|bin|ibn|of|and|\(.*\)),?$",
)
_ALIAS = re.compile(r"(?P<name>.+?)\s*\((?P<alias>[^()]{1,12})\)")
_ASKS = re.compile(r"(?:q|question|interviewer|host|moderator|presenter)s?\d?", re.IGNORECASE)
_ANSWERS = re.compile(r"(?:a|answer|interviewee|guest|respondent)s?", re.IGNORECASE)

_MIN_TURNS = 3
_MIN_LABELLED_SHARE = 0.5
_MAX_NAME_WORDS = 6


@dataclass(frozen=True)
class People:
    """Whom a file names before its first word: front matter, a header, properties."""

    interviewers: Sequence[str] = ()
    guests: Sequence[str] = ()

    def known(self) -> list[str]:
        """Return all of them, once each."""
        return list(dict.fromkeys([*self.guests, *self.interviewers]))


NOBODY = People()


@dataclass(frozen=True)
class Transcript:
    """The text without labels, whose turn each stretch is, and what was guessed."""

    text: str
    turns: Sequence[Turn]
    notes: Sequence[Note] = field(default_factory=tuple)


def find_turns(raw: str, people: People = NOBODY) -> Transcript | None:
    """Return the turns of a labelled transcript, or ``None`` where a text is not one."""
    labels = _labels(raw, people)
    if not _is_transcript(raw, labels):
        return None
    return converse(_pieces(raw, labels), people)


def converse(pieces: Sequence[tuple[str | None, str]], people: People = NOBODY) -> Transcript:
    """Make a transcript of ``(name or None, words)``, in order; white space is folded.

    Turns of one person that follow each other are one. Names in short are
    brought together with the full ones, and who asks is told apart from who is asked.
    """
    names, notes = _full_names([name for name, _ in pieces if name], people)
    joined: list[tuple[str | None, list[str]]] = []
    for short, words in pieces:
        name, folded = names.get(short or "", short), _fold(words)
        if folded and joined and joined[-1][0] == name:
            joined[-1][1].append(folded)
        elif folded:
            joined.append((name, [folded]))
    roles, more = _roles(joined, people)
    parts, turns, start = [], [], 0
    for name, texts in joined:
        part = "\n\n".join(texts)
        role: Role = roles[name] if name else "quoted"
        turns.append(
            Turn(None if name and _ANSWERS.fullmatch(name) else name, start, start + len(part), role),
        )
        parts.append(part)
        start += len(part) + 2
    return Transcript("\n\n".join(parts), turns, [*notes, *more])


def _labels(raw: str, people: People) -> list[tuple[str, int, int]]:
    """Return ``(name, start of the label, start of the words)``, in order of place."""
    found = [
        (" ".join((m["colon"] or m["timed"] or m["bracketed"]).split()), m) for m in _LABEL.finditer(raw)
    ]
    declared = _declared(name for name, _ in found)
    found = [(declared.get(name, name), match) for name, match in found]
    counts = Counter(name for name, _ in found)
    known = {name.casefold() for name in [*people.known(), *declared.values()]}

    def is_label(name: str, match: re.Match[str]) -> bool:
        recurs = counts[name] > 1
        if name.casefold() in known:
            return True
        if _is_name(name):
            return recurs or " " in name or raw[: match.start()].endswith("\n\n")
        return recurs and bool(not match["colon"] or _ASKS.fullmatch(name) or _ANSWERS.fullmatch(name))

    return [(name, match.start(), match.end()) for name, match in found if is_label(name, match)]


def _declared(labels: Iterable[str]) -> dict[str, str]:
    """Map ``Ida Berg (IB)`` and ``IB`` to ``Ida Berg``."""
    pairs = [(m["name"], m["alias"], m[0]) for label in labels if (m := _ALIAS.fullmatch(label))]
    return {short: name for name, alias, label in pairs for short in (alias, label)}


def _is_name(name: str) -> bool:
    words = name.split()
    return 0 < len(words) <= _MAX_NAME_WORDS and all(_NAME_WORD.match(w) or w.isdigit() for w in words)


def _is_transcript(raw: str, labels: list[tuple[str, int, int]]) -> bool:
    counts = Counter(name for name, *_ in labels)
    if len(labels) < _MIN_TURNS or max(counts.values()) < 2:  # noqa: PLR2004 - some name must recur
        return False
    n_labelled = len(raw[labels[0][2] :].split())
    return n_labelled >= _MIN_LABELLED_SHARE * len(raw.split()) and len(counts) <= len(labels) / 1.5


def _pieces(raw: str, labels: list[tuple[str, int, int]]) -> list[tuple[str | None, str]]:
    ends = [start for _, start, _ in labels[1:]] + [len(raw)]
    said = [(name, raw[begin:end]) for (name, _, begin), end in zip(labels, ends, strict=True)]
    return [(None, raw[: labels[0][1]]), *said]


def _fold(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", _TIME_CODE.sub(" ", text))
    return "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())


def _full_names(labels: Sequence[str], people: People) -> tuple[dict[str, str], list[Note]]:
    """Map a first or last name to the one full name that it fits, of those named before or in the labels."""
    full = {*people.known(), *(label for label in labels if " " in label)}
    names: dict[str, str] = {}
    for label in dict.fromkeys(labels):
        short = label.casefold()
        fits = [name for name in full if short in (name.split()[0].casefold(), name.split()[-1].casefold())]
        if label not in full and len(fits) == 1:
            names[label] = fits[0]
    return names, [Note("guessed", f"{short} is {name}") for short, name in names.items()]


# Who asks. Measured on 20 podcasts of four producers: hosts end 0.10 to 0.63 of their turns with a question, guests
# at most 0.14, and two hosts in conversation differ by less than twice. A host who says most asks all the more.
_ENDS_IN_QUESTION = 0.15
_ENDS_IN_QUESTION_SAYING_MOST = 0.4
_TIMES_AS_OFTEN = 2
_FEW_WORDS = 0.35
_MIN_QUESTIONS = 2
_MUCH = 0.5


@dataclass(frozen=True)
class _Voice:
    """How one person speaks in one transcript."""

    n_turns: int
    n_words: int
    n_questions: int

    @property
    def asks(self) -> float:
        return self.n_questions / self.n_turns


def _roles(
    pieces: Sequence[tuple[str | None, list[str]]],
    people: People,
) -> tuple[Mapping[str, Role], list[Note]]:
    """Tell who asks: from the file where it says so, else by turns that end in a question, never by order."""
    voices = _voices(pieces)
    asked = {n.casefold() for n in people.interviewers}
    asking = [n for n in voices if n.casefold() in asked or _ASKS.fullmatch(n)]
    notes: list[Note] = []
    if not asking:
        guests = {g.casefold() for g in people.guests}
        others = [n for n in voices if n.casefold() not in guests]
        if 0 < len(others) < len(voices):
            asking = others
            notes = [
                Note(
                    "guessed",
                    f"{_names(others)} taken for interviewers: the file names {_names(people.guests)} as speaking",
                ),
            ]
        elif len(voices) > 1:
            asking, notes = _by_behaviour(voices)
    return {n: "interviewer" if n in asking else "guest" for n in voices}, notes


def _voices(pieces: Sequence[tuple[str | None, list[str]]]) -> dict[str, _Voice]:
    found: dict[str, _Voice] = defaultdict(lambda: _Voice(0, 0, 0))
    for name, texts in pieces:
        if name:
            voice = found[name]
            n_words = sum(len(t.split()) for t in texts)
            asks = texts[-1].rstrip(" \"'”’)").endswith("?")
            found[name] = replace(voice, n_turns=voice.n_turns + 1, n_words=voice.n_words + n_words,
                                  n_questions=voice.n_questions + asks)  # fmt: skip
    return dict(found)


def _by_behaviour(voices: Mapping[str, _Voice]) -> tuple[list[str], list[Note]]:
    longest = max(v.n_words for v in voices.values())
    least = min(v.asks for v in voices.values() if v.n_words >= _MUCH * longest)
    asking = [
        name
        for name, voice in voices.items()
        if voice.n_questions >= _MIN_QUESTIONS
        and voice.asks > least
        and (
            voice.n_words <= _FEW_WORDS * longest
            or voice.asks
            >= max(
                _TIMES_AS_OFTEN * least,
                _ENDS_IN_QUESTION_SAYING_MOST if voice.n_words == longest else _ENDS_IN_QUESTION,
            )
        )
    ]
    return asking, [
        Note("guessed", f"{name} is an interviewer ({voices[name].n_questions} of {count(voices[name].n_turns, 'turn')} "
                        f"end in a question)")
        for name in asking
    ]  # fmt: skip


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)
