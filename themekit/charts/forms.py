"""The forms of a theme: how it shows in each topic, with a quote from each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import dates, lettering, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

    from themekit.charts.lettering import Texts

N_TOPICS = 9
MAX_DOTS = 200  # in one panel
_FEW = 2
"""Passages; with fewer a topic is left out where there are enough others."""
_COLUMNS = ("topic_id", "label", "author", "concept", "passage_id", "title", "date", "score")
OTHER, QUOTED = "a passage", "the quoted one"
_WIDTH, _SPACE, _ACROSS = 250, 30, 3
_HEADING, _STRIP, _LINE, _SIZE = 18, 40, 16, 12
_N_LINES = {"none": 0, "snippet": 5, "full": 40}


def forms(
    frame: IntoDataFrame, *, n_topics: int = N_TOPICS, texts: Texts = "snippet"
) -> alt.LayerChart | alt.Chart:
    """Draw how one author's theme shows in each topic, a small picture and a quote for each.

    Answers: which clothes does the theme wear?

    Parameters
    ----------
    frame : table of shape (n_passages, ...)
        ``topic_id, label, author, concept, passage_id, title, date, score``
        for one author and one concept; one row per passage; ``score`` in
        standard deviations over all passages of all authors. ``quote``, needed
        unless ``texts`` is ``none``, is the text of one passage of each topic,
        and null elsewhere.
    n_topics : int, default 9
        How many topics, those with the highest mean first.
    texts : {"snippet", "none", "full"}, default "snippet"
        How much of each quote is shown, and travels in the chart.

    Returns
    -------
    altair.LayerChart
        A panel per topic: a dot per passage, the further right the stronger;
        an upright line at 0, a diamond at the quoted passage, a bar at the
        mean. A click sets the selection ``pick`` on ``passage_id``. An
        :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, the table holds several authors or concepts, or
        an option is not one of those above.

    See Also
    --------
    themekit.frames.forms_frame : The table.
    themekit.charts.thread : When it shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"topic_id": ["t1", "t2"], "label": ["bread", "boats"], "author": "Ann",
    ...                       "concept": "repair", "passage_id": ["p1", "p2"], "title": "Bread", "date": "2019",
    ...                       "score": [1.4, -0.2], "quote": ["We mended the oven.", "The boat leaks."]})
    >>> forms(frame).to_dict()["title"]["text"]
    'Repair runs above average on 1 of 2 topics by Ann, most on “bread”'

    Notes
    -----
    Topics with a single passage are left out as long as there are others; the
    subtitle counts what is drawn. Of more than 200 passages on a topic every
    k-th has a dot, and the subtitle says so; means are over all.
    """
    lettering.check(texts, chart="forms")
    if n_topics < 1:
        raise ValueError(
            f"forms: seen n_topics={n_topics!r}; expected 1 or more; do leave it out for {N_TOPICS}."
        )
    wanted = _COLUMNS if texts == "none" else (*_COLUMNS, "quote")
    rows = _read(style.table(frame, wanted, chart="forms", optional=("verdict",)))
    if rows.empty:
        return style.nothing("No forms to show", "The table has no rows: this author has no scored passages.")
    style.check_one(rows, "author", chart="forms")
    style.check_one(rows, "concept", chart="forms")
    topics = _topics(rows)
    drawn = _drawn(topics, n_topics)
    placed, height = _placed(rows, drawn, texts)
    n_across = min(len(drawn), _ACROSS)
    width = n_across * _WIDTH + (n_across - 1) * _SPACE
    chart = _chart(placed).properties(
        width=width,
        height=height,
        title=style.title(_finding(rows, topics), _counts(rows, topics, drawn), width=max(width, 640)),
        description=_description(rows, topics, drawn),
        usermeta={"texts": texts},
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        **{c: frame[c].map(visible) for c in ("topic_id", "label", "concept", "passage_id", "title")},
        author=frame["author"].map(style.person),
        date=frame["date"].map(dates.text),
        score=pd.to_numeric(frame["score"], errors="coerce").astype(float),
        quote=frame["quote"].map(visible) if "quote" in frame else "",
    )
    return rows[rows["score"].notna()].sort_values(["topic_id", "passage_id"], ignore_index=True)


def _topics(rows: pd.DataFrame) -> pd.DataFrame:
    topics = rows.groupby("topic_id").agg(
        label=("label", "first"), n=("score", "size"), mean=("score", "mean")
    )
    topics = topics.reset_index().sort_values(
        ["mean", "topic_id"], ascending=[False, True], ignore_index=True
    )
    return topics.assign(topic=style.distinct(topics["label"]))


def _drawn(topics: pd.DataFrame, n_topics: int) -> pd.DataFrame:
    many = topics[topics["n"] >= _FEW]
    return (many if len(many) else topics).head(n_topics)


def _lines(quote: str, texts: Texts) -> list[str]:
    if not quote or texts == "none":
        return []
    shown = f"“{lettering.excerpt(quote, texts)}”"
    return lettering.lines(shown, _WIDTH - 4, _SIZE, n_lines=_N_LINES[texts])


def _placed(rows: pd.DataFrame, drawn: pd.DataFrame, texts: Texts) -> tuple[dict[str, pd.DataFrame], float]:
    """Set the panels out in rows of three, in pixels: what is where, and how high it all is."""
    scores = rows.loc[rows["topic_id"].isin(drawn["topic_id"]), "score"]
    least, most = min(-0.5, float(scores.min())), max(0.5, float(scores.max()))

    def across(score: pd.Series[float] | float, left: float) -> Any:  # noqa: ANN401 - as given
        return left + 6 + (score - least) / (most - least) * (_WIDTH - 12)

    parts: dict[str, list[pd.DataFrame]] = {
        "headings": [],
        "rules": [],
        "dots": [],
        "words": [],
        "sources": [],
        "ticks": [],
    }
    top, below = 0.0, 0.0
    for i, topic in enumerate(drawn.itertuples()):
        own = rows[rows["topic_id"] == topic.topic_id]
        left = (i % _ACROSS) * (_WIDTH + _SPACE)
        if i % _ACROSS == 0:
            top, below = below + (_SPACE if i else 0), 0.0
        middle = top + _HEADING + _STRIP / 2
        quoted = own[own["quote"] != ""].head(1)
        lines = _lines(quoted["quote"].iloc[0], texts) if len(quoted) else []
        heading = lettering.fit(style.shorten(topic.topic, 40), _WIDTH, 13, bold=True)
        parts["headings"].append(pd.DataFrame({"line": [heading], "x": [left], "y": [top + 8]}))
        parts["rules"].append(
            pd.DataFrame(
                {"x": [across(0.0, left)], "y": [middle - 18], "y2": [middle + 18], "is_mean": [False]}
            )
        )
        parts["rules"].append(
            pd.DataFrame(
                {"x": [across(topic.mean, left)], "y": [middle - 14], "y2": [middle + 14], "is_mean": [True]}
            )
        )
        own = own[
            (np.arange(len(own)) % -(-len(own) // MAX_DOTS) == 0)
            | own["passage_id"].isin(quoted["passage_id"])
        ]
        is_quoted = own["passage_id"].isin(quoted["passage_id"]) if lines else False
        parts["dots"].append(
            own.assign(
                x=across(own["score"], left),
                y=middle + _jitter(len(own)),
                mark=np.where(is_quoted, QUOTED, OTHER),
            )
        )
        ticks = [0, *(tick for tick in (math.ceil(least), math.floor(most)) if abs(tick) > 1)]
        parts["ticks"].append(
            pd.DataFrame(
                {
                    "line": [f"{tick:+d}".replace("-", "−") if tick else "0" for tick in ticks],
                    "x": [across(float(tick), left) for tick in ticks],
                    "y": middle + 25,
                }
            )
        )
        at = top + _HEADING + _STRIP + 22
        if lines:
            ys = [at + n * _LINE for n in range(len(lines))]
            parts["words"].append(pd.DataFrame({"line": lines, "x": left, "y": ys}))
            parts["sources"].append(
                pd.DataFrame(
                    {"line": [_source(quoted.iloc[0])], "x": left, "y": [at + len(lines) * _LINE + 3]}
                )
            )
            at += (len(lines) + 1) * _LINE + 3
        below = max(below, at)
    return {name: pd.concat(frames) for name, frames in parts.items() if frames}, below


def _chart(placed: dict[str, pd.DataFrame]) -> alt.LayerChart:
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    rules = placed["rules"]
    layers = [
        alt.Chart(style.inline(rows[["x", "y", "y2"]])).mark_rule(style=look, strokeWidth=wide, aria=False).encode(x=x, y=y, y2="y2:Q")
        for rows, look, wide in ((rules[~rules["is_mean"]], "branch", 1), (rules[rules["is_mean"]], "interval", 3))
    ]  # fmt: skip
    layers.insert(1, _dots(placed["dots"], x, y))
    for name, look in (("headings", "label"), ("words", "quote"), ("sources", "aside")):
        if name in placed:
            layers.append(
                alt.Chart(style.inline(placed[name]))
                .mark_text(style=look, align="left", baseline="middle")
                .encode(x=x, y=y, text="line:N")
            )
    ticks = alt.Chart(style.inline(placed["ticks"])).mark_text(style="aside", align="center", fontSize=10)
    layers.append(ticks.encode(x=x, y=y, text="line:N"))
    return style.layered(layers)


def _dots(dots: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    shown = dots.sort_values(
        ["mark", "topic_id", "passage_id"], key=lambda c: c == QUOTED if c.name == "mark" else c
    )
    domain = [mark for mark in (OTHER, QUOTED) if (shown["mark"] == mark).any()]
    looks = {OTHER: ("circle", style.ACCENT, 42), QUOTED: ("diamond", style.CATEGORIES[1], 120)}
    shape, fill, size = ([looks[mark][i] for mark in domain] for i in range(3))
    legend = alt.Legend(title=None, symbolStrokeWidth=0.6) if len(domain) > 1 else None
    pick = alt.selection_point(name="pick", fields=["passage_id"])
    chart: alt.Chart = (
        alt.Chart(style.inline(shown[["passage_id", "title", "date", "score", "mark", "x", "y"]]), name="passages")
        .mark_point(style="dot", strokeWidth=0.6)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", scale=alt.Scale(domain=domain, range=shape), legend=legend),
            fill=alt.Fill("mark:N", scale=alt.Scale(domain=domain, range=fill), legend=legend),
            size=alt.Size("mark:N", scale=alt.Scale(domain=domain, range=size), legend=legend),
            opacity=alt.when(pick).then(alt.value(0.9)).otherwise(alt.value(0.2)),
            tooltip=[
                alt.Tooltip("title:N", title="document"), alt.Tooltip("date:N"), alt.Tooltip("score:Q", format="+.2f"),
            ],
            description="title:N",
        )
        .add_params(pick)
    )  # fmt: skip
    return chart


def _jitter(n: int) -> np.ndarray:
    """Return heights that keep dots apart, the same each time."""
    return np.round(((np.arange(n) * 0.618034) % 1 - 0.5) * 20, 2)


def _source(row: pd.Series[Any]) -> str:
    return f"{style.shorten(row['title'], 34)}{', ' + row['date'][:4] if row['date'] else ''}"


def _finding(rows: pd.DataFrame, topics: pd.DataFrame) -> str:
    who, concept = style.name(rows["author"].iloc[0]), style.shorten(rows["concept"].iloc[0])
    what = concept[:1].upper() + concept[1:]
    k, n = int((topics["mean"] > 0).sum()), len(topics)
    top = style.shorten(_drawn(topics, 1)["label"].iloc[0], 26)
    if k == 0:
        return f"{what} runs above average on none of {style.count(n, 'topic')} by {who}"
    return f"{what} runs above average on {k:,} of {style.count(n, 'topic')} by {who}, most on “{top}”"


def _counts(rows: pd.DataFrame, topics: pd.DataFrame, drawn: pd.DataFrame) -> str:
    parts = [
        style.count(len(rows), "passage"),
        f"the {len(drawn):,} strongest of {style.count(len(topics), 'topic')} drawn"
        if len(drawn) < len(topics)
        else "",
        "not a certain theme" if "verdict" in rows and rows["verdict"].iloc[0] != "found" else "",
        "a dot is a passage, stronger to the right, in standard deviations; its height only keeps it off the others",
        f"at most {MAX_DOTS} of a topic’s drawn" if drawn["n"].max() > MAX_DOTS else "",
        "thin line: the average of all authors, thick one: the mean here",
    ]
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame, topics: pd.DataFrame, drawn: pd.DataFrame) -> str:
    told = [f"{style.shorten(row.label)}, {row.mean:+.2f}" for row in drawn.itertuples()]
    return style.describe(
        f"Small pictures of {style.count(len(drawn), 'topic')}, each with its passages by strength",
        _finding(rows, topics),
        f"Means by topic: {'; '.join(told)}",
    )
