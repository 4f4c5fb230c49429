"""E-books (.epub): each chapter a document, author, title and date from the package."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from themekit.readers import dates, html, masthead, package, prose
from themekit.readers.document import Note, RawDocument, UnreadableFileError, no_text

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element
    from lxml.html import HtmlElement

SUFFIXES = {".epub": "EPUB"}

_CONTAINER = "META-INF/container.xml"
_NOT_CHAPTERS = re.compile(
    r"\b(?:cover|titlepage|title-page|title_page|toc|nav|contents|colophon|imprint|copyright|halftitle|half-title|uncopyright"
    r"|dedication|endnotes|footnotes|notes|loi|lot|advert\w*|also-?by|about-?the-?author|bibliography|pg-(?:header|footer))\b",
    re.IGNORECASE,
)
_CHAPTERS = frozenset(
    [
        "chapter",
        "preface",
        "introduction",
        "foreword",
        "prologue",
        "epilogue",
        "afterword",
        "conclusion",
        "essay",
        "part",
    ],
)
_MIN_WORDS = 50


def read(data: bytes, name: str) -> list[RawDocument]:  # noqa: ARG001 - one signature for all readers
    """Read an e-book."""
    archive = package.open_package(data)
    place, book = _package(archive)
    date = next((d for d in (dates.parse(value)[0] for value in _said(book, "date")) if d), None)
    authors = [name for name in map(package.said, _said(book, "creator")) if name]
    about = prose.About(author=", ".join(authors) or None, date=date, date_source="package")
    n_left_out = 0
    chapters: list[RawDocument] = []
    for href, linear in _spine(book):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(href)))
        page = package.part(archive, path)
        if page is None:
            continue
        root = html.parse(page)
        if not linear or _is_no_chapter(path, root):
            n_left_out += 1
            continue
        body = root.find("body") if root.find("body") is not None else root
        blocks, notes = html.blocks(body)
        if sum(len(b.text.split()) for b in blocks if b.role != "heading") < _MIN_WORDS:
            n_left_out += 1
            continue
        chapter = replace(about, entry=posixpath.splitext(posixpath.basename(path))[0])
        chapters.extend(masthead.documents(blocks, chapter, notes))
    if not chapters:
        raise no_text("an e-book without chapters")
    title = next(filter(None, map(package.said, _said(book, "title"))), None)
    chapters = [replace(chapter, title=chapter.title or title) for chapter in chapters]
    if n_left_out:
        note = Note(
            "left out",
            f"{n_left_out} pages of the book that are no chapters (cover, contents, notes and the like)",
        )
        chapters[0] = replace(chapters[0], notes=[*chapters[0].notes, note])
    return chapters


def _package(archive: zipfile.ZipFile) -> tuple[str, _Element]:
    """Return where the package document is, and its root."""
    container = package.part(archive, _CONTAINER)
    rootfiles = package.xml(container).xpath("//*[local-name()='rootfile']/@full-path") if container else []
    place = next(iter(rootfiles), None) or next((n for n in archive.namelist() if n.endswith(".opf")), "")
    data = package.part(archive, place)
    if data is None:
        raise UnreadableFileError(
            "seen an archive without a package document; expected an EPUB; save it anew",
        )
    return place, package.xml(data)


def _spine(book: _Element) -> list[tuple[str, bool]]:
    """Return the pages of the book in reading order, and whether each is part of the main text."""
    pages = {
        item.get("id"): item for item in book.xpath("//*[local-name()='manifest']/*[local-name()='item']")
    }
    found = []
    for reference in book.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = pages.get(reference.get("idref"))
        if item is not None and item.get("href"):
            is_text = reference.get("linear") != "no" and "nav" not in (item.get("properties") or "").split()
            found.append((item.get("href"), is_text))
    # Some programs write an order of pages that are not there; then every page counts.
    every = [
        item.get("href")
        for item in pages.values()
        if "html" in (item.get("media-type") or "") and item.get("href")
    ]
    return found or [(href, True) for href in every]


def _is_no_chapter(path: str, root: HtmlElement) -> bool:
    kinds = root.xpath("(//body|//body/section[1])/@*[name()='epub:type']")
    if any(kind in _CHAPTERS for kind in " ".join(kinds).split()):
        return False
    name = posixpath.splitext(posixpath.basename(path))[0]
    return any(_NOT_CHAPTERS.search(words) for words in (name.replace("_", "-"), *kinds))


def _said(book: _Element, name: str) -> list[str]:
    values = book.xpath(f"//*[local-name()='metadata']//*[local-name()='{name}']//text()")
    return [" ".join(value.split()) for value in values if value.strip()]
