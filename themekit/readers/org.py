"""Org files, through orgparse: drawers, blocks of code and properties left out, quotations kept as nobody's."""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from typing import TYPE_CHECKING

from themekit.readers import dates, masthead, plain, prose
from themekit.readers.document import Note, RawDocument, count
from themekit.readers.prose import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    import orgparse

SUFFIXES = {".org": "Org"}

_BEGIN = re.compile(r"[ \t]*#\+begin_(\w+)", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+end_(\w+)[ \t]*$", re.IGNORECASE)
# What orgparse looks for in a line takes time that grows with the square of its length; a line's end says nothing.
_MAX_LINE = 1000
_QUOTES = {"quote", "verse"}
_KEYWORD = re.compile(r"^[ \t]*(?:#\+\w+:.*|#(?: .*)?|\|.*)$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(\S(?:[^\n]{,300}?\S)?)\1(?![\w*/_=~+])")
# orgparse has its own, which takes time with the square of the number of openings.
_LINK = re.compile(r"\[\[(?P<place>[^\[\]]{1,1000})\](?:\[(?P<words>[^\[\]]{1,1000})\])?\]")
_FOOTNOTE = re.compile(r"^\[fn:[^\]\n]{,200}\].*(?:\n(?!\s*$).*)*|\[fn:[^\]\n]{,200}\]", re.MULTILINE)


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an Org file."""
    import orgparse  # noqa: PLC0415 - loaded when such a file is read, not when themekit is imported

    raw, notes = plain.decode(data)
    marked, n_code = _without_blocks(raw)
    root = orgparse.loads(marked)
    blocks: list[Block] = []
    for node in root[0:]:
        if node.heading if not node.is_root() else False:
            blocks.append(Block(_words(node.get_heading("raw")), "heading"))
        blocks.extend(_paragraphs(node.get_body("raw")))
    date, more = dates.parse(_keyword(root, "DATE").strip("<>[]").split(" ")[0] or None)
    about = prose.About(
        title=_keyword(root, "TITLE") or None,
        author=_keyword(root, "AUTHOR") or None,
        date=date,
        date_source="front matter",
    )
    return masthead.documents(
        blocks,
        about,
        [*notes, *more, *([Note("dropped", count(n_code, "code block"))] if n_code else [])],
    )


def _keyword(root: orgparse.OrgNode, name: str) -> str:
    return " ".join(str(root.get_file_property(name) or "").split())


_MARK = "\x1a"


def _without_blocks(raw: str) -> tuple[str, int]:
    """Mark the paragraphs of quotations and leave out blocks of anything else; say how many of those there were.

    A block without an end is none, and its first line is nothing.
    """
    lines = [part for line in raw.split("\n") for part in _parts(line)]
    ends: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        if match := _END.match(line):
            ends[match[1].lower()].append(i)
    made: list[str] = []
    i = n_code = 0
    while i < len(lines):
        match = _BEGIN.match(lines[i])
        kind = match[1].lower() if match else ""
        place = bisect(ends[kind], i) if kind in ends else None
        if place is None or place == len(ends[kind]):
            if not match and not _END.match(lines[i]):
                made.append(lines[i])
            i += 1
            continue
        end = ends[kind][place]
        if kind in _QUOTES:
            made += ["", *_marked(lines[i + 1 : end]), ""]
        else:
            n_code += 1
        i = end + 1
    return "\n".join(made), n_code


def _marked(lines: list[str]) -> list[str]:
    quoted = [p.strip() for p in re.split(r"\n\s*\n", "\n".join(lines)) if p.strip()]
    return "\n\n".join(_MARK + p for p in quoted).split("\n")


def _parts(line: str) -> list[str]:
    """Break a line that is longer than anybody's at its spaces."""
    if len(line) <= _MAX_LINE:
        return [line]
    parts: list[list[str]] = [[]]
    length = 0
    for word in re.findall(rf"[^ ]{{1,{_MAX_LINE}}}", line):
        if length > _MAX_LINE:
            parts.append([])
            length = 0
        parts[-1].append(word)
        length += len(word) + 1
    return [" ".join(part) for part in parts]


def _paragraphs(body: str) -> Iterator[Block]:
    for block in prose.paragraphs(_FOOTNOTE.sub("", _KEYWORD.sub("", body))):
        role: prose.BlockRole = "quoted" if block.text.startswith(_MARK) else "author"
        yield Block(_words(block.text.replace(_MARK, "")), role)


def _words(text: str) -> str:
    text = _LINK.sub(lambda match: match["words"] or match["place"], text)
    return _EMPHASIS.sub(r"\2", text)
