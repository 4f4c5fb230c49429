"""HTML: saved web pages, and what word processors, pandoc and podcast hosts export.

A page with navigation, an article or a footer goes through trafilatura, which
finds the text among the rest; an export has nothing but its text and is taken
whole. :func:`blocks` is shared by every format that comes as HTML inside (Word, EPUB).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, plain, prose
from themekit.readers.document import Note, RawDocument, count, no_text
from themekit.readers.prose import Block, BlockRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

SUFFIXES = {".html": "HTML", ".htm": "HTML", ".xhtml": "HTML"}

_PAGE = "//nav|//article|//main|//footer|//aside|//*[@role='navigation' or @role='main']|//form"
_FOOTNOTES = (
    "//*[@role='doc-footnote' or @role='doc-endnotes' or @role='doc-noteref' or @role='doc-endnote']"
    "|//*[contains(@class, 'footnote') or starts-with(@id, 'sdfootnote') or starts-with(@id, 'sdendnote')]"
    "|//a[contains(@class, 'sdfootnote') or contains(@class, 'sdendnote')]"
    "|//li[starts-with(@id, 'footnote-') or starts-with(@id, 'endnote-')]"
    "|//sup[a[starts-with(@href, '#footnote-') or starts-with(@href, '#endnote-')]]"
    "|//*[contains(@*[name()='epub:type'], 'note')]"
)
_CODE = "//pre|//code[not(ancestor::p) and not(ancestor::li)]"
_SKIPPED = (
    "script",
    "style",
    "template",
    "noscript",
    "nav",
    "aside",
    "svg",
    "math",
    "button",
    "select",
    "textarea",
    "iframe",
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_QUOTES = frozenset({"blockquote", "quote"})
_BLOCKS = _HEADINGS | _QUOTES | frozenset(
    ["p", "div", "li", "item", "ul", "ol", "dl", "dt", "dd", "list", "section", "article", "main", "header", "body", "center", "address", "hr", "figure", "figcaption"],
)  # fmt: skip
_BREAKS = frozenset({"br", "lb"})
_DECLARES = re.compile(rb"charset|<\?xml[^>]{0,100}encoding", re.IGNORECASE)
_DATE_FIELDS = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.issued", "dcterms.created", "dc.date.created", "pubdate", "publish-date", "publication_date",
    "sailthru.date", "parsely-pub-date", "citation_publication_date", "created",
)  # fmt: skip
_AUTHOR_FIELDS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "citation_author",
    "byl",
)
_TITLE_FIELDS = ("og:title", "dc.title", "dcterms.title", "parsely-title", "citation_title", "title")


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an HTML file."""
    if not data.strip():
        raise no_text("an empty file")
    root = parse(data)
    meta = _meta(root)
    found, more = blocks(_main_text(root))
    if not found:
        raise no_text("no prose in the page")
    date, date_notes = dates.parse(_first(meta, _DATE_FIELDS))
    heading = next((b.text for b in found if b.role == "heading"), None)
    about = prose.About(
        title=_title(root, meta, heading),
        author=_first(meta, _AUTHOR_FIELDS),
        date=date,
        date_source="meta tag",
    )
    return prose.documents(found, about, [*date_notes, *more])


def parse(page: str | bytes) -> HtmlElement:
    """Parse HTML or XHTML; nothing is fetched and no entity of the file's own is resolved.

    UTF-8 goes before what the page declares, which is believed where the bytes are something else.
    """
    import lxml.html  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    if isinstance(page, bytes) and not _DECLARES.search(page[:4096]):
        page = plain.decode(page)[0]
    elif isinstance(page, bytes):
        page = _utf8(page)
    if isinstance(page, str):
        # An XML declaration would contradict text that is decoded already.
        page = re.sub(r"\A\s*<\?xml.*?\?>", "", page, count=1, flags=re.DOTALL)
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    return lxml.html.document_fromstring(page, parser=parser)


def _utf8(page: bytes) -> str | bytes:
    try:
        return page.decode("utf-8-sig")
    except UnicodeDecodeError:
        return page


def take(root: HtmlElement, name: str) -> str | None:
    """Take the first element of a class out of a page and return its words."""
    words = None
    for element in root.xpath(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]"):
        words = words or " ".join(element.text_content().split())
        element.drop_tree()
    return words or None


def blocks(root: HtmlElement) -> tuple[list[Block], list[Note]]:
    """Return paragraphs and headings, and what was left out."""
    import lxml.etree  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    left_out = {
        "table": _drop(root, "//table"),
        "code block": _drop(root, _CODE),
        "footnote": _drop(root, _FOOTNOTES),
    }
    lxml.etree.strip_elements(root, *_SKIPPED, with_tail=False)
    found = [Block(words, role) for role, words in _walk(root)]
    notes = [
        Note("dropped", count(left_out[noun], noun)) for noun in ("table", "code block") if left_out[noun]
    ]
    return found, [*notes, *([Note("dropped", "footnotes and their marks")] if left_out["footnote"] else [])]


def _walk(root: HtmlElement) -> Iterator[tuple[BlockRole, str]]:
    """Yield ``(heading, quoted or author, words)`` for each block, in order of place."""
    import lxml.etree  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    pieces: list[str] = []
    n_quotes = n_headings = 0

    def flush() -> Iterator[tuple[BlockRole, str]]:
        lines = (" ".join(line.split()) for line in "".join(pieces).split("\0"))
        words = "\n".join(line for line in lines if line)
        pieces.clear()
        if words:
            yield "heading" if n_headings else "quoted" if n_quotes else "author", words

    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        if tag in _BLOCKS:
            yield from flush()
            n_quotes += step * (tag in _QUOTES)
            n_headings += step * (tag in _HEADINGS)
        if event == "start":
            pieces.append("\0" if tag in _BREAKS else (element.text or "").replace("\0", " "))
        elif element is not root:
            pieces.append((element.tail or "").replace("\0", " "))
    yield from flush()


def _drop(root: HtmlElement, where: str) -> int:
    """Take elements out, leave what follows them, and say how many there were."""
    found = [e for e in root.xpath(where) if e is not root and e.getparent() is not None]
    for element in found:
        if element.getparent() is not None:
            element.drop_tree()
    return len(found)


def _main_text(root: HtmlElement) -> HtmlElement:
    """Return the element that holds the text: what trafilatura finds on a web page, else the body."""
    whole = root.find("body") if root.find("body") is not None else root
    if not root.xpath(_PAGE):
        return whole
    import lxml.html  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported
    import trafilatura  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    found = trafilatura.bare_extraction(lxml.html.tostring(root, encoding="unicode"), include_comments=False)
    if found is None or found.body is None:
        return whole
    for heading in found.body.iter("head"):
        heading.tag = "h2"
    return lxml.html.fromstring(lxml.html.tostring(found.body, encoding="unicode"))


def _meta(root: HtmlElement) -> dict[str, str]:
    """Return what a page says about itself, the first of each kind."""
    found: dict[str, str] = {}
    for tag in root.xpath("//meta[@content]"):
        key = (tag.get("name") or tag.get("property") or tag.get("itemprop") or "").strip().lower()
        value = " ".join(tag.get("content").split())
        if key and value and not value.startswith(("http://", "https://")):
            found.setdefault(key, value)
    for key, value in _linked_data(root):
        found.setdefault(key, value)
    for time in root.xpath(
        "//time[@datetime and (@pubdate or @itemprop='datePublished' or contains(@class, 'published'))]",
    ):
        found.setdefault("datepublished", time.get("datetime"))
    for tag in root.xpath("//*[@rel='author' or @itemprop='author' or contains(@class, 'p-author')]"):
        found.setdefault("author", " ".join(tag.text_content().split()))
    return found


def _linked_data(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield author, title and date from JSON-LD."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        try:
            content = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in _items(content):
            author = item.get("author")
            names = [
                a.get("name") if isinstance(a, dict) else a
                for a in (author if isinstance(author, list) else [author])
            ]
            strings = [n for n in names if isinstance(n, str) and n.strip()]
            if strings:
                yield "author", ", ".join(strings)
            for field, key in (("datePublished", "datepublished"), ("headline", "og:title")):
                if isinstance(item.get(field), str) and item[field].strip():
                    yield key, item[field]


def _items(content: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever the JSON holds
    graph = content.get("@graph", [content]) if isinstance(content, dict) else content
    return [item for item in graph if isinstance(item, dict)] if isinstance(graph, list) else []


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((meta[k] for k in keys if meta.get(k)), None)


def _title(root: HtmlElement, meta: dict[str, str], heading: str | None) -> str | None:
    """Return the page's title; a site's name after it is taken off where the heading shows where it ends."""
    title = _first(meta, _TITLE_FIELDS) or " ".join("".join(root.xpath("//title[1]//text()")).split()) or None
    if title and heading and title != heading and title.startswith(heading):
        return heading
    return title or heading
