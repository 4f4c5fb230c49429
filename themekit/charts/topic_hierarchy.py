"""The topic hierarchy: which topics are near each other, and how they join."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

_COLUMNS = ("node_id", "parent_id", "topic_id", "label", "distance", "n_passages")
_WIDTH, _ROW, _MIN_ROW = 460, 24, 12
_CLOSE = 0.02
"""The eye does not part distances that differ by less."""
_TALLEST = 1400


def topic_hierarchy(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw how topics join into larger ones, the most alike first.

    Answers: which topics are near each other in their words?

    Parameters
    ----------
    frame : table of shape (n_nodes, ...)
        ``node_id, parent_id, topic_id, label, distance, n_passages``; one row
        per topic (with a ``topic_id``) and per join (without). ``distance`` is
        0 for a topic, and for a join from 0 (the same words) to about 1 (none in
        common). The root has no ``parent_id``.

    Returns
    -------
    altair.LayerChart
        A tree that grows to the right: topics at the left, each join at its
        distance. An :class:`altair.Chart` with one sentence where there is
        nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    themekit.frames.topic_hierarchy_frame : The table.

    Examples
    --------
    >>> frame = pd.DataFrame({"node_id": ["t1", "t2", "j"], "parent_id": ["j", "j", None],
    ...                       "topic_id": ["t1", "t2", None], "label": ["bread", "boats", "bread, boats"],
    ...                       "distance": [0.0, 0.0, 0.7], "n_passages": [5, 4, 9]})
    >>> topic_hierarchy(frame).to_dict()["title"]["text"]
    'Of 2 topics “bread” and “boats” are nearest'

    Notes
    -----
    Of two branches the one with more passages stands above the other. The axis
    begins a little below the first join.
    """
    nodes = _read(style.table(frame, _COLUMNS, chart="topic_hierarchy"))
    if nodes.empty:
        return style.nothing("No topics to join", "The table has no rows: there are no passages.")
    placed = _placed(nodes)
    n_topics = int(placed["is_topic"].sum())
    row = max(_MIN_ROW, min(_ROW, _TALLEST / n_topics))
    chart = _chart(placed, row).properties(
        width=_WIDTH,
        height=row * n_topics,
        title=style.title(_finding(placed), _counts(placed), width=_WIDTH + 260),
        description=_description(placed),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    texts = {column: frame[column].map(visible) for column in ("node_id", "parent_id", "topic_id", "label")}
    nodes = frame.assign(
        **texts,
        is_topic=texts["topic_id"] != "",
        distance=pd.to_numeric(frame["distance"], errors="coerce").fillna(0.0).clip(lower=0.0),
        n_passages=pd.to_numeric(frame["n_passages"], errors="coerce").fillna(0).astype("int64"),
    )
    return nodes.sort_values("node_id", ignore_index=True)


def _placed(nodes: pd.DataFrame) -> pd.DataFrame:
    """Give every topic a row and every join the middle of its branches."""
    children = {
        parent: list(branch["node_id"])
        for parent, branch in nodes.sort_values(["n_passages", "node_id"], ascending=[False, True]).groupby(
            "parent_id", sort=False
        )
        if parent
    }
    ids = set(nodes["node_id"])
    roots = [
        node for node, parent in zip(nodes["node_id"], nodes["parent_id"], strict=True) if parent not in ids
    ]
    order: list[str] = []
    todo = roots[::-1]
    while todo:
        node = todo.pop()
        order.append(node)
        todo += children.get(node, [])[::-1]
    is_topic = dict(zip(nodes["node_id"], nodes["is_topic"], strict=True))
    row = {node: float(i) for i, node in enumerate(node for node in order if is_topic[node])}
    for node in reversed(order):
        branches = [row[child] for child in children.get(node, []) if child in row]
        if node not in row and branches:
            row[node] = sum(branches) / len(branches)
    placed = nodes[nodes["node_id"].isin(row)]
    return placed.assign(row=placed["node_id"].map(row)).sort_values(["row", "node_id"], ignore_index=True)


def _chart(placed: pd.DataFrame, row: float) -> alt.LayerChart:
    names = style.distinct(placed.loc[placed["is_topic"], "label"])
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(names) - 0.5], reverse=True, nice=False))
    least, widest = _ends(placed)
    placed = placed.assign(distance=placed["distance"].clip(lower=least))
    topics = placed[placed["is_topic"]]
    x, x_of_join = (
        alt.X(
            field,
            scale=alt.Scale(domain=[least, widest], nice=False),
            axis=alt.Axis(title="distance in words: 0 the same, 1 none in common", grid=True, tickCount=5),
        )
        for field in ("distance:Q", "to_distance:Q")
    )
    size = min(12.0, row)
    labels = (
        alt.Chart(style.inline(topics[["row"]].assign(label=[style.shorten(name) for name in names])))
        .mark_text(style="axis-label", align="right", baseline="middle", fontSize=size)
        .encode(x=alt.value(-8), y=y, text="label:N")
    )
    layers = [*_edges(placed, x, x_of_join, y), labels]
    joins = placed[~placed["is_topic"]]
    if not joins.empty:
        layers.append(
            alt.Chart(style.inline(joins[["row", "distance", "label", "n_passages"]]))
            .mark_point(style="dot", shape="circle", size=34, fill=style.ACCENT, strokeWidth=0.8, opacity=1)
            .encode(
                x=x,
                y=y,
                tooltip=[
                    alt.Tooltip("label:N", title="words"), alt.Tooltip("distance:Q", format=".2f"),
                    alt.Tooltip("n_passages:Q", title="passages"),
                ],
                description="label:N",
            )
        )  # fmt: skip
    else:
        layers.append(
            alt.Chart(style.inline(topics[["row", "distance", "label"]]))
            .mark_point(style="dot", shape="circle", size=34, fill=style.ACCENT, opacity=1)
            .encode(x=x, y=y, description="label:N")
        )
    return style.layered(layers)


def _ends(placed: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the scale of distances: from a little below the first join, where all is said."""
    joins = placed.loc[~placed["is_topic"], "distance"]
    if joins.empty:
        return 0.0, 1.0
    least = max(0.0, math.floor((float(joins.min()) - 0.05) * 10) / 10)
    return least, max(float(joins.max()) * 1.03, least + 0.1)


def _edges(placed: pd.DataFrame, x: alt.X, x_of_join: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return the branches: along to the join, then down or up to it."""
    ends = placed.merge(
        placed[["node_id", "row", "distance"]].rename(
            columns={"node_id": "parent_id", "row": "to_row", "distance": "to_distance"}
        ),
        on="parent_id",
    )
    if ends.empty:
        return []
    along = alt.Chart(style.inline(ends[["row", "distance", "to_distance"]])).mark_rule(
        style="branch", aria=False
    )
    across = alt.Chart(style.inline(ends[["row", "to_row", "to_distance"]])).mark_rule(
        style="branch", aria=False
    )
    return [
        along.encode(x=x, x2="to_distance:Q", y=y),
        across.encode(x=x_of_join, y=y, y2="to_row:Q"),
    ]


def _nearest(placed: pd.DataFrame) -> list[tuple[float, str, str]]:
    """Return the pairs of topics that join each other before all others, the nearest first."""
    found = []
    joins = placed[~placed["is_topic"]].sort_values(["distance", "node_id"])
    for join in joins["node_id"]:
        pair = placed[(placed["parent_id"] == join) & placed["is_topic"]]
        if len(pair) == 2:  # noqa: PLR2004
            first, second = pair["label"]
            distance = float(placed.loc[placed["node_id"] == join, "distance"].iloc[0])
            found.append((distance, style.shorten(first, 30), style.shorten(second, 30)))
    return found


def _finding(placed: pd.DataFrame) -> str:
    topics, pairs = placed[placed["is_topic"]], _nearest(placed)
    if not pairs:
        label = style.shorten(topics["label"].iloc[0], 44)
        return f"1 topic, “{label}”" if len(topics) == 1 else f"{len(topics):,} topics that do not join"
    least, one, other = pairs[0]
    n_close = sum(distance - least < _CLOSE for distance, *_ in pairs) - 1  # beside the first
    close = ", by a hair" if n_close else ""
    return f"Of {len(topics):,} topics “{one}” and “{other}” are nearest{close}"


def _counts(placed: pd.DataFrame) -> str:
    topics, joins = placed[placed["is_topic"]], placed[~placed["is_topic"]]
    parts = [
        style.count(len(topics), "topic"),
        f"{int(topics['n_passages'].sum()):,} passages",
        f"all joined at a distance of {joins['distance'].max():.2f}" if len(joins) else "",
        f"the axis begins at {_ends(placed)[0]:.1f}" if _ends(placed)[0] > 0 else "",
    ]
    return " · ".join(part for part in parts if part)


def _description(placed: pd.DataFrame) -> str:
    topics = placed.loc[placed["is_topic"], "label"].map(style.shorten).tolist()
    return style.describe(
        "Tree of topics, joined the sooner the more alike their words are",
        _finding(placed),
        f"From top to bottom: {style.listing(topics, 12)}",
    )
