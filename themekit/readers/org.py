"""Org files, through orgparse: drawers, blocks of code and properties left out, quotations kept as nobody's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from themekit.readers import dates, masthead, plain, prose
from themekit.readers.document import Note, RawDocument, count
from themekit.readers.prose import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    import orgparse

SUFFIXES = {".org": "Org"}

_BLOCK = re.compile(
    r"^[ \t]*#\+begin_(\w+)[^\n]*\n(.{,20000}?)^[ \t]*#\+end_\1[ \t]*$",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_QUOTES = {"quote", "verse"}
_KEYWORD = re.compile(r"^[ \t]*(?:#\+\w+:.*|#(?: .*)?|\|.*)$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(\S(?:[^\n]{,300}?\S)?)\1(?![\w*/_=~+])")
_FOOTNOTE = re.compile(r"^\[fn:[^\]\n]{,200}\].*(?:\n(?!\s*$).*)*|\[fn:[^\]\n]{,200}\]", re.MULTILINE)


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an Org file."""
    import orgparse  # noqa: PLC0415 - loaded when such a file is read, not when themekit is imported

    raw, notes = plain.decode(data)
    n_code = sum(kind.lower() not in _QUOTES for kind, _ in _BLOCK.findall(raw))
    root = orgparse.loads(_BLOCK.sub(_marked, raw))
    blocks: list[Block] = []
    for node in root[0:]:
        if node.heading if not node.is_root() else False:
            blocks.append(Block(_words(node.get_heading("plain")), "heading"))
        blocks.extend(_paragraphs(node.get_body("plain")))
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


def _marked(match: re.Match[str]) -> str:
    """Mark the paragraphs of a quotation; leave out a block of anything else."""
    if match[1].lower() not in _QUOTES:
        return ""
    return "\n" + "\n\n".join(_MARK + p.strip() for p in re.split(r"\n\s*\n", match[2]) if p.strip()) + "\n"


def _paragraphs(body: str) -> Iterator[Block]:
    for block in prose.paragraphs(_FOOTNOTE.sub("", _KEYWORD.sub("", body))):
        role: prose.BlockRole = "quoted" if block.text.startswith(_MARK) else "author"
        yield Block(_words(block.text.replace(_MARK, "")), role)


def _words(text: str) -> str:
    return _EMPHASIS.sub(r"\2", text)
