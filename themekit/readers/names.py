"""Names: whether two of them can be one person's, and why.

Within a file a first name, a last name or initials stand for the full name that
they fit. Full names are one where they differ in titles, middle initials,
accents or a letter; never where first or last name is another one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TITLES = frozenset(
    [
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "dame",
        "lord",
        "lady",
        "rev",
        "fr",
        "sr",
        "hon",
        "phd",
        "psyd",
        "md",
        "ma",
        "ba",
        "msc",
        "bsc",
        "mba",
        "jd",
        "edd",
        "dphil",
        "esq",
        "cbe",
        "obe",
        "mbe",
        "frs",
        "rn",
        "mph",
        "llb",
    ],
)
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\|.*|[\"“”„][^\"“”„]*[\"“”„])\s*")
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "du",
        "des",
        "do",
        "dos",
        "das",
        "van",
        "von",
        "der",
        "den",
        "zu",
        "zum",
        "zur",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "bint",
        "af",
        "av",
        "ten",
        "ter",
        "y",
        "e",
        "of",
        "the",
    ]
)
_SOUNDS = (
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("sch", "sh"),
    ("ij", "i"),
    ("ie", "i"),
    ("y", "i"),
    ("c", "k"),
    ("z", "s"),
    ("w", "f"),
    ("v", "f"),
)
# Letters that a word must have before a spelling that differs in one of them is taken for a slip.
_LONG_ENOUGH = 7
_LONG_ENOUGH_FOR_A_LETTER_MORE = 6
_LONG_ENOUGH_FOR_TWO = 10


def folded(text: str) -> str:
    """Return a text without case and accents.

    Examples
    --------
    >>> folded("Müller-Ødegård")
    'muller-odegard'
    """
    text = text.translate(
        {
            ord("ø"): "o",
            ord("Ø"): "o",
            ord("ł"): "l",
            ord("Ł"): "l",
            ord("đ"): "d",
            ord("æ"): "ae",
            ord("Æ"): "ae",
        }
    )
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name without titles, degrees, what stands in brackets, accents and case.

    Examples
    --------
    >>> words("Dr Mireille B. Reece, Psy.D (Host)")
    ('mireille', 'b', 'reece')
    """
    kept = _ASIDE.sub(" ", name) if _ASIDE.sub(" ", name).strip() else name
    kept = re.sub(r"(?<=\w)\.(?=\w)", "", folded(kept)).replace("’", "'")
    parts = [w.strip(".'-") for w in re.split(r"[\s,;]+", kept)]
    return tuple(w for w in parts if w and w not in _TITLES) or tuple(w for w in parts if w)


def is_full(name: str) -> bool:
    """Say whether a name has a first and a last name, and not an initial for one of them."""
    parts = words(name)
    return len(parts) > 1 and len(parts[0]) > 1 and len(parts[-1]) > 1


def initials(name: str) -> str:
    """Return the first letters of a name.

    Examples
    --------
    >>> initials("Ida von Berg"), initials("Jean-Luc Picard")
    ('ivb', 'jlp')
    """
    return "".join(w[0] for part in words(name) for w in part.split("-") if w)


def stands_for(short: str, full: str) -> str | None:
    """Say how a short name fits a full one: as its ``first name``, ``last name`` or ``initials``; or not at all.

    Examples
    --------
    >>> stands_for("Pieter", "Pieter Wuille"), stands_for("MC", "Matt Corallo"), stands_for("Ann", "Anna Holm")
    ('first name', 'initials', None)
    """
    parts, whole = words(short), words(full)
    if not parts or len(whole) < 2 or parts == whole:  # noqa: PLR2004 - a first and a last name
        return None
    if len(parts) == 1:
        return _one_word(short.strip(), parts[0], whole, full)
    if len(parts) == 2:  # noqa: PLR2004
        (first, last), (begin, end) = parts, (whole[0], whole[-1])
        if first == begin and len(last) == 1 and end[0] == last:
            return "first name and an initial"
        if last == end and len(first) == 1 and begin[0] == first:
            return "last name and an initial"
        if last == end and first in whole[1:-1]:
            return "last names"
    return None


def _one_word(written: str, word: str, whole: tuple[str, ...], full: str) -> str | None:
    if word == whole[0]:
        return "first name"
    if word == whole[-1] or ("-" in whole[-1] and word in whole[-1].split("-")):
        return "last name"
    letters = re.sub(r"[^\w]", "", written)
    ends = whole[0][0] + whole[-1][0]
    if letters.isupper() and len(letters) > 1 and folded(letters) in {initials(full), ends}:
        return "initials"
    return None


def likeness(name: str) -> str:
    """Return a key that the names of one person share, so that only those need comparing."""
    first = words(name)[:1]
    return _sound(first[0])[:1] if first else ""


def one_person(a: str, b: str) -> str | None:
    """Say why two full names are one person's, or ``None`` where they may be two.

    Examples
    --------
    >>> one_person("Mireille B. Reece, Psy.D", "Mireille Reece, PsyD")
    'the same but for titles and initials'
    >>> one_person("Mark McGranaghan", "Mark McGranahan")
    'a small difference in spelling'
    >>> one_person("Anna Holm", "Anna Berg"), one_person("Jon Hansen", "Jan Hansen")
    (None, None)
    """
    if not (is_full(a) and is_full(b)):
        return None
    one, other = words(a), words(b)
    if one == other or "".join(one).replace("-", "") == "".join(other).replace("-", ""):
        return "the same but for case, accents, titles or hyphens"
    if one[0] == other[0] and one[-1] == other[-1]:
        return "the same but for titles and initials" if _middles_agree(one[1:-1], other[1:-1]) else None
    if _alike(one, other) or _alike(_without_initials(one), _without_initials(other)):
        return "a small difference in spelling"
    return None


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) == len(other) and all(
        _spelt_alike(x, y, is_first=i == 0) for i, (x, y) in enumerate(zip(one, other, strict=True))
    )


def _without_initials(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(p for p in parts if len(p) > 1)


def _middles_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether middle names agree: one has none, or they are equal as far as they are written out."""
    if not one or not other:
        left = one or other
        return all(len(m) == 1 or m in _PARTICLES for m in left) or len(left) == 1
    return len(one) == len(other) and all(
        x == y or (1 in {len(x), len(y)} and x[0] == y[0]) for x, y in zip(one, other, strict=True)
    )


def _spelt_alike(a: str, b: str, *, is_first: bool) -> bool:
    if a == b:
        return True
    if a[0] != b[0] and _sound(a)[:1] != _sound(b)[:1]:
        return False
    if _sound(a) == _sound(b):
        return True
    if is_first:
        return False
    shorter = min(len(a), len(b))
    n = _edits(a, b)
    if n == 1:
        return shorter >= _LONG_ENOUGH or (
            len(a) != len(b) and shorter >= _LONG_ENOUGH_FOR_A_LETTER_MORE and a[-1] == b[-1]
        )
    return n == 2 and shorter >= _LONG_ENOUGH_FOR_TWO  # noqa: PLR2004


def _sound(word: str) -> str:
    """Return about how a name sounds: Katharina and Katarina, Sijbrandij and Sybrandy are the same."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    word = re.sub(r"(.)\1+", r"\1", word)
    return re.sub(r"(?<=[aeiourlnt])h|-", "", word)


def _edits(a: str, b: str) -> int:
    """Count the letters to add, take out, change or swap with their neighbour."""
    before, row = list(range(len(b) + 1)), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def introduced(short: str, own: str, opening: str) -> str | None:
    """Return the one full name by which a person of a first name is presented, or ``None``.

    Parameters
    ----------
    short : str
        The first name.
    own : str
        What this person says first: "I'm Anna Holm".
    opening : str
        Title and opening of the conversation: "my guest today is Anna Holm".

    Examples
    --------
    >>> introduced("Anna", "", "Our guest today is Anna Holm. Anna Berg is not.")
    'Anna Holm'
    """
    first = short.strip()
    if not re.fullmatch(r"[^\W\d_]{2,}", first) or not first[:1].isupper():
        return None
    particles = "|".join(sorted(_PARTICLES))
    full = (
        rf"{re.escape(first)}(?: [A-Z]\.)?(?: (?:{particles})){{0,2}} [A-Z][^\W\d_]+(?:[-'’][A-Z]?[^\W\d_]+)*"
    )
    found = [*re.findall(rf"{_OF_ONESELF}({full})\b", own), *re.findall(rf"{_OF_A_GUEST}({full})\b", opening)]
    distinct = {words(name): name for name in found}
    return next(iter(distinct.values())) if len(distinct) == 1 else None


_OF_ONESELF = r"(?i:\b(?:i am|i'm|i’m|my name is|my name's|my name’s|this is|it's|it’s)\s+)"
_OF_A_GUEST = (
    r"(?i:\b(?:(?:my|our|today's|today’s|the|special) guests?(?: today| tonight| this week)?(?: is| are|,|:)?|joined(?: today| now| here| again)? by"
    r"|joining (?:me|us)(?: today| now)?(?: is| are)|please welcome|welcome back,?|to welcome|(?:here|talking|speaking|sitting down|in conversation) (?:today )?(?:with|to)"
    r"|interview(?: with)?|interviewing|conversation with|co-?host,?(?: is)?|colleague,?)"
    r"\s+(?:today,? |our (?:good )?friend |my (?:friend|colleague|co-?host),? |dr\.? |professor )?)"
)
