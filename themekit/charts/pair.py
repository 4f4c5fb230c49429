"""Two authors side by side: what marks the one and what marks the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

N_CONCEPTS = 6
LEVEL = 0.05
_COLUMNS = ("author", "concept", "rank", "effect", "low", "high", "verdict", "meta_theme", "n_documents")
_WIDTH, _ROW = 560, 34
_N_NAMED = 2


def pair(frame: IntoDataFrame, *, n_concepts: int = N_CONCEPTS) -> alt.LayerChart | alt.Chart:
    """Draw the leading themes of two authors against each other.

    Answers: what does the one see that the other does not?

    Parameters
    ----------
    frame : table of shape (2 * n_candidates, ...)
        ``author, concept, rank, effect, low, high, verdict, meta_theme,
        n_documents`` for one or two authors; ``effect`` and its 95 % interval in
        standard deviations of a comparable document. ``p_value`` may be given:
        then marks are filled where it is at most 0.05.
    n_concepts : int, default 6
        How many of each author's leading concepts are drawn.

    Returns
    -------
    altair.LayerChart
        One row per concept, a circle for the one author and a square for the
        other with their intervals; what is the first author's stands at the
        top, what is the other's at the bottom. A click sets the selection
        ``pick`` on ``author`` and ``concept``. An :class:`altair.Chart` with
        one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing, the table holds more than two authors, or
        ``n_concepts`` is less than 1.

    See Also
    --------
    themekit.frames.pair_frame : The table.
    themekit.charts.kinship : Many authors.

    Examples
    --------
    >>> frame = pd.DataFrame({"author": ["Ann", "Bo"], "concept": "repair", "rank": 1, "effect": [1.9, 0.4],
    ...                       "low": [1.2, -0.1], "high": [2.6, 0.9], "verdict": ["found", "none"],
    ...                       "meta_theme": ["repair", None], "n_documents": 8})
    >>> pair(frame).to_dict()["title"]["text"]
    'Ann comes back to repair, nothing is certain for Bo; clearly apart on repair'

    Notes
    -----
    Two are clearly apart on a concept where their intervals do not meet. That
    asks more than a test of the difference would, so that some difference may
    be there where it is not said. Only concepts that are drawn are counted.

    The first author is the one whose name comes first.
    """
    if n_concepts < 1:
        raise ValueError(
            f"pair: seen n_concepts={n_concepts!r}; expected 1 or more; do leave it out for {N_CONCEPTS}."
        )
    rows = _read(style.table(frame, _COLUMNS, chart="pair", optional=("p_value",)))
    if rows.empty:
        return style.nothing("No authors to compare", "The table has no rows with an effect.")
    authors = sorted(rows["author"].unique())
    if len(authors) > 2:  # noqa: PLR2004 - it is a pair
        raise ValueError(
            f"pair: seen {len(authors)} authors ({style.listing(authors, 3)}); expected two; do choose two first, "
            f"such as themekit.frames.pair_frame(result, {authors[0]!r}, {authors[1]!r})."
        )
    concepts = _concepts(rows, authors, n_concepts)
    drawn = rows[rows["concept"].isin(concepts)]
    chart = _chart(drawn, authors, concepts).properties(
        width=_WIDTH,
        height=_ROW * len(concepts),
        title=style.title(
            _finding(rows, authors, concepts), _counts(rows, concepts, n_concepts), width=_WIDTH + 160
        ),
        description=_description(rows, authors, concepts),
    )
    return chart  # noqa: RET504 - the type of properties is wider


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame.assign(
        author=frame["author"].map(style.person),
        **{c: frame[c].map(visible) for c in ("concept", "verdict", "meta_theme")},
        **{
            c: pd.to_numeric(frame[c], errors="coerce").astype(float)
            for c in ("rank", "effect", "low", "high", "n_documents")
        },
        passes=pd.to_numeric(frame["p_value"], errors="coerce") <= LEVEL if "p_value" in frame else True,
    )
    return rows[rows["effect"].notna()].sort_values(["author", "rank", "concept"], ignore_index=True)


def _concepts(rows: pd.DataFrame, authors: list[str], n_concepts: int) -> list[str]:
    """Return the leading concepts of both, from what is the one's to what is the other's."""
    leading = rows.groupby("author").head(n_concepts)["concept"].unique()
    effects = rows.pivot_table(index="concept", columns="author", values="effect", aggfunc="first").loc[
        leading
    ]
    first = effects[authors[0]].fillna(0.0)
    other = effects[authors[1]].fillna(0.0) if len(authors) > 1 else -first
    order = (other - first).rename("difference").reset_index()
    return list(order.sort_values(["difference", "concept"])["concept"])


def _chart(drawn: pd.DataFrame, authors: list[str], concepts: list[str]) -> alt.LayerChart:
    y = alt.Y(
        "concept:N",
        scale=alt.Scale(domain=concepts, padding=0),  # so that a row is as high as the places in it
        axis=alt.Axis(title=None, labelOverlap=False, labelFontSize=13, grid=True),
    )
    aside = alt.YOffset(
        "author:N", scale=alt.Scale(domain=authors, range=[11, 23] if len(authors) > 1 else [17, 17])
    )
    axis = alt.Axis(
        title="effect: how far above other people’s documents, in standard deviations", tickCount=6
    )
    x = alt.X("effect:Q", axis=axis, scale=alt.Scale(zero=True, nice=False, padding=14))
    known = drawn.loc[drawn["low"].notna() & drawn["high"].notna(), ["author", "concept", "low", "high"]]
    colours, shapes = list(style.CATEGORIES[: len(authors)]), list(style.SHAPES[: len(authors)])
    fill = alt.Fill("author:N", scale=alt.Scale(domain=authors, range=colours), legend=alt.Legend(title=None))
    stroke = alt.Stroke(
        "author:N", scale=alt.Scale(domain=authors, range=colours), legend=alt.Legend(title=None)
    )
    shape = alt.Shape(
        "author:N", scale=alt.Scale(domain=authors, range=shapes), legend=alt.Legend(title=None)
    )
    zero = (
        alt.Chart(style.inline(pd.DataFrame({"effect": [0.0]})))
        .mark_rule(style="branch", aria=False)
        .encode(x=x)
    )
    pick = alt.selection_point(name="pick", fields=["author", "concept"])
    intervals = (
        alt.Chart(style.inline(known.rename(columns={"low": "effect"})))
        .mark_rule(style="branch", strokeWidth=1.6, aria=False)
        .encode(x=x, x2="high:Q", y=y, yOffset=aside)
    )
    holes = (
        alt.Chart(style.inline(drawn[["author", "concept", "effect"]]))
        .mark_point(style="hole", size=120, aria=False)
        .encode(x=x, y=y, yOffset=aside)
    )
    told = ["author", "concept", "effect", "low", "high", "passes"]
    points = (
        alt.Chart(style.inline(drawn[told]), name="themes")
        .mark_point(style="dot", size=120, strokeWidth=1.8)
        .encode(
            x=x,
            y=y,
            yOffset=aside,
            fill=fill,
            shape=shape,
            stroke=stroke,
            fillOpacity=alt.when(alt.datum.passes).then(alt.value(1)).otherwise(alt.value(0)),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.3)),
            tooltip=[
                alt.Tooltip("author:N"), alt.Tooltip("concept:N"), alt.Tooltip("effect:Q", format="+.2f"),
                alt.Tooltip("low:Q", format="+.2f", title="low (95 %)"),
                alt.Tooltip("high:Q", format="+.2f", title="high (95 %)"),
            ],
            description="author:N",
        )
        .add_params(pick)
    )  # fmt: skip
    return style.layered([zero, intervals, holes, points])


def _found(rows: pd.DataFrame, author: str) -> str:
    own = rows[rows["author"] == author]
    is_found = own["verdict"].eq("found") & own["meta_theme"].ne("")
    return style.shorten(own.loc[is_found, "meta_theme"].iloc[0]) if is_found.any() else ""


def _apart(rows: pd.DataFrame, authors: list[str], concepts: list[str]) -> list[str]:
    """Return the concepts on which the two intervals do not meet, the farthest apart first."""
    gaps = {}
    for concept in concepts:
        own = rows[rows["concept"] == concept].set_index("author").reindex(authors)
        gaps[concept] = own["low"].max(skipna=False) - own["high"].min(skipna=False)
    return sorted((c for c in concepts if gaps[c] > 0), key=lambda c: (-gaps[c], c))


def _finding(rows: pd.DataFrame, authors: list[str], concepts: list[str]) -> str:
    said = _come_back(rows, authors)
    if len(authors) == 1 or rows[["low", "high"]].isna().all(axis=None):
        return said
    apart = [style.shorten(concept, 24) for concept in _apart(rows, authors, concepts)]
    if not apart:
        return f"{said}; clearly apart on no theme"
    where = style.listing(apart) if len(apart) <= _N_NAMED else f"{len(apart):,} of {len(concepts):,} themes"
    return f"{said}; clearly apart on {where}"


def _come_back(rows: pd.DataFrame, authors: list[str]) -> str:
    names = [style.name(author) for author in authors]
    found = [_found(rows, author) for author in authors]
    if len(authors) == 1:
        return f"{names[0]} comes back to {found[0]}" if found[0] else f"Nothing is certain for {names[0]}"
    if found[0] and found[0] == found[1]:
        return f"{names[0]} and {names[1]} both come back to {found[0]}"
    if all(found):
        return f"{names[0]} comes back to {found[0]}, {names[1]} to {found[1]}"
    if any(found):
        at = 0 if found[0] else 1
        return f"{names[at]} comes back to {found[at]}, nothing is certain for {names[1 - at]}"
    return f"Nothing is certain for {names[0]} or {names[1]}"


def _counts(rows: pd.DataFrame, concepts: list[str], n_concepts: int) -> str:
    documents = rows.groupby("author")["n_documents"].first()
    counts = [
        f"{style.count(int(np.nan_to_num(n)), 'document')} by {style.name(author)}"
        for author, n in documents.items()
    ]
    n_all = rows["concept"].nunique()
    parts = [
        style.listing(counts),
        f"{len(concepts):,} of {style.count(n_all, 'concept')}: the first {n_concepts:,} of each" if len(concepts) < n_all else style.count(n_all, "concept"),
        "filled: passes the test" if not rows["passes"].all() else "",
        "lines are 95 % intervals, clearly apart where they do not meet" if len(documents) > 1 else "lines are 95 % intervals",
        "0 is other people’s documents",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _description(rows: pd.DataFrame, authors: list[str], concepts: list[str]) -> str:
    told = []
    for author in authors:
        top = rows[rows["author"] == author].head(3)
        listed = [f"{style.shorten(row.concept)} {row.effect:+.2f}" for row in top.itertuples()]
        told.append(f"{style.name(author)} leads with {style.listing(listed)}")
    return style.describe(
        "Effects of the leading themes of two authors, side by side" if len(authors) > 1 else "Effects of one author’s leading themes",
        _finding(rows, authors, concepts),
        *told,
    )  # fmt: skip
