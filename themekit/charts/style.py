"""How every chart looks, and the words on it.

Decisions that bind all charts:

- Colours are Petroff's ten (2021), in their own order: the smallest distance
  between two of them stays above 14 (CAM02-UCS) under each common kind of
  colour blindness. The grey one is kept for "all the rest", so nine are left
  to tell things apart. Some have little contrast on white, therefore every
  mark has a thin dark edge, and no meaning rests on colour alone.
- What differs between paper and a dark screen lives in the theme, in its
  ranges and named styles, never in a chart: the same chart can be drawn in
  both, and charts may be layered and concatenated at will.
- A name is data. What could steer a terminal or turn a line around is shown
  as its code, and no name is ever put into an expression.
- Rows travel inside the chart as plain values. Altair's limit of 5,000 rows
  then does not turn a long journal into an error.
"""

from __future__ import annotations

import math
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Any, cast

import altair as alt
import narwhals as nw
import pandas as pd

from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoDataFrame

PETROFF10 = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
REST = "#94a4a2"
CATEGORIES = tuple(colour for colour in PETROFF10 if colour != REST)
ACCENT = PETROFF10[0]
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
EDGE = "#1b2733"
BLANK = "#ffffff"
QUIET = "#8a929c"  # readable on white and on black alike
# The first has the widths of the second and comes with the library that makes the pictures.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

_LIGHT = {"paper": "#ffffff", "ink": "#1b2733", "soft": "#56616d", "grid": "#e6e9ec", "accent": "#1f5a99"}
_DARK = {"paper": "#14181d", "ink": "#eef1f4", "soft": "#a9b3bd", "grid": "#2b323a", "accent": "#5aa9ec"}
_DIVERGING = {
    "light": ["#1f5a99", "#7fb0dc", "#f4f4f2", "#f5b77a", "#b8480a"],
    "dark": ["#5aa9ec", "#2f5f8a", "#22282f", "#a8541a", "#ffac5c"],
}
_SEQUENTIAL = {"light": ["#eef3f8", "#3f90da", "#0d3a66"], "dark": ["#1b232c", "#2f6ea8", "#a9d4f8"]}
# Line ends of a title, in average characters of its own size.
_TITLE_SIZE, _SUBTITLE_SIZE = 19, 13
_TITLE_CHARACTER, _CHARACTER = 0.49, 0.52
_NARROWEST = 540  # what the legends take
_ISOLATE, _POP = "\u2068", "\u2069"


def config(*, dark: bool = False) -> dict[str, Any]:
    """Return the Vega-Lite configuration that all charts are drawn with.

    Parameters
    ----------
    dark : bool, default False
        For a dark screen. The default is for paper.

    Returns
    -------
    dict
        A Vega-Lite ``config`` object.

    Examples
    --------
    >>> config()["background"], config(dark=True)["background"]
    ('#ffffff', '#14181d')
    """
    tone = _DARK if dark else _LIGHT
    return {
        "background": tone["paper"],
        "font": FONT,
        "padding": 16,
        "view": {"stroke": None, "continuousWidth": 640, "continuousHeight": 400},
        "title": _title_config(tone),
        "axis": _axis_config(tone),
        "legend": _legend_config(tone),
        "range": {
            "category": list(CATEGORIES),
            "diverging": _DIVERGING["dark" if dark else "light"],
            "heatmap": _SEQUENTIAL["dark" if dark else "light"],
            "symbol": list(SHAPES),
        },
        "point": {"strokeWidth": 0.6, "filled": True},
        "text": {"color": tone["ink"], "fontSize": 12},
        "style": _styles(tone),
    }


def _title_config(tone: dict[str, str]) -> dict[str, Any]:
    return {
        "anchor": "start",
        "frame": "bounds",
        "color": tone["ink"],
        "fontSize": _TITLE_SIZE,
        "fontWeight": 600,
        "lineHeight": 24,
        "offset": 18,
        "subtitleColor": tone["soft"],
        "subtitleFontSize": _SUBTITLE_SIZE,
        "subtitleLineHeight": 18,
        "subtitlePadding": 6,
    }


def _axis_config(tone: dict[str, str]) -> dict[str, Any]:
    return {
        "domain": False,
        "ticks": False,
        "gridColor": tone["grid"],
        "labelColor": tone["ink"],
        "labelFontSize": 12,
        "labelLimit": 240,
        "labelPadding": 6,
        "titleColor": tone["soft"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    }


def _legend_config(tone: dict[str, str]) -> dict[str, Any]:
    return {
        "orient": "bottom",
        "direction": "horizontal",
        "offset": 18,
        "columnPadding": 18,
        "labelColor": tone["ink"],
        "labelFontSize": 12,
        "labelLimit": 220,
        "titleColor": tone["soft"],
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleLimit": 420,
        "symbolSize": 90,
        "gradientThickness": 12,
    }


def _styles(tone: dict[str, str]) -> dict[str, Any]:
    return {
        "cell": {"stroke": tone["paper"], "strokeWidth": 1},
        "bar": {"stroke": tone["paper"], "strokeWidth": 0.5},
        "band": {"color": tone["soft"], "opacity": 0.16},
        "interval": {"color": tone["ink"], "strokeWidth": 2},
        "branch": {"color": tone["soft"], "strokeWidth": 1.2},
        "axis-label": {"color": tone["ink"], "fontSize": 12},
        "label": {"color": tone["ink"], "fontSize": 12.5, "fontWeight": 600},
        "halo": {"fill": tone["paper"], "stroke": tone["paper"], "strokeWidth": 4, "strokeJoin": "round",
                 "fontSize": 12.5, "fontWeight": 600, "opacity": 0.85},
        "aside": {"color": tone["soft"], "fontSize": 11, "fontWeight": 400},
        "aside-halo": {"fill": tone["paper"], "stroke": tone["paper"], "strokeWidth": 3,
                       "strokeJoin": "round", "fontSize": 11, "fontWeight": 400, "opacity": 0.85},
        "hole": {"color": tone["paper"], "opacity": 1},
        "dot": {"stroke": tone["ink"]},
        "quote": {"color": tone["ink"], "fontSize": 12, "fontWeight": 400},
        "note": {"color": tone["soft"], "fontSize": 14},
        **_page_styles(tone),
    }  # fmt: skip


def _page_styles(tone: dict[str, str]) -> dict[str, Any]:
    """Return the looks of a composed page; sizes are set where the page is."""
    return {
        "page-accent": {"color": ACCENT},
        "page-name": {"color": tone["ink"], "fontWeight": 600},
        "page-theme": {"color": tone["accent"], "fontWeight": 700},
        "page-theme-open": {"color": tone["soft"], "fontWeight": 400},
        "page-gloss": {"color": tone["ink"], "fontWeight": 400},
        "page-finding": {"fill": tone["ink"], "font": FONT, "fontSize": 10.5, "fontWeight": 600},
        "page-heading": {"color": tone["ink"], "fontWeight": 600},
        "page-number": {"color": tone["ink"], "fontWeight": 600},
        "page-quote": {"color": tone["ink"], "fontWeight": 400},
        "page-label": {"color": tone["ink"], "fontWeight": 400},
        "page-soft": {"color": tone["soft"], "fontWeight": 400},
        "page-grid": {"color": tone["grid"]},
        "page-rule": {"color": tone["soft"], "opacity": 0.6},
        "page-wire": {"color": ACCENT, "opacity": 0.55},
        "page-wire-off": {"color": QUIET, "opacity": 0.6},
        "page-band": {"color": tone["soft"], "opacity": 0.16},
        "page-interval": {"color": tone["ink"]},
    }


@alt.theme.register("themekit", enable=False)
def _theme() -> alt.theme.ThemeConfig:
    # The mark lets a page that shows the chart swap in the dark configuration.
    return {"config": config(), "usermeta": {"themekit": "auto"}}  # type: ignore[typeddict-item]


@alt.theme.register("themekit_light", enable=False)
def _light_theme() -> alt.theme.ThemeConfig:
    return {"config": config()}  # type: ignore[typeddict-item]


@alt.theme.register("themekit_dark", enable=False)
def _dark_theme() -> alt.theme.ThemeConfig:
    return {"config": config(dark=True)}  # type: ignore[typeddict-item]


def table(
    frame: IntoDataFrame, columns: Sequence[str], *, chart: str, optional: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the columns that a chart draws, as a pandas frame of its own.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table
        What the user handed in. It is not changed.
    columns : sequence of str
        Columns that must be there.
    chart : str
        Name of the chart, for the error message.
    optional : sequence of str, optional
        Columns that are taken where they are there.

    Returns
    -------
    pandas.DataFrame
        These columns and no others, rows numbered from 0.

    Raises
    ------
    ValueError
        If a column is missing; the message names it.

    Examples
    --------
    >>> table(pd.DataFrame({"x": [1], "secret": ["s"]}), ["x"], chart="topic_map").columns.tolist()
    ['x']
    """
    narrow = nw.from_native(frame, eager_only=True)
    missing = [column for column in columns if column not in narrow.columns]
    if missing:
        raise ValueError(_missing_columns(chart, narrow.columns, missing))
    kept = [*columns, *(column for column in optional if column in narrow.columns)]
    return narrow.select(kept).to_pandas().reset_index(drop=True)


def _missing_columns(chart: str, seen: Sequence[str], missing: Sequence[str]) -> str:
    return (
        f"{chart}: seen a table with the columns {', '.join(map(str, seen)) or '(none)'}; "
        f"expected {', '.join(missing)} as well; do rename or add what is missing, "
        f"help(themekit.charts.{chart}) lists all columns."
    )


def check_one(rows: pd.DataFrame, column: str, *, chart: str) -> None:
    """Refuse a table that holds several of what the chart is about.

    Parameters
    ----------
    rows : pandas.DataFrame
        What is to be drawn.
    column : str
        The column that may have one value only.
    chart : str
        Name of the chart, for the message.

    Raises
    ------
    ValueError
        If there are several.

    Examples
    --------
    >>> check_one(pd.DataFrame({"author": ["Ann", "Ann"]}), "author", chart="thread")
    """
    values = sorted(rows[column].unique())
    if len(values) > 1:
        raise ValueError(
            f"{chart}: seen {len(values)} {column}s ({listing(values, 3)}); expected one; "
            f"do choose one first, such as frame[frame[{column!r}] == {values[0]!r}]."
        )


def inline(frame: pd.DataFrame) -> alt.InlineData:
    """Return the rows of a frame as values inside the chart.

    Parameters
    ----------
    frame : pandas.DataFrame
        Only columns that the chart draws.

    Returns
    -------
    altair.InlineData
        Numbers to six significant digits, missing values as null.

    Examples
    --------
    >>> inline(pd.DataFrame({"x": [1 / 3, None]})).to_dict()
    {'values': [{'x': 0.333333}, {'x': None}]}
    """
    names = [str(column) for column in frame.columns]
    columns = [list(map(_plain, frame.iloc[:, i].tolist())) for i in range(len(names))]
    data = alt.InlineData(values=[])
    # Set afterwards: the constructor would check each cell against a schema, which takes seconds for a long table.
    data["values"] = (
        [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] if names else []
    )
    return data


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a table can be anything
    # The kinds that nearly all cells are come first: to ask pandas of each takes long.
    if isinstance(value, str | bool):
        return value
    if type(value) is int:
        return value
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return _plain_of_another_kind(value)


def _plain_of_another_kind(value: Any) -> Any:  # noqa: ANN401 - as above
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if pd.api.types.is_bool(value):
        return bool(value)
    if pd.api.types.is_integer(value):
        return int(value)
    if pd.api.types.is_float(value):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return str(value)


def shorten(text: object, n_characters: int = 40) -> str:
    """Return a text of at most ``n_characters``, cut with an ellipsis.

    Parameters
    ----------
    text : object
        What to draw; see :func:`visible`.
    n_characters : int, default 40
        The most that fits beside other words on a line.

    Returns
    -------
    str
        The text or its beginning.

    Examples
    --------
    >>> shorten("a rather long label of a topic", 14)
    'a rather long…'
    """
    shown = visible(text)
    return shown if len(shown) <= n_characters else shown[: n_characters - 1].rstrip(" ,;") + "…"


def person(text: object) -> str:
    """Return the name of an author to draw, also where there is none.

    Parameters
    ----------
    text : object
        The name.

    Returns
    -------
    str
        See :func:`visible`; ``(no name)`` where nothing would be seen.

    Examples
    --------
    >>> person("Maud Okafor"), person(None), person("  ")
    ('Maud Okafor', '(no name)', '(no name)')
    """
    return visible(text) or "(no name)"


def name(text: object) -> str:
    """Return a name for use inside a sentence, whatever way it is written.

    A name in a script that runs from right to left is fenced off, so that the
    words and numbers around it stay in their places.

    Parameters
    ----------
    text : object
        The name.

    Returns
    -------
    str
        At most 40 characters of it.

    Examples
    --------
    >>> name("Maud Okafor")
    'Maud Okafor'
    """
    shown = shorten(text)
    is_rtl = any(unicodedata.bidirectional(letter) in {"R", "AL", "AN"} for letter in shown)
    return f"{_ISOLATE}{shown}{_POP}" if is_rtl else shown


def distinct(labels: Sequence[str] | pd.Series[str]) -> list[str]:
    """Return labels so that no two are the same: an axis would put equal ones in one place.

    Parameters
    ----------
    labels : sequence of str
        What to draw.

    Returns
    -------
    list of str
        The second of the same label has a (2) after it, and so on.

    Examples
    --------
    >>> distinct(["bread", "boats", "bread"])
    ['bread', 'boats', 'bread (2)']
    """
    again = pd.Series(list(labels), dtype=object).groupby(list(labels)).cumcount()
    return [f"{label} ({n + 1})" if n else label for label, n in zip(labels, again, strict=True)]


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Parameters
    ----------
    n : int
        How many.
    noun : str
        The word for one.
    plural : str, optional
        The word for several, where it is not ``noun`` with an s.

    Returns
    -------
    str
        For example ``1 document`` or ``1,204 documents``.

    Examples
    --------
    >>> count(1, "document"), count(1204, "document"), count(2, "entry", "entries")
    ('1 document', '1,204 documents', '2 entries')
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def title(finding: str, subtitle: str, *, width: float) -> alt.TitleParams:
    """Return a title that states the finding, with the counts under it.

    Parameters
    ----------
    finding : str
        One sentence.
    subtitle : str
        Counts and how to read the chart.
    width : float
        Width of the chart in pixels; longer lines are broken.

    Returns
    -------
    altair.TitleParams
        Title and subtitle, each a text or a list of lines.

    Examples
    --------
    >>> title("One of two authors has a meta-theme", "2 authors", width=600).text
    'One of two authors has a meta-theme'
    """
    room = max(width, _NARROWEST)
    return alt.TitleParams(
        text=_lines(finding, room / (_TITLE_SIZE * _TITLE_CHARACTER)),
        subtitle=_lines(subtitle, room / (_SUBTITLE_SIZE * _CHARACTER)),
    )


def _lines(text: str, n_characters: float) -> str | list[str]:
    lines = _fenced(textwrap.wrap(text, int(n_characters), break_on_hyphens=False) or [""])
    return lines[0] if len(lines) == 1 else lines


def _fenced(lines: list[str]) -> list[str]:
    """Close the fence around a name at the end of a line and open it on the next: a line is drawn by itself."""
    fenced, is_open = [], False
    for line in lines:
        begun = _ISOLATE + line if is_open else line
        is_open = begun.count(_ISOLATE) > begun.count(_POP)
        fenced.append(begun + _POP if is_open else begun)
    return fenced


def describe(kind: str, finding: str, *details: str) -> str:
    """Return the description that a screen reader speaks instead of the chart.

    Parameters
    ----------
    kind : str
        What is drawn, such as "Heat map of authors by concepts".
    finding : str
        The finding that the title states.
    *details : str
        Further sentences; empty ones are left out.

    Returns
    -------
    str
        All of it as sentences.

    Examples
    --------
    >>> describe("Map of passages", "3 passages fall into 1 topic", "")
    'Map of passages. 3 passages fall into 1 topic.'
    """
    return " ".join(
        text if text.endswith((".", "…")) else f"{text}." for text in (kind, finding, *details) if text
    )


def listing(items: Sequence[str], n_shown: int = 8) -> str:
    """Return a list in words, with the count of what is left out.

    Parameters
    ----------
    items : sequence of str
        What to list.
    n_shown : int, default 8
        The most that are spelt out.

    Returns
    -------
    str
        For example ``a, b and 3 more``.

    Examples
    --------
    >>> listing(["a", "b", "c"]), listing(["a", "b", "c", "d"], 2)
    ('a, b and c', 'a, b and 2 more')
    """
    shown = list(items[:n_shown])
    if len(items) > n_shown:
        return f"{', '.join(shown)} and {len(items) - n_shown:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def nothing(what: str, reason: str) -> alt.Chart:
    """Return a chart that says in words that there is nothing to show.

    Parameters
    ----------
    what : str
        What would have been drawn, such as "No passages to map".
    reason : str
        What is empty, and what would fill it.

    Returns
    -------
    altair.Chart
        A chart with one line of text.

    Examples
    --------
    >>> nothing("No passages to map", "The table has no rows.").to_dict()["title"]["text"]
    'No passages to map'
    """
    width = 520
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"note": reason}]))
        .mark_text(style="note", align="left", limit=width)
        .encode(text="note:N", x=alt.value(0), y=alt.value(12))
        .properties(
            width=width,
            height=30,
            title=title(what, "", width=width),
            description=describe("A chart without marks", what, reason),
        )
    )
    return chart


def layered(layers: Sequence[alt.Chart]) -> alt.LayerChart:
    """Return charts drawn over each other, the first at the bottom.

    Parameters
    ----------
    layers : sequence of altair.Chart
        Charts of one place.

    Returns
    -------
    altair.LayerChart
        To be given a size, a title and a description.

    Examples
    --------
    >>> points = alt.Chart(inline(pd.DataFrame({"x": [1]}))).mark_point().encode(x="x:Q")
    >>> len(layered([points, points.mark_text()]).layer)
    2
    """
    # Altair says that it may also return a facet chart, which it does for facet charts only.
    return cast("alt.LayerChart", alt.layer(*layers))
