"""Readers: one file per family of formats, one signature.

Each reader module has ``SUFFIXES`` (what it reads, and what that is called) and
``read(data: bytes, name: str) -> list[RawDocument]``. To add a format, copy one
file, name its module in :data:`READERS`, and add a test; CONTRIBUTING shows it.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from themekit.readers import markdown, plain
from themekit.readers.document import (
    NOBODYS,
    Note,
    RawDocument,
    Turn,
    UnreadableFileError,
    count,
)
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "FAMILIES",
    "NOBODYS",
    "NOT_YET",
    "READERS",
    "Note",
    "RawDocument",
    "Turn",
    "UnreadableFileError",
    "count",
    "read_file",
]

_MODULES: tuple[ModuleType, ...] = (markdown, plain)
READERS: dict[str, ModuleType] = {suffix: module for module in _MODULES for suffix in module.SUFFIXES}
FAMILIES: dict[str, str] = {suffix: what for module in _MODULES for suffix, what in module.SUFFIXES.items()}

NOT_YET = {
    ".docx": "Word", ".doc": "Word", ".odt": "OpenDocument", ".rtf": "RTF", ".pdf": "PDF", ".epub": "EPUB",
    ".html": "HTML", ".htm": "HTML", ".rst": "reStructuredText", ".org": "Org", ".vtt": "WebVTT", ".srt": "SubRip",
    ".json": "JSON", ".mbox": "mailbox", ".eml": "mail", ".csv": "table", ".tsv": "table",
    ".parquet": "table", ".xlsx": "Excel", ".pages": "Pages", ".tex": "LaTeX",
}  # fmt: skip


def read_file(data: bytes, name: str) -> list[RawDocument]:
    """Read one file by its suffix; raise :class:`UnreadableFileError` where that fails.

    Whatever a parser raises over a damaged or hostile file becomes that error, so
    that one file cannot stop the reading of the others.
    """
    suffix = PurePosixPath(name).suffix.lower()
    try:
        documents: list[RawDocument] = READERS[suffix].read(data, name)
    except UnreadableFileError:
        raise
    except Exception as error:  # the parsers raise what they like
        seen = " ".join(str(error).split())[:120]
        raise UnreadableFileError(
            f"seen something wrong in it ({type(error).__name__}{': ' if seen else ''}{seen}); "
            f"expected a sound {FAMILIES[suffix]} file; open it in the program that made it and save it anew"
        ) from error
    return documents
