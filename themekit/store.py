"""The store: a result as a folder of parquet and JSON, and as one JSON file of portraits.

No pickle. A folder is written beside its place and moved there, so that it is
whole or not there. Another schema is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from safetensors.numpy import load_file, save_file

from themekit.result import TABLES, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

RESULT_SCHEMA = "themekit/result/1"
PORTRAITS_SCHEMA = "themekit/portraits/1"
_MANIFEST = "result.json"
_ARRAYS = "arrays.safetensors"
_ARRAY_NAMES = ("directions", "passage_scores")


class StoreError(ValueError):
    """A folder is not a saved result, or of another schema."""


def save(result: Result, folder: str | os.PathLike[str]) -> Path:
    """Write a result into a folder; what is there of an earlier result is replaced.

    Tables go into parquet, vectors and scores of passages into safetensors, the settings into JSON.

    Parameters
    ----------
    result : Result
    folder : str or path
        Made if it is not there. Other files in it are left alone.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        "schema": RESULT_SCHEMA,
        "settings": result.settings,
        "tables": {
            name: {str(c): str(t) for c, t in getattr(result, name).dtypes.items()} for name in TABLES
        },
    }
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as temporary:
        for name in TABLES:
            getattr(result, name).to_parquet(Path(temporary) / f"{name}.parquet", index=False)
        (Path(temporary) / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        arrays = {name: np.ascontiguousarray(getattr(result, name)) for name in _ARRAY_NAMES}
        arrays["vectors"] = np.ascontiguousarray(result.on_grid)
        save_file(arrays, Path(temporary) / _ARRAYS)
        for name in (*(f"{t}.parquet" for t in TABLES), _ARRAYS, _MANIFEST):
            (Path(temporary) / name).replace(folder / name)
    return folder


def load(folder: str | os.PathLike[str]) -> Result:
    """Load a result that :func:`save` wrote.

    Parameters
    ----------
    folder : str or path
        What was given to ``result.save``.

    Returns
    -------
    Result
        Equal to the one that was saved.

    Raises
    ------
    StoreError
        If the folder holds none, or one of another schema.

    Examples
    --------
    >>> import tempfile, themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate."], author="Ann"), encoder="static")
    >>> again = themekit.load(result.save(tempfile.mkdtemp()))
    >>> again.themes.equals(result.themes)
    True
    """
    folder = Path(folder)
    file = folder / _MANIFEST
    if not file.is_file():
        raise StoreError(
            f"seen no {_MANIFEST} in {str(folder)!r}; expected a folder that result.save wrote; check the path"
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        schema = manifest.get("schema")
    except (ValueError, AttributeError):
        schema = None
    if schema != RESULT_SCHEMA:
        raise StoreError(
            f"seen schema {schema!r} in {str(folder)!r}; expected {RESULT_SCHEMA!r}; "
            "mine the corpus anew, or install the version of themekit that wrote it"
        )
    tables = {name: _read_table(folder, name, manifest["tables"][name]) for name in TABLES}
    lazy = {name: tables.pop(name) for name in ("topics", "layout")}
    result = Result(settings=manifest["settings"], **tables, **_read_arrays(folder))
    result.__dict__.update(lazy)  # what a cached property would compute
    return result


def _read_arrays(folder: Path) -> dict[str, NDArray[Any]]:
    if not (folder / _ARRAYS).is_file():
        raise StoreError(
            f"seen no {_ARRAYS} in {str(folder)!r}; expected every part of a result; mine the corpus anew"
        )
    arrays: dict[str, NDArray[Any]] = load_file(folder / _ARRAYS)
    return arrays


def _read_table(folder: Path, name: str, dtypes: Mapping[str, str]) -> pd.DataFrame:
    """Read a table and give its columns the types that they had; parquet knows no object columns."""
    file = folder / f"{name}.parquet"
    if not file.is_file():
        raise StoreError(
            f"seen no {file.name} in {str(folder)!r}; expected every table of a result; mine the corpus anew"
        )
    frame = pd.read_parquet(file)
    for column, dtype in dtypes.items():
        if str(frame[column].dtype) != dtype:
            cells = frame[column].astype(dtype)
            frame[column] = cells.where(cells.notna(), None) if dtype == "object" else cells
    return frame


def portraits_json(result: Result) -> str:
    """Return a result as one JSON text of the schema ``themekit/portraits/1``.

    Numbers have six significant digits, there is no time stamp, and the same
    result gives the same text.
    """
    themes = result.themes.merge(
        _grouped(result.placed(result.evidence)),
        on=["author", "concept"],
        how="left",
    )
    by_author = dict(list(themes.groupby("author", sort=False)))
    content = {
        "schema": PORTRAITS_SCHEMA,
        "settings": result.settings,
        "documents": [_document(row) for row in _records(result.documents)],
        "authors": [_author(row, by_author[row["author"]]) for row in _records(result.authors)],
        "topics": _records(result.topics),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_text(text: str, file: Path) -> None:
    """Write a text file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode("utf-8")
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as handle:
        handle.write(content)
    shutil.copymode(file, handle.name) if file.exists() else os.chmod(handle.name, 0o644)  # noqa: PTH101
    Path(handle.name).replace(file)


def _grouped(placed: pd.DataFrame) -> pd.DataFrame:
    keys = [
        "passage_id",
        "document_id",
        "source",
        "start",
        "end",
        "quote",
        "role",
        "topic_id",
        "date",
        "score",
    ]
    rows = [
        (author, concept, _records(frame[keys]))
        for (author, concept), frame in placed.groupby(["author", "concept"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["author", "concept", "evidence"])


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: row[k] for k in ("document_id", "source", "entry", "title", "author", "date", "kind")}
    return kept | {"sha256": hashlib.sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest()}


def _author(row: dict[str, Any], themes: pd.DataFrame) -> dict[str, Any]:
    return row | {
        "missing": json.loads(row["missing"]),
        "themes": [_theme(theme) for theme in _records(themes.drop(columns="author"))],
    }


def _theme(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"evidence": row["evidence"] or []}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = list(frame.columns)
    return [
        dict(zip(columns, map(_plain, row), strict=True))
        for row in frame.astype(object).itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    if isinstance(value, list | dict | str | bool):
        return value
    if value is None or pd.isna(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() and not isinstance(value, float) else float(f"{number:.6g}")
