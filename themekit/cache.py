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
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

__all__ = ["CacheInfo", "clear", "info", "path"]

_SCHEMA = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
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
        n_entries = db.execute("SELECT count(*) FROM entries").fetchone()[0]
    return CacheInfo(file, n_entries, file.stat().st_size)


def clear() -> CacheInfo:
    """Delete the cache; return what was in it. The next run embeds everything anew."""
    before = info()
    for file in before.path.parent.glob(before.path.name + "*"):
        file.unlink(missing_ok=True)
    return before


def get(keys: Iterable[str]) -> dict[str, bytes]:
    """Return the entries that are there."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, bytes] = {}
    file = path()
    if not file.exists():
        return found
    with closing(_connect(file)) as db:
        for begin in range(0, len(wanted), _MARKS_AT_ONCE):
            some = wanted[begin : begin + _MARKS_AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(db.execute(f"SELECT key, value FROM entries WHERE key IN ({marks})", some))  # noqa: S608 - question marks only
    return found


def put(entries: Mapping[str, bytes]) -> None:
    """Keep entries, all of them or none."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(_connect(file)) as db, db:
        db.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", entries.items())


def get_vectors(keys: Iterable[str]) -> dict[str, NDArray[np.int16]]:
    """Return the vectors that are there, as integers on the grid of :mod:`themekit.encoders`."""
    return {key: np.frombuffer(value, dtype="<i2") for key, value in get(keys).items()}


def put_vectors(vectors: Mapping[str, NDArray[np.int16]]) -> None:
    """Keep vectors on the grid."""
    put({key: vector.astype("<i2").tobytes() for key, vector in vectors.items()})


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=60)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(_SCHEMA)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError:
        # A file that is no database (cut off, overwritten) helps nobody, and it held only copies: begin again.
        db.close()
        file.unlink()
        return _connect(file)
    return db
