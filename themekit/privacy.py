"""What a chart would give away: columns that it does not draw, and texts that nobody asked for.

A chart carries its whole table into every page, drawn or not. A journal that
lies in a column beside the numbers would travel with them, unseen.

Examples
--------
>>> spec = {"data": {"values": [{"x": 1, "secret": "s"}]}, "encoding": {"x": {"field": "x"}}}
>>> undrawn(spec)
['secret']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from themekit.charts.lettering import SNIPPET, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LeakError", "check", "undrawn"]

_LABEL = 20  # words; names and titles have fewer, passages more
# A letter of a script that sets no spaces counts as a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+")
_BELOW = frozenset({"layer", "concat", "hconcat", "vconcat", "spec"})
_DATA = frozenset({"data", "datasets"})
_WORDS = frozenset({"title", "description", "usermeta", "config", "$schema"})
_IN_EXPRESSION = re.compile(r"datum\s*(?:\.\s*([A-Za-z_$][\w$]*)|\[\s*(['\"])(.*?)\2\s*\])")


class LeakError(ValueError):
    """A file would carry what nobody asked for."""


def check(spec: dict[str, Any], texts: str = "snippet") -> None:
    """Refuse a chart whose page would carry columns that are not drawn, or more of a text than was asked for.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification.
    texts : {"snippet", "none", "full"}, default "snippet"
        At most 140 characters of a text; nothing longer than a title; whole texts.

    Raises
    ------
    LeakError
        The message names the column.
    ValueError
        If ``texts`` is none of the three.

    Examples
    --------
    >>> check({"data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x"}}})
    """
    if texts not in get_args(Texts):
        raise ValueError(
            f"seen texts={texts!r}; expected none, snippet or full; do leave it out for snippet."
        )
    hidden, used = undrawn(spec), sorted({column for _, columns in _tables(spec) for column in columns})
    if hidden:
        raise LeakError(
            f"seen {_columns(hidden)} in the chart's table, which it does not draw; expected drawn columns only, because "
            f"a page carries all; do draw it from a table without, such as frame[{used!r}]."
        )
    for column, value in _strings(spec):
        if texts != "full" and _is_too_long(value, texts):
            raise LeakError(
                f"seen a text of {len(value):,} characters in {_columns([column])} of the chart's table; expected "
                f"{'nothing longer than a title' if texts == 'none' else f'at most {SNIPPET}'}; do pass "
                f"texts={'full' if _is_too_long(value, 'snippet') else 'snippet'!r} if it may travel, or draw without it."
            )


def _is_too_long(value: str, texts: str) -> bool:
    return (texts == "none" or len(value) > SNIPPET + 1) and len(_WORD.findall(value)) > _LABEL


def _columns(names: list[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {', '.join(map(repr, names))}"


def undrawn(spec: dict[str, Any]) -> list[str]:
    """Return the columns that a chart's tables hold and the chart does not draw.

    Parameters
    ----------
    spec : dict
        A Vega-Lite specification.

    Returns
    -------
    list of str
        In order of name.

    Notes
    -----
    A column counts as drawn where an encoding, a transform, a selection or an expression names it, in the view that
    has the table or in one below that takes it over; or where another view draws all that stands in it.
    """
    tables = list(_tables(spec))
    drawn = {column: set[str]() for rows, _ in tables for column in _all(rows)}
    for rows, used in tables:
        for column in used:
            drawn[column] |= _values(rows, column)
    return sorted(
        {
            column
            for rows, used in tables
            for column in _all(rows) - used
            if not _values(rows, column) <= drawn[column]
        }
    )


def _values(rows: list[dict[str, Any]], column: str) -> set[str]:
    return {repr(row.get(column)) for row in rows}


def _strings(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rows, _ in _tables(spec):
        for row in rows:
            for column, value in row.items():
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, str):
                        yield column, one


def _all(rows: list[dict[str, Any]]) -> set[str]:
    return {column for row in rows for column in row}


def _tables(spec: dict[str, Any]) -> Iterator[tuple[list[dict[str, Any]], set[str]]]:
    """Give each table in a specification with the columns of it that are drawn."""
    picked = set(_picked(spec))
    for rows, used in _walk(spec, picked, spec.get("datasets", {})):
        yield rows, {column for column in _all(rows) if _plain(column) & used}


def _walk(
    part: dict[str, Any], above: set[str], named: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], set[str]]]:
    own = above | set(_named({key: part[key] for key in part if key not in _BELOW | _DATA | _WORDS}))
    views = [view for key in _BELOW if key in part for view in _views(part[key])]
    if rows := _rows(part.get("data"), named):
        yield rows, own | {name for view in views for name in _taken_over(view)}
    for view in views:
        yield from _walk(view, own, named)
    for lookup in part.get("transform", []):
        beside = lookup.get("from", {})
        if rows := _rows(beside.get("data"), named):
            yield rows, set(_named({**beside, "data": None}))


def _views(below: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any part of a specification
    return below if isinstance(below, list) else [below]


def _taken_over(view: dict[str, Any]) -> Iterator[str]:
    """Give the columns that a view draws of a table above it."""
    if "data" in view:
        return
    yield from _named({key: view[key] for key in view if key not in _BELOW | _DATA | _WORDS})
    for key in _BELOW & view.keys():
        for below in _views(view[key]):
            yield from _taken_over(below)


def _rows(data: Any, named: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ANN401 - any kind of data
    if not isinstance(data, dict):
        return []
    values = data["values"] if "values" in data else named.get(data.get("name", ""), [])
    return [row for row in values if isinstance(row, dict)] if isinstance(values, list) else []


def _named(part: Any, key: str = "", *, is_transform: bool = False) -> Iterator[str]:  # noqa: ANN401 - any part
    """Give all names of columns in a part: what fields and transforms say, and what expressions use."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in _DATA | {"as"}:
                yield from _named(
                    value, name, is_transform=is_transform or (key == "" and name == "transform")
                )
    elif isinstance(part, list):
        for value in part:
            yield from _named(value, key, is_transform=is_transform)
    elif isinstance(part, str):
        if is_transform or key in {"field", "fields", "row", "column", "repeat", "key"}:
            yield from _plain(part)
        for match in _IN_EXPRESSION.finditer(part):
            yield match[1] or match[3]


def _plain(name: str) -> set[str]:
    """Return a column's name as a table has it: an escaped dot is part of it, a bare one leads into it."""
    whole = re.sub(r"\\(.)", r"\1", name)
    return {whole, re.split(r"(?<!\\)[.\[]", name)[0].replace("\\", "")}


def _picked(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a specification
    """Give the columns that a selection is on; views that are filtered by it need them, too."""
    if isinstance(part, dict):
        if isinstance(select := part.get("select"), dict):
            yield from select.get("fields", [])
        for key, value in part.items():
            if key not in _DATA:
                yield from _picked(value)
    elif isinstance(part, list):
        for value in part:
            yield from _picked(value)
