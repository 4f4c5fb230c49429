"""RTF, through striprtf; title, author and date from the file's own information group."""

from __future__ import annotations

import re

from themekit.readers import dates, masthead, package, prose, quotations
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
    text = rtf_to_text(_with_indents(raw), errors="ignore")
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
    lines = [line for line in lines if line.strip(_MARKS).strip()]
    rows = [line for line in lines if not _ROW.fullmatch(line.strip(_MARKS))]
    indents = [_indent(line) for line in rows]
    blocks = quotations.set_in(
        [prose.Block(re.sub(f"[{_MARKS}]", "", line).strip()) for line in rows], indents
    )
    notes = (
        [Note("dropped", count(len(lines) - len(blocks), "row of a table", "rows of tables"))]
        if len(blocks) < len(lines)
        else []
    )
    return masthead.documents(blocks, about, notes)


# Where a paragraph of the file begins to be set in stands a sign of ours, which no text has, and how far in such signs.
_BASE = 0xE000
_MARKS = f"{chr(_BASE)}-{chr(_BASE + 200)}"
_CONTROL = re.compile(
    r"\\\\|\\[{}]|(?P<open>\{)|(?P<close>\})|\\(?P<word>pard|par|sect|li|fi|ls|ilvl|intbl)(?P<number>-?\d+)?(?![a-z])"
)


def _with_indents(raw: str) -> str:
    """Put a sign at the end of each paragraph that is set in, which striprtf hands through: so many points in."""
    made: list[str] = []
    here: tuple[int, bool] = (0, False)
    outer: list[tuple[int, bool]] = []
    end = 0
    for match in _CONTROL.finditer(raw):
        word, number = match["word"], int(match["number"] or 0)
        if match["open"]:
            outer.append(here)
        elif match["close"]:
            here = outer.pop() if outer else (0, False)
        elif word == "pard":
            here = (0, False)
        elif word == "li":
            here = (number, here[1])
        elif word in {"ls", "ilvl", "intbl"} or (word == "fi" and number < 0):
            here = (here[0], True)
        elif word in {"par", "sect"} and here[0] > 0:
            sign = _BASE + (200 if here[1] else min(here[0] // 20, 199))
            made += [raw[end : match.start()], f"\\u{sign - 0x10000}?"]
            end = match.start()
    return "".join([*made, raw[end:]])


def _indent(line: str) -> float | None:
    """Return how far a paragraph is set in, in points; nothing for items of lists and lines that hang."""
    points = [ord(c) - _BASE for c in line if _BASE <= ord(c) <= _BASE + 200]
    return 0.0 if not points else None if points[-1] == 200 else float(points[-1])  # noqa: PLR2004 - see above


def _words(info: dict[str, str], key: str) -> str | None:
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415 - loaded when such a file is read

    words = " ".join(str(rtf_to_text(f"{{\\rtf1 {info.get(key, '')}}}", errors="ignore")).split())
    return package.said(words)


def _date(written: str) -> str | None:
    match = _TIME.search(written)
    return dates.parse("-".join(f"{int(part):02d}" for part in match.groups() if part))[0] if match else None
