"""The corpus: documents and turns as tables, and an account of how they came to be.

:func:`read` lets :mod:`themekit.readers` find and read the files and tell whose
each text is (:mod:`themekit.readers.found`), and lays out the tables.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from themekit import people, pseudonyms, readers
from themekit import roster as rosters
from themekit.readers import languages, table
from themekit.readers.document import RawDocument, Turn, count
from themekit.readers.files import Line
from themekit.readers.found import Found, attribute, document_ids, find, made_up
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from narwhals.typing import IntoDataFrame

logger = logging.getLogger(__name__)

DOCUMENT_COLUMNS = [
    "document_id", "author", "title", "date", "date_source", "kind", "source", "entry", "text", "language",
]  # fmt: skip
TURN_COLUMNS = ["document_id", "turn", "author", "role", "start", "end"]
ACCOUNT_COLUMNS = list(Line._fields)
_PROBLEMS = ("not read", "failed")
_N_SHOWN = 30


class NothingToReadError(ValueError):
    """There was no text under the paths that were given."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents, whose turns they hold, and what was done to get them.

    Attributes
    ----------
    documents : pandas.DataFrame
        ``document_id, author, title, date, date_source, kind, source, entry, text,
        language``; one row per document; ``author`` is null where several speak,
        ``language`` (a two-letter code) where there is too little to tell by.
    turns : pandas.DataFrame
        ``document_id, turn, author, role, start, end``; one row per stretch of one
        voice; ``start`` and ``end`` are characters of the document's text. ``author``
        is null for what is counted for nobody (quoted matter, interviewers).
    account : pandas.DataFrame
        ``source, entry, action, detail``; what was kept, dropped, repaired,
        guessed, left out, not read, or failed, by file.
    roster : pandas.DataFrame
        ``author, label, document_id, role, n_turns, n_words, reason``; every name of
        somebody who speaks, in every document: whose it was taken to be, and why.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["One essay.", "Another."], author="Ann")
    >>> corpus
    <Corpus: 2 documents by 1 author, 3 words>
    """

    documents: pd.DataFrame
    turns: pd.DataFrame
    account: pd.DataFrame
    roster: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=people.COLUMNS))

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[str],
        *,
        author: str | Sequence[str],
        kind: str = "essay",
        dates: Sequence[str | None] | None = None,
        titles: Sequence[str | None] | None = None,
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
            The texts as they are, white space included; but for halves of characters (surrogates), which
            nothing can write down: they become U+FFFD, and the account says so.
        """
        authors = [author] * len(texts) if isinstance(author, str) else list(author)
        found = [
            Found(
                RawDocument(
                    text=text, author=authors[i], kind=kind, turns=[Turn(None, 0, len(text))],
                    date=dates[i] if dates else None, date_source="given" if dates and dates[i] else None,
                    title=titles[i] if titles else None,
                ),
                made_up(f"text {i + 1:04d}"),
            )
            for i, text in enumerate(texts)
        ]  # fmt: skip
        return _assemble([attribute(f, None, from_folders=False) for f in found], [], interviewers=False)

    @classmethod
    def from_frame(cls, frame: IntoDataFrame, *, author: str | None = None) -> Corpus:
        """Make a corpus of a table with one text in each row.

        Parameters
        ----------
        frame : pandas, polars or pyarrow table
            Columns ``text``, and as far as there are any ``author``, ``date``,
            ``title`` and ``kind``; others are passed over.
        author : str, optional
            Whose the rows are, whatever the table says.

        Returns
        -------
        Corpus

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"text": ["I swam.", "I sank."], "author": "Ann", "date": [1903, 1904]})
        >>> Corpus.from_frame(frame).documents["date"].tolist()
        ['1903', '1904']
        """
        rows, account = [], []
        for item in table.documents(frame):
            if isinstance(item, RawDocument):
                rows.append(Found(item, made_up("table")))
            else:
                account.append(Line("table", *item))
        if not rows:
            raise NothingToReadError(
                "seen a table without a text; expected one text in each row; fill the column 'text'",
            )
        return _assemble(
            [attribute(f, author, from_folders=False) for f in rows],
            account,
            interviewers=False,
        )

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """One author's words in one document: ``document_id, author, n_words, kind, date, year, title``."""
        turns = self.turns.dropna(subset=["author"])
        texts = dict(zip(self.documents["document_id"], self.documents["text"], strict=True))
        n_words = [len(texts[t.document_id][t.start : t.end].split()) for t in turns.itertuples(index=False)]
        by = turns.assign(n_words=n_words).groupby(["document_id", "author"], as_index=False)["n_words"].sum()
        frame = by.merge(
            self.documents[["document_id", "kind", "date", "title"]],
            on="document_id",
            how="left",
        )
        frame["year"] = pd.to_numeric(frame["date"].astype("string").str[:4], errors="coerce")
        return frame.sort_values(["author", "document_id"], ignore_index=True)

    @property
    def problems(self) -> pd.DataFrame:
        """The account's lines on files that were not or could not be read."""
        return self.account[self.account["action"].isin(_PROBLEMS)].reset_index(drop=True)

    @property
    def fingerprint(self) -> str:
        """A hash of all texts, of who wrote them and when; the same for the same corpus wherever it lies."""
        digest = hashlib.sha256()
        for frame in (self.documents.drop(columns=["source", "entry"]), self.turns):
            for name, cells in frame.items():
                digest.update(f"\0{name}\0".encode())
                for cell, is_missing in zip(cells, cells.isna(), strict=True):
                    told = "-" if is_missing else f"{len(str(cell))}:{cell}"
                    digest.update(told.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def summary(self) -> str:
        """Say in a few lines what was read, guessed and left out."""
        actions = Counter(self.account["action"])
        told = [f"  {actions[a]:,} {a}" for a in ("dropped", "repaired", "guessed", "left out") if actions[a]]
        return "\n".join([self._headline(), *told, *(f"  {line}" for line in _grouped(self.problems))])

    def _headline(self) -> str:
        n_words = int(self.contributions["n_words"].sum())
        n_authors = self.contributions["author"].nunique()
        return f"{count(len(self.documents), 'document')} by {count(n_authors, 'author')}, {n_words:,} words"

    def __repr__(self) -> str:
        """Say how much there is, in one line."""
        return f"<Corpus: {self._headline()}>"

    def _repr_html_(self) -> str:
        authors = self.contributions.groupby("author").agg(
            documents=("document_id", "nunique"),
            words=("n_words", "sum"),
            first=("year", "min"),
            last=("year", "max"),
        )
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(visible(r.Index))}</td><td>{r.documents:,}</td><td>{r.words:,}</td>"
            f"<td>{'' if pd.isna(r.first) else f'{int(r.first)} to {int(r.last)}'}</td></tr>"
            for r in authors.itertuples()
        )
        told = _grouped(self.account[self.account["action"] != "kept"])
        more = [f"and {len(told) - _N_SHOWN:,} more: see .account"] if len(told) > _N_SHOWN else []
        notes = "".join(f"<li>{escape(line)}</li>" for line in [*told[:_N_SHOWN], *more])
        return (
            f"<div class='themekit-corpus'><strong>{escape(self._headline())}</strong>"
            f"<table><thead><tr><th style='text-align:left'>author</th><th>documents</th><th>words</th><th>years</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
            + (
                f"<details><summary>what was dropped, guessed or left out</summary><ul>{notes}</ul></details>"
                if notes
                else ""
            )
            + "</div>"
        )


def _grouped(lines: pd.DataFrame) -> list[str]:
    """Return account lines as sentences; what befell several files alike is said once, with their number."""
    told = []
    for (action, detail), group in lines.groupby(["action", "detail"], sort=False):
        places = [f"{r.source} ({r.entry})" if r.entry else r.source for r in group.itertuples(index=False)]
        if len(places) == 1:
            told.append(visible(f"{places[0]}: {action}: {detail}"))
        elif " file: " in detail:
            told.append(visible(f"{len(places):,} {detail.replace(' file: ', ' files: ', 1)}"))
        else:
            told.append(visible(f"{len(places):,} files, {places[0]} the first: {action}: {detail}"))
    return told


def read(
    *paths: str | os.PathLike[str],
    author: str | None = None,
    authors_from_folders: bool = False,
    interviewers: bool = False,
    roster: str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> Corpus:
    """Read files and folders into a corpus.

    Parameters
    ----------
    *paths : str or path
        Files, or folders that are searched to the bottom. Hidden files, drafts and
        templates, ``README`` and ``LICENSE`` files, and what a ``.themekitignore``
        (the rules of ``.gitignore``) names are left out, and the account says so.
    author : str, optional
        Whose all of it is, labelled speakers apart.
    authors_from_folders : bool, default False
        Take the first folder under each path for the author of what names none.
    interviewers : bool, default False
        Count interviewers among the authors, too.
    roster : path or mapping, optional
        Who is who, where it is guessed wrongly, and pseudonyms; see :mod:`themekit.roster`
        for the form. Default: ``roster.yml`` in the folders that are read, where there is one.

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
    RosterError
        If the roster does not have its form.

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
    found, account = find(os.fspath(path) for path in paths)
    if not found:
        raise NothingToReadError(_nothing(paths, account))
    attributed = [attribute(f, author, from_folders=authors_from_folders) for f in found]
    who = _roster(roster, [os.fspath(path) for path in paths])
    joined, lines = people.join(attributed, who, author)
    disguised, account = pseudonyms.disguise(joined, [*account, *lines], who)
    corpus = _assemble(disguised, account, interviewers=interviewers)
    for line in _grouped(corpus.problems):
        logger.warning("%s", line)
    return corpus


def _roster(given: str | os.PathLike[str] | Mapping[str, Any] | None, paths: Sequence[str]) -> rosters.Roster:
    if given is None:
        return rosters.Roster.beside(paths)
    if isinstance(given, str | os.PathLike):
        return rosters.Roster.load(Path(given))
    return rosters.Roster.of(dict(given))


def _nothing(paths: Sequence[object], account: list[Line]) -> str:
    reasons = "; ".join(visible(f"{line.source}: {line.detail}") for line in account[:5])
    return (
        f"seen nothing to read under {', '.join(visible(p) for p in paths)}"
        f"{f' ({reasons})' if reasons else ' (no files)'}; expected texts such as "
        f"{', '.join(sorted(readers.READERS))}; give a folder that holds some"
    )


def _assemble(found: Iterable[Found], account: Sequence[Line], *, interviewers: bool) -> Corpus:
    found = sorted(found, key=lambda f: f.place)
    lines = list(account)
    documents: list[tuple[object, ...]] = []
    turns: list[tuple[object, ...]] = []
    ids = document_ids(found)
    for document_id, item in zip(ids, found, strict=True):
        raw = item.raw
        named = list(dict.fromkeys(t.label for t in raw.turns if t.label))
        language = languages.detect(raw.text)
        documents.append((document_id, named[0] if len(named) == 1 else None, raw.title, raw.date,
                          raw.date_source, raw.kind or "essay", item.file.source, raw.entry, raw.text, language))  # fmt: skip
        for i, turn in enumerate(raw.turns):
            counted = interviewers or turn.role != "interviewer"
            turns.append((document_id, i, turn.label if counted else None, turn.role, turn.start, turn.end))
        lines.append(Line(item.file.source, raw.entry, "kept", _kept(raw)))
        lines.extend(Line(item.file.source, raw.entry, note.action, note.detail) for note in raw.notes)
        if language not in {None, "en"}:
            lines.append(
                Line(item.file.source, raw.entry, "guessed", f"not in English (language: {language})"),
            )
    lines.sort(key=lambda line: (line.source, line.entry or ""))
    return Corpus(
        documents=pd.DataFrame(documents, columns=DOCUMENT_COLUMNS, dtype=object),
        turns=pd.DataFrame(turns, columns=TURN_COLUMNS, dtype=object).astype(
            dict.fromkeys(["turn", "start", "end"], "int64"),
        ),
        account=pd.DataFrame(lines, columns=ACCOUNT_COLUMNS, dtype=object),
        roster=pd.DataFrame(people.table(found, ids), columns=people.COLUMNS).astype(
            dict.fromkeys(["n_turns", "n_words"], "int64"),
        ),
    )


def _kept(raw: RawDocument) -> str:
    labels = {t.label: t.role for t in raw.turns if t.label}
    named = [f"{label} (interviewer)" if role == "interviewer" else label for label, role in labels.items()]
    return f"{count(len(raw.text.split()), 'word')} by {', '.join(named) or 'nobody whose words are counted'}"
