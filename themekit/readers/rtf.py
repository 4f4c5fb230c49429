"""RTF, through striprtf; title, author and date from the file's own information group."""

from __future__ import annotations

import re

from themekit.readers import dates, masthead, package, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, count, no_text

SUFFIXES = {".rtf": "RTF"}

_INFO = re.compile(r"\{\\(title|author|creatim)\s*((?:[^{}\\]|\\.)*)\}")
_TIME = re.compile(r"\\yr(\d{4})(?:\\mo(\d{1,2}))?(?:\\dy(\d{1,2}))?")
# How striprtf gives a table's row.
_ROW = re.compile(r"(?:[^|]*\|)+\s*")
_HEAD = 20_000


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an RTF file."""
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - loaded when such a file is read

    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFileError("seen no RTF in it; expected a file that begins with {\\rtf; save it anew")
    raw = data.decode("latin-1")
    text = rtf_to_text(raw, errors="ignore")
    if not text.strip():
        raise no_text("an RTF file without words")
    info = dict(_INFO.findall(raw[:_HEAD]))
    about = prose.About(
        title=_words(info, "title"),
        author=_words(info, "author"),
        date=_date(info.get("creatim", "")),
        date_source="document properties",
    )
    # In RTF a paragraph ends where the line does.
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    blocks = [prose.Block(line) for line in lines if not _ROW.fullmatch(line)]
    notes = (
        [Note("dropped", count(len(lines) - len(blocks), "row of a table", "rows of tables"))]
        if len(blocks) < len(lines)
        else []
    )
    return masthead.documents(blocks, about, notes)


def _words(info: dict[str, str], key: str) -> str | None:
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - loaded when such a file is read

    words = " ".join(str(rtf_to_text(f"{{\\rtf1 {info.get(key, '')}}}", errors="ignore")).split())
    return package.said(words)


def _date(written: str) -> str | None:
    match = _TIME.search(written)
    return dates.parse("-".join(f"{int(part):02d}" for part in match.groups() if part))[0] if match else None
