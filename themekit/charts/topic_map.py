"""The topic map: what the passages are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import lettering, style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

    from themekit.charts.lettering import Texts

MAX_POINTS, MAX_TEXTS = 10_000, 3_000
_COLUMNS = ("passage_id", "x", "y", "author", "topic_id", "label")
_WIDTH, _HEIGHT = 700, 560
_PAGE = 300  # the width of the page beside the map
_MARGIN = 0.04
_N_LABELS = 24
_LINE, _LETTER = 17, 6.9  # pixels that a label takes: height, and width of a letter
_FEW = 5  # passages; a label in their midst would hide them
_NUDGES = [(0, 0), *((dx, dy) for dy in (-18, 18, -36, 36, -54, 54) for dx in (0, -30, 30))]
_N_SHAPES = len(style.SHAPES)

Box = tuple[float, float, float, float]


def topic_map(
    frame: IntoDataFrame, *, texts: Texts = "none"
) -> alt.LayerChart | alt.HConcatChart | alt.Chart:
    """Draw every passage as a point, coloured by what it is about.

    Answers: which topics are there, how large, and who writes about them?

    Parameters
    ----------
    frame : table of shape (n_passages, ...)
        ``passage_id, x, y, author, topic_id, label``; one row per passage.
        ``x`` and ``y`` are places on a map, in no unit; ``label`` is the
        topic's. ``title`` and ``date`` of the document may be given for the
        tooltip. Rows without a place are left out, and the subtitle says so. ``text``, the passage, is
        needed where texts are asked for.
    texts : {"none", "snippet", "full"}, default "none"
        Show the passage that is picked beside the map, about two lines of it or
        all; the passages that are drawn then travel in the chart.

    Returns
    -------
    altair.LayerChart or altair.HConcatChart
        The nine largest topics in colour and the rest in grey, labelled where
        they lie. Authors have shapes of their own where there are two to six.
        A click on a point sets the selection ``pick`` on ``passage_id``. With
        texts a page stands beside the map: the passage that was picked. An
        :class:`altair.Chart` with one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, or ``texts`` is not one of those above.

    See Also
    --------
    themekit.frames.map_frame : The table, with the texts.
    themekit.charts.fingerprint : Which concepts mark which author.

    Examples
    --------
    >>> frame = pd.DataFrame({"passage_id": ["p1"], "x": [0.0], "y": [0.0], "author": ["Ann"],
    ...                       "topic_id": ["t1"], "label": ["bread, flour"]})
    >>> topic_map(frame).to_dict()["title"]["text"]
    '1 passage by 1 author falls into 1 topic: “bread, flour”'

    Notes
    -----
    1. Labels stand at the median of their topic's points; one that would cover
       another is moved a little, and left out where it is not one of the nine.
    2. Above 10,000 passages every k-th of each topic is drawn, and the
       subtitle says so; with texts above 3,000. All are counted.
    """
    lettering.check(texts, chart="topic_map")
    has_texts = texts != "none"
    read = style.table(
        frame, (*_COLUMNS, "text") if has_texts else _COLUMNS, chart="topic_map", optional=("title", "date")
    )
    points = _read(read)
    if points.empty:
        return style.nothing(
            "No passages to map", "The table has no rows with a place: nothing was read, or nothing laid out."
        )
    topics = _topics(points)
    points = points.merge(topics[["topic_id", "colour"]], on="topic_id")
    drawn = _thinned(points, MAX_TEXTS if has_texts else MAX_POINTS)
    scale = _Places(points)
    pick = alt.selection_point(name="pick", fields=["passage_id"])
    labels = scale.labels(topics)
    layers = [_points(drawn, scale, pick), *_labels(labels, scale)]
    words = {
        "title": style.title(
            _finding(points, topics), _counts(len(read), points, drawn, topics, len(labels)), width=_WIDTH
        ),
        "description": _description(points, topics),
    }
    plan = style.layered(layers).properties(width=_WIDTH, height=_HEIGHT)
    if not has_texts:
        chart: alt.LayerChart = plan.properties(**words)
        return chart
    both: alt.HConcatChart = alt.hconcat(plan, _page(drawn, texts), spacing=28).properties(
        usermeta={"texts": texts}, **words
    )
    return both


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    places = {axis: pd.to_numeric(frame[axis], errors="coerce").astype(float) for axis in ("x", "y")}
    ids = {column: frame[column].astype(str) for column in ("passage_id", "topic_id")}
    is_placed = np.isfinite(places["x"]) & np.isfinite(places["y"])
    placed = frame.assign(**places, **ids).loc[is_placed]
    return placed.sort_values(["topic_id", "passage_id"], ignore_index=True)


def _topics(points: pd.DataFrame) -> pd.DataFrame:
    """Return the topics by size, with a colour from 1 to 9 or 0 for the rest."""
    topics = points.groupby("topic_id").agg(
        label=("label", "first"), n_passages=("passage_id", "size"), x=("x", "median"), y=("y", "median")
    )
    topics = topics.reset_index().sort_values(
        ["n_passages", "topic_id"], ascending=[False, True], ignore_index=True
    )
    rank = np.arange(1, len(topics) + 1)
    return topics.assign(
        label=topics["label"].map(visible), colour=np.where(rank <= len(style.CATEGORIES), rank, 0)
    )


def _thinned(points: pd.DataFrame, n_points: int) -> pd.DataFrame:
    """Return the points to draw, grey ones first so that they lie below."""
    every = -(-len(points) // n_points)
    kept = points.iloc[::every].sort_values("colour", key=lambda colour: colour > 0, kind="stable")
    texts = [column for column in ("passage_id", "label", "title", "date") if column in kept]
    return kept.assign(
        author=kept["author"].map(style.person),
        **{column: kept[column].map(visible) for column in texts},
    )


class _Places:
    """Where things lie on the page: the map's scale, fixed before it is drawn.

    Labels can be kept apart only where pixels are known.
    """

    def __init__(self, points: pd.DataFrame) -> None:
        self.x = _domain(points["x"])
        self.y = _domain(points["y"])

    def labels(self, topics: pd.DataFrame) -> pd.DataFrame:
        """Return the labels that fit, with their places on the map."""
        taken: list[Box] = []
        rows = []
        for topic in topics.head(_N_LABELS).itertuples():
            label = style.shorten(topic.label, 30)
            text = f"{label} · {topic.n_passages:,}" if label else ""
            place = self._free(topic, len(text) * _LETTER, taken)
            if place is not None and text:
                rows.append((*place, text, bool(topic.colour)))
        return pd.DataFrame(rows, columns=["x", "y", "label", "is_coloured"])

    def _free(self, topic: Any, width: float, taken: list[Box]) -> tuple[float, float] | None:  # noqa: ANN401 - a row
        left, bottom = self._to_pixels(topic.x, topic.y)
        centre = float(np.clip(left, min(width, _WIDTH) / 2, _WIDTH - min(width, _WIDTH) / 2))
        for dx, dy in _NUDGES if topic.n_passages > _FEW else _NUDGES[1:]:
            at, level = centre + dx, float(np.clip(bottom + dy, _LINE, _HEIGHT - _LINE))
            box = (at - width / 2, level - _LINE / 2, at + width / 2, level + _LINE / 2)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                return self._to_data(at, level)
        return self._to_data(centre, bottom) if topic.colour > 0 else None

    def _to_pixels(self, x: float, y: float) -> tuple[float, float]:
        (x0, x1), (y0, y1) = self.x, self.y
        return (x - x0) / (x1 - x0) * _WIDTH, (y1 - y) / (y1 - y0) * _HEIGHT

    def _to_data(self, left: float, bottom: float) -> tuple[float, float]:
        (x0, x1), (y0, y1) = self.x, self.y
        return x0 + left / _WIDTH * (x1 - x0), y1 - bottom / _HEIGHT * (y1 - y0)


def _domain(values: pd.Series[float]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = (high - low) * _MARGIN or 1.0
    return float(f"{low - margin:.6g}"), float(f"{high + margin:.6g}")


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _position(places: _Places) -> tuple[alt.X, alt.Y]:
    return (
        alt.X("x:Q", axis=None, scale=alt.Scale(domain=list(places.x), nice=False, zero=False)),
        alt.Y("y:Q", axis=None, scale=alt.Scale(domain=list(places.y), nice=False, zero=False)),
    )


def _points(drawn: pd.DataFrame, places: _Places, pick: alt.Parameter) -> alt.Chart:
    told = [column for column in ("author", "title", "date", "label", "passage_id") if column in drawn]
    size = float(np.clip(60_000 / len(drawn), 16, 80))
    chart: alt.Chart = (
        alt.Chart(style.inline(drawn[["x", "y", "colour", *told]]), name="passages")
        .mark_point(style="dot", strokeWidth=0.4)
        .encode(
            *_position(places),
            fill=alt.Fill(
                "colour:N",
                scale=alt.Scale(
                    domain=list(range(len(style.CATEGORIES) + 1)), range=[style.REST, *style.CATEGORIES]
                ),
                legend=None,
            ),
            fillOpacity=alt.when(alt.datum.colour == 0).then(alt.value(0.35)).otherwise(alt.value(0.9)),
            strokeOpacity=alt.when(alt.datum.colour == 0).then(alt.value(0.3)).otherwise(alt.value(0.9)),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.2)),
            size=alt.when(pick, empty=False).then(alt.value(220)).otherwise(alt.value(size)),
            tooltip=[alt.Tooltip(f"{column}:N", title=_HEADINGS.get(column, column)) for column in told],
            description="label:N",
        )
        .add_params(pick)
    )
    authors = sorted(drawn["author"].unique())
    return chart.encode(shape=_shape(authors)) if 1 < len(authors) <= _N_SHAPES else chart


def _page(drawn: pd.DataFrame, texts: Texts) -> alt.LayerChart:
    """Return the page beside the map: who wrote the picked passage, on what, and its words."""
    headings = [
        "\n".join(
            [
                lettering.fit(f"{author}{', ' + date if date else ''}", _PAGE, 12),
                lettering.fit(label, _PAGE, 12),
            ]
        )
        for author, date, label in zip(drawn["author"], _dates(drawn), drawn["label"], strict=True)
    ]
    readings = [
        "\n".join(lettering.lines(lettering.excerpt(text, texts), _PAGE, 12)) for text in drawn["text"]
    ]
    hint = alt.Chart(alt.InlineData(values=[{"hint": "Click a point to read its passage"}]))
    layers = [
        hint.mark_text(style="aside", align="left", baseline="top").encode(
            x=alt.value(0), y=alt.value(0), text="hint:N"
        )
    ]
    for column, lines, top in (("heading", headings, 28), ("reading", readings, 76)):
        shown = alt.Chart(style.inline(drawn[["passage_id"]].assign(**{column: lines})))
        mark: Any = {
            "style": "quote",
            "align": "left",
            "baseline": "top",
            "lineBreak": "\n",
            "lineHeight": 17,
        }
        layers.append(
            shown.mark_text(**mark)
            .encode(x=alt.value(0), y=alt.value(top), text=f"{column}:N")
            .transform_filter(alt.ParameterPredicate(param="pick", empty=False))
        )
    page: alt.LayerChart = style.layered(layers).properties(width=_PAGE, height=_HEIGHT)
    return page


def _dates(drawn: pd.DataFrame) -> list[str]:
    return list(drawn["date"]) if "date" in drawn else [""] * len(drawn)


_HEADINGS = {"label": "topic", "passage_id": "passage"}


def _shape(authors: list[str]) -> alt.Shape:
    scale = alt.Scale(domain=authors, range=list(style.SHAPES[: len(authors)]))
    widest = 40 + min(max(len(author) for author in authors) * _LETTER, 220)
    columns = max(1, int(_WIDTH / widest))
    return alt.Shape(
        "author:N",
        scale=scale,
        legend=alt.Legend(title="author", symbolFillColor=style.REST, columns=columns),
    )


def _labels(labels: pd.DataFrame, places: _Places) -> list[alt.Chart]:
    """Return the labels, each over a halo that keeps the points off it."""
    layers = []
    for is_coloured, look in ((False, "aside"), (True, "label")):
        some = labels.loc[labels["is_coloured"] == is_coloured, ["x", "y", "label"]]
        if some.empty:
            continue
        base = alt.Chart(style.inline(some)).encode(*_position(places), text="label:N")
        halo = "halo" if is_coloured else "aside-halo"
        layers += [base.mark_text(style=halo, aria=False), base.mark_text(style=look)]
    return layers


def _finding(points: pd.DataFrame, topics: pd.DataFrame) -> str:
    passages = style.count(len(points), "passage")
    authors = style.count(points["author"].nunique(), "author")
    verb = "falls" if len(points) == 1 else "fall"
    largest = style.shorten(topics["label"].iloc[0], 48)
    what = f": “{largest}”" if len(topics) == 1 else f"; the largest is “{largest}”"
    return f"{passages} by {authors} {verb} into {style.count(len(topics), 'topic')}{what if largest else ''}"


def _counts(
    n_rows: int, points: pd.DataFrame, drawn: pd.DataFrame, topics: pd.DataFrame, n_named: int
) -> str:
    n_grey = int((topics["colour"] == 0).sum())
    parts = [
        f"{len(points):,} of {n_rows:,} passages laid out" if len(points) < n_rows else "",
        f"{len(drawn):,} of {len(points):,} passages drawn" if len(drawn) < len(points) else "",
        f"{len(style.CATEGORIES)} largest topics in colour, {n_grey:,} in grey" if n_grey else "",
        (f"{n_named:,} of {len(topics):,}" if n_named < len(topics) else "all")
        + " named, with their number of passages"
        if n_named
        else "",
        "one point is one passage",
        "distance is not evidence",
    ]
    text = " · ".join(part for part in parts if part)
    return text[0].upper() + text[1:]


def _description(points: pd.DataFrame, topics: pd.DataFrame) -> str:
    top = [
        f"{style.shorten(t.label)} ({t.n_passages:,})"
        for t in topics.head(len(style.CATEGORIES)).itertuples()
    ]
    return style.describe(
        "Map of passages, one point each, near where the wording is alike",
        _finding(points, topics),
        f"Largest topics: {'; '.join(top)}",
        "Distances on the map are not evidence.",
    )
