"""HTML: saved web pages, and what word processors, pandoc and podcast hosts export.

A page with navigation, an article or a footer goes through trafilatura, which
finds the text among the rest; an export has nothing but its text and is taken
whole. :func:`blocks` is shared by every format that comes as HTML inside (Word, EPUB).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from themekit.readers import dates, masthead, package, plain, prose, quotations
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
# Contents, the numbers that programs give to sections, and what Emacs writes below a page.
_CONTENTS = (
    "//*[@id='table-of-contents' or @id='toc' or @id='TOC' or @role='doc-toc' or contains(concat(' ', @class, ' '), ' toc ')"
    " or contains(concat(' ', @class, ' '), ' table-of-contents ')"
    " or contains(@class, 'section-number') or @id='postamble']"
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
_MARGIN = re.compile(r"margin-(left|right)\s*:\s*([\d.]+\w*)")
_BOLD = frozenset({"b", "strong"})
_TIMES = (
    "//time[@datetime and (@pubdate or @itemprop='datePublished' or contains(@class, 'published'))]/@datetime",
    "//abbr[contains(@class, 'published')]/@title",
    "//time[@datetime and not(contains(@class, 'updated') or contains(@class, 'modified'))]/@datetime",
    "//*[contains(@class, 'date-header') or contains(@class, 'post-date') or contains(@class, 'entry-date') or contains(@class, 'posted-on')]//text()",
)
_WRITERS = (
    "//*[@itemprop='author']//*[@itemprop='name']", "//*[@itemprop='author' and not(@content)]", "//*[contains(@class, 'p-author')]",
    "//*[contains(@class, 'author') and contains(@class, 'vcard')]", "//*[contains(@class, 'author-name') or contains(@class, 'byline-name')]",
    "//a[@rel='author' and not(contains(@class, 'site'))]", "//*[contains(concat(' ', @class, ' '), ' fn ')]",
    "//*[contains(concat(' ', @class, ' '), ' byline ') or contains(concat(' ', @class, ' '), ' author ')]",
)  # fmt: skip
# Where a page speaks of other texts and other people.
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|widget|(?<!post-)(?<!entry-)(?<!article-)footer|recent|more-|(?<!v)(?<!h-)card\b|navigation|reply"
)
_DECLARES = re.compile(rb"charset|<\?xml[^>]{0,100}encoding", re.IGNORECASE)
_DATE_FIELDS = (
    "article:published_time", "og:published_time", "article:published", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date",
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


def read(data: bytes, name: str) -> list[RawDocument]:
    """Read an HTML file."""
    if not data.strip():
        raise no_text("an empty file")
    root = parse(data)
    meta = _meta(root)
    title = _title(root, meta, name)
    found, more = blocks(_main_text(root))
    if not found:
        raise no_text("no prose in the page")
    date, date_notes = dates.parse(_first(meta, _DATE_FIELDS))
    about = prose.About(title=title, author=_author(meta), date=date, date_source="meta tag")
    return masthead.documents(found, about, [*date_notes, *more])


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
    """Take the elements of a class out of a page and return their words."""
    words: list[str] = []
    for element in root.xpath(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]"):
        words.append(" ".join(element.text_content().split()))
        element.drop_tree()
    return (", " if name == "author" else " ").join(filter(None, words)) or None


def blocks(root: HtmlElement) -> tuple[list[Block], list[Note]]:
    """Return paragraphs and headings, and what was left out."""
    import lxml.etree  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    _unwrap_layout(root)
    _drop(root, _CONTENTS)
    left_out = {
        "table": _drop(root, "//table"),
        "code block": _drop(root, _CODE),
        "footnote": _drop(root, _FOOTNOTES),
    }
    lxml.etree.strip_elements(root, *_SKIPPED, with_tail=False)
    found = list(_walk(root))
    notes = [
        Note("dropped", count(left_out[noun], noun)) for noun in ("table", "code block") if left_out[noun]
    ]
    return found, [*notes, *([Note("dropped", "footnotes and their marks")] if left_out["footnote"] else [])]


# More words than that in one cell of a table are prose, and the table is there for the page's layout.
_MAX_CELL_WORDS = 80


def _unwrap_layout(root: HtmlElement) -> None:
    """Make plain blocks of tables that lay out a page, as old sites and mails have them."""
    for cell in root.xpath("//td|//th"):
        if len(cell.text_content().split()) <= _MAX_CELL_WORDS:
            continue
        # Of tables inside tables those that hold the text are unwrapped, however deep.
        for element in [cell, *cell.iterancestors("table", "tbody", "thead", "tr", "td", "th")]:
            element.tag = "div"


def _walk(root: HtmlElement) -> Iterator[Block]:
    """Yield a block (heading, quoted or author) for each, in order of place, with what stands in bold at its head."""
    import lxml.etree  # noqa: PLC0415 - loaded when a page is read, not when themekit is imported

    pieces: list[str] = []
    bold: list[str] = []
    n_quotes = n_headings = n_bold = 0
    is_past_head = False

    def flush() -> Iterator[Block]:
        nonlocal is_past_head
        is_past_head = False
        lines = (" ".join(line.split()) for line in "".join(pieces).split("\0"))
        words = "\n".join(line for line in lines if line)
        strong = " ".join("".join(bold).split())
        pieces.clear()
        bold.clear()
        if words:
            role: BlockRole = "heading" if n_headings else "quoted" if n_quotes else "author"
            yield Block(words, role, strong if strong and words.startswith(strong) else None)

    for event, element in lxml.etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        if tag in _BLOCKS:
            yield from flush()
            n_quotes += step * (tag in _QUOTES or _is_quote(element))
            n_headings += step * (tag in _HEADINGS)
        n_bold += step * (tag in _BOLD)
        if event == "start" and tag in _BREAKS and _ends_in_break(pieces):
            # Two line breaks are how old pages end a paragraph.
            yield from flush()
        said = element.text if event == "start" else element.tail if element is not root else ""
        words = (said or "").replace("\0", " ")
        pieces.append("\0" if event == "start" and tag in _BREAKS else words)
        if words.strip() and n_bold and not is_past_head:
            bold.append(words)
        is_past_head = is_past_head or bool(words.strip() and not n_bold)
    yield from flush()


def _ends_in_break(pieces: list[str]) -> bool:
    """Say whether the last thing in a block is a line break."""
    last = next((piece for piece in reversed(pieces) if piece.strip(" \n\t\r\u00a0")), "")
    return last == "\0"


def _is_quote(element: HtmlElement) -> bool:
    """Say whether a paragraph's class says that it is a quotation, or its own style sets it in on both sides."""
    if element.tag not in {"p", "div"}:
        return False
    style = element.get("style") or ""
    margins = {side: quotations.points(length) for side, length in _MARGIN.findall(style)}
    is_set_in = min(margins.get("left", 0.0), margins.get("right", 0.0)) >= quotations.MIN_INDENT
    return is_set_in or _QUOTE_CLASS.search(element.get("class") or "") is not None


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
    if found.get("twitter:label1", "").lower() == "written by" and found.get("twitter:data1"):
        found.setdefault("author", found["twitter:data1"])
    for key, value in _written_out(root):
        found.setdefault(key, value)
    return found


_MAX_NAME_WORDS = 8
_QUOTE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:block|pull|mso|msointense)?(?:quote|quotation|quotations|block[_-]text)s?(?:$|[\s_-])",
    re.IGNORECASE,
)
_BY = re.compile(r"^\W*(?:(?:posted|written|words|text)\s*)?by:?\s+", re.IGNORECASE)


def _written_out(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield date and author as the page shows them, where its classes and properties tell which they are."""
    for where in _TIMES:
        for value in root.xpath(where):
            if not _is_elsewhere(value.getparent()) and (date := dates.within(str(value).strip())[0]):
                yield "datepublished", date
    for row in root.xpath("//table[contains(@class, 'properties')]//tr[th and td]"):
        # What Notion knows of a page.
        field, words = (" ".join(row.find(tag).text_content().split()) for tag in ("th", "td"))
        if field.lower() in {"author", "by", "written by"} and words:
            yield "author", words
        elif field.lower() in {"date", "published", "created"} and (
            date := dates.within(words.lstrip("@"))[0]
        ):
            yield "datepublished", date
    for where in _WRITERS:
        for tag in root.xpath(where):
            words = _BY.sub("", " ".join(tag.text_content().split()))
            if words and len(words.split()) <= _MAX_NAME_WORDS and not _is_elsewhere(tag):
                yield "author", words


def _is_elsewhere(tag: HtmlElement | None) -> bool:
    """Say whether an element stands among comments, other posts, or what surrounds a page."""
    while tag is not None and tag.tag not in {"body", "main"}:
        # The whole page may carry a class such as "with-sidebar".
        if tag.tag in {"aside", "nav"} or (
            _ELSEWHERE.search(f"{tag.get('class') or ''} {tag.get('id') or ''}".lower()) and not _is_most(tag)
        ):
            return True
        tag = tag.getparent()
    return False


def _is_most(tag: HtmlElement) -> bool:
    body = tag.getroottree().getroot()
    return 2 * len(tag.text_content()) > len(body.text_content())


def _author(meta: dict[str, str]) -> str | None:
    name = re.sub(r"^\W*by\s+", "", _first(meta, _AUTHOR_FIELDS) or "", flags=re.IGNORECASE)
    return package.said(name)


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


_SITE = r"\s*(?:[|–—:·•»«]|\s-|\.)\s+"
_TITLE_PLACES = (
    "//*[self::h1 or self::h2 or self::h3][contains(concat(' ', @class, ' '), ' p-name ')]", "//h1", "//*[self::h2 or self::h3][contains(@class, 'title')]", "//*[self::p or self::div][contains(concat(' ', translate(@class, 'T', 't'), ' '), 'title ')]",
    "//h2",
)  # fmt: skip


def _title(root: HtmlElement, meta: dict[str, str], name: str) -> str | None:
    """Return the page's title: without the site's name where a heading shows where the title ends."""
    whole = _first(meta, _TITLE_FIELDS) or " ".join("".join(root.xpath("//head/title[1]//text()")).split())
    title = package.said(whole)
    if title == name.rpartition(".")[0]:
        # pandoc puts the file's name where nobody gave a title.
        title = None
    if not title:
        return None
    headings = [" ".join(tag.text_content().split()) for where in _TITLE_PLACES for tag in root.xpath(where)]
    within = [
        h for h in headings if h and re.fullmatch(rf"(?:.*{_SITE})?{re.escape(h)}(?:{_SITE}.*)?", title)
    ]
    if headings and title not in headings and re.fullmatch(r"\S*[\d_-]\S*", title):
        # The name that a file had once.
        return None
    site = meta.get("og:site_name")
    if within and within[0] != site:
        return within[0]
    if site and (
        match := re.fullmatch(rf"(.+?){_SITE}{re.escape(site)}|{re.escape(site)}{_SITE}(.+)", title)
    ):
        return match[1] or match[2]
    return title
