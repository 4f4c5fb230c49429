"""Codebooks: what a codebook (.qdc) or project (.qdpx) of REFI-QDA holds, whichever program wrote it.

Programs count positions in several ways: characters or UTF-16 units (NVivo), the end as the first character after a passage
or as its last, line ends of two characters as two or as one (ATLAS.ti). Of these ways the one is taken that gives the quotes
which the file itself names, or else cuts passages between words, and the account says so. A file of NVivo 12 with 330 passages
and 892 emoji was read so: 99.5 % of the ends lie between words, and 32 % where characters are counted.

A file may come from anywhere: nothing is unpacked to disk, no entity is expanded, sizes and depths are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from themekit.readers import files
from themekit.readers.document import UnreadableFileError, count
from themekit.refi import MACHINE, guid
from themekit.wording import visible

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable, Iterator, Mapping

COLUMNS = ["code", "document", "guid", "start", "end", "quote", "coder", "answer", "note"]
MAX_XML = 3 * files.MAX_XML
MAX_MEMBERS = 100_000
MAX_DEPTH = 100
_WITH_TEXT = {"TextSource", "PDFSource"}


class CodingsError(ValueError):
    """A file is not of the form that it is said to be, or not safe to open."""


@dataclass(frozen=True)
class Codebook:
    """What a REFI-QDA file holds.

    Attributes
    ----------
    codes : dict of str to str
        Names of codes, and their descriptions.
    passages : pandas.DataFrame
        ``code, document, guid, start, end, quote, coder, answer, note``; offsets count characters of the file's own text.
    account : tuple of str
        What was left out, and what was guessed.
    """

    codes: dict[str, str]
    passages: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    account: tuple[str, ...] = ()


def read_codebook(data: bytes) -> Codebook:
    """Read a codebook (.qdc)."""
    root = _parsed(data, "the codebook")
    if _tag(root) not in {"CodeBook", "Project"}:
        raise CodingsError(
            f"seen an element {_tag(root)!r}; expected a codebook of REFI-QDA; export one as .qdc or .qdpx"
        )
    _, codes = _codes(root)
    return Codebook(codes)


def read_project(data: bytes) -> Codebook:
    """Read a project (.qdpx): its codes, and passages of text that were coded."""
    try:
        archive = files.open_zip(data)
    except UnreadableFileError as error:
        raise CodingsError(str(error)) from error
    with archive:
        root = _parsed(_read_member(archive, _find_project(archive), MAX_XML), "the project")
        if _tag(root) != "Project":
            raise CodingsError(
                f"seen an element {_tag(root)!r}; expected a project of REFI-QDA; export it anew"
            )
        told: list[str] = []
        members = {info.filename.rpartition("/")[2].lower(): info for info in archive.infolist()}
        texts = [_Text.of(source, archive, members, told) for source in _text_sources(root)]
    names, codes = _codes(root)
    way = _way([t for t in texts if t], str(root.get("origin") or ""), told)
    users = {
        u.get("guid", "").strip("{}").lower(): u.get("name") or u.get("id") or u.get("guid", "")
        for u in root.iter()
        if _tag(u) == "User"
    }
    rows = [row for text in texts if text for row in _rows(text, way, names, users, told)]
    told += _left_out(root, texts)
    return Codebook(codes, pd.DataFrame(rows, columns=COLUMNS), tuple(told))


def _find_project(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise CodingsError(
            f"seen {len(members):,} files inside; expected at most {MAX_MEMBERS:,}; export a part of the project"
        )
    for info in members:
        name = info.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
            raise CodingsError(
                f"seen a file inside whose name leads out of the archive ({visible(name)[:80]!r}); expected names "
                "inside it; it was not opened: export the project anew"
            )
    found = [i for i in members if i.filename.lower().endswith(".qde")]
    if not found:
        raise CodingsError(
            "seen an archive without a .qde file; expected project.qde in it; export it as .qdpx"
        )
    return min(found, key=lambda i: (i.filename.count("/"), i.filename.lower() != "project.qde"))


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    if info.file_size > limit:
        raise CodingsError(
            f"seen {info.file_size // 2**20:,} MB in {visible(info.filename)[:80]!r}; expected at most "
            f"{limit // 2**20:,}; export a part of the project"
        )
    try:
        return files.member(archive, info)
    except UnreadableFileError as error:
        raise CodingsError(str(error)) from error


def _parsed(data: bytes, what: str) -> Any:  # noqa: ANN401 - an element
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415 - the error alone

    from defusedxml import DefusedXmlException, ElementTree  # noqa: PLC0415 - only where a file is read

    if len(data) > MAX_XML:
        raise CodingsError(
            f"seen {len(data) // 2**20:,} MB of XML; expected at most {MAX_XML // 2**20}; export a part of it"
        )
    try:
        return ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise CodingsError(
            f"seen a document type or entities declared in {what}; expected none, no program writes them; it was not opened"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise CodingsError(
            f"seen XML that does not parse in {what} ({error}); expected REFI-QDA; export it anew"
        ) from error


def _tag(element: Any) -> str:  # noqa: ANN401
    """Return an element's name without namespace: programs spell that in several ways."""
    return str(element.tag).rpartition("}")[2]


def _within(element: Any, tag: str) -> Iterator[Any]:  # noqa: ANN401
    return (child for child in element if _tag(child) == tag)


def _said(element: Any, tag: str) -> str:  # noqa: ANN401
    return next(((child.text or "").strip() for child in _within(element, tag)), "")


def _codes(root: Any) -> tuple[dict[str, str], dict[str, str]]:  # noqa: ANN401
    """Return names of codes by id, and descriptions by name; a name that several codes have takes those above it along."""
    found: list[tuple[str, tuple[str, ...], str]] = []
    todo: list[tuple[tuple[str, ...], Any]] = []
    todo += [((), codes) for codes in root.iter() if _tag(codes) == "Codes"][::-1]
    while todo:
        above, element = todo.pop()
        if len(above) > MAX_DEPTH:
            raise CodingsError(
                f"seen codes within codes, {MAX_DEPTH} deep; expected fewer; flatten the codebook"
            )
        below = []
        for code in _within(element, "Code"):
            path = (*above, " ".join((code.get("name") or "").split()) or "unnamed")
            if code.get("isCodable") != "false":
                found.append((_id(code, "guid"), path, _said(code, "Description")))
            below.append((path, code))
        todo += below[::-1]
    spelled = Counter(path[-1].casefold() for _, path, _ in found)
    names: dict[str, str] = {}
    glosses: dict[str, str] = {}
    for own, path, gloss in found:
        name = " / ".join(path) if spelled[path[-1].casefold()] > 1 else path[-1]
        names[own] = name
        glosses[name] = glosses.get(name) or gloss
    return names, glosses


def _id(element: Any, name: str) -> str:  # noqa: ANN401
    return str(element.get(name) or "").strip("{}").lower()


def _text_sources(root: Any) -> Iterator[Any]:  # noqa: ANN401
    for source in (s for sources in _within(root, "Sources") for s in sources):
        if _tag(source) == "TextSource":
            yield source
        elif _tag(source) == "PDFSource":
            for text in _within(source, "Representation"):
                text.set("name", source.get("name") or text.get("name") or "")
                yield text


@dataclass(frozen=True)
class _Selection:
    start: int
    end: int
    name: str
    element: Any


@dataclass(frozen=True)
class _Text:
    name: str
    guid: str
    text: str
    selections: list[_Selection]

    @classmethod
    def of(
        cls,
        source: Any,  # noqa: ANN401
        archive: zipfile.ZipFile,
        members: Mapping[str, zipfile.ZipInfo],
        told: list[str],
    ) -> _Text | None:
        name = str(source.get("name") or source.get("guid") or "unnamed")
        text = next((content.text or "" for content in _within(source, "PlainTextContent")), None)
        file = members.get(str(source.get("plainTextPath") or "").rpartition("/")[2].lower())
        if not text and file is not None:
            text = _decoded(_read_member(archive, file, files.MAX_TEXT), name, told)
        if text is None:
            told.append(f"{visible(name)}: its text is not in the file; its passages were left out")
            return None
        return cls(name, str(source.get("guid") or ""), text, list(_selections(source, name, told)))


def _selections(source: Any, name: str, told: list[str]) -> Iterator[_Selection]:  # noqa: ANN401
    n_wrong = 0
    for element in _within(source, "PlainTextSelection"):
        try:
            start, end = int(element.get("startPosition")), int(element.get("endPosition"))
        except (TypeError, ValueError):
            n_wrong += 1
            continue
        yield _Selection(start, end, element.get("name") or "", element)
    if n_wrong:
        told.append(f"{visible(name)}: {count(n_wrong, 'passage')} without a place; left out")


def _decoded(data: bytes, name: str, told: list[str]) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        told.append(f"{visible(name)}: not in UTF-8, as the standard wants; what could not be read is U+FFFD")
        return data.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True)
class _Way:
    """A way of counting positions."""

    is_utf16: bool = False
    is_last: bool = False
    is_folded: bool = False

    def text(self, text: str) -> str:
        return text.replace("\r\n", "\n") if self.is_folded else text

    def places(self, text: str, selections: Iterable[_Selection]) -> Iterator[tuple[int, int]]:
        """Return places in a text that :meth:`text` gave, as characters from start to end."""
        wide = [i for i, letter in enumerate(text) if letter > "\uffff"] if self.is_utf16 else []
        at = [i + n for n, i in enumerate(wide)]
        for selection in selections:
            start, end = selection.start, selection.end + self.is_last
            yield start - bisect_left(at, start), end - bisect_left(at, end)

    def __str__(self) -> str:
        """Say what is unusual in it."""
        said = ["UTF-16 units"] * self.is_utf16 + ["the last character as the end"] * self.is_last
        return " and ".join(said + ["line ends as one character"] * self.is_folded) or "characters"


def _way(texts: list[_Text], origin: str, told: list[str]) -> _Way:
    """Find out how a file counts: by the quotes that it names, else by where words are cut."""
    usual = _Way(is_folded="ATLAS" in origin.upper())
    has_wide = any(not t.text.isascii() and max(t.text) > "\uffff" for t in texts if t.text)
    has_pairs = any("\r\n" in t.text for t in texts)
    ways = [
        _Way(*way)
        for way in product((False, True) if has_wide else (False,), (False, True), (False, True))
        if has_pairs or way[2] == usual.is_folded
    ]
    fits = {way: _fit(texts, way) for way in ways}
    best = max(ways, key=lambda way: (fits[way], way == usual))
    n = sum(len(t.selections) for t in texts)
    (named, cut), (usually_named, usually_cut) = fits[best], fits[usual]
    if named == usually_named and (named or cut < usually_cut + max(3, n / 5)):
        return usual
    if best != usual:
        told.append(
            f"positions count {best}: so {cut / (2 * n):.0%} of the ends of passages lie between words, otherwise "
            f"{usually_cut / (2 * n):.0%}"
        )
    return best


def _fit(texts: list[_Text], way: _Way) -> tuple[int, int]:
    named = cut = 0
    for each in texts:
        text = way.text(each.text)
        for selection, (start, end) in zip(each.selections, way.places(text, each.selections), strict=True):
            if 0 <= start < end <= len(text):
                named += bool(selection.name) and text[start:end].split() == selection.name.split()
                cut += not text[start].isspace() and not _is_within_word(text, start)
                cut += not text[end - 1].isspace() and not _is_within_word(text, end)
    return named, cut


def _is_within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _rows(
    text: _Text, way: _Way, names: dict[str, str], users: dict[str, str], told: list[str]
) -> Iterator[tuple[Any, ...]]:
    own = way.text(text.text)
    n_outside = 0
    for selection, (start, end) in zip(text.selections, way.places(own, text.selections), strict=True):
        is_inside = 0 <= start < end <= len(own)
        quote = own[start:end] if is_inside else selection.name
        note = _said(selection.element, "Description")
        for coding in _within(selection.element, "Coding"):
            who = _id(coding, "creatingUser") or _id(selection.element, "creatingUser")
            code = next((names.get(_id(ref, "targetGUID")) for ref in _within(coding, "CodeRef")), None)
            if code is not None:
                n_outside += not is_inside
                answer = "proposed" if who == guid("user", MACHINE) else "yes"
                yield code, text.name, text.guid, start, end, quote, users.get(who, who), answer, note
    if n_outside:
        told.append(f"{visible(text.name)}: {count(n_outside, 'coded passage')} outside of its text")


def _left_out(root: Any, texts: list[_Text | None]) -> Iterator[str]:  # noqa: ANN401
    media = [s for sources in _within(root, "Sources") for s in sources if _tag(s) not in _WITH_TEXT]
    if media:
        yield f"{count(len(media), 'source')} of pictures, sound or film; left out"
    bare = [s for t in texts if t for s in t.selections if not any(_within(s.element, "Coding"))]
    if bare:
        yield f"{count(len(bare), 'passage')} without a code; left out"
    whole = sum(1 for source in _text_sources(root) for _ in _within(source, "Coding"))
    if whole:
        yield f"{count(whole, 'coding')} of whole documents; left out"
