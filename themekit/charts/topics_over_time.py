"""Topics over time: what is written about when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

MAX_TOPICS = 40
_COLUMNS = ("topic_id", "label", "period", "n_years", "keywords", "n_passages", "n_of_period")
_ROW = 26


def topics_over_time(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw how much of what is written is on each topic, by period.

    Answers: does a topic come, go or stay?

    Parameters
    ----------
    frame : table of shape (n_topics * n_periods, ...)
        ``topic_id, label, period, n_years, keywords, n_passages,
        n_of_period``; ``period`` is the first of its ``n_years`` years,
        ``n_of_period`` the period's passages on any topic.

    Returns
    -------
    altair.LayerChart
        One row per topic, one column per period: a disc as large and as dark
        as the topic's share of the period's passages. An :class:`altair.Chart`
        with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    themekit.frames.topics_over_time_frame : The table.

    Examples
    --------
    >>> frame = pd.DataFrame({"topic_id": ["t1", "t2"], "label": ["bread", "boats"], "period": [2019, 2019],
    ...                       "n_years": 1, "keywords": ["bread", "boats"], "n_passages": [3, 1], "n_of_period": 4})
    >>> topics_over_time(frame).to_dict()["title"]["text"]
    '2 topics in 2019, the most written about “bread”'

    Notes
    -----
    1. The title names the topic whose share changes most from the earlier half
       of the periods to the later; a dashed line parts the two. Shares of few passages change by chance: it
       says what is in the table, not that it means something.
    2. Above 40 topics the largest are drawn, and the subtitle says so. Shares
       are of all.
    """
    rows = _read(style.table(frame, _COLUMNS, chart="topics_over_time"))
    if rows.empty:
        return style.nothing("No topics over time", "The table has no rows: no passage has a date.")
    topics = _topics(rows)
    kept = topics.head(MAX_TOPICS)
    drawn = rows.merge(kept[["topic_id", "topic", "peak"]], on="topic_id")
    periods = sorted(rows["period"].unique())
    width = float(np.clip(46 * len(periods), 120, 760))
    chart = _chart(drawn, list(kept.sort_values(["peak", "topic"])["topic"]), periods, width).properties(
        width=width,
        height=_ROW * len(kept),
        title=style.title(_finding(rows, topics), _counts(rows, topics, kept), width=width + 200),
        description=_description(rows, topics),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    texts = {column: frame[column].map(visible) for column in ("topic_id", "label", "keywords")}
    numbers = {
        column: pd.to_numeric(frame[column], errors="coerce").fillna(0).astype("int64")
        for column in ("period", "n_years", "n_passages", "n_of_period")
    }
    rows = frame.assign(**texts, **numbers).sort_values(["topic_id", "period"], ignore_index=True)
    rows["share"] = rows["n_passages"] / rows["n_of_period"].clip(lower=1)
    return rows.assign(
        when=[_span(period, n) for period, n in zip(rows["period"], rows["n_years"], strict=True)]
    )


def _span(period: int, n_years: int) -> str:
    return f"{period}" if n_years <= 1 else f"{period} to {period + n_years - 1}"


def _is_late(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows belong to the later half of the years."""
    middle = (rows["period"].min() + rows["period"].max() + rows["n_years"].max()) / 2
    return rows["period"] + rows["n_years"] / 2 >= middle


def _topics(rows: pd.DataFrame) -> pd.DataFrame:
    """Return topics by size, each with its peak and with its share early and late."""
    is_late = _is_late(rows)
    topics = rows.groupby("topic_id").agg(label=("label", "first"), n_passages=("n_passages", "sum"))
    weighted = rows.assign(mass=rows["share"] * rows["period"]).groupby("topic_id")[["mass", "share"]].sum()
    topics["peak"] = weighted["mass"] / weighted["share"].where(weighted["share"] > 0)
    for name, part in (("early", rows[~is_late]), ("late", rows[is_late])):
        total = part.drop_duplicates("period")["n_of_period"].sum()
        topics[name] = part.groupby("topic_id")["n_passages"].sum() / max(total, 1)
    topics = topics.reset_index().sort_values(
        ["n_passages", "topic_id"], ascending=[False, True], ignore_index=True
    )
    return topics.assign(topic=style.distinct(topics["label"]))


def _chart(
    drawn: pd.DataFrame, topics: list[str], periods: list[int], width: float
) -> alt.LayerChart:  # fmt: skip
    y = alt.Y(
        "topic:N", scale=alt.Scale(domain=topics), axis=alt.Axis(title=None, grid=True, labelOverlap=False)
    )
    n_years = int(drawn["n_years"].max())
    names = [
        str(period) if n_years <= 1 else f"{period}–{(period + n_years - 1) % 100:02d}" for period in periods
    ]
    labels = dict(zip(periods, names, strict=True))
    x = alt.X(
        "column:N",
        scale=alt.Scale(domain=list(labels.values())),
        axis=alt.Axis(title=None, labelAngle=0, grid=False, orient="top", labelOverlap=True),
    )
    largest = max(float(drawn["share"].max()), 0.01)
    shown = drawn[drawn["n_passages"] > 0].assign(column=lambda f: f["period"].map(labels))
    told = ["topic", "column", "when", "share", "n_passages", "keywords"]
    discs: alt.Chart = (
        alt.Chart(style.inline(shown[told]))
        .mark_point(style="dot", shape="circle", strokeWidth=0.5, opacity=0.95)
        .encode(
            x=x,
            y=y,
            size=alt.Size(
                "share:Q",
                scale=alt.Scale(domain=[0, largest], range=[0, 420]),
                legend=alt.Legend(
                    title="share of the period’s passages", format=".0%", values=_steps(largest), symbolFillColor=style.ACCENT,
                ),
            ),
            fill=alt.Fill("share:Q", scale=alt.Scale(domain=[0, largest], range="heatmap"), legend=None),
            tooltip=[
                alt.Tooltip("topic:N"), alt.Tooltip("when:N", title="years"), alt.Tooltip("share:Q", format=".1%"),
                alt.Tooltip("n_passages:Q", title="passages"), alt.Tooltip("keywords:N", title="words then"),
            ],
            description="topic:N",
        )
    )  # fmt: skip
    n_early = int((~_is_late(pd.DataFrame({"period": periods, "n_years": n_years}))).sum())
    return style.layered([*_halves(n_early, len(periods), width, _ROW * len(topics)), discs])


def _halves(n_early: int, n: int, width: float, height: float) -> list[alt.Chart]:
    """Return the line between the halves, and their names above."""
    if not 0 < n_early < n:
        return []
    at = width * n_early / n
    y = alt.value(-28)  # over the years
    line = alt.Chart(alt.InlineData(values=[{}])).mark_rule(style="branch", strokeDash=[4, 3], aria=False)
    layers: list[alt.Chart] = [line.encode(x=alt.value(at), y=alt.value(0), y2=alt.value(height))]
    for half, align, dx in (("earlier half", "right", -6), ("later half", "left", 6)):
        mark: Any = {"style": "aside", "align": align, "dx": dx}
        name = alt.Chart(alt.InlineData(values=[{"half": half}])).mark_text(**mark)
        layers.append(name.encode(x=alt.value(at), y=y, text="half:N"))
    return layers


def _steps(largest: float) -> list[float]:
    """Return two or three round shares for the legend, and the largest there is."""
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3) if largest / s <= 3.5), 0.3)  # noqa: PLR2004 - three fit
    return [*(step * i for i in range(1, 4) if step * i < largest * 0.85), largest]


def _finding(rows: pd.DataFrame, topics: pd.DataFrame) -> str:
    n_periods, n = rows["period"].nunique(), len(topics)
    largest = style.shorten(topics["label"].iloc[0], 44)
    first, last = int(rows["period"].min()), int((rows["period"] + rows["n_years"] - 1).max())
    years = f"{first} to {last}" if last > first else f"{first}"
    if n_periods == 1 or n == 1:
        what = f"the most written about “{largest}”" if n > 1 else f"“{largest}”"
        return f"{style.count(n, 'topic')} in {years}, {what}"
    change = (topics["late"] - topics["early"]).round(6)
    at = int(change.abs().to_numpy().argmax())
    topic = topics.iloc[at]
    verb = "gains" if change.iloc[at] > 0 else "loses"
    if abs(change.iloc[at]) < 0.005:  # noqa: PLR2004 - less than half of one in a hundred
        return f"{n:,} topics keep their shares, {years}"
    return f"“{style.shorten(topic['label'], 36)}” {verb} most from half to half, {topic['early']:.0%} to {topic['late']:.0%} of passages"


def _counts(rows: pd.DataFrame, topics: pd.DataFrame, kept: pd.DataFrame) -> str:
    n_periods, n_years = rows["period"].nunique(), int(rows["n_years"].max())
    parts = [
        f"{len(kept):,} largest of {style.count(len(topics), 'topic')} drawn" if len(kept) < len(topics) else style.count(len(topics), "topic"),
        f"{int(rows['n_passages'].sum()):,} dated passages",
        style.count(n_periods, "year") if n_years <= 1 else f"{n_periods:,} periods of {n_years:,} years",
        "no disc: no passage; small shares also change by chance, which is not tested" if n_periods > 1 and len(topics) > 1 else "",
        "early topics at the top, late ones at the bottom" if n_periods > 1 and len(kept) > 1 else "",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame, topics: pd.DataFrame) -> str:
    peaks = rows.sort_values(["share", "period"], ascending=[False, True]).drop_duplicates("topic_id")
    peaks = peaks.set_index("topic_id").loc[topics["topic_id"].head(10)]
    told = [f"{style.shorten(row.label)}, {row.share:.0%} in {row.when}" for row in peaks.itertuples()]
    return style.describe(
        "Discs, one row per topic and one column per period, larger for a larger share of the passages",
        _finding(rows, topics),
        f"Highest share of each: {'; '.join(told)}",
    )
