"""Dates as far as they go: a year stays a year, what is not said is not invented."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from themekit.readers.document import Note

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_YEAR = r"(?:1[4-9]|20)\d\d"
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?", re.DOTALL)
_IN_NAME = re.compile(
    rf"(?<!\d)(?P<y>{_YEAR})(?:(?P<sep>[-_. ]?)(?P<m>0[1-9]|1[0-2])(?:(?P=sep)(?P<d>0[1-9]|[12]\d|3[01]))?)?(?!\d)",
)
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<d>0?[1-9]|[12]\d|3[01])(?P<sep>[-_. ])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<y>{_YEAR})(?!\d)",
)
_SLASHED = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?(?:the\s+)?"
_WEEKDAY_ALONE = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?", re.IGNORECASE
)
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"  # codespell:ignore nd
_LEADING = re.compile(
    rf"{_WEEKDAY}(?:(?P<whole>\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}"
    rf"|{_NTH}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}|{_MONTH}\s+{_NTH},?\s+{_YEAR})"
    rf"|(?P<part>{_NTH}\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+{_NTH}))\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:[^\W\d_][\w.'’-]*[ ,]+){1,4}")
_MONTH_YEAR = re.compile(rf"{_MONTH},?\s+{_YEAR}", re.IGNORECASE)
_MONTHS = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_SEASON = r"(?:(?:early|late)\s+)?(?:spring|summer|autumn|fall|winter)"
# Any date in a line, the longest forms first; a clock's time after it goes with it.
_WITHIN = re.compile(
    rf"(?<![\w/.-])(?:{_WEEKDAY.replace('?:the', '?:(?:on )?the')})?(?P<date>\d{{4}}[-/.]\d{{2}}[-/.]\d{{2}}|\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}"
    rf"|{_NTH}\s+(?:day\s+)?(?:of\s+)?{_MONTHS},?\s+{_YEAR}|{_MONTHS}\s+{_NTH},?\s+{_YEAR}|{_MONTHS},?\s+(?:of\s+)?{_YEAR}"
    rf"|{_SEASON},?\s+(?:of\s+)?{_YEAR}|\d{{4}}-\d{{2}}|{_YEAR})"
    r"(?:T[\d:.+Z-]+|,?\s+(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?)?(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_LONGEST = 60
_N_DATE_WORDS = 9
_TWO_DEFAULTS = (dt.datetime(1904, 1, 1), dt.datetime(1908, 3, 3))  # noqa: DTZ001 - days, no times
_MONTHS_IN_YEAR = 12


def parse(value: object) -> tuple[str | None, list[Note]]:
    """Read a date however it is written; return it as ``2019``, ``2019-03`` or ``2019-03-21``.

    Examples
    --------
    >>> parse("1903-04")
    ('1903-04', [])
    >>> parse("21 March 2019")[0], parse("Spring 2019")[0], parse("next week")[0]
    ('2019-03-21', '2019', None)
    """
    if isinstance(value, dt.datetime):
        return value.date().isoformat(), []
    if isinstance(value, dt.date):
        return value.isoformat(), []
    text = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    if not text or isinstance(value, bool):
        return None, []
    if iso := _ISO.fullmatch(text):
        date = _valid(*iso.groups())
        return (date, []) if date else (None, [_refused(text)])
    date = _in_words(text)
    if date is None:
        return None, [_refused(text)]
    return date, [Note("guessed", f"date {text[:_LONGEST]!r} read as {date}")]


def leading(text: str, year: str | None = None) -> tuple[str | None, str]:
    """Return the day that a heading begins with, and what follows it; a day and month alone take ``year``.

    Examples
    --------
    >>> leading("Monday, 21 March 2022: Rain")
    ('2022-03-21', 'Rain')
    >>> leading("March 21", year="2019"), leading("March 21")
    (('2019-03-21', ''), (None, 'March 21'))
    """
    words = " ".join(text.split())
    match = _LEADING.match(words)
    if not match or (match["part"] and not year):
        return None, words
    day = (match["whole"] or f"{match['part']} {year}").replace(" of ", " ")
    date, _ = parse(day)
    if date is None or date.count("-") != 2:  # noqa: PLR2004 - year, month and day
        return None, words
    rest = words[match.end() :].strip(" :.,-–—|()[]")
    return date, "" if _WEEKDAY_ALONE.fullmatch(rest) else rest


def year_alone(text: str) -> str | None:
    """Return the year of a heading that is a year, or a month and a year."""
    words = " ".join(text.split()).strip(" :.")
    return words[-4:] if re.fullmatch(rf"(?:{_MONTH},?\s+)?{_YEAR}", words, re.IGNORECASE) else None


def alone(text: str) -> str | None:
    """Return the date of a line that is a date and no more than a place before it.

    Examples
    --------
    >>> alone("Lisbon, 21 March 2019"), alone("March 2019"), alone("It was March 2019 when I left.")
    ('2019-03-21', '2019-03', None)
    """
    words = " ".join(text.split()).strip(" .()[]*_")
    if len(words.split()) > _N_DATE_WORDS:
        return None
    place = _PLACE.match(words)
    for start in {0, *([place.end()] if place and "," in place[0] else [])}:
        date, rest = leading(words[start:])
        if date and not rest:
            return date
        if _MONTH_YEAR.fullmatch(words[start:]):
            return parse(words[start:])[0]
    return None


def within(line: str) -> tuple[str | None, str]:
    """Return the first date in a line, and the line without it; of two dates the second stays where it is.

    Examples
    --------
    >>> within("Posted on Thursday, March 21, 2019 by Ann"), within("Ann, Spring 2019")
    (('2019-03-21', 'Posted on | by Ann'), ('2019', 'Ann, |'))
    >>> within("From 1903 to 1907")
    (None, 'From 1903 to 1907')
    """
    found = list(_WITHIN.finditer(line))
    years = {match["date"][-4:] for match in found}
    if not found or (len(found) > 1 and len(years) > 1):
        return None, line
    first = found[0]
    date = parse(
        re.sub(r"\b(?:day\s+)?of\s+", "", re.sub(r"^(\d{4})[/.](\d\d)[/.]", r"\1-\2-", first["date"]))
    )[0]
    if date is None:
        return None, line
    return date, f"{line[: first.start()].rstrip()} | {line[first.end() :].lstrip()}".strip()


def in_name(name: str) -> tuple[str | None, str]:
    """Return the date in a file's or folder's name, and the name without it.

    Examples
    --------
    >>> in_name("2019-03-21-bees"), in_name("Interview 21.03.2019"), in_name("IMG 20190321")
    (('2019-03-21', 'bees'), ('2019-03-21', 'Interview'), ('2019-03-21', 'IMG'))
    """
    for pattern in (_DAY_FIRST, _IN_NAME):
        for match in pattern.finditer(name):
            day, month, year = match["d"], match["m"], match["y"]
            # 03-04-2019 may be March or April: its year is all that is known.
            if pattern is _DAY_FIRST and int(day) <= _MONTHS_IN_YEAR and int(day) != int(month):
                day = month = None
            date = _valid(year, month, day)
            if date:
                return date, (name[: match.start()] + name[match.end() :]).strip(" -_.,()[]")
    return None, name


def in_path(relative: PurePosixPath) -> tuple[str | None, str | None]:
    """Return the date in a file's name, else in the nearest folder's, and which of the two it was.

    A path such as ``2019/03/bees.md`` gives the year and the month.
    """
    date, _ = in_name(relative.stem)
    if date:
        return date, "file name"
    folders = "/".join(relative.parts[:-1])
    match = re.search(rf"(?:^|/)({_YEAR})(?:/(0[1-9]|1[0-2])(?:/(0[1-9]|[12]\d|3[01]))?)?(?=/|$)", folders)
    if match and (date := _valid(*match.groups())):
        return date, "path"
    for part in reversed(relative.parts[:-1]):
        if (date := in_name(part)[0]) is not None:
            return date, "path"
    return None, None


def _valid(year: str, month: str | None = None, day: str | None = None) -> str | None:
    try:
        dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])


def _in_words(text: str) -> str | None:
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        one, two, year = slashed.groups()
        return _either_order(year, one, two)
    if not re.search(_YEAR, text) or len(text) > _LONGEST:
        return None
    from dateutil import parser  # noqa: PLC0415 - only for dates written in words

    try:
        # Parsed over two different defaults: what differs was not said.
        one, two = (parser.parse(text, default=default) for default in _TWO_DEFAULTS)
    except (ValueError, OverflowError, TypeError):
        years = set(re.findall(rf"\b{_YEAR}\b", text))
        return years.pop() if len(years) == 1 else None
    if one.year != two.year:
        return None
    n_known = 1 if one.month != two.month else 2 if one.day != two.day else 3
    return "-".join(one.date().isoformat().split("-")[:n_known])


def _either_order(year: str, one: str, two: str) -> str | None:
    """Tell day from month where only one order is possible; else keep the year."""
    orders = {d for d in (_valid(year, one, two), _valid(year, two, one)) if d}
    return orders.pop() if len(orders) == 1 else year if orders else None


def _refused(text: str) -> Note:
    return Note(
        "dropped",
        f"seen the date {text[:_LONGEST]!r}; expected something like 2019-03-21; it was not taken",
    )
