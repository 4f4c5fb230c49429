"""Codings: codes that were made elsewhere, as concepts with exemplars, and the passages that were coded.

What themekit itself proposed is marked so (``answer`` is ``proposed``) and does not become an exemplar when it comes back:
a theme that is defined by its own quotes would always be found again.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from themekit import codebooks, concepts, refi
from themekit.codebooks import CodingsError
from themekit.readers import files, plain
from themekit.readers.document import UnreadableFileError, count
from themekit.wording import visible

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from themekit.concepts import Concept
    from themekit.corpus import Corpus

__all__ = ["Codes", "CodingsError", "find", "read"]

PASSAGE_COLUMNS = [
    "code",
    "document",
    "document_id",
    "start",
    "end",
    "quote",
    "coder",
    "answer",
    "note",
    "place",
]
IN = (".qdpx", ".qdc", ".csv", ".yml", ".yaml", ".json")
# What a column of a table of codings may be called; the first is its name here.
_SPELLINGS = {
    "code": ("code", "theme", "concept", "tag"), "quote": ("quote", "text", "segment", "passage"),
    "document": ("document", "document_id", "source", "file", "title"), "start": ("start",), "end": ("end",),
    "gloss": ("gloss", "description", "definition"), "coder": ("coder", "judge", "user"), "answer": ("answer",),
    "note": ("note", "memo", "comment"),
}  # fmt: skip
_NOT_SHOWN = {"proposed", "no", "unsure"}


@dataclass(frozen=True, eq=False)
class Codes:
    r"""Codes made elsewhere: concepts to mine with, and the passages that were coded.

    Attributes
    ----------
    concepts : list of Concept
        A code's description is the gloss, the passages that a person coded so are its exemplars.
    passages : pandas.DataFrame
        ``code, document, document_id, start, end, quote, coder, answer, note, place``; ``place`` is ``as written``, ``found
        again`` or ``not found`` in a corpus, and ``not placed`` without one. ``document`` is the name in the file.
    account : tuple of str
        What was left out, guessed, found elsewhere, or not found.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "codes.csv"
    ...     _ = file.write_text("code,quote,document\nmending,We patched the fence.,a.txt\n")
    ...     codes = read(file)
    >>> codes
    <Codes: 1 code, 1 coded passage>
    >>> list(codes)[0].exemplars
    {'own 1': 'We patched the fence.'}
    """

    concepts: list[Concept]
    passages: pd.DataFrame
    account: tuple[str, ...] = ()
    _guids: tuple[str, ...] = field(default=(), repr=False)

    def placed(self, corpus: Corpus) -> Codes:
        """Return the same with each passage placed in a corpus: where it says, or else where its quote stands.

        A passage whose quote is nowhere, or in several documents of which none has its document's name, is ``not found``.
        """
        shelf = _Shelf.of(corpus)
        rows, moved, lost = [], 0, []
        for row, own in zip(self.passages.to_dict("records"), self._guids, strict=True):
            found = shelf.place(row, own)
            if found is None:
                lost.append(row)
                rows.append(row | {"document_id": None, "place": "not found"})
                continue
            document_id, start, end = found
            is_there = (start, end) == (row["start"], row["end"])
            moved += not is_there
            quote = shelf.texts[document_id][start:end]
            rows.append(row | {"document_id": document_id, "start": start, "end": end, "quote": quote,
                               "place": "as written" if is_there else "found again"})  # fmt: skip
        told = (
            [f"{count(moved, 'passage')} found again by the quote, elsewhere than written"] if moved else []
        )
        told += [
            f"{visible(row['code'])}: not found: {visible(row['quote'])[:80]!r} in {visible(row['document'])!r}"
            for row in lost
        ]
        return replace(self, passages=_typed(rows), account=(*self.account, *told))

    def __iter__(self) -> Iterator[Concept]:
        """Iterate over the concepts, so that this can be given to ``mine(corpus, concepts=...)``."""
        return iter(self.concepts)

    def __len__(self) -> int:
        """Return the number of concepts."""
        return len(self.concepts)

    def __repr__(self) -> str:
        """Say in one line what is in it."""
        return f"<Codes: {count(len(self.concepts), 'code')}, {count(len(self.passages), 'coded passage')}>"

    def _repr_html_(self) -> str:
        n = Counter(self.passages["code"])
        rows = "".join(
            f"<tr><td>{escape(visible(c.name))}</td><td>{escape(visible(c.gloss)[:200])}</td><td>{n[c.name]}</td></tr>"
            for c in self.concepts[:100]
        )
        told = "".join(f"<li>{escape(visible(line))}</li>" for line in self.account[:30])
        return (
            f"<div class='themekit-codes'><strong>{escape(repr(self)[1:-1])}</strong><table><tr><th>code</th><th>gloss</th>"
            f"<th>passages</th></tr>{rows}</table><ul>{told}</ul></div>"
        )


def read(path: str | os.PathLike[str], corpus: Corpus | None = None) -> Codes:
    """Read codes that were made elsewhere, as concepts with exemplars.

    Parameters
    ----------
    path : str or path
        A REFI-QDA codebook (``.qdc``) or project (``.qdpx``); a table (``.csv``) with ``code``, ``quote`` and, as far as there
        are any, ``document, start, end, gloss, coder, answer, note``; or YAML or JSON of names to glosses, or to ``{gloss,
        exemplars}``.
    corpus : Corpus, optional
        To place the passages in; see :meth:`Codes.placed`.

    Returns
    -------
    Codes
        To give to ``themekit.mine(corpus, concepts=codes)``. A code that the catalogue has, with nothing of its own, is the
        catalogue's concept. What themekit proposed, and what a reader said no to, is no exemplar.

    Raises
    ------
    CodingsError
        If the file is not of its form, too large, or unsafe to open (entities, paths that lead out of an archive).

    Notes
    -----
    Passages that define a concept no longer test it: mine other texts with it, or leave their documents out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "codes.yml"
    ...     _ = file.write_text("mending: To see what is broken as worth the work.")
    ...     [concept.name for concept in read(file)]
    ['mending']
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in IN:
        raise CodingsError(unknown_ending(suffix, IN))
    data = _load(path)
    if suffix in {".yml", ".yaml", ".json"}:
        _refuse_aliases(data)
        return Codes(concepts.choose(path), _typed([]))
    held = {".qdpx": codebooks.read_project, ".qdc": codebooks.read_codebook, ".csv": _read_table}[suffix](
        data
    )
    if not held.codes:
        raise CodingsError(f"seen no code in {path.name!r}; expected at least one; check what was exported")
    frame = held.passages.assign(document_id=None, place="not placed")
    made, told = _concepts(held.codes, frame)
    passages = _typed(frame.to_dict("records"))
    codes = Codes(made, passages, (*held.account, *told), tuple(held.passages["guid"]))
    return codes if corpus is None else codes.placed(corpus)


def _load(path: Path) -> bytes:
    item = None if path.is_dir() else next(files.find(str(path)), None)
    try:
        if isinstance(item, files.File):
            return item.load()
    except UnreadableFileError as error:
        raise CodingsError(str(error)) from error
    raise CodingsError(f"seen no file at {str(path)!r}; expected one; check the path")


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=PASSAGE_COLUMNS, dtype=object)
    return frame.astype({"start": "Int64", "end": "Int64"})


def _concepts(codes: dict[str, str], passages: pd.DataFrame) -> tuple[list[Concept], list[str]]:
    shown = passages[~passages["answer"].isin(_NOT_SHOWN)]
    quotes: dict[str, dict[str, None]] = {name: {} for name in codes}
    for code, quote in zip(shown["code"], shown["quote"], strict=True):
        if quote.split():
            quotes[code][" ".join(quote.split())] = None
    entries = {c.name: c for c in concepts.catalogue()}
    made, bare = [], 0
    for name, gloss in codes.items():
        known = entries.get(name)
        if known is not None and not quotes[name] and gloss in {"", known.gloss}:
            made.append(known)
            continue
        bare += not gloss and not quotes[name]
        entry = {"gloss": gloss or name} | ({"exemplars": list(quotes[name])} if quotes[name] else {})
        made += concepts.choose({name: entry})
    told = [f"{count(bare, 'code')} with a name alone: little to go by"] if bare else []
    return made, told


def _refuse_aliases(data: bytes) -> None:
    """Refuse YAML that repeats itself by reference, which may grow without end."""
    import yaml  # noqa: PLC0415 - only where a file is read

    if len(data) > files.MAX_TEXT:
        raise CodingsError(
            f"seen {len(data) // 2**20} MB; expected at most {files.MAX_TEXT // 2**20}; split the file"
        )
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(data)):
            raise CodingsError(
                "seen references (& and *); expected names and glosses written out; write them out"
            )
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CodingsError(
            f"seen a file that does not parse ({' '.join(str(error).split())}); expected names and glosses; put it right"
        ) from error


def _read_table(data: bytes) -> codebooks.Codebook:
    """Read a table of coded passages; the delimiter is the one that gives a column ``code``."""
    try:
        text, _ = plain.decode(data)
    except UnreadableFileError as error:
        raise CodingsError(str(error)) from error
    for delimiter in ",;\t":
        header = next(csv.reader([text.lstrip().partition("\n")[0]], delimiter=delimiter), [])
        names = _columns([name.strip().lower() for name in header])
        if {"code", "quote"} <= names.keys():
            break
    else:
        raise CodingsError(
            f"seen a table with the columns {visible(text.partition(chr(10))[0])[:80]!r}; expected 'code' and 'quote', and as far as "
            "there are any document, start, end, gloss, coder, answer, note; name them so"
        )
    try:
        frame = pd.read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
    except (pd.errors.ParserError, ValueError) as error:
        raise CodingsError(
            f"seen a table that does not parse ({error}); expected as many cells in each row; save it anew"
        ) from error
    rows: list[tuple[Any, ...]] = []
    glosses: dict[str, str] = {}
    for cells in frame.itertuples(index=False, name=None):
        row = {name: cells[i].strip() if name != "quote" else cells[i] for name, i in names.items()}
        if not row["code"]:
            continue
        code = " ".join(row["code"].split())
        glosses[code] = glosses.get(code) or row.get("gloss", "")
        start, end = (_place(row.get(name, "")) for name in ("start", "end"))
        rows.append((code, row.get("document", ""), "", start, end, row["quote"], row.get("coder", ""),
                     row.get("answer", "").lower() or "yes", row.get("note", "")))  # fmt: skip
    n_without = len(frame) - len(rows)
    told = (f"{count(n_without, 'row')} without a code; left out",) if n_without else ()
    return codebooks.Codebook(glosses, pd.DataFrame(rows, columns=codebooks.COLUMNS, dtype=object), told)


def _place(cell: str) -> int | None:
    """Return a number of characters, as a spreadsheet may write it; None for anything else."""
    return int(cell.partition(".")[0]) if re.fullmatch(r"[0-9]{1,15}(\.0*)?", cell) else None


def _columns(spelled: list[str]) -> dict[str, int]:
    """Return the number of each column by its name here."""
    return {
        name: next(spelled.index(s) for s in spellings if s in spelled)
        for name, spellings in _SPELLINGS.items()
        if any(s in spelled for s in spellings)
    }


@dataclass(frozen=True)
class _Shelf:
    """The documents of a corpus, by all that a file may call them."""

    texts: dict[str, str]
    called: dict[str, str]

    @classmethod
    def of(cls, corpus: Corpus) -> _Shelf:
        texts = dict(zip(corpus.documents["document_id"], corpus.documents["text"], strict=True))
        names: dict[str, set[str]] = {}
        for row in corpus.documents.itertuples(index=False):
            source = Path(row.source)
            spellings = {
                refi.guid("document", row.document_id),
                row.document_id,
                row.source,
                source.name,
                source.stem,
            }
            for name in spellings | ({row.title} if isinstance(row.title, str) else set()):
                names.setdefault(str(name).casefold(), set()).add(row.document_id)
        return cls(texts, {name: next(iter(ids)) for name, ids in names.items() if len(ids) == 1})

    def place(self, row: dict[str, Any], own: str) -> tuple[str, int, int] | None:
        """Return the document, start and end of a passage, or None."""
        quote, start, end = row["quote"], row["start"], row["end"]
        document_id = self.called.get(own.strip("{}").casefold()) or self.called.get(
            str(row["document"]).casefold()
        )
        if document_id is not None:
            text = self.texts[document_id]
            if not pd.isna(start) and not pd.isna(end) and 0 <= start < end <= len(text):
                start, end = int(start), int(end)
                if not quote or refi.plain(text[start:end]) == refi.plain(quote):
                    return document_id, start, end
            if place := find(quote, text, 0 if pd.isna(start) else int(start)):
                return (document_id, *place)
        found = [(other, *place) for other, text in self.texts.items() if (place := find(quote, text, 0))]
        return found[0] if len(found) == 1 else None


def find(quote: str, text: str, near: int) -> tuple[int, int] | None:
    """Return where a quote stands in a text, the nearest to a place, white space aside; None where it does not.

    Examples
    --------
    >>> find("the gate", "the gate, and the  gate", 12)
    (14, 23)
    """
    if text[near : near + len(quote)] == quote and quote.strip():
        return near, near + len(quote)
    words = quote.split()
    if not words:
        return None
    # The first word is looked for as it is, which is quick; what follows may be parted by any white space.
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    found = [match.span() for match in pattern.finditer(text)]
    return min(found, key=lambda span: abs(span[0] - near), default=None)


def unknown_ending(suffix: str, known: Sequence[str], more: str = "") -> str:
    """Return the message for a file of another kind."""
    near = difflib.get_close_matches(suffix, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"seen the ending {suffix!r}; expected {', '.join(known)}{f', or {more}' if more else ''}; change the name{hint}"
