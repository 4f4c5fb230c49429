"""Roles: who asks and who is asked, by what they say and never by who comes first.

In this order:

1. what the file says: ``Interviewer:``, ``Q:``, a host or guests in its header;
2. what is said at the opening and the end: "my guest today is Anna Holm", "welcome
   to the show", "thanks for having me", "thank you for your time";
3. questions: turns that end in one, against the others' and against how much each says.

Where none of these tells, it is a conversation among equals and nobody is made
the interviewer; nor in a meeting of many.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from themekit.readers import names
from themekit.readers.document import Note, count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from themekit.readers.document import Role

ASKS = re.compile(
    r"(?:q|question|questioner|interviewer|host|co-?host|moderator|presenter|facilitator|researcher|int|iv|mod|i)s?[ .#-]*\d*",
    re.IGNORECASE,
)
ANSWERS = re.compile(r"(?:a|answer|interviewee|guest|respondent)s?", re.IGNORECASE)

# Measured on 20 podcasts of four producers: hosts end 0.10 to 0.63 of their turns with a question, guests at most
# 0.14, and two hosts in conversation differ by less than twice. A host who says most asks all the more.
_ENDS_IN_QUESTION = 0.15
_ENDS_IN_QUESTION_SAYING_MOST = 0.4
_TIMES_AS_OFTEN = 2
_FEW_WORDS = 0.35
_MIN_QUESTIONS = 2
_MUCH = 0.5
# More people than this at one table are a meeting: who asks most there is in the chair, and as much a voice as the rest.
_MANY = 6
# A request at the end of a turn asks as a question does.
_PROMPT = re.compile(
    r"(?:^|[.!?,…]\s+)(?:(?:so|and|but|please|well|okay|now|then|maybe|perhaps)[, ]+)*(?:tell|walk|take|talk|give|remind|show|help) (?:me|us|the listeners|our listeners)\b[^.?!]*[.!]?\s*$"
    r"|(?:^|[.!?,…]\s+)(?:please )?(?:describe|explain|say (?:more|a bit more|something)|go on|talk about)\b[^.?!]*[.!]?\s*$",
    re.IGNORECASE,
)
_N_OPENING = 8
_N_CLOSING = 8

_HOSTS_OPENING = re.compile(
    r"\bwelcome(?: back)?(?:,? (?:everybody|everyone|folks|listeners|friends))?,? to (?!(?:the )?(?:club|team|family)\b)"
    r"|\bi(?:'m|’m| am) your host\b|\b(?:my|our) (?:first |next |special )?guests? (?:today|this|is|are|on|for)\b|\bjoin(?:ed|ing) (?:me|us|today|now|here|by)\b"
    r"|\bthank(?:s| you)(?: so much| very much)? for (?:joining|coming|being (?:here|on|with)|doing this|agreeing|making (?:the )?time|taking (?:the )?time|sitting down)"
    r"|\b(?:today|this week|tonight)(?:,| on the show)? (?:we(?:'re|’re| are)|i(?:'m|’m| am)) (?:talking|speaking|joined|here with|sitting|chatting)"
    r"|\bpleased to (?:be joined|welcome)\b|\bwelcome to the (?:show|podcast|programme|program)\b",
    re.IGNORECASE,
)
_GUESTS_OPENING = re.compile(
    r"\bthank(?:s| you|s again)?(?: so much| very much| a lot| again)? for (?:having|inviting) (?:me|us)\b"
    r"|\b(?:great|good|glad|happy|nice|lovely|pleased|delighted|excited|thrilled|(?:a |my )?pleasure|(?:an )?honou?r) to be (?:here|on|back|with you|on the show)\b"
    r"|\bthank(?:s| you) for the (?:invitation|invite)\b|\bhappy to be (?:here|on)\b",
    re.IGNORECASE,
)
_HOSTS_CLOSING = re.compile(
    r"\bthank(?:s| you)(?: so much| very much| again)?,?(?: [A-Z]\w+,?)? (?:so much |very much )?for (?:joining|coming|being (?:here|on|with|our|my|a)|your time|talking|speaking"
    r"|sharing|taking the time|doing this|the conversation)\b|\bwhere can (?:people|folks|listeners|our|everyone)\b",
    re.IGNORECASE,
)
_GUESTS_CLOSING = re.compile(
    r"\bthank(?:s| you)(?: so much| very much| again)? for (?:having|inviting) (?:me|us)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class People:
    """Whom a file names before its first word: front matter, a header, properties."""

    interviewers: Sequence[str] = ()
    guests: Sequence[str] = ()

    def known(self) -> list[str]:
        """Return all of them, once each."""
        return list(dict.fromkeys([*self.guests, *self.interviewers]))


@dataclass
class _Voice:
    """How one person speaks in one transcript."""

    n_turns: int = 0
    n_words: int = 0
    n_questions: int = 0

    @property
    def asks(self) -> float:
        return self.n_questions / self.n_turns


def tell(
    said: Sequence[tuple[str | None, str]], people: People, title: str = ""
) -> tuple[Mapping[str, Role], list[Note]]:
    """Tell who asks in a transcript.

    Parameters
    ----------
    said : sequence of (str or None, str)
        Who says what, in order.
    people : People
        Whom the file names.
    title : str, optional
        Of the text: who alone of those who speak is named in it is the guest.

    Returns
    -------
    mapping of str to str, list of Note
        ``interviewer`` or ``guest`` for each person; and what was guessed, with its reason.
    """
    voices = _voices(said)
    asked = {n.casefold() for n in people.interviewers}
    asking = [n for n in voices if n.casefold() in asked or ASKS.fullmatch(n)]
    notes: list[Note] = []
    if not asking and len(voices) > 1:
        asking, notes = _by_guests(voices, people) or _by_cues(said, voices, title) or _by_questions(voices)
    return {n: "interviewer" if n in asking else "guest" for n in voices}, notes


def _voices(said: Sequence[tuple[str | None, str]]) -> dict[str, _Voice]:
    found: dict[str, _Voice] = defaultdict(_Voice)
    for name, text in said:
        if name:
            voice = found[name]
            voice.n_turns += 1
            voice.n_words += len(text.split())
            voice.n_questions += text.rstrip(" \"'”’)").endswith("?") or bool(_PROMPT.search(text))
    return dict(found)


def _by_guests(voices: Mapping[str, _Voice], people: People) -> tuple[list[str], list[Note]] | None:
    """Take all but those whom the file names as guests for interviewers."""
    guests = {g.casefold() for g in people.guests}
    others = [n for n in voices if n.casefold() not in guests]
    if not 0 < len(others) < len(voices):
        return None
    named = [n for n in voices if n.casefold() in guests]
    # The header may name all who speak and leave out a caller: who says most of it is no interviewer.
    if sum(voices[n].n_words for n in others) > 2 * sum(voices[n].n_words for n in named) and len(named) > 1:
        return None
    return others, [
        Note(
            "guessed",
            f"{', '.join(others)} taken for interviewers: the file names {', '.join(people.guests)} as speaking",
        )
    ]


def _by_cues(
    said: Sequence[tuple[str | None, str]], voices: Mapping[str, _Voice], title: str
) -> tuple[list[str], list[Note]] | None:
    """Tell by what is said when guests are welcomed and thanked; what is said at the opening counts double."""
    if len(voices) >= _MANY:
        return None
    spoken = [(n, t) for n, t in said if n]
    opening, closing = spoken[:_N_OPENING], spoken[_N_OPENING:][-_N_CLOSING:]
    cues: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for some, weight, host, guest in (
        (opening, 2, _HOSTS_OPENING, _GUESTS_OPENING), (closing, 1, _HOSTS_CLOSING, _GUESTS_CLOSING),
    ):  # fmt: skip
        for name, text in some:
            cues[name] += [(weight, m[0]) for m in [host.search(text)] if m]
            cues[name] += [(-weight, m[0]) for m in [guest.search(text)] if m]
    for name, how in _presented(opening, voices, _AS_GUEST).items():
        cues[name].append((-2, how))
    titled = [n for n in voices if names.is_full(n) and names.folded(n) in names.folded(title)]
    if len(titled) == 1:
        cues[titled[0]].append((-1, title))
    lean = {n: sum(_strongest(found)) for n, found in cues.items()}
    guests = [n for n in voices if lean.get(n, 0) < 0]
    hosts = [n for n in voices if lean.get(n, 0) > 0]
    if not guests:
        return None
    hosts += [
        n
        for n in _presented([p for p in opening if p[0] in hosts], voices, _AS_HOST)
        if n not in {*hosts, *guests}
    ]
    least = min(voices[n].asks for n in guests)
    longest = max(v.n_words for v in voices.values())
    hosts += [n for n in voices if n not in {*hosts, *guests} and _asks_more(voices[n], least, longest)]
    if len(voices) == 2 and not hosts:  # noqa: PLR2004 - who is no guest has asked the guest in
        hosts = [n for n in voices if n not in guests and voices[n].asks >= least]
    if not hosts:
        return None
    told = "; ".join(f"{n}: “{' '.join(cues[n][0][1].split())}”" for n in [*hosts, *guests] if cues[n])
    return hosts, [
        Note("guessed", f"{n} is an interviewer ({voices[n].n_questions} of {count(voices[n].n_turns, 'turn')} "
                        f"end in a question; {told})")
        for n in hosts
    ]  # fmt: skip


def _strongest(cues: Sequence[tuple[int, str]]) -> list[int]:
    """Return the strongest cue each way: saying thanks twice is no more than once."""
    return [max((c for c, _ in cues if c > 0), default=0), min((c for c, _ in cues if c < 0), default=0)]


_AS_GUEST = (
    r"(?:guests?(?: today| this week| tonight)?,?(?: is| are)?|joined(?: today| now| here| again)? by|joining (?:me|us)(?: today| now)? (?:is|are)"
    r"|(?:please )?welcome(?: back)?,?|to welcome|talking (?:to|with)|speaking (?:to|with)|interview(?:ing)?(?: with)?|sit(?:ting)? down with)"
    r"\s+(?:dr\.? |professor |our (?:good )?friend |my (?:good )?friend )?"
)
_AS_HOST = r"(?:(?:here|together|as always|as usual|today)(?: today)? with|co-?hosts?(?: today)?,?(?: is)?)\s+(?:my (?:colleague|co-?host|partner|friend),? )?"


def _presented(opening: Sequence[tuple[str, str]], voices: Mapping[str, _Voice], how: str) -> dict[str, str]:
    """Return who is presented by name, by somebody else, with the words."""
    found: dict[str, str] = {}
    for name in voices:
        first = re.escape(re.split(r"[\s,]+", name)[0])
        pattern = re.compile(rf"(?i:\b{how})(?:{re.escape(name)}|{first})\b")
        vocative = re.compile(
            rf"\b(?:(?i:{first}, (?:so )?welcome)\b|(?i:welcome (?:back )?to (?:the|our|my) (?:\w+ ){{0,2}}\w+), {first}\b)"
            if how == _AS_GUEST
            else r"(?!)"
        )
        for other, text in opening:
            if other != name and (m := pattern.search(text) or vocative.search(text)):
                found[name] = m[0]
    return found


def _asks_more(voice: _Voice, least: float, longest: int) -> bool:
    """Say whether somebody asks as interviewers do, against one who asks least of those who say much."""
    return (
        voice.n_questions >= _MIN_QUESTIONS
        and voice.asks > least
        and (
            voice.n_words <= _FEW_WORDS * longest
            or voice.asks
            >= max(
                _TIMES_AS_OFTEN * least,
                _ENDS_IN_QUESTION_SAYING_MOST if voice.n_words == longest else _ENDS_IN_QUESTION,
            )
        )
    )


def _by_questions(voices: Mapping[str, _Voice]) -> tuple[list[str], list[Note]]:
    if len(voices) >= _MANY:
        return [], []
    longest = max(v.n_words for v in voices.values())
    least = min(v.asks for v in voices.values() if v.n_words >= _MUCH * longest)
    asking = [name for name, voice in voices.items() if _asks_more(voice, least, longest)]
    return asking, [
        Note("guessed", f"{name} is an interviewer ({voices[name].n_questions} of {count(voices[name].n_turns, 'turn')} "
                        f"end in a question)")
        for name in asking
    ]  # fmt: skip


# One who interviews in other files, and here says less than another and turns to them twice as often ("you"), interviews here, too.
_SAYS_LESS = 0.7
_YOU = re.compile(r"\byou(?:'|’|\b)", re.IGNORECASE)


def known_to_ask(said: Sequence[tuple[str | None, str]], askers: set[str]) -> list[str]:
    """Return those of ``askers``, who interview in other files, that behave so here, where nobody was told to."""
    n_words: dict[str, int] = defaultdict(int)
    n_you: dict[str, int] = defaultdict(int)
    for name, text in said:
        if name:
            n_words[name] += len(text.split())
            n_you[name] += len(_YOU.findall(text))
    if not 1 < len(n_words) < _MANY:
        return []
    most = max(n_words, key=lambda n: (n_words[n], n))
    rate = {n: n_you[n] / max(1, n_words[n]) for n in n_words}
    return [
        n for n in sorted(askers & set(n_words))
        if n_words[n] <= _SAYS_LESS * n_words[most] and rate[n] >= _TIMES_AS_OFTEN * rate[most] and n_you[n] > 1
    ]  # fmt: skip
