"""Tables with one text in each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from themekit.readers import dates, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What a column may be called; the first is its name here.
_COLUMNS = {
    "text": ("text", "body", "content", "document"),
    "author": ("author", "speaker", "name", "by"),
    "date": ("date", "published", "created", "year"),
    "title": ("title", "heading", "subject"),
    "kind": ("kind", "genre"),
}


def documents(frame: Any) -> Iterator[RawDocument | tuple[str, str, str]]:
    """Yield a document for each row, and ``(entry, action, detail)`` for each that has no text."""
    import narwhals as nw

    native = nw.from_native(frame, eager_only=True)
    names = _names(native.columns)
    if "text" not in names:
        raise UnreadableFileError(
            f"seen a table with the columns {', '.join(native.columns)}; expected one called 'text'; rename it"
        )
    width = len(str(len(native)))
    for i, row in enumerate(native.iter_rows(named=True), start=1):
        entry = f"{i:0{width}d}"
        cells = {name: row[column] for name, column in names.items()}
        try:
            yield _document(cells, entry)
        except UnreadableFileError:
            yield entry, "dropped", "a row without text"


def _names(columns: list[str]) -> dict[str, str]:
    lower = {str(column).strip().lower(): column for column in columns}
    return {
        name: next(lower[s] for s in spellings if s in lower)
        for name, spellings in _COLUMNS.items()
        if any(s in lower for s in spellings)
    }


def _document(cells: Mapping[str, object], entry: str) -> RawDocument:
    date, notes = _date(cells.get("date"))
    about = prose.About(
        author=cell(cells.get("author")),
        title=cell(cells.get("title")),
        kind=(cell(cells.get("kind")) or "").lower() or None,
        date=date,
        date_source="table",
        entry=entry,
    )
    blocks = list(prose.paragraphs(cell(cells.get("text")) or ""))
    return prose.document(blocks, about, notes)


def cell(value: object) -> str | None:
    """Return what stands in a cell, or ``None`` where it is empty."""
    text = "" if value is None or value != value else str(value).strip()
    return text or None


def _date(value: object) -> tuple[str | None, list[Note]]:
    if isinstance(value, float) and value == value and value.is_integer():
        value = int(value)
    to_python = getattr(value, "to_pydatetime", None)
    text = cell(value)
    if text is None or text == "NaT":
        return None, []
    return dates.parse(to_python() if to_python else value)
