"""Picking: a click in a chart, and what was clicked as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import narwhals as nw
import pandas as pd
from altair.utils.selection import PointSelection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from narwhals.typing import IntoDataFrame

PICK = "pick"
"""The name of every selection that a click sets."""


def pickable(chart: alt.TopLevelMixin) -> alt.JupyterChart:
    """Return a chart whose clicks can be read in Python.

    Answers: which passage, document or author is this dot?

    Parameters
    ----------
    chart : altair chart
        Any chart of themekit that has marks, or one of your own with a point
        selection on fields.

    Returns
    -------
    altair.JupyterChart
        A widget to show in JupyterLab. It draws with no network. Hold the shift
        key to pick several; click beside the marks to pick none.

    Raises
    ------
    ValueError
        If nothing in the chart can be picked.

    See Also
    --------
    themekit.picked : The rows that were clicked.

    Examples
    --------
    >>> pick = alt.selection_point(name="pick", fields=["passage_id"])
    >>> rows = alt.InlineData(values=[{"passage_id": "p1", "x": 1}])
    >>> widget = pickable(alt.Chart(rows).mark_point().encode(x="x:Q").add_params(pick))
    >>> picked(widget).shape
    (0, 2)
    """
    if not _fields(chart):
        raise ValueError(
            "seen a chart in which nothing can be picked; expected a point selection on fields; "
            "do pass a chart of themekit that has marks, or add altair.selection_point(name='pick', fields=[...])."
        )
    alt.JupyterChart.enable_offline()
    active = str(alt.theme.active)
    with alt.theme.enable(active if active.startswith("themekit") else "themekit"):
        return alt.JupyterChart(chart)  # type: ignore[arg-type]


def picked(widget: alt.JupyterChart, frame: IntoDataFrame | None = None) -> Any:  # noqa: ANN401 - the caller's kind of table
    """Return the rows that were clicked.

    Parameters
    ----------
    widget : altair.JupyterChart
        From :func:`themekit.pickable`, shown and clicked.
    frame : pandas, polars or pyarrow table, optional
        Where to take the rows from, such as ``result.passages``; it needs the
        columns that the selection is on. Default: what the chart draws, which
        has no text.

    Returns
    -------
    table
        The rows, in their order, of the same kind as ``frame``; pandas by
        default. No rows where nothing is picked.

    Raises
    ------
    ValueError
        If ``frame`` lacks a column of the selection.

    See Also
    --------
    themekit.pickable : A chart whose clicks can be read.

    Examples
    --------
    >>> pick = alt.selection_point(name="pick", fields=["passage_id"])
    >>> rows = alt.InlineData(values=[{"passage_id": "p1", "x": 1}])
    >>> widget = pickable(alt.Chart(rows).mark_point().encode(x="x:Q").add_params(pick))
    >>> picked(widget, pd.DataFrame({"passage_id": ["p0", "p1"], "text": ["No.", "We mended it."]}))["text"].tolist()
    []
    """
    fields = _fields(widget.chart)
    taken = nw.from_native(_drawn(widget.chart, fields) if frame is None else frame, eager_only=True)
    missing = [field for field in fields if field not in taken.columns]
    if missing:
        raise ValueError(
            f"picked: seen a table with the columns {', '.join(taken.columns)}; expected {', '.join(missing)} as "
            "well; do pass the table that the chart was drawn from, or leave it out."
        )
    chosen = [row for selection in _selections(widget) for row in selection.value or []]
    wanted = pd.DataFrame(chosen, columns=fields).drop_duplicates()
    matches = [nw.all_horizontal(*(nw.col(f) == row[f] for f in fields), ignore_nulls=True)
               for row in wanted.to_dict("records")]  # fmt: skip
    found = taken.filter(nw.any_horizontal(*matches, ignore_nulls=True)) if matches else taken.head(0)
    return found.to_native()


def _selections(widget: alt.JupyterChart) -> Iterator[Any]:
    for name in widget.selections.trait_names():
        selection = getattr(widget.selections, name)
        if isinstance(selection, PointSelection):
            yield selection


def _fields(chart: Any) -> list[str]:  # noqa: ANN401 - Altair has no type for what has parameters
    """Return the fields of the first point selection on fields."""
    params: Any = getattr(chart, "params", alt.Undefined)
    for param in [] if params is alt.Undefined else params:
        given = param.to_dict().get("select", {})
        if given.get("type") == "point" and given.get("fields"):
            return [str(field) for field in given["fields"]]
    return []


def _drawn(chart: Any, fields: list[str]) -> pd.DataFrame:  # noqa: ANN401 - as above
    """Return the largest table in the chart that has these columns."""
    tables = [
        frame
        for rows in _tables(chart.to_dict())
        if set(fields) <= set((frame := pd.DataFrame(rows)).columns)
    ]
    return max(tables, key=lambda frame: frame.shape[::-1], default=pd.DataFrame(columns=fields))


def _tables(part: Any) -> Iterator[list[dict[str, Any]]]:  # noqa: ANN401 - any part of a specification
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "values" and isinstance(value, list) and value and isinstance(value[0], dict):
                yield value
            elif key == "datasets":
                yield from value.values()
            else:
                yield from _tables(value)
    elif isinstance(part, list):
        for item in part:
            yield from _tables(item)
