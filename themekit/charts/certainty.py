"""Certainty: the leading themes of one author against what chance reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

N_CONCEPTS = 10
PASSES, FAILS = "passes the test (p at most 0.05)", "does not pass"
LEVEL = 0.05
_COLUMNS = ("author", "concept", "rank", "effect", "low", "high", "p_value", "chance", "verdict", "q_value",
            "n_documents", "n_others")  # fmt: skip
_WIDTH, _ROW = 560, 32


def certainty(frame: IntoDataFrame, *, n_concepts: int = N_CONCEPTS) -> alt.LayerChart | alt.Chart:
    """Draw one author's leading themes with intervals, against what chance reaches.

    Answers: how sure is it that this theme marks this author?

    Parameters
    ----------
    frame : table of shape (n_candidates, ...)
        ``author, concept, rank, effect, low, high, p_value, chance, verdict,
        q_value, n_documents, n_others`` for one author; ``effect``, its 95 %
        interval and ``chance`` (what the strongest of all concepts reaches in
        95 of 100 shuffles) in standard deviations of a comparable document.
    n_concepts : int, default 10
        How many to draw, from the first rank on: as many as one reads.

    Returns
    -------
    altair.LayerChart
        One row per concept: the effect and its interval, a filled diamond where
        it passes the test over all concepts, a hollow circle where not. Grey is
        what chance reaches. A click sets the selection ``pick`` on ``concept``.
        An :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, the table holds several authors, or
        ``n_concepts`` is less than 1.

    See Also
    --------
    themekit.frames.certainty_frame : The table.
    themekit.charts.thread : Where the theme shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"author": "Ann", "concept": ["repair", "chance"], "rank": [1, 2], "effect": [1.9, 0.4],
    ...                       "low": [1.2, -0.1], "high": [2.6, 0.9], "p_value": [0.001, 0.9], "chance": 1.1,
    ...                       "verdict": "found", "q_value": 0.01, "n_documents": 8, "n_others": 120})
    >>> certainty(frame).to_dict()["title"]["text"]
    'Repair marks Ann, and chance does not reach as far'

    Notes
    -----
    The marks go by ``p_value``, the title by ``verdict``, which also asks
    whether the theme shows in most documents and holds over all authors.
    """
    if n_concepts < 1:
        raise ValueError(
            f"certainty: seen n_concepts={n_concepts!r}; expected 1 or more; do leave it out for {N_CONCEPTS}."
        )
    rows = _read(style.table(frame, _COLUMNS, chart="certainty"))
    if rows.empty:
        return style.nothing("No themes to weigh", "The table has no rows: this author could not be scored.")
    style.check_one(rows, "author", chart="certainty")
    if rows["effect"].isna().all():
        who = style.name(rows["author"].iloc[0])
        return style.nothing(
            f"No certainty about {who}", "There is nobody else to compare with, so no theme has an effect."
        )
    drawn = rows[rows["effect"].notna()].head(n_concepts)
    chart = _chart(drawn).properties(
        width=_WIDTH,
        height=_ROW * len(drawn),
        title=style.title(_finding(rows), _counts(rows, drawn), width=_WIDTH + 180),
        description=_description(rows, drawn),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = ["rank", "effect", "low", "high", "p_value", "chance", "q_value", "n_documents", "n_others"]
    rows = frame.assign(
        author=frame["author"].map(style.person),
        **{column: frame[column].map(visible) for column in ("concept", "verdict")},
        **{column: pd.to_numeric(frame[column], errors="coerce").astype(float) for column in numbers},
    )
    return rows.sort_values(["rank", "concept"], ignore_index=True)


def _chart(drawn: pd.DataFrame) -> alt.LayerChart:
    y = alt.Y(
        "concept:N",
        scale=alt.Scale(domain=list(drawn["concept"])),
        axis=alt.Axis(title=None, labelOverlap=False, grid=False, labelFontSize=13),
    )
    edges = drawn[["effect", "low", "high", "chance"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(edges))), float(np.nanmax(edges))
    margin = (most - least) * 0.05 or 0.5
    scale = alt.Scale(domain=[round(least - margin, 3), round(most + margin, 3)], nice=False, zero=False)
    axis = alt.Axis(
        title="effect: how far above other people’s documents, in standard deviations", grid=True, tickCount=6
    )
    x = alt.X("effect:Q", scale=scale, axis=axis)
    layers = [
        *_band(drawn, x, round(least - margin, 3)),
        _intervals(drawn, x, y),
        _holes(drawn, x, y),
        _points(drawn, x, y),
    ]
    return style.layered(layers)


def _band(drawn: pd.DataFrame, x: alt.X, start: float) -> list[alt.Chart]:
    """Return what chance reaches, and its name above."""
    chance = float(drawn["chance"].iloc[0])
    if not np.isfinite(chance):
        return []
    reach = alt.Chart(style.inline(pd.DataFrame({"effect": [start], "reach": [chance]})))
    band = reach.mark_rect(style="band", aria=False).encode(x=x, x2="reach:Q")
    edge = alt.Chart(style.inline(pd.DataFrame({"effect": [chance]})))
    line = edge.mark_rule(style="branch", strokeDash=[4, 3], aria=False).encode(x=x)
    name = (
        alt.Chart(style.inline(pd.DataFrame({"effect": [chance], "name": ["within reach of chance"]})))
        .mark_text(style="aside", align="right", baseline="bottom", dx=-5)
        .encode(x=x, y=alt.value(-5), text="name:N")
    )
    return [band, line, name]


def _intervals(drawn: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    rows = drawn.loc[drawn["low"].notna() & drawn["high"].notna(), ["concept", "low", "high"]]
    intervals: alt.Chart = (
        alt.Chart(style.inline(rows.rename(columns={"low": "effect"})))
        .mark_rule(style="interval", aria=False)
        .encode(x=x, x2="high:Q", y=y)
    )
    return intervals


def _holes(drawn: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    """Return what keeps the interval out of a hollow mark."""
    holes: alt.Chart = (
        alt.Chart(style.inline(drawn[["concept", "effect"]]))
        .mark_point(style="hole", size=110, aria=False)
        .encode(x=x, y=y)
    )
    return holes


def _points(drawn: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    has_test = drawn["p_value"].notna().any()
    shown = drawn.assign(mark=np.where(drawn["p_value"] <= LEVEL, PASSES, FAILS))
    told = ["concept", "effect", "low", "high", "p_value", "mark"]
    domain = [mark for mark in (PASSES, FAILS) if (shown["mark"] == mark).any()]
    looks = {PASSES: ("diamond", style.ACCENT, style.EDGE), FAILS: ("circle", "transparent", style.QUIET)}
    shape, fill, stroke = ([looks[mark][i] for mark in domain] for i in range(3))
    legend = alt.Legend(title=None, symbolStrokeWidth=1.4) if has_test else None
    pick = alt.selection_point(name="pick", fields=["concept"])
    points: alt.Chart = (
        alt.Chart(style.inline(shown[told]), name="themes")
        .mark_point(size=120, strokeWidth=1.4)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", scale=alt.Scale(domain=domain, range=shape), legend=legend),
            fill=alt.Fill("mark:N", scale=alt.Scale(domain=domain, range=fill), legend=legend),
            stroke=alt.Stroke("mark:N", scale=alt.Scale(domain=domain, range=stroke), legend=legend),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.3)),
            tooltip=[
                alt.Tooltip("concept:N"), alt.Tooltip("effect:Q", format="+.2f"),
                alt.Tooltip("low:Q", format="+.2f", title="low (95 %)"),
                alt.Tooltip("high:Q", format="+.2f", title="high (95 %)"),
                alt.Tooltip("p_value:Q", format=".2g", title="p, allowing for all concepts"),
            ],
            description="concept:N",
        )
        .add_params(pick)
    )  # fmt: skip
    return points


def _finding(rows: pd.DataFrame) -> str:
    who, first = style.name(rows["author"].iloc[0]), rows.iloc[0]
    concept = style.shorten(first["concept"])
    what = concept[:1].upper() + concept[1:]
    if first["verdict"] == "found":
        more = int((rows["p_value"] <= LEVEL).sum()) - 1
        also = f"; {more:,} more {'passes' if more == 1 else 'pass'}" if more > 0 else ""
        return f"{what} marks {who}, and chance does not reach as far{also}"
    if first["verdict"] == "insufficient" or np.isnan(first["p_value"]):
        return f"{what} leads for {who}, with too little text to tell it from chance"
    if first["p_value"] <= LEVEL:
        return f"{what} leads for {who}, not certain among all authors"
    return f"{what} leads for {who}, and chance alone reaches as far"


def _counts(rows: pd.DataFrame, drawn: pd.DataFrame) -> str:
    first = rows.iloc[0]
    concept = style.shorten(first["concept"], 24)
    n, n_others = int(np.nan_to_num(first["n_documents"])), int(np.nan_to_num(first["n_others"]))
    probability = (
        ""
        if np.isnan(first["p_value"])
        else f"{concept}: p = {first['p_value']:.2g}, allowing for all concepts"
    )
    parts = [
        f"{style.count(n, 'document')} against {n_others:,} of the same kind by others" if n_others else style.count(n, "document"),
        f"first {len(drawn):,} of {style.count(len(rows), 'concept')}" if len(drawn) < len(rows) else style.count(len(rows), "concept"),
        probability,
        "" if np.isnan(first["q_value"]) else f"q = {first['q_value']:.2g}, allowing for all authors",
        "bars are 95 % intervals",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame, drawn: pd.DataFrame) -> str:
    told = [
        f"{style.shorten(row.concept)}, {row.effect:+.2f}"
        + (f" ({row.low:+.2f} to {row.high:+.2f})" if np.isfinite([row.low, row.high]).all() else "")
        for row in drawn.itertuples()
    ]
    chance = float(rows["chance"].iloc[0])
    return style.describe(
        "Effects of one author’s leading themes with their 95 % intervals",
        _finding(rows),
        f"The strongest of all concepts reaches {chance:+.2f} by chance in 95 of 100 shuffles" if np.isfinite(chance) else "",
        f"Effects: {'; '.join(told)}",
    )  # fmt: skip
