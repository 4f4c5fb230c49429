"""Kinship: who is like whom in their themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import style

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame
    from numpy.typing import NDArray

MAX_AUTHORS = 60
LEVEL = 0.05
_SLANTED = 16  # pixels from one slanted label to the next; with fewer they stand upright
_COLUMNS = ("author", "other", "similarity", "p_value", "is_enough")


def kinship(frame: IntoDataFrame) -> alt.LayerChart | alt.Chart:
    """Draw how alike authors are in their themes, pair by pair.

    Answers: who sees as whom?

    Parameters
    ----------
    frame : table of shape (n_authors * (n_authors - 1) / 2, ...)
        ``author, other, similarity, p_value, is_enough``; one row per pair, in
        either order; ``similarity`` from -1 to 1; ``p_value`` over all pairs;
        ``is_enough`` is false where there is too little by one of the two.

    Returns
    -------
    altair.LayerChart
        A cell per pair, ordered so that kin stand together; a diamond where
        they are more alike than chance explains. A click sets the selection
        ``pick`` on ``author`` and ``other``. An :class:`altair.Chart` with one
        sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing.

    See Also
    --------
    themekit.frames.kinship_frame : The table.
    themekit.charts.fingerprint : What it is that they share.

    Examples
    --------
    >>> frame = pd.DataFrame({"author": ["Ann"], "other": ["Bo"], "similarity": [0.8], "p_value": [0.01],
    ...                       "is_enough": [True]})
    >>> kinship(frame).to_dict()["title"]["text"]
    'Ann and Bo are alike in their themes'

    Notes
    -----
    1. Pairs of whom there is too little are left out as long as there are
       others. Above 60 authors those in the most alike pairs are drawn. The
       subtitle says either.
    2. The order is that of a tree by average linkage, with the best order of
       leaves.
    """
    rows = _read(style.table(frame, _COLUMNS, chart="kinship"))
    if rows.empty:
        return style.nothing(
            "No kinship to show", "The table has no pair with a similarity: it takes two authors."
        )
    told = rows[rows["is_enough"]] if rows["is_enough"].any() else rows
    kept = _kept(told)
    drawn = told[told["author"].isin(kept) & told["other"].isin(kept)]
    order = _order(drawn, kept)
    step = float(np.clip(560 / len(order), 11, 30))
    chart = _chart(drawn, order, step).properties(
        width=step * (len(order) - 1),
        height=step * (len(order) - 1),
        title=style.title(_finding(told), _counts(rows, told, order), width=step * len(order) + 160),
        description=_description(told),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        **{c: frame[c].map(style.person) for c in ("author", "other")},
        **{c: pd.to_numeric(frame[c], errors="coerce").astype(float) for c in ("similarity", "p_value")},
        is_enough=frame["is_enough"].fillna(value=False).astype(bool),
    )
    ordered = np.sort(rows[["author", "other"]].to_numpy(dtype=str), axis=1)
    rows = rows.assign(author=ordered[:, 0], other=ordered[:, 1])
    rows = rows[rows["similarity"].notna() & (rows["author"] != rows["other"])]
    return rows.drop_duplicates(["author", "other"]).sort_values(["author", "other"], ignore_index=True)


def _kept(told: pd.DataFrame) -> list[str]:
    """Return the authors to draw: those in the most alike pairs."""
    ends = pd.concat(
        [told[["author", "similarity"]], told[["other", "similarity"]].rename(columns={"other": "author"})]
    )
    nearest = ends.groupby("author")["similarity"].max().reset_index()
    nearest = nearest.sort_values(["similarity", "author"], ascending=[False, True])
    return sorted(nearest["author"].head(MAX_AUTHORS))


def _order(drawn: pd.DataFrame, kept: list[str]) -> list[str]:
    place = {author: i for i, author in enumerate(kept)}
    distance: NDArray[np.float64] = np.ones((len(kept), len(kept)))
    for row in drawn.itertuples():
        i, j = place[row.author], place[row.other]
        distance[i, j] = distance[j, i] = 1 - row.similarity
    if len(kept) < 3:  # noqa: PLR2004 - two have no order
        return kept
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415 - a quarter of a second
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    return [kept[int(leaf)] for leaf in leaves_list(tree)]


def _chart(drawn: pd.DataFrame, order: list[str], step: float) -> alt.LayerChart:
    place = {author: i for i, author in enumerate(order)}
    is_after = drawn["author"].map(place) > drawn["other"].map(place)
    cells = drawn.assign(
        row=np.where(is_after, drawn["author"], drawn["other"]),
        column=np.where(is_after, drawn["other"], drawn["author"]),
    )
    size = min(12.0, step)
    x = alt.X(
        "column:N",
        scale=alt.Scale(domain=order[:-1]),
        axis=alt.Axis(title=None, orient="bottom", labelAngle=-45 if step >= _SLANTED else -90, labelFontSize=size, labelOverlap=False, grid=False, labelLimit=150),
    )  # fmt: skip
    y = alt.Y(
        "row:N",
        scale=alt.Scale(domain=order[1:]),
        axis=alt.Axis(title=None, labelFontSize=size, labelOverlap=False, grid=False),
    )
    pick = alt.selection_point(name="pick", fields=["author", "other"])
    heat = (
        alt.Chart(style.inline(cells[["author", "other", "row", "column", "similarity"]]), name="pairs")
        .mark_rect(style="cell")
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "similarity:Q",
                scale=alt.Scale(domain=[-1, 1], domainMid=0, interpolate="lab"),
                legend=alt.Legend(title="likeness, from −1 to 1", values=[-1, -0.5, 0, 0.5, 1], format="+.1~f", gradientLength=180),
            ),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.3)),
            tooltip=[alt.Tooltip("author:N"), alt.Tooltip("other:N"), alt.Tooltip("similarity:Q", format="+.2f")],
            description="author:N",
        )
        .add_params(pick)
    )  # fmt: skip
    layers = [heat]
    kin = cells[cells["p_value"] <= LEVEL]
    if len(kin):
        layers.append(
            alt.Chart(style.inline(kin[["row", "column"]].assign(mark="more alike than chance explains")))
            .mark_point(
                size=float(np.clip(step**2 / 5, 30, 90)), strokeWidth=1.2, opacity=1, stroke=style.BLANK
            )
            .encode(
                x=x,
                y=y,
                shape=alt.Shape("mark:N", scale=alt.Scale(range=["diamond"]), legend=alt.Legend(title=None)),
                fill=alt.Fill("mark:N", scale=alt.Scale(range=[style.EDGE]), legend=alt.Legend(title=None)),
                description="mark:N",
            )
        )
    return style.layered(layers)


def _finding(told: pd.DataFrame) -> str:
    n = len(set(told["author"]) | set(told["other"]))
    kin = told[told["p_value"] <= LEVEL].sort_values(
        ["similarity", "author", "other"], ascending=[False, True, True]
    )
    if kin.empty:
        if told["p_value"].isna().all():
            return f"Too little to say who of {style.count(n, 'author')} is like whom"
        first = told.sort_values(["similarity", "author", "other"], ascending=[False, True, True]).iloc[0]
        one, other = style.name(first["author"]), style.name(first["other"])
        if n == 2:  # noqa: PLR2004
            return f"{one} and {other} are no more alike in their themes than chance explains"
        return f"No two of {n:,} authors are more alike in their themes than chance explains"
    one, other = style.name(kin["author"].iloc[0]), style.name(kin["other"].iloc[0])
    if n == 2:  # noqa: PLR2004
        return f"{one} and {other} are alike in their themes"
    more = f"; {style.count(len(kin), 'pair')} stand out" if len(kin) > 1 else ""
    if len(kin) == 2:  # noqa: PLR2004 - there is room for both
        more = f", then {style.name(kin['author'].iloc[1])} and {style.name(kin['other'].iloc[1])}"
    return f"{one} and {other} are most alike of {n:,} authors{more}"


def _counts(rows: pd.DataFrame, told: pd.DataFrame, order: list[str]) -> str:
    every, enough = (set(frame["author"]) | set(frame["other"]) for frame in (rows, told))
    top = told.sort_values(["similarity", "author", "other"], ascending=[False, True, True]).iloc[0]
    parts = [
        f"{len(order):,} of {style.count(len(enough), 'author')} drawn" if len(order) < len(enough) else style.count(len(enough), "author"),
        f"{style.count(len(every) - len(enough), 'author')} left out, with too little text" if len(enough) < len(every) else "",
        style.count(len(told), "pair"),
        f"highest: {style.name(top['author'])} and {style.name(top['other'])}, {top['similarity']:+.2f}",
        "likeness is the correlation of effects over all concepts",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _description(told: pd.DataFrame) -> str:
    top = told.sort_values(["similarity", "author", "other"], ascending=[False, True, True]).head(5)
    listed = [
        f"{style.name(r.author)} and {style.name(r.other)}, {r.similarity:+.2f}" for r in top.itertuples()
    ]
    return style.describe(
        "Cells, one per pair of authors, by how alike their themes are",
        _finding(told),
        f"Most alike: {'; '.join(listed)}",
    )
