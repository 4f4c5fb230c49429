"""The topic overview: what is written about, how much, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

MAX_TOPICS = 60
MAINLY = 0.5
"""A topic of which one author has more than this share is mainly theirs."""
LEADING, OTHERS = "who writes most on it", "everybody else"
_COLUMNS = (
    "topic_id",
    "label",
    "keywords",
    "n_passages",
    "n_documents",
    "n_authors",
    "leading_author",
    "n_leading",
)
_WIDTH, _ROW = 420, 24


def topic_overview(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw all topics by size, with their words and who writes on them.

    Answers: what is written about, and is a topic everybody's or one author's?

    Parameters
    ----------
    frame : table of shape (n_topics, ...)
        ``topic_id, label, keywords, n_passages, n_documents, n_authors,
        leading_author, n_leading``; one row per topic.

    Returns
    -------
    altair.LayerChart
        One bar per topic, as long as it has passages; its dark part is who
        writes most on it, named at the right. A click sets the selection
        ``pick`` on ``topic_id``. An :class:`altair.Chart` with one sentence
        where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    themekit.frames.topics_frame : The table.
    themekit.charts.topic_map : Where the passages lie.

    Examples
    --------
    >>> frame = pd.DataFrame({"topic_id": ["t1"], "label": ["bread, oven"], "keywords": ["bread, oven, flour"],
    ...                       "n_passages": [9], "n_documents": [2], "n_authors": [1], "leading_author": ["Ann"],
    ...                       "n_leading": [9]})
    >>> topic_overview(frame).to_dict()["title"]["text"]
    '1 topic, “bread, oven”, all of it by Ann'

    Notes
    -----
    Above 60 topics the largest are drawn, and the subtitle says so. All are
    counted.
    """
    topics = _read(style.table(frame, _COLUMNS, chart="topic_overview"))
    if topics.empty:
        return style.nothing("No topics to show", "The table has no rows: there are no passages.")
    drawn = topics.head(MAX_TOPICS)
    chart = _chart(drawn, int(topics["n_authors"].max()) > 1).properties(
        width=_WIDTH,
        height=_ROW * len(drawn),
        title=style.title(_finding(topics), _counts(topics, drawn), width=_WIDTH + 340),
        description=_description(topics),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    texts = {column: frame[column].map(visible) for column in ("topic_id", "label", "keywords")}
    numbers = {
        column: pd.to_numeric(frame[column], errors="coerce").fillna(0).astype("int64")
        for column in ("n_passages", "n_documents", "n_authors", "n_leading")
    }
    shown = frame.assign(**texts, **numbers, leading_author=frame["leading_author"].map(style.person))
    shown = shown.sort_values(["n_passages", "topic_id"], ascending=[False, True], ignore_index=True)
    return shown.assign(topic=style.distinct(shown["label"]))


def _chart(drawn: pd.DataFrame, has_others: bool) -> alt.LayerChart:
    y = alt.Y(
        "topic:N",
        scale=alt.Scale(domain=list(drawn["topic"]), paddingInner=0.3),
        axis=alt.Axis(title=None, labelOverlap=False, labelLimit=260),
    )
    x = alt.X(
        "start:Q", axis=alt.Axis(title="passages", tickMinStep=1, tickCount=5), scale=alt.Scale(nice=False)
    )
    ends = drawn.assign(share=drawn["n_leading"] / drawn["n_passages"].clip(lower=1))
    parts = [ends.assign(part=LEADING, start=0, end=ends["n_leading"])]
    if has_others:
        parts.append(ends.assign(part=OTHERS, start=ends["n_leading"], end=ends["n_passages"]))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["end"] > rows["start"]]
    told = ["topic_id", "topic", "keywords", "n_passages", "n_documents", "n_authors"]
    domain = [LEADING, OTHERS] if has_others else [LEADING]
    pick = alt.selection_point(name="pick", fields=["topic_id"])
    bars = (
        alt.Chart(style.inline(rows[[*told, "part", "start", "end"]]), name="topics")
        .mark_bar(style="bar")
        .encode(
            x=x,
            x2="end:Q",
            y=y,
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=domain, range=[style.ACCENT, style.REST][: len(domain)]),
                legend=alt.Legend(title=None, symbolType="square") if has_others else None,
            ),
            fillOpacity=alt.when(alt.datum.part == OTHERS).then(alt.value(0.55)).otherwise(alt.value(1)),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.3)),
            tooltip=[
                alt.Tooltip("topic:N"), alt.Tooltip("keywords:N"), alt.Tooltip("n_passages:Q", title="passages"),
                alt.Tooltip("n_documents:Q", title="documents"), alt.Tooltip("n_authors:Q", title="authors"),
            ],
            description="topic:N",
        )
        .add_params(pick)
    )  # fmt: skip
    return style.layered([bars, _who(drawn, y)])


def _who(drawn: pd.DataFrame, y: alt.Y) -> alt.Chart:
    texts = [
        f"{style.name(row.leading_author)}, {row.n_leading:,} of {row.n_passages:,}"
        if row.n_authors > 1
        else f"{row.n_passages:,}, all by {style.name(row.leading_author)}"
        for row in drawn.itertuples()
    ]
    labels: alt.Chart = (
        alt.Chart(style.inline(drawn[["topic", "n_passages"]].assign(who=texts)))
        .mark_text(style="aside", align="left", baseline="middle", dx=6)
        .encode(x="n_passages:Q", y=y, text="who:N")
    )
    return labels


def _mainly(topics: pd.DataFrame) -> pd.DataFrame:
    return topics[(topics["n_leading"] > MAINLY * topics["n_passages"]) & (topics["n_passages"] > 0)]


def _finding(topics: pd.DataFrame) -> str:
    n, largest = len(topics), f"“{style.shorten(topics['label'].iloc[0], 44)}”"
    authors = set(topics["leading_author"])
    only = style.name(topics["leading_author"].iloc[0])
    if topics["n_authors"].max() == 1 and len(authors) == 1:
        return (
            f"1 topic, {largest}, all of it by {only}"
            if n == 1
            else f"{only} writes on {style.count(n, 'topic')}, most on {largest}"
        )
    k = len(_mainly(topics))
    whose = "no topic is mainly one author’s" if k == 0 else f"{k:,} of them mainly one author’s"
    if n == 1:
        whose = "by several authors" if k == 0 else f"mainly by {only}"
        return f"1 topic, {largest}, {whose}"
    return f"{n:,} topics, the largest {largest}; {whose}"


def _counts(topics: pd.DataFrame, drawn: pd.DataFrame) -> str:
    n_mainly = len(_mainly(topics))
    parts = [
        f"{len(drawn):,} largest of {style.count(len(topics), 'topic')} drawn"
        if len(drawn) < len(topics)
        else "",
        style.count(int(topics["n_passages"].sum()), "passage"),
        f"mainly: more than {MAINLY:.0%} of its passages"
        if n_mainly and topics["n_authors"].max() > 1
        else "",
        "a topic is what passages are about, named by its most telling words",
    ]
    return " · ".join(part for part in parts if part)


def _description(topics: pd.DataFrame) -> str:
    told = [
        f"{style.shorten(row.label)}, {style.count(row.n_passages, 'passage')} by {style.count(row.n_authors, 'author')}"
        for row in topics.head(10).itertuples()
    ]
    return style.describe(
        "Bars, one per topic, as long as it has passages",
        _finding(topics),
        f"Largest: {'; '.join(told)}",
    )
