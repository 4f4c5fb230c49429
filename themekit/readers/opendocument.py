"""OpenDocument texts (.odt), through odfdo: quotations and code told by style, notes left out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, masthead, package, prose, quotations
from themekit.readers.document import Note, RawDocument, count, no_text
from themekit.readers.prose import Block, BlockRole

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = {".odt": "OpenDocument", ".fodt": "OpenDocument"}

_ASIDE = "//text:note|//office:annotation|//office:annotation-end|//text:tracked-changes|//text:table-of-content|//draw:frame[not(draw:text-box)]"
_PARAGRAPHS = "//text:p|//text:h"


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an OpenDocument text."""
    import odfdo  # noqa: PLC0415 - loaded when such a file is read, not when themekit is imported

    is_flat = not data.startswith(b"PK")
    if is_flat:
        package.refuse_entities(data, "it")
    said = package.properties(data if is_flat else package.part(package.open_package(data), "meta.xml"))
    document = odfdo.Document(io.BytesIO(data))
    notes = _leave_out(document.body)
    blocks: list[Block] = []
    indents: list[float | None] = []
    title_block: dict[str, str] = {}
    for style, block, indent in _paragraphs(document):
        if style in {"Title", "Author", "Date"}:
            title_block.setdefault(style, block.text)
        else:
            blocks.append(block)
            indents.append(indent)
    if not blocks:
        raise no_text("an OpenDocument text without words")
    date, more = dates.parse(title_block.get("Date"))
    about = prose.About(
        title=title_block.get("Title") or said.get("title"),
        author=title_block.get("Author") or said.get("initial-creator") or said.get("creator"),
        date=date or dates.parse(said.get("creation-date") or said.get("date"))[0],
        date_source="title block" if date else "document properties",
    )
    return masthead.documents(quotations.set_in(blocks, indents), about, [*more, *notes])


def _leave_out(body: Any) -> list[Note]:  # noqa: ANN401 - odfdo has no types for these
    n_tables = len(body.get_elements("//table:table"))
    n_notes = len(body.get_elements("//text:note"))
    for element in [*body.get_elements("//table:table"), *body.get_elements(_ASIDE)]:
        if element.parent is not None:
            element.delete(keep_tail=True)
    for link in body.get_elements("//text:a"):
        # A link would bring its address into the text.
        link.tag = "text:span"
    return [Note("dropped", count(n, noun)) for n, noun in ((n_tables, "table"), (n_notes, "footnote")) if n]


def _paragraphs(document: Any) -> Iterator[tuple[str, Block, float | None]]:  # noqa: ANN401 - odfdo has no types
    """Yield each paragraph with the name of its style, as far as it is one of a title block, and how far it is set in."""
    styles: dict[str, tuple[set[str], float | None]] = {}
    for paragraph in document.body.get_elements(_PARAGRAPHS):
        own = paragraph.get_attribute("text:style-name") or ""
        if own not in styles:
            styles[own] = _style(document, own)
        style_name, indent = styles[own]
        text = paragraph.inner_text.strip()
        if not text or style_name & {"preformatted text", "source code"}:
            continue
        name = next((s for s in ("Title", "Author", "Date") if s.lower() in style_name), "")
        is_heading = paragraph.tag == "text:h"
        role: BlockRole = (
            "heading" if is_heading else "quoted" if style_name & quotations.STYLES else "author"
        )
        is_item = paragraph.parent is not None and paragraph.parent.tag in {
            "text:list-item",
            "text:list-header",
        }
        yield name, Block(text, role), None if is_item else indent


_DEEPEST = 10


def _style(document: Any, own: str) -> tuple[set[str], float | None]:  # noqa: ANN401 - odfdo has no types
    """Return the names of a style and of those that it is made of, in small letters, and how far they set a paragraph in."""
    names: set[str] = set()
    left: str | None = None
    hangs = False
    name: str | None = own
    for _ in range(_DEEPEST):
        if not name:
            break
        names.add(name.replace("_20_", " ").replace("_", " ").lower())
        style = document.get_style("paragraph", name)
        if style is None:
            break
        about = style.get_properties("paragraph") or {}
        left = left if left is not None else about.get("fo:margin-left")
        hangs = hangs or (about.get("fo:text-indent") or "").startswith("-")
        name = style.get_attribute("style:parent-style-name")
    return names, None if hangs else quotations.points(left)
