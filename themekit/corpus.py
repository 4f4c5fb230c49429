"""The corpus: documents and turns as tables, and an account of how they came to be.

:func:`read` walks the paths, lets :mod:`themekit.readers` read each file, and
decides who wrote what, in this order: ``author=``; what the file says (front
matter, speaker labels); with ``authors_from_folders`` the first folder under
the path; else everything unnamed under one path is one author, named after it.
Unlabelled speech belongs to ``unknown (FILE)``.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from themekit import readers
from themekit.readers import Note, RawDocument, Turn, UnreadableFileError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    import pathspec

logger = logging.getLogger(__name__)

DOCUMENT_COLUMNS = ["document_id", "author", "title", "date", "date_source", "kind", "source", "entry", "text"]
TURN_COLUMNS = ["document_id", "turn", "author", "role", "start", "end"]
ACCOUNT_COLUMNS = ["source", "entry", "action", "detail"]
IGNORE_FILE = ".themekitignore"
# Files about a folder, not texts of its author.
_ABOUT = re.compile(r"(readme|licen[cs]e|copying|notice|changelog|contributing|sources)\b", re.IGNORECASE)
_YEAR = r"(?:1[4-9]|20)\d\d"
_DATE_IN_NAME = re.compile(rf"(?<!\d)({_YEAR})(?:[-_.](0[1-9]|1[0-2])(?:[-_.](0[1-9]|[12]\d|3[01]))?)?(?!\d)")
_PROBLEMS = ("not read", "failed")


class NothingToReadError(ValueError):
    """There was no text under the paths that were given."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents, whose turns they hold, and what was done to get them.

    Attributes
    ----------
    documents : pandas.DataFrame
        ``document_id, author, title, date, date_source, kind, source, entry, text``;
        one row per document; ``author`` is null where several speak.
    turns : pandas.DataFrame
        ``document_id, turn, author, role, start, end``; one row per stretch of one
        voice; ``start`` and ``end`` are characters of the document's text. ``author``
        is null for what is counted for nobody (quoted matter, interviewers).
    account : pandas.DataFrame
        ``source, entry, action, detail``; what was kept, dropped, repaired,
        guessed, left out, not read, or failed, by file.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["One essay.", "Another."], author="Ann")
    >>> corpus
    <Corpus: 2 documents by 1 author, 3 words>
    """

    documents: pd.DataFrame
    turns: pd.DataFrame
    account: pd.DataFrame

    @classmethod
    def from_texts(
        cls, texts: Sequence[str], *, author: str | Sequence[str], kind: str = "essay",
        dates: Sequence[str] | None = None, titles: Sequence[str] | None = None,
    ) -> Corpus:
        """Make a corpus of strings.

        Parameters
        ----------
        texts : sequence of str
            One document each.
        author : str or sequence of str
            One for all, or one for each text.
        kind : str, default "essay"
            ``essay``, ``interview``, ``journal``, ``letter`` or ``talk``.
        dates, titles : sequences of str, optional
            For each text; dates as ``2019``, ``2019-03`` or ``2019-03-21``.

        Returns
        -------
        Corpus
        """
        authors = [author] * len(texts) if isinstance(author, str) else list(author)
        found = [
            _Found(
                RawDocument(
                    text=text, author=authors[i], kind=kind, turns=[Turn(None, 0, len(text))],
                    date=dates[i] if dates else None, date_source="given" if dates else None,
                    title=titles[i] if titles else None,
                ),
                source=f"text {i + 1:04d}", relative=f"text-{i + 1:04d}", root="texts",
            )
            for i, text in enumerate(texts)
        ]
        return _assemble(found, [], interviewers=False)

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """One author's words in one document: ``document_id, author, n_words, kind, date, year, title``."""
        turns = self.turns.dropna(subset=["author"])
        texts = self.documents.set_index("document_id")["text"]
        n_words = [
            len(texts[t.document_id][t.start : t.end].split()) for t in turns.itertuples(index=False)
        ]
        summed = turns.assign(n_words=n_words).groupby(["document_id", "author"], sort=True, as_index=False)["n_words"].sum()
        frame = summed.merge(self.documents[["document_id", "kind", "date", "title"]], on="document_id", how="left")
        frame["year"] = pd.to_numeric(frame["date"].astype("string").str[:4], errors="coerce")
        return frame.sort_values(["author", "document_id"], ignore_index=True)

    @property
    def problems(self) -> pd.DataFrame:
        """The account's lines on files that were not or could not be read."""
        return self.account[self.account["action"].isin(_PROBLEMS)].reset_index(drop=True)

    @property
    def fingerprint(self) -> str:
        """A hash of all texts and of who wrote them; the same for the same corpus."""
        digest = hashlib.sha256()
        for table in (self.documents, self.turns):
            digest.update(table.to_json(orient="split", index=False).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def summary(self) -> str:
        """Say in a few lines what was read, guessed and left out."""
        lines = [self._headline()]
        counts = Counter(self.account["action"])
        lines += [f"  {counts[a]} {a}" for a in ("dropped", "repaired", "guessed", "left out", "not read", "failed") if counts[a]]
        lines += [f"  {row.source}: {row.action}: {row.detail}" for row in self.problems.itertuples(index=False)]
        return "\n".join(lines)

    def _headline(self) -> str:
        n_words = int(self.contributions["n_words"].sum())
        n_authors = self.contributions["author"].nunique()
        return (f"{_count(len(self.documents), 'document')} by {_count(n_authors, 'author')}, {n_words:,} words")

    def __repr__(self) -> str:
        return f"<Corpus: {self._headline()}>"

    def _repr_html_(self) -> str:
        authors = self.contributions.groupby("author").agg(documents=("document_id", "nunique"), words=("n_words", "sum"),
                                                         first=("year", "min"), last=("year", "max"))
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(str(r.Index))}</td><td>{r.documents}</td><td>{r.words:,}</td>"
            f"<td>{'' if pd.isna(r.first) else f'{int(r.first)} to {int(r.last)}'}</td></tr>"
            for r in authors.itertuples()
        )
        notes = "".join(
            f"<li>{escape(row.source)}: {escape(row.action)}: {escape(row.detail)}</li>"
            for row in self.account[~self.account["action"].isin(["kept"])].head(30).itertuples(index=False)
        )
        return (
            f"<div class='themekit-corpus'><strong>{escape(self._headline())}</strong>"
            f"<table><thead><tr><th style='text-align:left'>author</th><th>documents</th><th>words</th><th>years</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            + (f"<details><summary>what was dropped, guessed or left out</summary><ul>{notes}</ul></details>" if notes else "")
            + "</div>"
        )


@dataclass(frozen=True)
class _Found:
    """A document on its way into the tables, with where it was found."""

    raw: RawDocument
    source: str
    relative: str
    root: str
    folder: str | None = None


def read(
    *paths: str | os.PathLike[str],
    author: str | None = None,
    authors_from_folders: bool = False,
    interviewers: bool = False,
) -> Corpus:
    """Read files and folders into a corpus.

    Parameters
    ----------
    *paths : str or path
        Files, or folders that are searched to the bottom. Hidden files and
        folders, ``README`` and ``LICENSE`` files, and what a ``.themekitignore``
        (the rules of ``.gitignore``) names are left out, and the account says so.
    author : str, optional
        Whose all of it is, labelled speakers apart.
    authors_from_folders : bool, default False
        Take the first folder under each path for the author of what names none.
    interviewers : bool, default False
        Count interviewers among the authors, too.

    Returns
    -------
    Corpus
        Read its ``account``: it says by file what was kept, dropped, repaired and guessed.

    Raises
    ------
    FileNotFoundError
        If a path is not there.
    NothingToReadError
        If there is no text under any of them.

    Examples
    --------
    >>> import themekit, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "2019-03-21-bees.txt").write_text("The bees came early. I let them.")
    >>> themekit.read(folder, author="Ann").documents["date"].item()
    '2019-03-21'
    """
    if not paths:
        raise NothingToReadError("seen no path; expected a file or a folder; give at least one")
    found: list[_Found] = []
    account: list[tuple[str, str | None, str, str]] = []
    for path in sorted({str(p): Path(p) for p in paths}.items()):
        for item in _walk(*path):
            if isinstance(item, _Found):
                found.append(item)
            else:
                account.append(item)
    found = [_attribute(f, author, authors_from_folders) for f in found]
    found, duplicates = _without_duplicates(found)
    account += duplicates
    if not found:
        raise NothingToReadError(_nothing(paths, account))
    corpus = _assemble(found, account, interviewers=interviewers)
    for row in corpus.problems.itertuples(index=False):
        logger.warning("%s: %s", row.source, row.detail)
    return corpus


def _nothing(paths: Sequence[object], account: list[tuple[str, str | None, str, str]]) -> str:
    reasons = "; ".join(f"{source}: {detail}" for source, _, _, detail in account[:5])
    return (
        f"seen nothing to read under {', '.join(str(p) for p in paths)}"
        f"{f' ({reasons})' if reasons else ' (no files)'}; expected texts such as "
        f"{', '.join(sorted(readers.READERS))}; give a folder that holds some"
    )


def _walk(typed: str, path: Path) -> Iterator[_Found | tuple[str, str | None, str, str]]:
    """Yield what is found under one path, in order of name."""
    if not path.exists():
        raise FileNotFoundError(f"seen no file or folder at {typed!r}; expected one; check the spelling and where you are")
    base = PurePosixPath(Path(typed).as_posix())
    root = path.resolve().name or typed
    if path.is_file():
        yield from _read_one(path, str(base), PurePosixPath(path.name), path.resolve().stem)
        return
    for file in _files(path, typed):
        if isinstance(file, tuple):
            yield file
            continue
        relative = PurePosixPath(file.relative_to(path).as_posix())
        yield from _read_one(file, str(base / relative), relative, root)


def _files(root: Path, typed: str) -> Iterator[Path | tuple[str, str | None, str, str]]:
    ignored = _ignore_rules(root)
    for folder, subfolders, names in _sorted_walk(root):
        here = folder.relative_to(root).as_posix()
        subfolders[:] = sorted(s for s in subfolders if not s.startswith("."))
        for name in sorted(names):
            relative = name if here == "." else f"{here}/{name}"
            source = (PurePosixPath(Path(typed).as_posix()) / relative).as_posix()
            if name.startswith("."):
                continue
            if ignored and ignored.match_file(relative):
                yield source, None, "left out", f"named in {IGNORE_FILE}"
            elif _ABOUT.match(name):
                yield source, None, "left out", "about the folder, not a text in it"
            else:
                yield folder / name


def _sorted_walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    for folder, subfolders, names in root.walk() if hasattr(root, "walk") else _os_walk(root):
        yield folder, subfolders, names


def _os_walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    import os  # noqa: PLC0415 - Python 3.11 has no Path.walk

    for folder, subfolders, names in os.walk(root):
        yield Path(folder), subfolders, names


def _ignore_rules(root: Path) -> pathspec.PathSpec | None:
    file = root / IGNORE_FILE
    if not file.is_file():
        return None
    import pathspec  # noqa: PLC0415 - only where there is such a file

    return pathspec.GitIgnoreSpec.from_lines(file.read_text(encoding="utf-8").splitlines())


def _read_one(
    file: Path, source: str, relative: PurePosixPath, root: str
) -> Iterator[_Found | tuple[str, str | None, str, str]]:
    suffix = file.suffix.lower()
    if suffix in readers.NOT_YET:
        yield source, None, "not read", f"{readers.NOT_YET[suffix]} file: not read by this version"
        return
    if suffix not in readers.READERS:
        yield source, None, "left out", f"not a text ({suffix or 'no suffix'})"
        return
    try:
        documents = readers.read_file(file)
    except (UnreadableFileError, OSError) as error:
        yield source, None, "failed", str(error)
        return
    folder = relative.parts[0] if len(relative.parts) > 1 else None
    for raw in documents:
        yield _Found(_complete(raw, relative), source, relative.with_suffix("").as_posix(), root, folder)


def _complete(raw: RawDocument, relative: PurePosixPath) -> RawDocument:
    """Take title and date from the file's name and folders where the text does not say."""
    date, where = _date_in_path(relative) if raw.date is None else (raw.date, raw.date_source)
    stem = _DATE_IN_NAME.sub("", relative.stem, count=1) if where == "file name" else relative.stem
    title = raw.title or re.sub(r"[-_\s]+", " ", stem).strip() or relative.stem
    return replace(raw, date=date, date_source=where, title=title)


def _date_in_path(relative: PurePosixPath) -> tuple[str | None, str | None]:
    for part, where in ((relative.stem, "file name"), *((p, "path") for p in reversed(relative.parts[:-1]))):
        match = _DATE_IN_NAME.search(part)
        if match:
            return "-".join(g for g in match.groups() if g), where
    return None, None


def _attribute(found: _Found, author: str | None, authors_from_folders: bool) -> _Found:
    """Give each turn its person: see the module's docstring for the order."""
    raw = found.raw
    name = author or raw.author or (found.folder if authors_from_folders else None)
    if name is None and any(t.role == "unknown" for t in raw.turns):
        name = f"unknown ({PurePosixPath(found.source).name})"
    note: list[Note] = []
    if name is None:
        name = found.root
        if not any(t.label for t in raw.turns):
            note = [Note("guessed", f"names no author: taken for {name}")]
    turns = [replace(t, label=t.label or (None if t.role == "quoted" else name)) for t in raw.turns]
    return replace(found, raw=replace(raw, author=name, turns=turns, notes=[*raw.notes, *note]))


def _without_duplicates(
    found: list[_Found],
) -> tuple[list[_Found], list[tuple[str, str | None, str, str]]]:
    """Count a text once, however often it lies there; the first by source is kept."""
    kept: dict[str, _Found] = {}
    account: list[tuple[str, str | None, str, str]] = []
    for item in sorted(found, key=lambda f: (f.source, f.raw.entry or "")):
        key = " ".join(item.raw.text.split())
        if key in kept:
            account.append((item.source, item.raw.entry, "dropped", f"the same text as {kept[key].source}: counted once"))
        else:
            kept[key] = item
    return list(kept.values()), account


def _assemble(found: Iterable[_Found], account: list[tuple[str, str | None, str, str]], *, interviewers: bool) -> Corpus:
    found = sorted(found, key=lambda f: (f.source, f.raw.entry or ""))
    documents, turns = [], []
    for document_id, item in zip(_document_ids(found), found, strict=True):
        raw = item.raw
        people = dict.fromkeys(t.label for t in raw.turns if t.label)
        documents.append((document_id, next(iter(people)) if len(people) == 1 else None, raw.title, raw.date,
                          raw.date_source, raw.kind or "essay", item.source, raw.entry, raw.text))
        for i, turn in enumerate(raw.turns):
            counted = turn.role != "quoted" and (interviewers or turn.role != "interviewer")
            turns.append((document_id, i, turn.label if counted else None, turn.role, turn.start, turn.end))
        account.append((item.source, raw.entry, "kept", _kept(item)))
        account.extend((item.source, raw.entry, note.action, note.detail) for note in raw.notes)
    account.sort(key=lambda row: (row[0], row[1] or ""))
    strings = {c: "object" for c in DOCUMENT_COLUMNS}
    return Corpus(
        documents=pd.DataFrame(documents, columns=DOCUMENT_COLUMNS).astype(strings),
        turns=pd.DataFrame(turns, columns=TURN_COLUMNS).astype({"author": "object", "start": "int64", "end": "int64"}),
        account=pd.DataFrame(account, columns=ACCOUNT_COLUMNS).astype("object"),
    )


def _kept(item: _Found) -> str:
    people = dict.fromkeys(f"{t.label} (interviewer)" if t.role == "interviewer" else t.label for t in item.raw.turns if t.label)
    return f"{len(item.raw.text.split()):,} words by {', '.join(str(p) for p in people)}"


def _document_ids(found: Sequence[_Found]) -> list[str]:
    """Name documents after their place under the path; where two would share a name, say which path or file."""
    ids = [f"{f.relative}/{f.raw.entry}" if f.raw.entry else f.relative for f in found]
    for longer in (lambda f, i: f"{f.root}/{i}", lambda f, i: f"{i}{PurePosixPath(f.source).suffix}",
                   lambda f, i: f"{i}-{hashlib.sha256(f.source.encode()).hexdigest()[:6]}"):  # fmt: skip
        counts = Counter(ids)
        ids = [longer(f, i) if counts[i] > 1 else i for f, i in zip(found, ids, strict=True)]
    return ids


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
