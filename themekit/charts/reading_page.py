"""The reading page: one document, its passages shaded by a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, lettering, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

    from themekit.charts.lettering import Texts

MAX_PASSAGES = 60
STRONG = 1.0
"""A passage is strong from one standard deviation above the average of all authors."""
_COLUMNS = ("passage_id", "position", "title", "date", "author", "concept", "label", "score")
_BAR, _TEXT_AT, _TEXT, _MARGIN_AT, _MARGIN = 56, 74, 470, 562, 178
_SIZE, _LINE, _GAP, _BARE = 12.5, 17, 9, 15
_DARKEST, _MOST = 0.42, 3.0


def reading_page(frame: IntoDataFrame, *, texts: Texts = "snippet") -> alt.LayerChart | alt.Chart:
    """Draw one document with its passages shaded by a theme, and the topics in the margin.

    Answers: where in this text does the theme come to the surface?

    Parameters
    ----------
    frame : table of shape (n_passages, ...)
        ``passage_id, position, title, date, author, concept, label, score`` for
        one document, one author and one concept; ``score`` in standard
        deviations over all passages of all authors. ``text`` is needed unless
        ``texts`` is ``none``.
    texts : {"snippet", "none", "full"}, default "snippet"
        How much of each passage is shown, and travels in the chart.

    Returns
    -------
    altair.LayerChart
        The passages in order. At the left a bar, the longer the stronger; the
        passage on a ground that is the darker the stronger; its topic at the
        right. A click sets the selection ``pick`` on ``passage_id``. An
        :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, the table holds several documents, authors or
        concepts, or ``texts`` is not one of those above.

    See Also
    --------
    themekit.frames.reading_frame : The table.
    themekit.charts.forms : The theme by topic.

    Examples
    --------
    >>> frame = pd.DataFrame({"passage_id": ["p1", "p2"], "position": [0, 1], "title": "The Gate", "date": "2019",
    ...                       "author": "Ann", "concept": "repair", "label": ["gate", "boats"],
    ...                       "score": [1.8, -0.3], "text": ["We mended it again.", "The boat leaks."]})
    >>> reading_page(frame).to_dict()["title"]["text"]
    'Repair comes to the surface in 1 of 2 passages of “The Gate”'

    Notes
    -----
    Of a document of more than 60 passages the 60 in a row with the most of the
    theme are drawn, and the subtitle says so. All are counted.
    """
    lettering.check(texts, chart="reading_page")
    wanted = _COLUMNS if texts == "none" else (*_COLUMNS, "text")
    rows = _read(style.table(frame, wanted, chart="reading_page", optional=("document_id", "verdict")))
    if rows.empty:
        return style.nothing(
            "No passages to read", "The table has no rows: this document has no scored passages."
        )
    for column in ("author", "concept", "document_id"):
        style.check_one(rows, column, chart="reading_page")
    first = _window(rows["score"].to_numpy())
    drawn = _set(rows.iloc[first : first + MAX_PASSAGES], texts)
    chart = _chart(drawn, texts).properties(
        width=_MARGIN_AT + _MARGIN,
        height=float(drawn["end"].max()),
        title=style.title(_finding(rows), _counts(rows, drawn, first, texts), width=_MARGIN_AT + _MARGIN),
        description=_description(rows),
        usermeta={"texts": texts},
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        **{c: frame[c].map(visible) for c in ("passage_id", "title", "concept", "label")},
        author=frame["author"].map(style.person),
        date=frame["date"].map(dates.text),
        position=pd.to_numeric(frame["position"], errors="coerce").fillna(0),
        score=pd.to_numeric(frame["score"], errors="coerce").astype(float),
        document_id=frame["document_id"].map(visible) if "document_id" in frame else frame["title"].map(visible),
    )  # fmt: skip
    rows = rows[rows["score"].notna()]
    return rows.sort_values(["position", "passage_id"], ignore_index=True)


def _window(scores: np.ndarray) -> int:
    """Return where the passages to draw begin: those in a row that have most of the theme."""
    if len(scores) <= MAX_PASSAGES:
        return 0
    sums = np.convolve(np.clip(scores, 0, None), np.ones(MAX_PASSAGES), mode="valid")
    return int(np.argmax(np.round(sums, 9)))


def _set(rows: pd.DataFrame, texts: Texts) -> pd.DataFrame:
    """Break the passages into lines and give each its place on the page."""
    lines = [
        lettering.lines(lettering.excerpt(text, texts), _TEXT - 16, _SIZE)
        for text in (rows["text"] if texts != "none" else [""] * len(rows))
    ]
    heights = [_BARE if texts == "none" else len(each) * _LINE + _GAP for each in lines]
    ends = np.cumsum(heights)
    strength = rows["score"].clip(lower=0, upper=_MOST) / _MOST
    return rows.assign(
        lines=lines, start=ends - heights, end=ends, shade=strength * _DARKEST, bar=_BAR - strength * _BAR
    )


def _chart(drawn: pd.DataFrame, texts: Texts) -> alt.LayerChart:
    level = alt.Y("top:Q", scale=None, axis=None)
    boxes = drawn.assign(top=drawn["start"] + 1, bottom=drawn["end"] - 1, topic=drawn["label"])
    told = ["passage_id", "topic", "score", "top", "bottom"]
    tooltips = [alt.Tooltip("topic:N"), alt.Tooltip("score:Q", format="+.2f", title="strength")]
    pick = alt.selection_point(name="pick", fields=["passage_id"])
    lit = alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.35))
    bars = (
        alt.Chart(style.inline(boxes[["bar", "top", "bottom"]]))
        .mark_rect(color=style.ACCENT, aria=False)
        .encode(x=alt.X("bar:Q", scale=None, axis=None), x2=alt.value(_BAR), y=level, y2="bottom:Q")
    )
    ground = (
        alt.Chart(style.inline(boxes[[*told, "shade"]]), name="passages")
        .mark_rect(color=style.ACCENT, cornerRadius=2)
        .encode(
            x=alt.value(_TEXT_AT - 8),
            x2=alt.value(_TEXT_AT + _TEXT - 8),
            y=level,
            y2="bottom:Q",
            fillOpacity=alt.FillOpacity("shade:Q", scale=None, legend=None),
            opacity=lit,
            tooltip=tooltips,
            description="topic:N",
        )
        .add_params(pick)
    )
    axis = alt.Chart(style.inline(pd.DataFrame({"top": [0.0], "bottom": [float(drawn["end"].max())]})))
    base = axis.mark_rule(style="branch", aria=False).encode(x=alt.value(_BAR), y=level, y2="bottom:Q")
    strong = axis.mark_rule(style="branch", strokeDash=[3, 3], opacity=0.6, aria=False)
    strong = strong.encode(x=alt.value(_BAR - _BAR * STRONG / _MOST), y=level, y2="bottom:Q")
    marks = pd.DataFrame({"tick": ["0", f"{STRONG:.0f}", f"{_MOST:.0f}"], "at": [0.0, STRONG, _MOST]})
    scale = (
        alt.Chart(style.inline(marks[["tick"]].assign(left=_BAR - _BAR * marks["at"] / _MOST)))
        .mark_text(style="aside", align="center", baseline="bottom", fontSize=10)
        .encode(x=alt.X("left:Q", scale=None, axis=None), y=alt.value(-3), text="tick:N")
    )
    layers = [ground, bars, strong, base, scale]
    if texts != "none":
        layers.append(_words(drawn, level))
    layers.append(_topics(drawn, level))
    return style.layered(layers)


def _words(drawn: pd.DataFrame, level: alt.Y) -> alt.Chart:
    placed = [
        (line, start + _GAP / 2 + _LINE * (i + 0.5))
        for lines, start in zip(drawn["lines"], drawn["start"], strict=True)
        for i, line in enumerate(lines)
    ]
    words: alt.Chart = (
        alt.Chart(style.inline(pd.DataFrame(placed, columns=["line", "top"])))
        .mark_text(style="quote", align="left", baseline="middle", fontSize=_SIZE)
        .encode(x=alt.value(_TEXT_AT), y=level, text="line:N")
    )
    return words


def _topics(drawn: pd.DataFrame, level: alt.Y) -> alt.Chart:
    """Name the topic of each passage at the right."""
    rows = drawn.assign(
        top=drawn["start"] + 4, topic=[lettering.fit(style.shorten(label, 60), _MARGIN, 11) for label in drawn["label"]],
    )  # fmt: skip
    topics: alt.Chart = (
        alt.Chart(style.inline(rows[["top", "topic"]]))
        .mark_text(style="aside", align="left", baseline="top")
        .encode(x=alt.value(_MARGIN_AT), y=level, text="topic:N")
    )
    return topics


def _finding(rows: pd.DataFrame) -> str:
    concept, document = style.shorten(rows["concept"].iloc[0]), style.shorten(rows["title"].iloc[0], 44)
    what = concept[:1].upper() + concept[1:]
    k, n = int((rows["score"] >= STRONG).sum()), len(rows)
    where = f" of “{document}”" if document else ""
    how_many = f"{k:,} of {style.count(n, 'passage')}" if k else f"none of {style.count(n, 'passage')}"
    return f"{what} comes to the surface in {how_many}{where}"


def _counts(rows: pd.DataFrame, drawn: pd.DataFrame, first: int, texts: Texts) -> str:
    date = rows["date"].iloc[0]
    parts = [
        f"{style.name(rows['author'].iloc[0])}{', ' + date if date else ''}",
        f"passages {first + 1:,} to {first + len(drawn):,} of {len(rows):,} drawn"
        if len(drawn) < len(rows)
        else "",
        "not a certain theme of this author"
        if "verdict" in rows and rows["verdict"].iloc[0] != "found"
        else "",
        "a longer bar and a darker ground: more of the theme than the average passage of all authors; no bar: less",
        f"counted from {STRONG:.0f} standard deviation on, the dashed line",
        "topics at the right",
        "passages are cut short" if texts == "snippet" else "",
    ]
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame) -> str:
    top = rows.sort_values(["score", "position"], ascending=[False, True]).head(3)
    told = [
        f"passage {int(row.position) + 1} on {style.shorten(row.label)}, {row.score:+.2f}"
        for row in top.itertuples()
    ]
    return style.describe(
        "Passages of one document in order, shaded by a theme",
        _finding(rows),
        f"Strongest: {'; '.join(told)}",
    )
