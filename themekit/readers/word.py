"""Word files (.docx), through mammoth: quotations, headings and code told by style, footnotes left out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, html, masthead, package, prose, quotations
from themekit.readers.document import RawDocument, no_text

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = {".docx": "Word"}

# What the programs call their styles; what is not named here is a paragraph.
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Author'] => h6.author:fresh
p[style-name='Date'] => h6.date:fresh
p[style-name='Source Code'] => pre:fresh
p[style-name='Preformatted Text'] => pre:fresh
p[style-name='TOC Heading'] => h6:fresh
"""
_BODY_STYLES = frozenset(
    (
        "Normal",
        "Body Text",
        "Text body",
        "First Paragraph",
        "Default",
        "Standard",
        "Normal (Web)",
        "No Spacing",
    )
)
_STYLE_MAP = _STYLES + "\n".join(
    f"p[style-name='{name}'] => blockquote:fresh" for name in sorted(quotations.STYLES)
)


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a Word file."""
    import mammoth  # noqa: PLC0415 - loaded when a Word file is read, not when themekit is imported

    said = package.properties(package.part(package.open_package(data), "docProps/core.xml"))
    no_picture = mammoth.images.img_element(lambda _: {"src": ""})
    made = mammoth.convert_to_html(
        io.BytesIO(data), style_map=_STYLE_MAP, convert_image=no_picture, transform_document=_with_quotations
    ).value
    if not made.strip():
        raise no_text("a Word file without words")
    root = html.parse(f"<html><body>{made}</body></html>")
    title, author, written = (html.take(root, where) for where in ("title", "author", "date"))
    date, notes = dates.parse(written)
    blocks, more = html.blocks(root.find("body"))
    about = prose.About(
        title=title or said.get("title"),
        author=author or said.get("creator"),
        date=date or dates.parse(said.get("created"))[0],
        date_source="title block" if date else "document properties",
    )
    return masthead.documents(blocks, about, [*notes, *more])


def _with_quotations(document: Any) -> Any:  # noqa: ANN401 - mammoth has no types
    """Give paragraphs that are set in from the margin the style of a quotation."""
    import mammoth  # noqa: PLC0415 - loaded when a Word file is read, not when themekit is imported

    paragraphs = mammoth.transforms.get_descendants_of_type(document, mammoth.documents.Paragraph)
    words = [len("".join(_texts(p)).split()) for p in paragraphs]
    quoted = iter(quotations.are_quoted([_indent(p) for p in paragraphs], words))
    return mammoth.transforms.paragraph(lambda p: p.copy(style_name="Quote") if next(quoted) else p)(document)


def _indent(paragraph: Any) -> float | None:  # noqa: ANN401 - mammoth has no types
    """Return how far a paragraph is set in, in points; nothing for items of a list, hanging lines and what has a style."""
    indent = paragraph.indent
    if paragraph.numbering or indent.hanging or (paragraph.style_name or "Normal") not in _BODY_STYLES:
        return None
    return quotations.points(f"{indent.start}twip") if indent.start else 0.0


def _texts(element: Any) -> Iterator[str]:  # noqa: ANN401 - mammoth has no types
    for child in getattr(element, "children", ()):
        yield getattr(child, "value", "") or ""
        yield from _texts(child)
