"""What Word, OpenDocument and EPUB files have in common: a zip archive of XML, with properties inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from themekit.readers import files
from themekit.readers.document import UnreadableFileError

if TYPE_CHECKING:
    import zipfile

    from lxml.etree import _Element

_ENTITY = re.compile(
    rb"<!ENTITY|<\x00!\x00E\x00N\x00T\x00I\x00T\x00Y|\x00<\x00!\x00E\x00N\x00T\x00I\x00T\x00Y",
)
_PIECE = re.compile(rb"<(?:w:(?:p|r|tc)|text:(?:p|h|span)|table:table-cell|p|div|span|td)[ />]")
_XML = (".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html")
# Names that a program puts where nobody gave one.
NOBODY = {
    "user", "admin", "administrator", "author", "owner", "unknown", "microsoft office user", "python-docx", "root",
    "pandoc", "libreoffice", "calibre", "anonymous", "unspecified", "unknown author", "unknown title", "untitled", "untitled document",
    "no title", "document", "new document", "abiword html document", "word document", "title", "default", "none", "null",
}  # fmt: skip
_FILE_NAME = re.compile(
    r"(?:microsoft word - .*|.*\.(?:docx?|odt|rtf|tex|dvi|indd|pages|html?|xhtml|txt|text|md|rst|org|pdf|epub|ps|ms|fodt))",
    re.IGNORECASE,
)
# When python-docx's template was made, which all its files say until somebody changes it.
_TEMPLATE_DATES = {"2013-12-23T23:15:00Z"}


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a package whose parts are safe to hand to any XML parser: none of them declares an entity."""
    archive = files.open_zip(data)
    parts = [member for member in archive.infolist() if member.filename.lower().endswith(_XML)]
    n_bytes = sum(member.file_size for member in parts)
    if n_bytes > files.MAX_XML:
        raise UnreadableFileError(
            f"seen {n_bytes // 2**20} MB of XML inside; expected at most {files.MAX_XML // 2**20}; split the file",
        )
    n_pieces = 0
    for member in parts:
        data = part(archive, member.filename) or b""
        refuse_entities(data, member.filename)
        n_pieces += sum(1 for _ in _PIECE.finditer(data))
    if n_pieces > files.MAX_PIECES:
        raise UnreadableFileError(
            f"seen {n_pieces:,} paragraphs, cells and changes of type inside; expected at most {files.MAX_PIECES:,}; split the file",
        )
    return archive


def refuse_entities(data: bytes, where: str) -> None:
    """Refuse XML that declares entities, which may grow without end or stand for files elsewhere."""
    if _ENTITY.search(data):
        raise UnreadableFileError(
            f"seen an entity declared in {where}; expected none, no program writes them; it was not opened",
        )


def part(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """Return a part's bytes, or ``None`` where there is none of that name."""
    try:
        return files.member(archive, archive.getinfo(name))
    except KeyError:
        return None


def xml(data: bytes) -> _Element:
    """Parse XML without entities, network or external files."""
    from lxml import etree  # noqa: PLC0415 - loaded when a package is read, not when themekit is imported

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    root = etree.fromstring(data, parser)
    if root is None:
        raise UnreadableFileError("seen a part without XML in it; expected some; save the file anew")
    return root


def properties(data: bytes | None) -> dict[str, str]:
    """Return a package's properties by their names without namespace, the first of each; nameless authors left out."""
    found: dict[str, str] = {}
    if not data:
        return found
    for element in xml(data).iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        value = " ".join((element.text or "").split())
        if name in {"creator", "initial-creator", "title"}:
            value = said(value) or ""
        if value and value not in _TEMPLATE_DATES:
            found.setdefault(name, value)
    return found


def said(value: str) -> str | None:
    """Return a title or a name that somebody gave, or ``None`` for what a program puts where nobody did.

    Examples
    --------
    >>> said("Ann Oakes"), said("(anonymous)"), said("Microsoft Word - draft.docx"), said(" \u200e")
    ('Ann Oakes', None, None, None)
    """
    words = " ".join(re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", value).split())
    is_nobodys = words.strip("()[]<> ").casefold() in NOBODY or _FILE_NAME.fullmatch(words)
    return None if is_nobodys or not any(c.isalnum() for c in words) else words
