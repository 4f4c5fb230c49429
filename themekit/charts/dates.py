"""Dates on an axis: partial ones stand at their beginning, missing ones stand apart."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

DAY = 86_400_000
"""Milliseconds, in which Vega counts time."""
YEAR = 365.25
_EPOCH = dt.date(1970, 1, 1).toordinal()
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?![\d])")


def text(value: object) -> str:
    """Return a date as it was given, whether as text or as a date.

    Parameters
    ----------
    value : object
        ``1903``, ``1903-04``, ``1903-04-07``, a date or a time stamp; or null.

    Returns
    -------
    str
        What to draw; empty for null.

    Examples
    --------
    >>> text(dt.date(1903, 4, 7)), text("1903-04"), text(None)
    ('1903-04-07', '1903-04', '')
    """
    return value.isoformat()[:10] if isinstance(value, dt.date) and not pd.isna(value) else visible(value)


def day(date: str, year: float | None = None) -> float | None:
    """Return the first day of a date that may be partial.

    Parameters
    ----------
    date : str
        ``1903``, ``1903-04`` or ``1903-04-07``.
    year : float, optional
        Taken where the date says nothing.

    Returns
    -------
    float or None
        Days since 1970.

    Examples
    --------
    >>> day("1970-01-02"), day("", 1971.0), day("someday")
    (1.0, 365.0, None)
    """
    found = _DATE.match(date)
    parts = [int(part) for part in found.groups(default="1")] if found else []
    if not parts and year is not None and not pd.isna(year):
        parts = [int(year), 1, 1]
    try:
        return float(dt.date(*parts).toordinal() - _EPOCH) if parts else None
    except ValueError:
        return None


def days(dates: Iterable[object], years: Iterable[float | None] | None = None) -> pd.Series[float]:
    """Return days since 1970 of many dates, missing where there is none.

    Parameters
    ----------
    dates : iterable
        As :func:`text` takes them.
    years : iterable of float, optional
        One for each.

    Returns
    -------
    pandas.Series
        Numbered from 0.

    Examples
    --------
    >>> days(["1970", None]).tolist()
    [0.0, nan]
    """
    texts = [text(date) for date in dates]
    known = [None] * len(texts) if years is None else list(years)
    return pd.Series([day(date, year) for date, year in zip(texts, known, strict=True)], dtype="float64")


def year_of(moment: float) -> int:
    """Return the year of a day since 1970.

    Parameters
    ----------
    moment : float
        Days.

    Returns
    -------
    int
        The year.

    Examples
    --------
    >>> year_of(-1)
    1969
    """
    return dt.date.fromordinal(int(moment // 1) + _EPOCH).year


def apart(moments: pd.Series[float]) -> pd.Series[float]:
    """Move what has the same day apart, by a hundredth of the span each.

    Parameters
    ----------
    moments : pandas.Series
        Days since 1970.

    Returns
    -------
    pandas.Series
        The same, moved.

    Examples
    --------
    >>> apart(pd.Series([0.0, 0.0, 400.0])).tolist()
    [-2.0, 2.0, 400.0]
    """
    step = max(float(moments.max() - moments.min()), YEAR) / 100 if moments.notna().any() else 0.0
    together = moments.groupby(moments)
    return moments + (together.cumcount() - (together.transform("size") - 1) / 2) * step


def milliseconds(moments: pd.Series[float]) -> pd.Series[float]:
    """Return days as whole milliseconds: six significant digits would move a date by days.

    Parameters
    ----------
    moments : pandas.Series
        Days since 1970, none missing.

    Returns
    -------
    pandas.Series
        Whole numbers.

    Examples
    --------
    >>> milliseconds(pd.Series([0.5])).tolist()
    [43200000]
    """
    return (moments * DAY).round().astype("int64")


def axis(moments: pd.Series[float], field: str = "when", *, grid: bool = False) -> alt.X:
    """Return the time axis that holds these days.

    Parameters
    ----------
    moments : pandas.Series
        Days since 1970, as drawn; missing ones are passed over.
    field : str, default "when"
        The field, in milliseconds.
    grid : bool, default False
        Draw a line at each tick.

    Returns
    -------
    altair.X
        Years, or months where years would be said twice.

    Examples
    --------
    >>> axis(pd.Series([0.0, 4000.0])).to_dict()["axis"]["format"]
    '%Y'
    """
    known = moments.dropna()
    span = float(known.max() - known.min())
    margin = max(span * 0.03, 20)
    domain = [round((float(known.min()) - margin) * DAY), round((float(known.max()) + margin) * DAY)]
    n_years = span / YEAR
    ticks = (
        alt.Axis(title=None, format="%Y", tickCount=int(min(n_years + 1, 10)), grid=grid, labelPadding=8)
        if n_years > 4  # noqa: PLR2004 - below, the ticks would repeat a year
        else alt.Axis(title=None, format="%b %Y", values=_months(*domain), grid=grid, labelPadding=8)
    )
    # As expressions: numbers would become datetime(number), which Vega's interpreter reads as a year.
    low, high = (alt.ExprRef(str(edge)) for edge in domain)
    scale = alt.Scale(type="utc", domainMin=low, domainMax=high, nice=False)
    return alt.X(f"{field}:T", scale=scale, axis=ticks)


def _months(start: int, end: int) -> list[int]:
    """Return the first days of at most eight months, in milliseconds: no month is said twice."""
    first, last = (pd.Timestamp(edge, unit="ms").to_period("M") for edge in (start, end))
    months = pd.period_range(first, last, freq="M")
    every = next(step for step in (1, 2, 3, 6, 12) if len(months) <= 8 * step)
    starts = [month.start_time.value // 1_000_000 for month in months if (month.month - 1) % every == 0]
    return [moment for moment in starts if start <= moment <= end]


def span(moments: pd.Series[float]) -> str:
    """Return the years between the first day and the last, in words.

    Parameters
    ----------
    moments : pandas.Series
        Days since 1970; missing ones are passed over.

    Returns
    -------
    str
        ``2013 to 2022``, ``2013``, or empty.

    Examples
    --------
    >>> span(pd.Series([0.0, 800.0])), span(pd.Series([0.0])), span(pd.Series([], dtype=float))
    ('1970 to 1972', '1970', '')
    """
    known = moments.dropna()
    if known.empty:
        return ""
    first, last = year_of(known.min()), year_of(known.max())
    return f"{first}" if first == last else f"{first} to {last}"
