"""REFI-QDA: codes and coded passages in the files that programs for qualitative research exchange (.qdc, .qdpx).

What the standard (version 1.5, schemas of 2019) leaves open was settled by the programs that read and write it:

- A position is a number of Unicode characters (code points) from 0, as the standard says and QualCoder counts. NVivo counts
  UTF-16 units, in which an emoji is two. What is written here follows the standard.
- The standard names "the first and the last character"; QualCoder and NVivo take the end for the first character that no
  longer belongs, and so does this.
- Programs disagree on whether a line end of two characters counts once or twice, and on a byte order mark. The sources
  written here hold neither: each offending character is replaced by another one, so that all offsets stay what they were.
- Ids are made of what they stand for and times are fixed, so that the same input gives the same bytes.
"""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

import themekit
from themekit.wording import visible

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
MACHINE = "themekit"
"""The user whose codings are what was computed."""

_ORIGIN = f"themekit {themekit.__version__}"
_OURS = uuid.UUID("8b7f2f0c-6a51-5d2e-9a53-3d1b6f6f8e51")
_NO_TIME = "1980-01-01T00:00:00Z"  # older readers need one; the first that a zip archive can hold
# Petroff's ten without the grey one, as in the charts: they keep apart under the common kinds of colour blindness.
_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VARIABLES = ("author", "date", "kind")


def guid(kind: str, *names: str) -> str:
    """Return the id of something, made of its kind and its name.

    Examples
    --------
    >>> guid("code", "repair") == guid("code", "repair") != guid("user", "repair")
    True
    """
    return str(uuid.uuid5(_OURS, _writable("\0".join((kind, *names)))))


def plain(text: str) -> str:
    r"""Return a text as a source of the same length that no program counts otherwise.

    Line ends become one character each, with a space where there were two; a byte order mark becomes a space, and what no
    XML or UTF-8 can hold U+FFFD.

    Examples
    --------
    >>> plain("one\r\ntwo\rthree\0")
    'one \ntwo\nthree\ufffd'
    """
    text = _writable(text.replace("\r\n", " \n").replace("\r", "\n"))
    return f" {text[1:]}" if text.startswith("\ufeff") else text


def _writable(text: object) -> str:
    return _NOT_XML.sub("\ufffd", str(text))


def codebook(codes: pd.DataFrame) -> bytes:
    """Return codes as a codebook (.qdc).

    Parameters
    ----------
    codes : pandas.DataFrame
        ``code, gloss``.
    """
    from lxml import etree  # noqa: PLC0415 - only where a file is written

    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=_ORIGIN)
    _add_codes(root, codes)
    return _serialised(root)


def project(codes: pd.DataFrame, coded: pd.DataFrame, documents: pd.DataFrame, *, description: str) -> bytes:
    """Return codes, coded passages and the documents that they stand in as a project (.qdpx).

    Parameters
    ----------
    codes : pandas.DataFrame
        ``code, gloss``.
    coded : pandas.DataFrame
        ``code, document_id, start, end, coder, answer, when, note``. A passage whose ``answer`` is ``no`` or ``unsure`` goes
        in as a note of its reader, without a code.
    documents : pandas.DataFrame
        ``document_id, title, source, author, date, kind, text``.
    description : str
        Of the project.
    """
    from lxml import etree  # noqa: PLC0415 - only where a file is written

    root = etree.Element(
        f"{{{PROJECT}}}Project", nsmap={None: PROJECT}, name="themekit", origin=_ORIGIN,
        creatingUserGUID=guid("user", MACHINE), creationDateTime=_NO_TIME,
    )  # fmt: skip
    users = _add(root, "Users")
    for name in [MACHINE, *sorted(set(coded["coder"]) - {MACHINE})]:
        _add(users, "User", guid=guid("user", name), name=name)
    _add_codes(_add(root, "CodeBook"), codes)
    variables = _add(root, "Variables")
    for name in _VARIABLES:
        _add(variables, "Variable", guid=guid("variable", name), name=name, typeOfVariable="Text")
    sources = _add(root, "Sources")
    texts: dict[str, str] = {}
    by_document = dict(list(coded.groupby("document_id", sort=False)))
    names: set[str] = set()
    for row in documents.itertuples(index=False):
        own = guid("document", row.document_id)
        texts[f"sources/{own}.txt"] = plain(row.text)
        _add_source(sources, row, own, by_document.get(row.document_id), names)
    _add(root, "Description", description)
    return _packed({"project.qde": _serialised(root)} | {n: t.encode("utf-8") for n, t in texts.items()})


def _add(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:  # noqa: ANN401 - lxml has no types
    namespace = parent.tag.partition("}")[0]
    element = parent.makeelement(
        f"{namespace}}}{tag}", {name: _writable(value) for name, value in attributes.items()}
    )
    element.text = None if text is None else _writable(text)
    parent.append(element)
    return element


def _add_codes(parent: Any, codes: pd.DataFrame) -> None:  # noqa: ANN401
    inside = _add(parent, "Codes")
    for i, (name, gloss) in enumerate(zip(codes["code"], codes["gloss"], strict=True)):
        colour = _COLOURS[i % len(_COLOURS)]
        code = _add(inside, "Code", guid=guid("code", name), name=name, isCodable="true", color=colour)
        _add(code, "Description", gloss)


def _add_source(sources: Any, row: Any, own: str, coded: pd.DataFrame | None, names: set[str]) -> None:  # noqa: ANN401
    source = _add(
        sources, "TextSource", guid=own, name=_name(row, names), plainTextPath=f"internal://{own}.txt",
        creatingUser=guid("user", MACHINE), creationDateTime=_NO_TIME,
    )  # fmt: skip
    _add(source, "Description", "; ".join(part for part in (row.source, row.entry) if part))
    for passage in () if coded is None else coded.itertuples(index=False):
        _add_selection(source, passage, row.text)
    for name in _VARIABLES:
        if not pd.isna(getattr(row, name)):
            value = _add(source, "VariableValue")
            _add(value, "VariableRef", targetGUID=guid("variable", name))
            _add(value, "TextValue", str(getattr(row, name)))


def _add_selection(source: Any, passage: Any, text: str) -> None:  # noqa: ANN401
    key = (passage.code, passage.document_id, str(passage.start), str(passage.end), passage.coder)
    signed = {"creatingUser": guid("user", passage.coder), "creationDateTime": passage.when or _NO_TIME}
    selection = _add(
        source, "PlainTextSelection", guid=guid("passage", *key), name=plain(text)[passage.start : passage.end],
        startPosition=str(passage.start), endPosition=str(passage.end), **signed,
    )  # fmt: skip
    is_coded = passage.answer in {"proposed", "yes"}
    said = passage.note if is_coded else f"{passage.code}: {passage.answer}. {passage.note}".strip()
    if said:
        _add(selection, "Description", said)
    if is_coded:
        coding = _add(selection, "Coding", guid=guid("coding", *key), **signed)
        _add(coding, "CodeRef", targetGUID=guid("code", passage.code))


def _name(row: Any, taken: set[str]) -> str:  # noqa: ANN401 - a row of a table
    """Return a document's name that is its own; a reader may make a file name of it."""
    title = row.title if isinstance(row.title, str) and row.title.strip() else PurePosixPath(row.source).stem
    base = re.sub(r'[\\/:*?"<>|]+', "-", visible(title)).strip(" .")[:100] or "document"
    n, name = 1, base
    while name.casefold() in taken:
        n += 1
        name = f"{base} ({n})"
    taken.add(name.casefold())
    return name


def _serialised(root: Any) -> bytes:  # noqa: ANN401
    from lxml import etree  # noqa: PLC0415 - only where a file is written

    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return made


def _packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)  # of 1980, whenever it is made
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()
