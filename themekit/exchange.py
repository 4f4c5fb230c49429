"""Exchange: themes as codes and quotes as coded passages, to other programs and back.

Out go REFI-QDA codebooks and projects (:mod:`themekit.refi`), tables, the method's BibTeX, and notes for Obsidian
(:mod:`themekit.notes`). In come codes made elsewhere, as concepts with exemplars to mine with (:mod:`themekit.codings`).
"""

from __future__ import annotations

import difflib
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import themekit
from themekit import judgements, notes, refi
from themekit.codings import Codes, CodingsError, find, read, unknown_ending
from themekit.method import method_note
from themekit.readers.document import count

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from themekit.judgements import Judgements
    from themekit.result import Result

__all__ = ["Codes", "CodingsError", "ExchangeError", "coded_passages", "read", "write"]

COLUMNS = [
    "code", "author", "document_id", "title", "date", "source", "entry", "start", "end", "quote", "coder", "answer",
    "when", "note",
]  # fmt: skip
OUT = (".qdpx", ".qdc", ".csv", ".parquet", ".bib")


class ExchangeError(ValueError):
    """There is nothing to write, or not in that form."""


def coded_passages(
    result: Result,
    *,
    author: str | Iterable[str] | None = None,
    themes: str | Iterable[str] = "leading",
    judgements: Judgements | str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """Return quotes as coded passages: what themekit proposes, and what readers said of it.

    Parameters
    ----------
    result : Result
    author : str or iterable of str, optional
        Whose. Default: everybody's.
    themes : {"leading", "all"} or iterable of str, default "leading"
        Each author's first theme, whatever the verdict; all that have quotes; or some by name.
    judgements : Judgements or path, optional
        What readers said, as :meth:`themekit.judgements.Judgements.open` takes it. Themes are called as readers called them.

    Returns
    -------
    pandas.DataFrame
        ``code, author, document_id, title, date, source, entry, start, end, quote, coder, answer, when, note``; ``answer`` is
        ``proposed`` (``coder`` is ``themekit``), ``yes``, ``no`` or ``unsure``.

    Examples
    --------
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> coded_passages(result, themes=["repair"])["quote"].tolist()
    ['We mended the gate again.']
    """
    return _Parcel.of(result, author, themes, judgements).coded


def write(
    result: Result,
    path: str | os.PathLike[str],
    *,
    author: str | Iterable[str] | None = None,
    themes: str | Iterable[str] = "leading",
    judgements: Judgements | str | os.PathLike[str] | None = None,
) -> Path:
    """Write themes as codes and quotes as coded passages, for other programs.

    Answers: how do I go on with this in the program that I work in?

    Parameters
    ----------
    result : Result
    path : str or path
        The ending chooses the form: ``.qdpx`` (a REFI-QDA project with the authors' documents, for QualCoder, NVivo, MAXQDA,
        ATLAS.ti), ``.qdc`` (the codes alone), ``.csv`` or ``.parquet`` (coded passages), ``.bib`` (what the method cites).
        Without an ending it is a folder of Markdown notes, for Obsidian.
    author : str or iterable of str, optional
        Whose. Default: everybody's.
    themes : {"leading", "all"} or iterable of str, default "leading"
        Each author's first theme, whatever the verdict; all that have quotes; or some by name.
    judgements : Judgements or path, optional
        What readers said of the quotes.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    ExchangeError
        If the ending is unknown, there is nothing to write, or a note would replace a file that themekit did not write.

    See Also
    --------
    read : Codes made elsewhere.

    Examples
    --------
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [code.name for code in read(write(result, f"{folder}/ann.qdpx", themes=["repair"]))]
    ['repair']

    Notes
    -----
    1. Offsets are characters of ``documents.text``, as in all tables; see :mod:`themekit.refi` for what other programs count.
    2. The same input gives the same bytes. A file is written whole or not at all.
    3. A table holds texts as they are: a program that takes cells beginning with ``=`` for formulas must be told that it is text.
    4. Readers' *yes* go out as codings by them, with their note; *no* and *unsure* as notes without a code.
    """
    path, suffix = Path(path), form(path)
    parcel = _Parcel.of(result, author, themes, judgements)
    if not suffix:
        return _write_notes(notes.notes(parcel.coded, parcel.themes, method_note(result)), path)
    from themekit.figures import replace_file  # noqa: PLC0415 - only where a file is written

    makers: dict[str, Callable[[], bytes]] = {
        ".qdpx": lambda: refi.project(
            parcel.codes, parcel.coded, parcel.documents, description=method_note(result).text
        ),
        ".qdc": lambda: refi.codebook(parcel.codes),
        ".csv": lambda: parcel.coded.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        ".parquet": lambda: parcel.coded.to_parquet(index=False),
        ".bib": lambda: method_note(result).bibtex.encode("utf-8"),
    }
    made = makers[suffix]()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, made)
    return path


def form(path: str | os.PathLike[str]) -> str:
    """Return the ending that says in which form :func:`write` writes there; empty for a folder of notes."""
    suffix = Path(path).suffix.lower()
    if suffix and suffix not in OUT:
        raise ExchangeError(unknown_ending(suffix, OUT, "a folder's name without one, for Markdown notes"))
    return suffix


def _write_notes(pages: dict[str, str], folder: Path) -> Path:
    """Write notes into a folder; a file of the user's own is left, and then nothing is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in pages:
        if (folder / name).exists() and not _is_ours(folder / name):
            raise ExchangeError(
                f"seen {name!r} in {str(folder)!r}, which themekit did not write; expected none of that name; nothing was "
                "written: take another folder, or move that file"
            )
    with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as temporary:
        for name, text in pages.items():
            (Path(temporary) / name).write_text(text, encoding="utf-8", newline="\n")
        for name in pages:
            (Path(temporary) / name).replace(folder / name)
    return folder


def _is_ours(file: Path) -> bool:
    front = file.read_bytes()[:100_000].decode("utf-8", "replace").partition("\n---\n")[0]
    return "\nmade_by: themekit " in front


@dataclass(frozen=True)
class _Parcel:
    """What is written: coded passages, their codes, the authors' themes and documents."""

    codes: pd.DataFrame
    coded: pd.DataFrame
    themes: pd.DataFrame
    documents: pd.DataFrame

    @classmethod
    def of(
        cls,
        result: Result,
        author: str | Iterable[str] | None,
        themes: str | Iterable[str],
        judged: Judgements | str | os.PathLike[str] | None,
    ) -> _Parcel:
        authors = _authors(result, author)
        themes = themes if isinstance(themes, str) else list(themes)
        if judged is not None and not isinstance(judged, judgements.Judgements):
            judged = judgements.Judgements.open(judged)
        known = result.themes[result.themes["author"].isin(authors)]
        evidence = result.evidence[
            (result.evidence["role"] == "for") & result.evidence["author"].isin(authors)
        ]
        made = (
            {r.theme: {r.theme, *r.made_of} for r in judged.themes.itertuples(index=False)} if judged else {}
        )
        wanted = _wanted(result, known, evidence, themes, made)
        called = judged.called if judged is not None else str
        own = known.merge(wanted, on=["author", "concept"])
        coded = _proposed(result, evidence.merge(wanted, on=["author", "concept"]), own, called)
        if judged is not None:
            named = {*own["concept"], *([themes] if isinstance(themes, str) else themes)}
            chosen = {name for name, of in made.items() if themes == "all" or of & named}
            coded = pd.concat([coded, _judged(result, judged, authors, chosen)], ignore_index=True)
        coded = _sorted(coded, result)
        codes = _codes(result, [called(name) for name in own["concept"]] + coded["code"].tolist(), judged)
        if not len(codes):
            raise ExchangeError(
                "seen no theme to write; expected at least one; take themes='leading' or 'all', or read more texts"
            )
        theirs = result.turns[result.turns["author"].isin(authors)]["document_id"]
        is_theirs = result.documents["document_id"].isin({*theirs, *coded["document_id"]})
        documents = result.documents[is_theirs].astype(object)
        documents = documents.where(documents.notna(), None).reset_index(drop=True)
        return cls(codes, coded, _lines(result, own, coded, codes, called), documents)


def _authors(result: Result, author: str | Iterable[str] | None) -> list[str]:
    if author is None:
        return list(result.authors["author"])
    names = {name.casefold(): name for name in result.authors["author"]}
    asked = [author] if isinstance(author, str) else list(author)
    if unknown := [name for name in asked if name.casefold() not in names]:
        near = (
            difflib.get_close_matches(unknown[0], names.values(), n=3, cutoff=0.4) or list(names.values())[:3]
        )
        raise ExchangeError(
            f"seen author {unknown[0]!r}; expected some of {len(names)}, such as {', '.join(near)}; see result.authors"
        )
    return list(dict.fromkeys(names[name.casefold()] for name in asked))


def _wanted(
    result: Result,
    known: pd.DataFrame,
    evidence: pd.DataFrame,
    themes: str | Iterable[str],
    made: Mapping[str, set[str]],
) -> pd.DataFrame:
    """Return pairs of author and concept; themes may be called as readers called them (``made`` of which)."""
    pairs = ["author", "concept"]
    if themes == "leading":
        return known.loc[known["rank"] == 1, pairs]
    if themes == "all":
        return evidence[pairs].drop_duplicates()
    names = [themes] if isinstance(themes, str) else list(themes)
    candidates = result.concepts["concept"].tolist()
    for name in names:
        if name not in {*candidates, *made}:
            near = difflib.get_close_matches(str(name), [*candidates, "leading", "all"], n=3, cutoff=0.4)
            such = f" such as {', '.join(near)}" if near else ""
            raise ExchangeError(
                f"seen the theme {name!r}; expected 'leading', 'all', or some of {len(candidates)} candidates{such}; "
                "see result.concepts"
            )
    concepts = set(names).union(*(made.get(name, set()) for name in names))
    return known.loc[known["concept"].isin(concepts), pairs]


def _proposed(
    result: Result, evidence: pd.DataFrame, own: pd.DataFrame, called: Callable[[str], str]
) -> pd.DataFrame:
    frame = result.placed(evidence)
    frame = frame.merge(result.documents[["document_id", "entry"]], on="document_id", how="left")
    frame = frame.merge(own[["author", "concept", "rank"]], on=["author", "concept"], how="left")
    verdicts = dict(zip(result.authors["author"], result.authors["verdict"], strict=True))
    said = [
        f"{r.author}: {verdicts[r.author]}, rank {r.rank}, score {r.score:.2f}"
        for r in frame.itertuples(index=False)
    ]
    return frame.assign(
        code=[called(name) for name in frame["concept"]],
        coder=refi.MACHINE,
        answer="proposed",
        when="",
        note=said,
    )[COLUMNS]


def _judged(result: Result, judged: Judgements, authors: Sequence[str], chosen: set[str]) -> pd.DataFrame:
    """Return what readers said of the chosen themes, as they call them."""
    documents = {r.document_id: r for r in result.documents.itertuples(index=False)}
    rows, lost = [], 0
    for said in judged.table.itertuples(index=False):
        if said.theme not in chosen:
            continue
        document = documents.get(said.document_id)
        place = None if document is None else find(said.quote, document.text, said.start)
        if document is None or place is None:
            lost += 1
            continue
        author = _speaker(result, document, place[0])
        if author in authors:
            rows.append((
                said.theme, author, said.document_id, document.title, document.date, document.source, document.entry,
                *place, document.text[slice(*place)], said.judge, said.answer, said.when, said.note,
            ))  # fmt: skip
    if lost:
        warnings.warn(
            f"seen {count(lost, 'judgement')} of passages that are not in these texts; expected their quotes in them; they "
            "were left out: mine the corpus that was judged",
            themekit.ThemekitWarning,
            stacklevel=5,
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _speaker(result: Result, document: Any, place: int) -> str:  # noqa: ANN401 - a row of a table
    turns = result.turns
    here = turns[
        (turns["document_id"] == document.document_id) & (turns["start"] <= place) & (turns["end"] > place)
    ]
    spoken = here["author"].dropna()
    return str(spoken.iloc[0] if len(spoken) else document.author)


def _sorted(coded: pd.DataFrame, result: Result) -> pd.DataFrame:
    order = {name: i for i, name in enumerate(result.documents["document_id"])}
    frame = coded.astype(object)
    frame = frame.where(frame.notna(), None).assign(at=[order[name] for name in frame["document_id"]])
    frame = frame.sort_values(["at", "start", "end", "code", "coder"], kind="stable")
    once = frame.drop_duplicates(["code", "document_id", "start", "end", "coder"])
    return once[COLUMNS].astype({"start": "int64", "end": "int64"}).reset_index(drop=True)


def _codes(result: Result, names: list[str], judged: Judgements | None) -> pd.DataFrame:
    """Return ``code, gloss``: candidates in their order, then what readers named."""
    glosses = dict(zip(result.concepts["concept"], result.concepts["gloss"], strict=True))
    made = {r.theme: r for r in judged.themes.itertuples(index=False)} if judged is not None else {}
    order = [*[name for name in glosses if name in names], *sorted({*names} - {*glosses})]

    def gloss(name: str) -> str:
        given = made[name].gloss if name in made else ""
        origins = [glosses[o] for o in (made[name].made_of if name in made else ()) if o in glosses]
        return str(given or glosses.get(name) or " ".join(origins))

    return pd.DataFrame([(name, gloss(name)) for name in order], columns=["code", "gloss"])


def _lines(
    result: Result, own: pd.DataFrame, coded: pd.DataFrame, codes: pd.DataFrame, called: Callable[[str], str]
) -> pd.DataFrame:
    """Return ``author, code, gloss, verdict, line`` of each theme of each author, for the notes."""
    glosses = dict(zip(codes["code"], codes["gloss"], strict=True))
    people = {r.author: r for r in result.authors.itertuples(index=False)}
    rows = []
    for r in own.itertuples(index=False):
        who = people[r.author]
        share = (
            f"It shows in {round(r.document_share * who.n_documents)} of {count(who.n_documents, 'document')}"
        )
        verdict = who.verdict if r.rank == 1 else "not tested"
        line = f"Rank {r.rank} of {r.author}, {verdict}. {share}; effect {r.effect:.2f} ({r.low:.2f} to {r.high:.2f})."
        rows.append((r.author, called(r.concept), glosses[called(r.concept)], verdict, line))
    seen = {(row[0], row[1]) for row in rows}
    for author, code in coded[["author", "code"]].drop_duplicates().itertuples(index=False):
        if (author, code) not in seen:
            rows.append((author, code, glosses[code], None, f"Readers judged passages of {author}."))
    frame = pd.DataFrame(rows, columns=["author", "code", "gloss", "verdict", "line"])
    return frame.drop_duplicates(["author", "code"]).reset_index(drop=True)
