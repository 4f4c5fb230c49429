"""Readers: one file per family of formats, one signature.

Each reader module has ``SUFFIXES`` (what it reads, and what that is called) and
``read(data: bytes, name: str) -> list[RawDocument]``. To add a format, copy one
file, name its module in :data:`READERS`, and add a test; CONTRIBUTING shows it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from themekit.readers import (
    captions,
    epub,
    html,
    mail,
    markdown,
    opendocument,
    org,
    pdf,
    plain,
    restructured,
    rtf,
    speech,
    table,
    word,
)
from themekit.readers.document import Described, NotATextError, RawDocument, UnreadableFileError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["FAMILIES", "NOT_YET", "READERS", "read_file"]

_MODULES: tuple[ModuleType, ...] = (
    markdown, plain, html, restructured, org, word, opendocument, rtf, pdf, epub, captions, speech, mail, table,
)  # fmt: skip
READERS: dict[str, ModuleType] = {suffix: module for module in _MODULES for suffix in module.SUFFIXES}
FAMILIES: dict[str, str] = {suffix: what for module in _MODULES for suffix, what in module.SUFFIXES.items()}

NOT_YET = {
    ".doc": "old Word", ".xlsx": "Excel", ".xls": "Excel", ".pages": "Pages", ".tex": "LaTeX", ".mobi": "Kindle", ".azw3": "Kindle",
}  # fmt: skip


def read_file(data: bytes, name: str) -> list[RawDocument | Described]:
    """Read one file by its suffix; raise :class:`UnreadableFileError` where that fails.

    Whatever a parser raises over a damaged or hostile file becomes that error, so
    that one file cannot stop the reading of the others.
    """
    suffix = PurePosixPath(name).suffix.lower()
    try:
        documents: list[RawDocument | Described] = READERS[suffix].read(data, name)
    except (UnreadableFileError, NotATextError):
        raise
    except Exception as error:  # the parsers raise what they like
        seen = " ".join(str(error).split())[:120]
        raise UnreadableFileError(
            f"seen something wrong in it ({type(error).__name__}{': ' if seen else ''}{seen}); "
            f"expected a sound {FAMILIES[suffix]} file; open it in the program that made it and save it anew",
        ) from error
    return documents
