"""Labelled transcripts: ``**Name:** text`` and ``Name: text``, in Markdown or plain text.

A text is taken for a transcript only where labels recur and carry most of the
words; a single "Note: ..." in an essay makes no speaker. Labels are taken away;
what stands before the first label is kept as nobody's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from themekit.readers.document import Note, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from themekit.readers.document import Role

_LABEL = re.compile(
    r"^[ \t]*(?:(?:\*\*|__)(?P<bold>[^*_\n]{1,60}?)(?::(?:\*\*|__)|(?:\*\*|__)[ \t]*:)"
    r"|(?P<plain>[^\W\d_][^\n:*#]{0,48}?):(?=[ \t]+\S))[ \t]*",
    re.MULTILINE,
)
_NAME_WORD = re.compile(r"(?:[^\W\d_a-z][\w'’.\-]*|de|da|di|du|van|von|der|den|la|le|el|al|bin|ibn|of|and|\(.*\)),?$")
_TIME = re.compile(r"\\?[\[(]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\\?[\])]")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t].*$", re.MULTILINE)

_MIN_TURNS = 3
_MIN_LABELLED_SHARE = 0.5
_MAX_NAME_WORDS = 6
# An interviewer asks in at least half of the turns and says clearly less than the person asked.
_MIN_QUESTIONS = 0.5
_MAX_WORDS_OF_LONGEST = 0.7


@dataclass(frozen=True)
class Transcript:
    """The text without labels, whose turn each stretch is, and what was guessed."""

    text: str
    turns: Sequence[Turn]
    notes: Sequence[Note] = field(default_factory=tuple)


def find_turns(
    raw: str, *, clean: Callable[[str], str] | None = None, interviewers: Sequence[str] = ()
) -> Transcript | None:
    """Return the turns of a labelled transcript, or ``None`` where a text is not one.

    Parameters
    ----------
    raw : str
        Text as it stands in the file, front matter taken off.
    clean : callable, optional
        Takes markup out of a turn's text. Default: white space is folded.
    interviewers : sequence of str
        Who asks, where the file says so; otherwise it is told by behaviour.
    """
    raw = _TIME.sub("", _HEADING.sub("", raw))
    labels = _labels(raw)
    if not _is_transcript(raw, labels):
        return None
    pieces = _pieces(raw, labels, clean or _fold)
    roles, notes = _roles(pieces, interviewers)
    text, turns = "", []
    for label, words in pieces:
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{words}" if text else words
        turns.append(Turn(label, start, len(text), roles[label] if label else "quoted"))
    return Transcript(text, turns, notes)


def _labels(raw: str) -> list[tuple[str, int, int]]:
    """Return ``(name, start of the label, start of the words)``, in order of place."""
    found = [(_tidy(m["bold"] or m["plain"]), bool(m["bold"]), m.start(), m.end()) for m in _LABEL.finditer(raw)]
    counts = Counter(name for name, *_ in found)
    return [
        (name, start, end)
        for name, bold, start, end in found
        if _is_name(name) and (bold or counts[name] > 1 or " " in name)
    ]


def _is_transcript(raw: str, labels: list[tuple[str, int, int]]) -> bool:
    counts = Counter(name for name, *_ in labels)
    if len(labels) < _MIN_TURNS or max(counts.values()) < 2:  # noqa: PLR2004 - some name must recur
        return False
    n_labelled = len(raw[labels[0][2] :].split())
    return n_labelled >= _MIN_LABELLED_SHARE * len(raw.split()) and len(counts) <= len(labels) / 1.5


def _pieces(
    raw: str, labels: list[tuple[str, int, int]], clean: Callable[[str], str]
) -> list[tuple[str | None, str]]:
    """Return ``(name or None, words)``; turns of one person that follow each other are one."""
    ends = [start for _, start, _ in labels[1:]] + [len(raw)]
    pieces: list[tuple[str | None, str]] = []
    before = clean(raw[: labels[0][1]])
    if before:
        pieces.append((None, before))
    for (name, _, begin), end in zip(labels, ends, strict=True):
        words = clean(raw[begin:end])
        if words and pieces and pieces[-1][0] == name:
            pieces[-1] = (name, f"{pieces[-1][1]}\n\n{words}")
        elif words:
            pieces.append((name, words))
    return pieces


def _roles(
    pieces: list[tuple[str | None, str]], interviewers: Sequence[str]
) -> tuple[dict[str, Role], list[Note]]:
    """Tell who asks: from the file where it says so, else by questions and length, never by order."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, words in pieces:
        if name:
            by_name[name].append(words)
    roles: dict[str, Role] = dict.fromkeys(by_name, "guest")
    named = {i.casefold() for i in interviewers}
    asked = [n for n in by_name if n.casefold() in named]
    notes: list[Note] = []
    if not asked and len(by_name) > 1:
        asked, notes = _by_behaviour(by_name)
    for name in asked:
        roles[name] = "interviewer"
    return roles, notes


def _by_behaviour(by_name: dict[str, list[str]]) -> tuple[list[str], list[Note]]:
    n_words = {name: sum(len(t.split()) for t in turns) for name, turns in by_name.items()}
    longest = max(n_words.values())
    asked, notes = [], []
    for name, turns in by_name.items():
        n_questions = sum("?" in t for t in turns)
        if n_questions >= _MIN_QUESTIONS * len(turns) and n_words[name] <= _MAX_WORDS_OF_LONGEST * longest:
            asked.append(name)
            notes.append(Note("guessed", f"{name} is the interviewer (asks in {n_questions} of {len(turns)} turns, "
                                         f"{n_words[name]} words against {longest})"))
    return asked, notes


def _is_name(name: str) -> bool:
    words = name.split()
    return 0 < len(words) <= _MAX_NAME_WORDS and all(_NAME_WORD.match(w) for w in words)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _fold(text: str) -> str:
    return "\n\n".join(" ".join(p.split()) for p in re.split(r"\n\s*\n", text) if p.strip())
