"""The cache: vectors kept by content, in one file that a user can see and clear.

Keys are hashes of the encoder and the text; the text itself is never stored.
SQLite gives what a cache for two notebooks needs (atomic writes, readers beside
a writer, nothing lost when a run is interrupted) with no server and no pickle.
The file lies where the system keeps caches, or in the folder ``$THEMEKIT_CACHE``.

Examples
--------
>>> import themekit
>>> themekit.cache.info().n_entries >= 0
True
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["CacheInfo", "clear", "info", "path"]

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    # Vectors lie side by side, as many as were made at once; beside them a small index says which is where.
    "CREATE TABLE IF NOT EXISTS packs (pack INTEGER PRIMARY KEY, n_dimensions INTEGER NOT NULL, vectors BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS places (key BLOB PRIMARY KEY, pack INTEGER NOT NULL, row INTEGER NOT NULL) WITHOUT ROWID",
)
_MARKS_AT_ONCE = 900


@dataclass(frozen=True)
class CacheInfo:
    """Where the cache lies, how many entries it has and how many bytes it takes."""

    path: Path
    n_entries: int
    n_bytes: int

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.n_entries:,} entries, {self.n_bytes / 1e6:.1f} MB, in {self.path}"


def path() -> Path:
    """Return the cache file; set ``THEMEKIT_CACHE`` to a folder to have it elsewhere."""
    folder = os.environ.get("THEMEKIT_CACHE")
    if folder:
        return Path(folder) / "cache.sqlite"
    from platformdirs import user_cache_path  # noqa: PLC0415 - not needed where the folder is set

    return user_cache_path("themekit", appauthor=False) / "cache.sqlite"


def info() -> CacheInfo:
    """Say where the cache is and how much is in it."""
    file = path()
    if not file.exists():
        return CacheInfo(file, 0, 0)
    with closing(_connect(file)) as db:
        counts = (db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("entries", "places"))  # noqa: S608 - our own names
        n_entries = sum(counts)
    return CacheInfo(file, n_entries, file.stat().st_size)


def clear() -> CacheInfo:
    """Delete the cache; return what was in it. The next run embeds everything anew."""
    before = info()
    for file in before.path.parent.glob(before.path.name + "*"):
        file.unlink(missing_ok=True)
    return before


def get(keys: Iterable[str]) -> dict[str, bytes]:
    """Return the entries that are there."""
    found: dict[str, bytes] = {}
    file = path()
    if file.exists():
        with closing(_connect(file)) as db:
            found.update(_select(db, "key, value FROM entries", list(dict.fromkeys(keys))))
    return found


def _select(db: sqlite3.Connection, what: str, keys: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    for begin in range(0, len(keys), _MARKS_AT_ONCE):
        some = keys[begin : begin + _MARKS_AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from db.execute(f"SELECT {what} WHERE key IN ({marks})", some)


def put(entries: Mapping[str, bytes]) -> None:
    """Keep entries, all of them or none."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(file)) as db, db:
        db.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", entries.items())


def get_vectors(keys: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Return the vectors that are there, as integers on the grid of :mod:`themekit.grid`.

    Parameters
    ----------
    keys : sequence of bytes
        Each once.

    Returns
    -------
    tuple of numpy.ndarray of shapes (n_found,) and (n_found, n_dimensions)
        Which of the keys were there, and their vectors.
    """
    file = path()
    if not file.exists() or not len(keys):
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.int16)
    number = {key: i for i, key in enumerate(keys)}
    with closing(_connect(file)) as db:
        found = _select(db, "key, pack, row FROM places", keys)
        places = np.array([(number[key], pack, row) for key, pack, row in found], dtype=np.int64).reshape(
            -1, 3
        )
        which, pack_of, row_of = places[np.argsort(places[:, 1], kind="stable")].T
        packs, starts = np.unique(pack_of, return_index=True)
        ends = np.r_[starts, len(which)][1:]
        vectors = np.zeros((len(which), 0), dtype=np.int16)
        for pack, begin, end in zip(packs.tolist(), starts, ends, strict=True):
            n_dimensions, content = db.execute(
                "SELECT n_dimensions, vectors FROM packs WHERE pack = ?", (pack,)
            ).fetchone()
            if not vectors.shape[1]:
                vectors = np.empty((len(which), n_dimensions), dtype=np.int16)
            vectors[begin:end] = np.frombuffer(content, dtype="<i2").reshape(-1, n_dimensions)[
                row_of[begin:end]
            ]
    return which, vectors


def put_vectors(keys: Sequence[bytes], vectors: NDArray[np.int16]) -> None:
    """Keep vectors on the grid, all of them or none."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    content = vectors.astype("<i2", copy=False).tobytes()
    with closing(_connect(file)) as db, db:
        pack = db.execute(
            "INSERT INTO packs (n_dimensions, vectors) VALUES (?, ?)", (vectors.shape[1], content)
        ).lastrowid
        rows = sorted((key, pack, row) for row, key in enumerate(keys))
        db.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", rows)


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=60)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        for table in _SCHEMA:
            db.execute(table)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError:
        # A file that is no database (cut off, overwritten) helps nobody, and it held only copies: begin again.
        db.close()
        file.unlink()
        return _connect(file)
    return db
