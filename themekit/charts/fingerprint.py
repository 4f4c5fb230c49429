"""The fingerprint chart: which concepts mark which author."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from themekit.charts import style
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from narwhals.typing import IntoDataFrame
    from numpy.typing import NDArray

N_CONCEPTS = 24
MAX_AUTHORS = 300
FOUND, LEADING = "meta-theme, found", "leading theme, not certain"
_THEMES = ("author", "concept", "rank", "effect", "low", "high", "document_share")
_AUTHORS = ("author", "n_documents", "verdict", "meta_theme")
# Above this many rows the best order of leaves takes seconds and is no longer seen.
_N_OPTIMAL = 400
_SMALLEST_SPAN = 1.0


def fingerprint(
    themes: IntoDataFrame, authors: IntoDataFrame, *, n_concepts: int = N_CONCEPTS
) -> alt.LayerChart | alt.Chart:
    """Draw all authors against the concepts that mark them.

    Answers: who has a meta-theme, which one, and who resembles whom?

    Parameters
    ----------
    themes : table of shape (n_authors * n_candidates, ...)
        ``author, concept, rank, effect, low, high, document_share``; one row
        per author and concept; ``effect`` in standard deviations of a
        comparable document, ``document_share`` from 0 to 1.
    authors : table of shape (n_authors, ...)
        ``author, n_documents, verdict, meta_theme``; one row per author.
    n_concepts : int, default 24
        The most concepts to draw: as many as one page holds in readable type.
        Meta-themes that were found come first, then the leading themes, then
        what has the largest effect either way.

    Returns
    -------
    altair.LayerChart
        One row per author, one column per concept, ordered so that like
        stands by like. A dark diamond marks a meta-theme that was found, a
        white circle a leading theme that was not; one that has no column is
        named at the end of its row. A click sets the selection
        ``pick`` on ``author`` and ``concept``. An :class:`altair.Chart` with
        one sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        If a column is missing or ``n_concepts`` is less than 1.

    See Also
    --------
    themekit.charts.thread : Where one author's theme shows.

    Examples
    --------
    >>> themes = pd.DataFrame({"author": ["Ann", "Ann"], "concept": ["repair", "chance"], "rank": [1, 2],
    ...                        "effect": [1.4, -0.2], "low": [0.9, -0.6], "high": [1.9, 0.3],
    ...                        "document_share": [0.8, 0.1]})
    >>> authors = pd.DataFrame({"author": ["Ann"], "n_documents": [8], "verdict": ["found"],
    ...                         "meta_theme": ["repair"]})
    >>> fingerprint(themes, authors).to_dict()["title"]["text"]
    'Ann has a meta-theme: repair'

    Notes
    -----
    1. Concepts are chosen as said under ``n_concepts``. Above 300 authors
       those with the largest effects are drawn, meta-themes that were found
       before all others, and the subtitle says so. All are counted.
    2. Authors and concepts are each clustered by average linkage over the
       effects drawn, with the best order of leaves [1]_; ties go by name, so
       that the order of the rows given does not matter.
    3. Of the two directions the one is taken that runs along the diagonal.
    4. Authors whose verdict is ``insufficient`` stand at the bottom. Effects
       that rest on little are wild, so these neither choose the concepts nor
       stretch the scale of colours; what goes beyond it has its end's colour.

    .. [1] Bar-Joseph, Z., Gifford, D. K. and Jaakkola, T. S. (2001). Fast
       optimal leaf ordering for hierarchical clustering. Bioinformatics 17.
    """
    if n_concepts < 1:
        raise ValueError(_too_few(n_concepts))
    cells = _read(style.table(themes, _THEMES, chart="fingerprint"))
    people = _read(style.table(authors, _AUTHORS, chart="fingerprint"))
    if cells.empty:
        return style.nothing(
            "No themes to compare", "The table of themes has no rows: no author could be scored."
        )
    people = _with_all(people, cells)
    chosen = _chosen(cells, people, n_concepts)
    shown = _strongest(cells, people)
    drawn = cells[cells["concept"].isin(chosen) & cells["author"].isin(shown)]
    rows, columns = _ordered(drawn, shown)
    rows.sort(key=set(_unsure(people)).__contains__)
    marks = _marks(drawn, people)
    span = _span(_weighed(drawn, people))
    chart: alt.LayerChart = _chart(
        drawn, marks, _elsewhere(cells, people, marks, rows), rows, columns, span
    ).properties(
        width=_column_step(len(columns)) * len(columns),
        height=_row_step(len(rows)) * len(rows),
        title=style.title(
            _finding(people), _counts(cells, people, rows, columns), width=len(columns) * 26 + 160
        ),
        description=_description(people, rows, columns),
    )
    return chart


def _too_few(n_concepts: int) -> str:
    return (
        f"fingerprint: seen n_concepts={n_concepts!r}; expected 1 or more; do leave it out for {N_CONCEPTS}."
    )


def _read(frame: pd.DataFrame) -> pd.DataFrame:
    """Make names fit to draw and put the rows in an order of their own."""
    texts = [column for column in ("concept", "meta_theme", "verdict") if column in frame]
    shown = frame.assign(
        author=frame["author"].map(style.person),
        **{column: frame[column].map(visible) for column in texts},
    )
    keys = [column for column in ("author", "concept") if column in shown]
    return shown.drop_duplicates(keys).sort_values(keys, ignore_index=True)


def _with_all(people: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add authors that have themes but no row of their own."""
    strangers = sorted(set(cells["author"]) - set(people["author"]))
    if not strangers:
        return people
    added = pd.DataFrame({"author": strangers, "n_documents": 0, "verdict": "", "meta_theme": ""})
    return pd.concat([people, added], ignore_index=True).sort_values("author", ignore_index=True)


def _found(people: pd.DataFrame) -> pd.DataFrame:
    return people[(people["verdict"] == "found") & (people["meta_theme"] != "")]


def _unsure(people: pd.DataFrame) -> list[str]:
    """Return the authors of whom there is too little, unless that is all of them."""
    is_unsure = people["verdict"] == "insufficient"
    return [] if is_unsure.all() else list(people.loc[is_unsure, "author"])


def _weighed(cells: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that may decide how the chart looks."""
    return cells[~cells["author"].isin(_unsure(people))]


def _chosen(cells: pd.DataFrame, people: pd.DataFrame, n_concepts: int) -> list[str]:
    """Choose the concepts to draw: found, then leading, then strong."""
    cells = _weighed(cells, people)
    size = cells.assign(size=cells["effect"].abs()).groupby("concept")["size"].max().fillna(0.0)
    found = _found(people)["meta_theme"].value_counts().reindex(size.index).fillna(0)
    leading = cells.loc[cells["rank"] == 1, "concept"].value_counts().reindex(size.index).fillna(0)
    order = pd.DataFrame({"found": found, "leading": leading > 0, "size": size}).reset_index(names="concept")
    ranked = order.sort_values(["found", "leading", "size", "concept"], ascending=[False, False, False, True])
    return list(ranked["concept"].head(n_concepts))


def _strongest(cells: pd.DataFrame, people: pd.DataFrame) -> list[str]:
    """Choose the authors to draw: found, then strong."""
    strength = people["author"].map(cells.groupby("author")["effect"].max()).fillna(-np.inf)
    order = people.assign(found=people["author"].isin(_found(people)["author"]), strength=strength)
    ranked = order.sort_values(["found", "strength", "author"], ascending=[False, False, True])
    return list(ranked["author"].head(MAX_AUTHORS))


def _ordered(drawn: pd.DataFrame, authors: Iterable[str]) -> tuple[list[str], list[str]]:
    """Order authors and concepts so that like stands by like."""
    matrix = drawn.pivot_table(
        index="author", columns="concept", values="effect", aggfunc="first", dropna=False
    )
    filled = matrix.fillna(0.0)
    if len(filled) == 1:
        columns = filled.iloc[0].sort_values(ascending=False, kind="stable").index.tolist()
        rows = filled.index.tolist()
    else:
        rows = [filled.index[i] for i in _leaves(filled.to_numpy())]
        columns = [filled.columns[i] for i in _leaves(filled.to_numpy().T)]
        if _runs_down(filled.loc[rows, columns].to_numpy()) < 0:
            columns.reverse()
    return rows + sorted(set(authors) - set(rows)), columns


def _leaves(matrix: NDArray[np.float64]) -> list[int]:
    if len(matrix) < 3:  # noqa: PLR2004 - two have no order
        return list(range(len(matrix)))
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415 - a quarter of a second that two charts can do without

    tree = linkage(matrix, method="average", optimal_ordering=len(matrix) <= _N_OPTIMAL)
    return [int(leaf) for leaf in leaves_list(tree)]


def _runs_down(matrix: NDArray[np.float64]) -> float:
    """Return above 0 where strong effects run from top left to bottom right."""
    weight = np.clip(matrix, 0, None)
    row, column = np.indices(matrix.shape)
    return float((weight * (row - row.mean()) * (column - column.mean())).sum())


def _marks(drawn: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return one mark per author: the meta-theme, else what leads."""
    found = _found(people)[["author", "meta_theme"]].rename(columns={"meta_theme": "concept"})
    leading = drawn.loc[(drawn["rank"] == 1) & ~drawn["author"].isin(found["author"]), ["author", "concept"]]
    marks = pd.concat([found.assign(mark=FOUND), leading.assign(mark=LEADING)], ignore_index=True)
    return marks[marks["concept"].isin(drawn["concept"]) & marks["author"].isin(drawn["author"])]


def _elsewhere(
    cells: pd.DataFrame, people: pd.DataFrame, marks: pd.DataFrame, rows: list[str]
) -> pd.DataFrame:  # fmt: skip
    """Return what leads for those whose leading theme is not among the concepts drawn."""
    found = _found(people)[["author", "meta_theme"]].rename(columns={"meta_theme": "concept"})
    leading = cells.loc[(cells["rank"] == 1) & ~cells["author"].isin(found["author"]), ["author", "concept"]]
    all_of_them = pd.concat([found, leading], ignore_index=True)
    return all_of_them[all_of_them["author"].isin(rows) & ~all_of_them["author"].isin(marks["author"])]


def _aside(elsewhere: pd.DataFrame, y: alt.Y, width: float, step: float) -> alt.Chart:
    """Return the names of themes that lead and have no column, at the ends of their rows."""
    told = elsewhere[["author"]].assign(leads="leads: " + elsewhere["concept"].map(style.shorten))
    names: alt.Chart = (
        alt.Chart(style.inline(told))
        .mark_text(style="aside", align="left", baseline="middle", fontSize=min(11, step))
        .encode(x=alt.value(width + 6), y=y, text="leads:N")
    )
    return names


def _row_step(n_rows: int) -> float:
    return float(np.clip(1400 / max(n_rows, 1), 10, 26))


def _column_step(n_columns: int) -> float:
    return float(np.clip(1100 / max(n_columns, 1), 14, 28))


def _span(cells: pd.DataFrame) -> float:
    """Return the effect at the ends of the scale of colours, in half standard deviations."""
    return max(_SMALLEST_SPAN, float(np.ceil(cells["effect"].abs().fillna(0.0).max() * 2) / 2))


def _chart(
    drawn: pd.DataFrame,
    marks: pd.DataFrame,
    elsewhere: pd.DataFrame,
    rows: list[str],
    columns: list[str],
    span: float,
) -> alt.LayerChart:
    step = _row_step(len(rows))
    x = alt.X(
        "concept:N",
        scale=alt.Scale(domain=columns),
        axis=alt.Axis(
            orient="top", labelAngle=-45, title=None, labelLimit=160, labelOverlap=False, grid=False
        ),
    )
    y = alt.Y(
        "author:N",
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(title=None, labelFontSize=min(12.5, step - 1), labelOverlap=False, grid=False),
    )
    layers = [_cells(drawn, x, y, span), _points(marks, x, y, step)]
    if len(elsewhere):
        layers.append(_aside(elsewhere, y, _column_step(len(columns)) * len(columns), step))
    return style.layered(layers)


def _cells(drawn: pd.DataFrame, x: alt.X, y: alt.Y, span: float) -> alt.Chart:
    shown = drawn[["author", "concept", "effect", "low", "high", "document_share"]]
    colour = alt.Color(
        "effect:Q",
        scale=alt.Scale(domain=[-span, span], domainMid=0, interpolate="lab", clamp=True),
        legend=alt.Legend(
            title="effect, in standard deviations",
            values=[-span, -span / 2, 0, span / 2, span],
            labelExpr="datum.value === 0 ? '0' : format(datum.value, '+.2~f')",
            gradientLength=200,
        ),
    )
    pick = alt.selection_point(name="pick", fields=["author", "concept"])
    cells = alt.Chart(style.inline(shown), name="themes").mark_rect(style="cell")
    chart: alt.Chart = cells.encode(
        x=x,
        y=y,
        color=colour,
        opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.3)),
        tooltip=_tooltips(),
        description="concept:N",
    ).add_params(pick)
    return chart


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("author:N"),
        alt.Tooltip("concept:N"),
        alt.Tooltip("effect:Q", format="+.2f"),
        alt.Tooltip("low:Q", format="+.2f", title="low (95 %)"),
        alt.Tooltip("high:Q", format="+.2f", title="high (95 %)"),
        alt.Tooltip("document_share:Q", format=".0%", title="shows in documents"),
    ]


def _points(marks: pd.DataFrame, x: alt.X, y: alt.Y, step: float) -> alt.Chart:
    # Fill and edge swap black and white, so that both marks stand out on every
    # cell of the scale, on paper and on a dark screen.
    domain = [mark for mark in (FOUND, LEADING) if (marks["mark"] == mark).any()]
    looks = {FOUND: ("diamond", style.EDGE, style.BLANK), LEADING: ("circle", style.BLANK, style.EDGE)}
    shape, fill, stroke = ([looks[mark][i] for mark in domain] for i in range(3))
    legend = alt.Legend(title=None, symbolStrokeWidth=1.2) if domain else None
    chart: alt.Chart = (
        alt.Chart(style.inline(marks))
        .mark_point(size=float(np.clip(step**2 / 5, 36, 95)), strokeWidth=1.2, opacity=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", scale=alt.Scale(domain=domain, range=shape), legend=legend),
            fill=alt.Fill("mark:N", scale=alt.Scale(domain=domain, range=fill), legend=legend),
            stroke=alt.Stroke("mark:N", scale=alt.Scale(domain=domain, range=stroke), legend=legend),
            description="mark:N",
        )
    )
    return chart


def _finding(people: pd.DataFrame) -> str:
    """Return the finding as a sentence that is right for 0, 1, 2 and many."""
    found = _found(people)
    n_found, n_authors = len(found), len(people)
    if n_found == 0:
        return _none_found(people)
    if n_found == 1:
        who, what = style.name(found["author"].iloc[0]), found["meta_theme"].iloc[0]
        some = f"1 of {n_authors:,} authors has a meta-theme: {who}, {what}"
        return f"{who} has a meta-theme: {what}" if n_authors == 1 else some
    if n_found == n_authors == 2:  # noqa: PLR2004
        return _both(found)
    who = f"All {n_authors:,}" if n_found == n_authors else f"{n_found:,} of {n_authors:,}"
    return f"{who} authors have a meta-theme; {_shared(found)}"


def _none_found(people: pd.DataFrame) -> str:
    n_authors, who = len(people), style.name(people["author"].iloc[0])
    if (people["verdict"] == "insufficient").all():
        whom = who if n_authors == 1 else f"any of {n_authors:,} authors"
        return f"Too little to go on for a verdict on {whom}"
    if n_authors == 1:
        return f"No meta-theme is found for {who}"
    none = "Neither author" if n_authors == 2 else f"None of {n_authors:,} authors"  # noqa: PLR2004
    return f"{none} has a meta-theme"


def _both(found: pd.DataFrame) -> str:
    if len(set(found["meta_theme"])) == 1:
        return f"Both authors have the same meta-theme: {found['meta_theme'].iloc[0]}"
    pairs = [f"{style.name(a)}, {c}" for a, c in zip(found["author"], found["meta_theme"], strict=True)]
    return f"Both authors have a meta-theme: {'; '.join(pairs)}"


def _shared(found: pd.DataFrame) -> str:
    shares = found["meta_theme"].value_counts()
    top = sorted(shares[shares == shares.max()].index)
    if shares.max() == 1:
        return "no two share one"
    if len(top) == 1:
        return f"{shares.max():,} share {top[0]}"
    return f"the most shared are {style.listing(top, 3)}, {shares.max():,} authors each"


def _counts(cells: pd.DataFrame, people: pd.DataFrame, rows: list[str], columns: list[str]) -> str:
    n_all = cells["concept"].nunique()
    concepts = (
        f"{len(columns):,} of {style.count(n_all, 'concept')}: found, then leading, then strong"
        if len(columns) < n_all
        else style.count(n_all, "concept")
    )
    documents = int(pd.to_numeric(people["n_documents"], errors="coerce").fillna(0).sum())
    outside = len(_found(people)) - int(_found(people)["meta_theme"].isin(columns).sum())
    n_people = style.count(len(people), "author")
    unsure = set(_unsure(people)) & set(rows)
    parts = [
        f"{len(rows):,} of {n_people} drawn" if len(rows) < len(people) else n_people,
        style.count(documents, "document") if documents else "",
        concepts,
        f"{style.count(outside, 'meta-theme')} outside what is drawn" if outside else "",
        f"the last {f'{len(unsure):,} ' if len(unsure) > 1 else ''}with too little text" if unsure else "",
        "a meta-theme is a leading theme that is certain",
        "ordered so that like stands by like" if len(people) > 1 else "",
    ]
    return " · ".join(part for part in parts if part)


def _description(people: pd.DataFrame, rows: list[str], columns: list[str]) -> str:
    found = _found(people)
    pairs = [f"{style.name(a)}, {c}" for a, c in zip(found["author"], found["meta_theme"], strict=True)]
    return style.describe(
        f"Heat map of {style.count(len(rows), 'author')} by {style.count(len(columns), 'concept')}",
        _finding(people),
        f"Meta-themes: {style.listing(pairs, 20).replace(' and ', '; ')}" if len(pairs) > 1 else "",
    )
