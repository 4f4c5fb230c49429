"""Tables (.csv, .tsv, .parquet): one text in each row, or what is to be known of the files beside it."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from themekit.readers import dates, plain, prose
from themekit.readers.document import (
    Action,
    Described,
    NotATextError,
    Note,
    RawDocument,
    UnreadableFileError,
    count,
    no_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from narwhals.typing import IntoDataFrame

SUFFIXES = {".csv": "table", ".tsv": "table", ".parquet": "table"}

# What a column may be called; the first is its name here.
_COLUMNS = {
    "text": ("text", "body", "content", "document"),
    "author": ("author", "speaker", "name", "by"),
    "date": ("date", "published", "created", "year"),
    "title": ("title", "heading", "subject"),
    "kind": ("kind", "genre"),
    "file": ("file", "filename", "path", "source"),
}


def read(data: bytes, name: str) -> list[RawDocument | Described]:
    """Read a table of texts, or of what is to be known of the files beside it."""
    frame = _frame(data, name.rpartition(".")[2].lower())
    names = _names([str(column) for column in frame.columns])
    if "text" not in names and "file" in names:
        return [_described({k: row[v] for k, v in names.items()}) for row in frame.to_dict("records")]
    if "text" not in names:
        raise NotATextError("a table without a column 'text' (texts) or 'file' (about the files beside it)")
    found = list(documents(frame))
    texts = [item for item in found if isinstance(item, RawDocument)]
    if not texts:
        raise no_text("a table without a text")
    n_empty = len(found) - len(texts)
    if n_empty:
        note = Note("dropped", count(n_empty, "row without text", "rows without text"))
        texts[0] = replace(texts[0], notes=[*texts[0].notes, note])
    return list(texts)


def _frame(data: bytes, suffix: str) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415 - loaded when a table is read

    if suffix == "parquet":
        return pd.read_parquet(io.BytesIO(data))
    text, _ = plain.decode(data)
    head = text.split("\n", 1)[0]
    separator = max("\t" if suffix == "tsv" else ",", ";", "\t", key=head.count)
    return pd.read_csv(
        io.StringIO(text),
        sep=separator,
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
    )


def _described(cells: Mapping[str, object]) -> Described:
    date, _ = _date(cells.get("date"))
    kind = cell(cells.get("kind"))
    return Described(
        file=cell(cells.get("file")) or "",
        title=cell(cells.get("title")),
        author=cell(cells.get("author")),
        date=date,
        kind=kind.lower() if kind else None,
    )


def documents(frame: IntoDataFrame) -> Iterator[RawDocument | tuple[str, Action, str]]:
    """Yield a document for each row, and ``(entry, action, detail)`` for each that has no text."""
    import narwhals as nw  # noqa: PLC0415 - loaded when a table is read, not when themekit is imported

    native = nw.from_native(frame, eager_only=True)
    names = _names(native.columns)
    if "text" not in names:
        raise UnreadableFileError(
            f"seen a table with the columns {', '.join(native.columns)}; expected one called 'text'; rename it",
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
    text = "" if value is None or _is_nan(value) else str(value).strip()
    return text or None


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _date(value: object) -> tuple[str | None, list[Note]]:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    to_python = getattr(value, "to_pydatetime", None)
    text = cell(value)
    if text is None or text == "NaT":
        return None, []
    return dates.parse(to_python() if to_python else value)
