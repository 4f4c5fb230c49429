"""Readers: one file per family of formats, one signature.

Each reader module has ``SUFFIXES`` (what it reads) and
``read(path: Path) -> list[RawDocument]``. To add a format, copy one file,
list its module in :data:`READERS`, and move its suffixes out of :data:`NOT_YET`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from themekit.readers import markdown, plain
from themekit.readers.document import Note, RawDocument, Turn, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOT_YET", "READERS", "Note", "RawDocument", "Turn", "UnreadableFileError", "read_file"]

READERS = {suffix: module for module in (markdown, plain) for suffix in module.SUFFIXES}

NOT_YET = {
    ".docx": "Word", ".doc": "Word", ".odt": "OpenDocument", ".rtf": "RTF", ".pdf": "PDF", ".epub": "EPUB",
    ".html": "HTML", ".htm": "HTML", ".rst": "reStructuredText", ".org": "Org", ".vtt": "WebVTT", ".srt": "SubRip",
    ".json": "JSON", ".mbox": "mailbox", ".eml": "mail", ".zip": "zip", ".csv": "table", ".tsv": "table",
    ".parquet": "table", ".xlsx": "Excel", ".pages": "Pages", ".tex": "LaTeX",
}  # fmt: skip


def read_file(path: Path) -> list[RawDocument]:
    """Read one file by its suffix; raise :class:`UnreadableFileError` where that fails."""
    return READERS[path.suffix.lower()].read(path)
