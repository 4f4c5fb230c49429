"""reStructuredText, through docutils: no file is included, no raw matter read, directives and code left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from themekit.readers import dates, masthead, plain, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, count
from themekit.readers.prose import Block

if TYPE_CHECKING:
    from docutils import nodes

SUFFIXES = {".rst": "reStructuredText"}

# docutils takes time that grows with the square of the number of these: some seconds for so many.
MAX_MARKS = 2000
# Marks of emphasis in one paragraph: docutils looks for the end of each to the end of the paragraph.
MAX_EMPHASES = 400
_EMPHASIS = re.compile(r"(?<!\S)[*`]+(?=\S)")
# Up to a millisecond each, where all are items of lists.
MAX_LINES = 50_000
_MARKS = re.compile(r"(?<=[\w`|\]])_(?!\w)|\|(?=\S)|^\.\. |^[=~^\"'#*+.:_`-]{2,}$", re.MULTILINE)
_NIKOLA = re.compile(r"^\.\. (title|author|date): *(\S.*?) *$", re.MULTILINE)
_ROLE = re.compile(r":[\w+.:-]{1,60}:`([^`<]{1,300}?)(?:\s*<[^<>`]{1,300}>)?`")

_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5, "_disable_config": True,
    "docinfo_xform": True, "doctitle_xform": True, "line_length_limit": 10**7, "smart_quotes": False,
}  # fmt: skip


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a reStructuredText file."""
    from docutils import core, nodes  # noqa: PLC0415 - loaded when such a file is read

    raw, notes = plain.decode(data)
    n_lines = raw.count("\n")
    if n_lines > MAX_LINES:
        raise UnreadableFileError(f"seen {n_lines:,} lines; expected at most {MAX_LINES:,}; split the file")
    n_marks = sum(1 for _ in _MARKS.finditer(raw))
    if n_marks > MAX_MARKS:
        raise UnreadableFileError(
            f"seen {n_marks:,} references, targets and directives; expected at most {MAX_MARKS:,}; split the file",
        )
    n_emphases = max(
        (sum(1 for _ in _EMPHASIS.finditer(block)) for block in re.split(r"\n\s*\n", raw)), default=0
    )
    if n_emphases > MAX_EMPHASES:
        raise UnreadableFileError(
            f"seen {n_emphases:,} marks of emphasis in one paragraph; expected at most {MAX_EMPHASES:,}; close them or split the file",
        )
    # Nikola's fields are comments to docutils.
    told = {key.lower(): value for key, value in _NIKOLA.findall(raw)}
    tree = core.publish_doctree(raw, settings_overrides=_SETTINGS)
    said = {
        type(node).__name__: node.astext() for node in tree.findall(nodes.docinfo) for node in node.children
    }
    for node in tree.findall(nodes.field):
        said.setdefault(node[0].astext().lower(), node[1].astext())
    said = {**told, **said}
    dropped: dict[str, int] = {}
    for kind, noun in (
        (nodes.literal_block, "code block"),
        (nodes.table, "table"),
        (nodes.footnote, "footnote"),
    ):
        for node in list(tree.findall(kind)):
            dropped[noun] = dropped.get(noun, 0) + 1
            node.parent.remove(node)
    for kind in (nodes.docinfo, nodes.comment, nodes.system_message, nodes.footnote_reference,
                 nodes.substitution_definition, nodes.topic, nodes.field_list, nodes.raw):  # fmt: skip
        for node in list(tree.findall(kind)):
            node.parent.remove(node)
    for node in list(tree.findall(nodes.problematic)):
        # A role that only Sphinx knows, or a mark that is no markup: its words are the author's.
        node.parent.replace(node, nodes.Text(_ROLE.sub(r"\1", node.astext())))
    date, more = dates.parse(said.get("date"))
    author = said.get("author") or said.get("authors")
    about = prose.About(
        title=said.get("title") or _title(tree), author=" ".join(author.split()) if author else None, date=date,
        date_source="front matter", kind=said.get("kind", "").lower() or None,
    )  # fmt: skip
    blocks = [
        _block(node)
        for node in tree.findall()
        if isinstance(node, nodes.paragraph | nodes.title | nodes.line_block | nodes.subtitle)
    ]
    return masthead.documents(
        blocks,
        about,
        [*notes, *more, *(Note("dropped", count(n, noun)) for noun, n in dropped.items())],
    )


def _title(tree: nodes.document) -> str | None:
    return str(tree["title"]) if tree.get("title") else None


def _block(node: nodes.Element) -> Block:
    from docutils import nodes  # noqa: PLC0415 - loaded when such a file is read

    if isinstance(node, nodes.title | nodes.subtitle):
        return Block(node.astext(), "heading")
    ancestor = node.parent
    while ancestor is not None and not isinstance(ancestor, nodes.block_quote):
        ancestor = ancestor.parent
    return Block(node.astext(), "author" if ancestor is None else "quoted")
