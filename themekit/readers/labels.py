"""Labels: where a transcript says who speaks, in the many ways in which it is written down.

Read are ``Name: text``, ``Name:`` on a line of its own, and the same with time
codes as in ``Name (00:01:02) - text``, ``[00:01:02] Name: text``, ``Name  1:02``,
``Name | 1:02`` and ``[Name] 1:02:03``; ``1:02:03 From Name to Everyone:``, as Zoom saves a
chat; a name alone under a span of time; a name alone on its line where such lines
recur and turn about; emphasis around the name is gone by then, and marks of Markdown are passed over.

What looks like a label need not be one ("Look: I was wrong"). A name must recur,
or be known, or have two words; a word that the text uses in lower case is no
name unless it stands above a good part of the turns; and where nearly all
labels stand at the head of a paragraph, or in bold, the others are none.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from themekit.readers import names
from themekit.readers.roles import ANSWERS, ASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_TIME = r"[\[(<]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,:]\d{1,3})?[\])>]?"
_SPAN = rf"{_TIME}(?:[ \t]*(?:-->|-|–|—|to)[ \t]*{_TIME})?"
_NAME = r"[^\W\d_][^\n:：*#\[\]|]{0,58}?"
_LABEL = re.compile(
    # 0:01, a tab, the name, a tab, and what is said
    rf"^[ \t]*{_SPAN}\t+(?P<tabbed>{_NAME})\t+(?=\S)"
    rf"|^[ \t\u00a0]*(?:>>+[ \t]*|[-–—•][ \t]+)?(?:{_SPAN}[ \t]*(?:[-–—|][ \t]*)?)?(?:"
    # Name: text, Name (0:01): text, and both alone on a line; **Name:** where Markdown stands in plain text
    rf"(?P<colon>{_NAME})[ \t]*(?:{_SPAN}[ \t]*)?(?::(?=\s|$)|：)(?![ \t]*<?https?://)(?:[ \t]*{_SPAN}(?=\s|$))?"
    rf"|\*\*(?P<starred>{_NAME})(?::\*\*|\*\*[ \t]*:)(?=\s|$)"
    # Name (0:01) - text, and Name 0:01 or Name | 0:01 alone on a line
    rf"|(?P<timed>{_NAME})[ \t,|-]+{_SPAN}[ \t]*(?:[-–—](?:[ \t]+|$)|$)"
    # Name [0:01] text
    rf"|(?P<inline>{_NAME})[ \t]+[\[(]\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?[\])](?=[ \t]+\S)"
    # [Name] 10:00:29, as Zoom saves its captions, and [Name]: text
    rf"|\[(?P<bracketed>{_NAME})\](?:[ \t]+{_TIME}[ \t]*$|:(?=\s)))[ \t]*",
    re.MULTILINE,
)
# What Zoom saves of a chat: "10:01:02 From Ida Berg to Everyone:", whose message may repeat what it answers, or be a
# reaction; and "0:0:1.0 --> 0:0:3.12", a name, and what is said on the lines below, as Teams had it.
_CHAT = re.compile(
    rf"^[ \t]*{_TIME}[ \t]+(?:From|Von|De)[ \t]+(?P<chat>[^\n:]{{1,80}}?)(?:[ \t]+(?:to|an|à|a|para)[ \t]+[^\n:]{{1,80}}?)?[ \t]*:[ \t]*"
    r"(?P<answered>(?:\n[ \t]*)?(?:Replying to|Reacted to|Removed an? \S{1,12} reaction from)[ \t]+[\"“][^\"”\n]{0,400}[\"”](?:[ \t]+with[ \t]+\S{1,12})?:?\s*?(?=\n|$|[ \t]))?",
    re.MULTILINE,
)
_SPANNED = re.compile(
    rf"^[ \t]*\d{{1,2}}:\d{{1,2}}:\d{{1,2}}[.,]\d{{1,3}}[ \t]*-->[ \t]*\d{{1,2}}:\d{{1,2}}:\d{{1,2}}[.,]\d{{1,3}}[ \t]*\n[ \t]*(?P<spanned>{_NAME})[ \t]*\n",
    re.MULTILINE,
)
_ALONE = re.compile(r"^[ \t]*(?P<alone>[^\W\d_][^\n:：*#\[\]|?!;\"“”]{0,48}?)[ \t]*$", re.MULTILINE)
_NAME_WORD = re.compile(
    r"(?:[^\W\d_a-z][\w'’.\-]*|d['’]\w[\w\-]*|de|da|do|di|du|des|dos|das|van|von|der|den|la|le|el|al|bin|ibn|bint|ben|y|e|of|the|and|af|av|ter|ten|zu|zum|zur"
    r"|\(.*\)|[\"“].*[\"”]),?$",
)
_ALIAS = re.compile(r"(?P<name>.+?)\s*\((?P<alias>[^()]{1,12})\)")
_PRONOUNS = re.compile(
    r"[ \t]*[\[(](?:s?he|they|it|xe|ze|any)(?:[ \t]*/[ \t]*\w{2,8}){1,3}[\])]$", re.IGNORECASE
)
_NOT_NAMES = re.compile(
    r"(?:(?:editor(?:'s|’s|ial)?|translator(?:'s|’s)?|transcriber(?:'s|’s)?|author(?:'s|’s)?) )?notes?|ed\.?|question|answer|example|for example|update|edit|warning|caution|tip|hint"
    r"|summary|abstract|keywords?|conclusion|introduction|chapter|part|section|step|figure|table|source|sources|references?|links?|topics?"
    r"|remember|look|listen|first|second|third|fourth|finally|next|then|also|again|lesson|rule|point|reason|fact|result|problem|solution|option|plan"
    r"|p\.? ?s\.?|n\.? ?b\.?|re|cf|viz|date|time|location|place|duration|length|recorded|title|subject|url|website|email|tel|phone|http|https"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|total|yes|no|well|so|and|but|or|now|here|there|this|that|what|why|how|when|where|who",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"(?:(?:commercial|ad|advert|advertisement|sponsor|music(?:al)?|station|short|coffee|tea|lunch)[ -]+)?(?:break|interlude|interval)"
    r"|(?:opening|closing|theme|intro|outro)?[ -]?(?:music|credits|theme|jingle)|intro(?:duction)?|outro|cold open|teaser|ads?|advertisement|sponsors?(?: (?:message|read|break|spot))?"
    r"|commercial|applause|laughter|silence|pause|sound(?: effects?)?|sfx|clip|audio clip|video clip|recording|tape|end(?: of (?:transcript|interview|recording))?|transcript"
    r"|\(?inaudible\)?|crosstalk",
    re.IGNORECASE,
)
"""Labels that are nobody: what stands under them is counted for no one until the next label."""
UNNAMED = re.compile(
    r"(?:(?:unknown|unidentified|unnamed|male|female|other|new|another)\s+)?"
    r"(?:speaker|spk|spkr|participant|person|voice|unknown|unidentified|man|woman|male|female|audience(?: member)?|caller|respondent|informant|subject|student|attendee|panelist|panellist)"
    r"[ _.#-]*(?:\d+|[a-z])?|[psr][ _.#-]*\d*|\?+|n\.?n\.?|anonymous|speaker_\d+|s\d+|various|all|both|everyone|everybody|together|several",
    re.IGNORECASE,
)
"""Labels that mean somebody else in every file."""

# A full stop at the end of a line that is a name belongs to Jr. or M.D.
_ENDS_OTHERWISE = re.compile(r",$|(?<![JS]r)(?<!\b[A-Z]\.[A-Z])(?<!Esq)\.$")
_WORD = re.compile(r"[\w'’]+")
_MAX_NAME_WORDS = 6
_NEARLY_ALL = 0.9
_MOST = 0.6
_GOOD_PART = 0.2
_MIN_SHARE_OF_HANDLES = 0.15
_MIN_ALONE = 4
_N_BEFORE = 200
_MIN_EXPORTED = 3
_MIN_HANDLE = 3
_TWO = 2


@dataclass(frozen=True)
class Label:
    """A label: the name as it stands, the characters of the label itself, and how it was written."""

    name: str
    start: int
    end: int


def find(raw: str, known: Collection[str] = (), bold: Collection[str] = ()) -> list[Label]:
    """Return the labels of a text, in order of place.

    Parameters
    ----------
    raw : str
        Paragraphs with an empty line between them.
    known : collection of str
        People whom the file names elsewhere.
    bold : collection of str
        What stands in bold at the head of paragraphs.

    Returns
    -------
    list of Label
    """
    if found := exported(raw):
        return found
    candidates = _in_bold([*_candidates(raw, _LABEL)], bold)
    accepted = _accepted(raw, candidates, known)
    standing_alone = alone(raw) if len(accepted) < _MIN_ALONE else []
    if standing_alone:
        return standing_alone
    return sorted([*accepted, *_midway(raw, accepted)], key=lambda label: label.start)


def exported(raw: str, least: int = _MIN_EXPORTED) -> list[Label]:
    """Return the labels of a chat or a transcript in a form that only programs write, and with which they label everything."""
    found = ([*_candidates(raw, form)] for form in (_CHAT, _SPANNED))
    return next((labels for labels in found if len(labels) >= least), [])


def _candidates(raw: str, pattern: re.Pattern[str]) -> Iterator[Label]:
    for match in pattern.finditer(raw):
        name = " ".join(str(next(g for g in match.groups() if g)).split())
        yield Label(name.rstrip(" ,-–—"), match.start(), match.end())


def _in_bold(candidates: list[Label], bold: Collection[str]) -> list[Label]:
    """Keep what is in bold, where most of what recurs is."""
    marked = {" ".join(b.strip().strip(":：").split()).casefold() for b in bold}
    marked |= {re.sub(rf"\s*{_SPAN}$", "", b) for b in marked}
    kept = [c for c in candidates if c.name.casefold() in marked]
    counts = Counter(c.name for c in kept)
    return kept if sum(n for n in counts.values() if n > 1) >= max(3, len(candidates) // 2) else candidates


def _accepted(raw: str, candidates: list[Label], known: Collection[str]) -> list[Label]:
    seen = _Seen.of(raw, candidates, known)
    found = [c for c in candidates if seen.is_label(c)]
    sure = [c for c in found if seen.counts[c.name] > 1] or found
    n_at_head = sum(c.start in seen.at_head for c in sure)
    if n_at_head >= _NEARLY_ALL * len(sure) and seen.n_paragraphs > n_at_head / 2:
        found = [c for c in found if c.start in seen.at_head]
    return found


@dataclass(frozen=True)
class _Seen:
    """What all that looks like labels in a text has in common, to judge each by."""

    raw: str
    counts: Counter[str]
    people: frozenset[str]
    at_head: frozenset[int]
    n_paragraphs: int
    n_of_names: int
    handles: frozenset[str]
    are_capitals: bool

    @classmethod
    def of(cls, raw: str, candidates: list[Label], known: Collection[str]) -> _Seen:
        counts = Counter(c.name for c in candidates)
        declared = _declared(counts)
        first = min((c.start for c in candidates if counts[c.name] > 1), default=0)
        n_paragraphs = len(re.findall(r"\n[ \t]*\n", raw[first:].strip())) + 1
        enough = max(_MIN_HANDLE, _MIN_SHARE_OF_HANDLES * n_paragraphs)
        return cls(
            raw=raw,
            counts=counts,
            people=frozenset(n.casefold() for n in [*known, *declared.values(), *declared]),
            at_head=frozenset(c.start for c in candidates if _is_at_head(raw, c.start)),
            n_paragraphs=n_paragraphs,
            n_of_names=sum(k for n, k in counts.items() if k > 1 and is_name(n)),
            handles=frozenset(n for n, k in counts.items() if k >= enough and len(n.split()) <= _TWO),
            are_capitals=sum(k for n, k in counts.items() if n.isupper()) > len(candidates) / 2,
        )

    @property
    def each_is_labelled(self) -> bool:
        return len(self.at_head) >= _MOST * self.n_paragraphs

    def is_label(self, c: Label) -> bool:
        name, recurs = c.name, self.counts[c.name] > 1
        if name.casefold() in self.people or UNNAMED.fullmatch(name):
            return True
        if ASKS.fullmatch(name) or ANSWERS.fullmatch(name):
            return recurs or self.each_is_labelled
        if NOBODY.fullmatch(name):
            return c.start in self.at_head and self.n_of_names > _TWO
        return self._is_somebody(c, recurs=recurs)

    def _is_somebody(self, c: Label, *, recurs: bool) -> bool:
        name, share = c.name, self.counts[c.name] / max(1, self.n_of_names)
        if _NOT_NAMES.fullmatch(name):
            return False
        if not is_name(name):
            return (recurs and not _has_colon(self.raw, c)) or (
                name in self.handles and len(self.handles) > 1
            )
        if recurs:
            return share >= _GOOD_PART or not is_common(self.raw, name)
        if c.start not in self.at_head or is_common(self.raw, name):
            return False
        if names.is_full(name):
            return self.each_is_labelled or len(name.split()) == _TWO
        return self.each_is_labelled and (self.are_capitals or not name.isupper())


def _is_at_head(raw: str, start: int) -> bool:
    before = raw[max(0, start - _N_BEFORE) : start]
    return (start < _N_BEFORE and not before.strip()) or bool(re.search(r"\n[ \t]*\n[ \t]*$", before))


def _has_colon(raw: str, label: Label) -> bool:
    written = raw[label.start : label.end]
    return bool(re.search(r"(?:[^\d]:|\d:\s*$|：)", re.sub(_TIME, "", written)))


def n_answered(raw: str) -> int:
    """Count the messages of a chat that repeat what they answer, or react to it; those words are somebody else's."""
    return sum(bool(match["answered"]) for match in _CHAT.finditer(raw))


def without_pronouns(name: str) -> str:
    """Return a name without the pronouns that people put behind it in calls.

    Examples
    --------
    >>> without_pronouns("Ida Berg (she/her)"), without_pronouns("Ida Berg (IB)")
    ('Ida Berg', 'Ida Berg (IB)')
    """
    return _PRONOUNS.sub("", name) or name


def is_no_name(name: str) -> bool:
    """Say whether a label is one of the words that stand before a colon and are nobody's name."""
    return bool(_NOT_NAMES.fullmatch(name))


def is_common(raw: str, name: str) -> bool:
    """Say whether all words of a name are words of the text, too, in lower case."""
    words = _words_of(raw)
    return all(part in words for part in _WORD.findall(name.lower()))


@lru_cache(maxsize=1)
def _words_of(raw: str) -> frozenset[str]:
    """Return the words of a text as they stand; looked up for every label, so that they are found once."""
    return frozenset(_WORD.findall(raw))


def _declared(labels: Iterable[str]) -> dict[str, str]:
    """Map ``Ida Berg (IB)`` and ``IB`` to ``Ida Berg``."""
    pairs = [(m["name"], m["alias"], m[0]) for label in labels if (m := _ALIAS.fullmatch(label))]
    return {
        short: name
        for name, alias, label in pairs
        if names.stands_for(alias, name) or (alias.isupper() and len(alias) <= 4 and alias[0] == name[0])  # noqa: PLR2004
        for short in (alias, label)
    }


def declared(labels: Iterable[Label]) -> dict[str, str]:
    """Return which labels say themselves whom they stand for: ``Ida Berg (IB)``, and ``IB`` from then on."""
    return _declared(label.name for label in labels)


def is_name(name: str) -> bool:
    """Say whether all words of a label are written as those of a name are."""
    parts = name.split()
    return 0 < len(parts) <= _MAX_NAME_WORDS and all(_NAME_WORD.match(w) or w.isdigit() for w in parts)


def _midway(raw: str, accepted: Sequence[Label]) -> list[Label]:
    """Find labels of people who are known by now in the middle of a paragraph, after the end of a sentence."""
    people = {label.name for label in accepted if is_name(label.name) and not NOBODY.fullmatch(label.name)}
    if not people:
        return []
    taken = [(label.start, label.end) for label in accepted]
    timed = sum(bool(re.search(_TIME, raw[a:b])) for a, b in taken) > len(taken) / 2
    choice = "|".join(sorted(map(re.escape, people), key=len, reverse=True))
    ending = rf"[ \t]*{_TIME}[ \t]*(?:[-–—][ \t]|:(?=\s))" if timed else r"[ \t]*:(?=[ \t])"
    pattern = re.compile(rf"(?:(?<=[.?!…][\"'”’)\]\s])|(?<=[.?!…]))\s*(?<![\w@#/])({choice}){ending}[ \t]*")
    heads = {a for a, _ in taken}
    return [
        Label(m[1], m.start(1), m.end())
        for m in pattern.finditer(raw)
        if m.start(1) not in heads and not any(a <= m.start(1) < b for a, b in taken)
    ]


def alone(raw: str) -> list[Label]:
    """Find names that stand alone on their lines, above what is said, and turn about."""
    lines = [
        c
        for c in _candidates(raw, _ALONE)
        if is_name(c.name) and not _ENDS_OTHERWISE.search(c.name) and len(c.name.split()) <= _MIN_ALONE
    ]
    counts = Counter(c.name for c in lines)
    people = {n for n, k in counts.items() if k > 1 and not _NOT_NAMES.fullmatch(n)}
    found = [c for c in lines if c.name in people or (NOBODY.fullmatch(c.name) and people)]
    if not found:
        return []
    turns_about = sum(a.name != b.name for a, b in pairwise(found))
    said = [
        raw[a.end : b.start].strip()
        for a, b in zip(found, [*found[1:], Label("", len(raw), len(raw))], strict=True)
    ]
    enough = len(people) > 1 and len(found) >= _MIN_ALONE and turns_about >= _NEARLY_ALL * (len(found) - 1)
    return found if enough and all(said) else []
