"""The thread of one author: where the leading theme shows, over time and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

MAX_TOPICS, MAX_DOCUMENTS = 40, 500
SHOWS, ABSENT = "in a document in which the theme shows", "in one in which it does not"
_COLUMNS = (
    "document_id", "title", "date", "year", "topic_id", "label", "author", "concept", "score", "shows",
    "n_passages",
)  # fmt: skip
_WIDTH, _ROW = 620, 27
_UNDATED_ROOM = 150


def thread(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw where one author's leading theme shows, by date and topic.

    Answers: does the theme come back, whatever the author writes about, over
    the years?

    Parameters
    ----------
    frame : table of shape (n_documents * n_topics_of_each, ...)
        ``document_id, title, date, year, topic_id, label, author, concept,
        score, shows, n_passages`` for one author and one concept; one row per
        document and topic. ``date`` may be partial (``1903``, ``1903-04``) or
        null, ``year`` is used where it is; ``shows`` is whether the theme
        shows in the document; ``n_passages`` counts the document's passages
        on the topic. ``verdict`` may be given: where it is not ``found`` the
        title does not claim that the author comes back to the theme.

    Returns
    -------
    altair.LayerChart
        One upright line per document at its date, a point on it for each of
        its topics: filled where the theme shows, hollow where not, larger
        with more passages. Documents without a date stand apart, at the right.
        A click sets the selection ``pick`` on ``document_id``; of documents
        without a date only where there are no others.
        An :class:`altair.Chart` with one sentence where there is nothing to
        draw.

    Raises
    ------
    ValueError
        If a column is missing, or the table holds several authors or concepts.

    See Also
    --------
    themekit.charts.fingerprint : All authors and their themes.

    Examples
    --------
    >>> frame = pd.DataFrame({"document_id": ["d1", "d2"], "title": ["Bread", "Boats"],
    ...                       "date": ["2019-03-02", "2021"], "year": [2019.0, 2021.0],
    ...                       "topic_id": ["t1", "t2"], "label": ["bread", "boats"], "author": "Maud Okafor",
    ...                       "concept": "leverage", "score": [1.2, 0.9], "shows": [True, True],
    ...                       "n_passages": [9, 7]})
    >>> thread(frame).to_dict()["title"]["text"]
    'Maud Okafor comes back to leverage in 2 of 2 documents, which touch 2 topics'

    Notes
    -----
    1. A partial date stands at its beginning; documents of the same date are
       moved a little apart. The tooltip has the date as it was given.
    2. Topics stand in the order in which the theme first shows in them. Above
       40 topics those with the most passages are drawn, above 500 documents
       every k-th by date, and the subtitle says so. All are counted.
    """
    rows = _read(style.table(frame, _COLUMNS, chart="thread", optional=("verdict",)))
    if rows.empty:
        return style.nothing(
            "No thread to follow", "The table has no rows: this author has no scored documents."
        )
    style.check_one(rows, "author", chart="thread")
    style.check_one(rows, "concept", chart="thread")
    documents = _documents(rows)
    topics = _topics(rows, documents)
    shown = _thinned(documents)
    drawn = rows[rows["topic_id"].isin(topics["topic_id"])].merge(shown, on="document_id")
    drawn = drawn.assign(topic=drawn["topic_id"].map(topics.set_index("topic_id")["topic"]))
    width = _WIDTH if documents["when"].notna().any() else _UNDATED_ROOM * 2
    chart: alt.LayerChart = _chart(drawn, topics["topic"].tolist(), width).properties(
        width=width,
        height=_ROW * len(topics),
        title=style.title(_finding(rows), _counts(rows, documents, topics, shown), width=width + 200),
        description=_description(rows, documents, topics),
    )
    return chart


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    texts = ("document_id", "title", "topic_id", "label", "concept")
    shown = frame.assign(
        **{column: frame[column].map(visible) for column in texts},
        author=frame["author"].map(style.person),
        shows=frame["shows"].fillna(value=False).astype(bool),
        date=frame["date"].map(dates.text),
        year=pd.to_numeric(frame["year"], errors="coerce"),
    )
    return shown.sort_values(["document_id", "topic_id"], ignore_index=True)


def _documents(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each document's place: days since 1970, moved apart, or a slot."""
    documents = rows.groupby("document_id", sort=True).agg(
        title=("title", "first"), date=("date", "first"), year=("year", "first")
    )
    documents = documents.assign(day=dates.days(documents["date"], documents["year"]).to_numpy())
    documents = documents.assign(when=dates.apart(documents["day"]), slot=_slots(documents))
    return documents.reset_index()[["document_id", "day", "when", "slot"]]


def _thinned(documents: pd.DataFrame) -> pd.DataFrame:
    ordered = documents.sort_values(["day", "slot"], kind="stable", ignore_index=True)
    return ordered.iloc[:: -(-len(ordered) // MAX_DOCUMENTS)]


def _slots(documents: pd.DataFrame) -> pd.Series[float]:
    """Return a slot from 0 for each document without a date, in order of title."""
    undated = documents[documents["day"].isna()].sort_values("title", kind="stable")
    return pd.Series(np.arange(len(undated), dtype=float), index=undated.index).reindex(documents.index)


def _topics(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Return the topics to draw, by when the theme first shows in them."""
    dated = rows.merge(documents, on="document_id")
    first = dated[dated["shows"]].groupby("topic_id")["day"].min()
    topics = rows.groupby("topic_id").agg(label=("label", "first"), n_passages=("n_passages", "sum"))
    topics = topics.assign(first=first, shows=topics.index.isin(dated.loc[dated["shows"], "topic_id"]))
    kept = topics.sort_values(["shows", "n_passages"], ascending=False, kind="stable").head(MAX_TOPICS)
    kept = kept.sort_values(["shows", "first"], ascending=[False, True], kind="stable").reset_index()
    return kept.assign(topic=style.distinct(kept["label"]))


def _chart(drawn: pd.DataFrame, topics: list[str], width: float) -> alt.LayerChart:
    y = alt.Y(
        "topic:N", scale=alt.Scale(domain=topics), axis=alt.Axis(title=None, grid=True, labelOverlap=False)
    )
    dated, undated = drawn[drawn["when"].notna()], drawn[drawn["when"].isna()]
    n_documents = drawn["document_id"].nunique()
    marks = [
        mark for mark, is_shown in ((SHOWS, True), (ABSENT, False)) if (drawn["shows"] == is_shown).any()
    ]
    pick = alt.selection_point(name="pick", fields=["document_id"])
    layers: list[alt.Chart] = []
    if not dated.empty:
        x = dates.axis(dated["when"])
        placed = dated.assign(when=dates.milliseconds(dated["when"]))
        layers += _beads(placed, "when", x, y, n_documents=n_documents, marks=marks, pick=pick)
    if not undated.empty:
        start = width + 44 if not dated.empty else 16
        n_slots = undated["slot"].nunique()
        step = min(16.0, _UNDATED_ROOM / n_slots) if not dated.empty else min(40.0, (width - 32) / n_slots)
        placed = undated.assign(place=start + undated["slot"] * step)
        x = alt.X("place:Q", scale=None, axis=None)
        layers += [
            *_beads(placed, "place", x, y, n_documents=n_documents, marks=marks, pick=pick),
            _heading(start),
        ]
    # A selection belongs to one layer: the dated documents, where there are any.
    at = next(i for i, layer in enumerate(layers) if layer.name != alt.Undefined)
    layers[at] = layers[at].add_params(pick)
    return style.layered(layers)


def _beads(
    rows: pd.DataFrame,
    column: str,
    x: alt.X,
    y: alt.Y,
    *,
    n_documents: int,
    marks: list[str],
    pick: alt.Parameter,
) -> list[alt.Chart]:
    """Return a line for each document and a point on it for each topic."""
    told = ["title", "date", "topic", "n_passages", "score"]
    shown = rows.assign(mark=np.where(rows["shows"], SHOWS, ABSENT))
    # What shows the theme lies above what does not, where many documents crowd.
    shown = shown.sort_values("shows", kind="stable")
    line = alt.Chart(style.inline(shown[["document_id", column, "topic", "shows"]]))
    hole = alt.Chart(style.inline(shown[[column, "topic", "n_passages"]]))
    point = alt.Chart(style.inline(shown[["document_id", column, "mark", *told]]), name=f"topics_{column}")
    room = float(np.clip(60 / n_documents, 0.3, 1))
    size = alt.Size(
        "n_passages:Q",
        scale=alt.Scale(domain=[0, 12], range=[30 * room, 190 * room], clamp=True),
        legend=None,
    )
    # A field of its own: leaving out a legend leaves out those of all channels with the same domain.
    wire = alt.Color(
        "shows:N", scale=alt.Scale(domain=[True, False], range=[style.ACCENT, style.QUIET]), legend=None
    )
    return [
        line.mark_line(strokeWidth=1.2, opacity=0.55, aria=False).encode(
            x=x, y=y, detail="document_id:N", color=wire
        ),
        hole.mark_point(style="hole", aria=False).encode(x=x, y=y, size=size),
        point.mark_point(strokeWidth=1.2).encode(
            x=x,
            y=y,
            size=size,
            fill=_mark("fill", marks),
            stroke=_mark("edge", marks),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.25)),
            tooltip=_tooltips(),
            description="title:N",
        ),
    ]


def _mark(kind: str, domain: list[str]) -> Any:  # noqa: ANN401 - one of two channels
    """Return the channel that tells where the theme shows."""
    channel, looks = {
        "fill": (alt.Fill, {SHOWS: style.ACCENT, ABSENT: "transparent"}),
        "edge": (alt.Stroke, {SHOWS: style.EDGE, ABSENT: style.QUIET}),
    }[kind]
    legend = alt.Legend(title=None, symbolSize=120, symbolStrokeWidth=1.2, labelLimit=0)
    scale = alt.Scale(domain=domain, range=[looks[mark] for mark in domain])
    return channel("mark:N", scale=scale, legend=legend)


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("title:N", title="document"),
        alt.Tooltip("date:N"),
        alt.Tooltip("topic:N"),
        alt.Tooltip("n_passages:Q", title="passages"),
        alt.Tooltip("score:Q", format="+.2f"),
    ]


def _heading(start: float) -> alt.Chart:
    data = alt.InlineData(values=[{"heading": "no date"}])
    mark = alt.Chart(data).mark_text(style="aside", align="left", baseline="bottom")
    heading: alt.Chart = mark.encode(text="heading:N", x=alt.value(start - 4), y=alt.value(-6))
    return heading


def _finding(rows: pd.DataFrame) -> str:
    who, what = style.name(rows["author"].iloc[0]), style.shorten(rows["concept"].iloc[0])
    showing = rows[rows["shows"]]
    k, n = showing["document_id"].nunique(), rows["document_id"].nunique()
    # Only the first letter: a concept of the user's may be spelt with others in capitals.
    sentence = what[:1].upper() + what[1:]
    of_documents = f"{k:,} of {style.count(n, 'document')}"
    if k == 0:
        return f"{sentence} shows in none of {style.count(n, 'document')} by {who}"
    if n == 1:
        return f"{sentence} shows in the one document by {who}"
    if k == 1:
        return f"{sentence} shows in {of_documents} by {who}"
    n_topics = showing["topic_id"].nunique()
    if "verdict" in rows and rows["verdict"].iloc[0] != "found":
        where = style.count(n_topics, "topic")
        return f"{sentence} leads for {who}, not certain: {of_documents}, {where}"
    return f"{who} comes back to {what} in {of_documents}, which touch {style.count(n_topics, 'topic')}"


def _counts(rows: pd.DataFrame, documents: pd.DataFrame, topics: pd.DataFrame, shown: pd.DataFrame) -> str:
    n_topics, n_undated = rows["topic_id"].nunique(), int(documents["day"].isna().sum())
    passages = style.count(int(rows["n_passages"].sum()), "passage")
    least, most = int(rows["n_passages"].min()), int(rows["n_passages"].max())
    upto = f" ({least:,} to {most:,})" if most > least else ""
    parts = [
        f"{len(shown):,} of {len(documents):,} documents drawn"
        if len(shown) < len(documents)
        else style.count(len(documents), "document"),
        passages,
        f"{len(topics):,} of {style.count(n_topics, 'topic')} drawn" if len(topics) < n_topics else "",
        f"{n_undated:,} without a date" if n_undated else "",
        f"one line is one document, its points are its topics, larger for more passages{upto}",
    ]
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame, documents: pd.DataFrame, topics: pd.DataFrame) -> str:
    years = dates.span(documents["day"])
    shown = topics.loc[topics["shows"], "label"].map(style.shorten).tolist()
    absent = rows[~rows["shows"]].drop_duplicates("document_id")["title"].map(style.shorten).tolist()
    return style.describe(
        "Documents by date and topic" + (f", {years}" if years else ", without dates"),
        _finding(rows),
        f"It shows with the topics {style.listing(shown)}" if shown else "",
        f"It is absent from {style.listing(absent, 5)}" if absent else "",
    )
