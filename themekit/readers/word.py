"""Word files (.docx), through mammoth: quotations, headings and code told by style, footnotes left out."""

from __future__ import annotations

import io

from themekit.readers import dates, html, masthead, package, prose
from themekit.readers.document import RawDocument, no_text

SUFFIXES = {".docx": "Word"}

# What the programs call their styles; what is not named here is a paragraph.
_STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Author'] => h6.author:fresh
p[style-name='Date'] => h6.date:fresh
p[style-name='Quote'] => blockquote:fresh
p[style-name='Quotations'] => blockquote:fresh
p[style-name='Intense Quote'] => blockquote:fresh
p[style-name='Block Text'] => blockquote:fresh
p[style-name='Source Code'] => pre:fresh
p[style-name='Preformatted Text'] => pre:fresh
p[style-name='TOC Heading'] => h6:fresh
"""


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read a Word file."""
    import mammoth  # noqa: PLC0415 - loaded when a Word file is read, not when themekit is imported

    said = package.properties(package.part(package.open_package(data), "docProps/core.xml"))
    no_picture = mammoth.images.img_element(lambda _: {"src": ""})
    made = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=no_picture).value
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
