"""OpenDocument texts (.odt), through odfdo: quotations and code told by style, notes left out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, masthead, package, prose
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
    title_block: dict[str, str] = {}
    for style, block in _paragraphs(document):
        if style in {"Title", "Author", "Date"}:
            title_block.setdefault(style, block.text)
        else:
            blocks.append(block)
    if not blocks:
        raise no_text("an OpenDocument text without words")
    date, more = dates.parse(title_block.get("Date"))
    about = prose.About(
        title=title_block.get("Title") or said.get("title"),
        author=title_block.get("Author") or said.get("initial-creator") or said.get("creator"),
        date=date or dates.parse(said.get("creation-date") or said.get("date"))[0],
        date_source="title block" if date else "document properties",
    )
    return masthead.documents(blocks, about, [*more, *notes])


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


def _paragraphs(document: Any) -> Iterator[tuple[str, Block]]:  # noqa: ANN401 - odfdo has no types for these
    """Yield each paragraph with the name of the style that its own automatic one stands for."""
    parents: dict[str, str] = {}
    for paragraph in document.body.get_elements(_PARAGRAPHS):
        own = paragraph.get_attribute("text:style-name") or ""
        if own not in parents:
            style = document.get_style("paragraph", own)
            parents[own] = (
                style.get_attribute("style:parent-style-name") if style is not None else None
            ) or own
        style_name = {own, parents[own]}
        text = paragraph.inner_text.strip()
        if not text or style_name & {"Preformatted_20_Text", "Source_20_Code"}:
            continue
        name = next((s for s in ("Title", "Author", "Date") if s in style_name), "")
        is_quoted = style_name & {"Quotations", "Quote", "Intense_20_Quote", "Block_20_Text"}
        role: BlockRole = "heading" if paragraph.tag == "text:h" else "quoted" if is_quoted else "author"
        yield name, Block(text, role)
