"""Turns: who says what in one text, put right by hand.

Where a file does not say who speaks, a person can, fast and by keyboard::

    page = themekit.turns.assign(corpus, "talks/third-tape")

The page shows the sentences, and where another person likely goes on; a digit gives
the words from here on to somebody, ``s`` saves. What is saved is ``NAME.turns.yml``
beside the text (:mod:`themekit.readers.sidecar` has the form), and :func:`themekit.read`
picks it up from then on. Nothing is asked of the network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from themekit.passages import sentences
from themekit.readers import sidecar, voices

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import anywidget

    from themekit.corpus import Corpus

_COLUMNS = ["start", "end", "text", "author", "role", "change"]
_N_BEGINS = 6
# A likely change this near to the end of a sentence is one at its end.
_NEAR = 2
_PIECE = 15


class UnknownDocumentError(KeyError):
    """The corpus has no document of that name."""

    def __str__(self) -> str:
        """Give the message as it is, without the quotes that a KeyError puts around it."""
        return str(self.args[0])


def sheet(corpus: Corpus, document_id: str) -> pd.DataFrame:
    """Return the sentences of a document, with who says them and where somebody else may go on.

    Parameters
    ----------
    corpus : Corpus
        From :func:`themekit.read`.
    document_id : str

    Returns
    -------
    pandas.DataFrame
        ``start, end, text, author, role, change``; ``change`` from 0 to 1: how likely the sentence is
        somebody else's than the one before it. It is 1 where the file itself says so.

    Examples
    --------
    >>> import themekit
    >>> corpus = themekit.Corpus.from_texts(["Why doors? They are dry."], author="Ann", kind="talk")
    >>> sheet(corpus, corpus.documents["document_id"].item())["text"].tolist()
    ['Why doors?', 'They are dry.']
    """
    text = _document(corpus, document_id)["text"]
    turns = _with_interviewers(corpus, document_id)
    change = {gap.end: gap.change for gap in voices.gaps(text)}
    rows: list[tuple[Any, ...]] = []
    for turn in turns.itertuples(index=False):
        is_known = turn.role not in {"unknown", "author"}
        for span in sentences(text, turn.start, turn.end):
            for start, end in _shorter(text, span.start, span.end):
                new = rows and rows[-1][3] != turn.author
                likely = float(bool(new)) if is_known else _before(text, start, change)
                rows.append((start, end, text[start:end], turn.author, turn.role, likely))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _with_interviewers(corpus: Corpus, document_id: str) -> pd.DataFrame:
    """Return the turns with the interviewer's name, which a corpus read without interviewers has in its roster alone."""
    turns = corpus.turns[corpus.turns["document_id"] == document_id]
    unnamed = (turns["role"] == "interviewer") & turns["author"].isna()
    if not unnamed.any():
        return turns
    roster = corpus.roster[
        (corpus.roster["document_id"] == document_id) & (corpus.roster["role"] == "interviewer")
    ]
    names = roster["author"].unique()
    if len(names) != 1:
        raise ValueError(
            f"seen {len(names)} interviewers whose turns have no name; expected a corpus that has them; "
            "read it with interviewers=True"
        )
    return turns.assign(author=turns["author"].mask(unnamed, names[0]))


def _document(corpus: Corpus, document_id: str) -> pd.Series:
    found = corpus.documents[corpus.documents["document_id"] == document_id]
    if found.empty:
        import difflib  # noqa: PLC0415 - only for the message

        names = corpus.documents["document_id"].tolist()
        near = difflib.get_close_matches(document_id, names, n=3, cutoff=0.3) or names[:3]
        raise UnknownDocumentError(
            f"seen document {document_id!r}; expected one of {len(names)}, such as {', '.join(near)}; see corpus.documents"
        )
    return found.iloc[0]


def _shorter(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a stretch without stops at its likely sentence ends, and where it still is long at the likeliest."""
    n_words = len(text[start:end].split())
    if n_words <= _PIECE or text[start:end].rstrip("\"'”’)")[-1:] in ".?!…":
        return [(start, end)]
    gaps = voices.gaps(text[start:end])[2:-3]
    likeliest = sorted(gaps, key=lambda g: -max(g.stop, g.change))[: n_words // _PIECE]
    ends = [start + g.end for g in gaps if g.stop >= 0.25 or g.change >= 0.1 or g in likeliest]  # noqa: PLR2004
    cuts = sorted({start, *(e for e in ends if e < end), end})
    found = []
    for a, b in pairwise(cuts):
        left = a + len(text[a:b]) - len(text[a:b].lstrip())
        if left < b:
            found.append((left, b))
    return found


def _before(text: str, start: int, change: dict[int, float]) -> float:
    """Return how likely the speaker changes at the gap before a place."""
    end = len(text[:start].rstrip())
    near = [change[e] for e in range(max(0, end - _NEAR), end + _NEAR + 1) if e in change]
    return max(near, default=0.0)


@dataclass(frozen=True)
class Mark:
    """Somebody speaks from a character on; ``who`` is nobody where it is ``None``."""

    start: int
    who: str | None
    role: str | None = None


def save(
    corpus: Corpus, document_id: str, marks: Sequence[Mark], path: str | os.PathLike[str] | None = None
) -> Path:
    """Write who speaks from where into ``NAME.turns.yml`` beside the text.

    Parameters
    ----------
    corpus : Corpus
    document_id : str
    marks : sequence of Mark
    path : path, optional
        Default: beside the file that the document was read from.

    Returns
    -------
    pathlib.Path
        Where it was written. :func:`themekit.read` takes it from there.

    Raises
    ------
    ValueError
        If the document lies in an archive or is one of several in its file, so that nothing can lie beside it.
    """
    import yaml  # noqa: PLC0415 - loaded where a file is written

    from themekit.store import write_text  # noqa: PLC0415 - only where a file is written

    document = _document(corpus, document_id)
    target = Path(path) if path else beside(corpus, document_id)
    text = document["text"]
    rows = [
        {
            "start": m.start,
            "begins": " ".join(text[m.start :].split(maxsplit=_N_BEGINS)[:_N_BEGINS]),
            "who": m.who,
        }
        | ({"role": m.role} if m.role and m.who else {})
        for m in sorted(marks, key=lambda m: m.start)
    ]
    head = f"# Who speaks in {Path(document['source']).name}: each turn goes on to the next. themekit.read takes it from here.\n"
    written = yaml.safe_dump(
        {"turns": rows}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )
    write_text(head + written, target)
    return target


def beside(corpus: Corpus, document_id: str) -> Path:
    """Return where the assigned turns of a document lie: ``NAME.turns.yml`` beside it."""
    document = _document(corpus, document_id)
    source = Path(document["source"])
    if document["entry"] is not None or not source.is_file():
        raise ValueError(
            f"seen {document_id}, which is no file of its own; expected a text in a file; save it as one, or give a path"
        )
    rivals = [p for p in source.parent.iterdir() if p.stem == source.stem and p != source and p.is_file()]
    return source.with_name(f"{source.name if rivals else source.stem}{sidecar.SUFFIX}")


def assign(
    corpus: Corpus, document_id: str, people: Sequence[str] = (), path: str | os.PathLike[str] | None = None
) -> anywidget.AnyWidget:
    """Show a page on which a person assigns the turns of a document by keyboard.

    Parameters
    ----------
    corpus : Corpus
        From :func:`themekit.read`.
    document_id : str
    people : sequence of str, optional
        Who speaks; the digits stand for them in this order. More can be named on the page.
    path : path, optional
        Where to save. Default: ``NAME.turns.yml`` beside the text.

    Returns
    -------
    anywidget.AnyWidget
        Shows itself in JupyterLab. ``marks`` and ``people`` are what is assigned so far.
    """
    frame = sheet(corpus, document_id)
    known = frame.dropna(subset=["author"])
    known = known[known["role"].isin(["guest", "interviewer"])]
    names = list(dict.fromkeys([*people, *known["author"]]))
    role_of = dict(zip(known["author"], known["role"], strict=True))
    page: anywidget.AnyWidget = _page_class()(
        name=document_id,
        pieces=[
            {"start": r.start, "end": r.end, "text": r.text, "change": round(r.change, 2), "words": [m.start() for m in re.finditer(r"\S+", r.text)]}
            for r in frame.itertuples(index=False)
        ],
        people=[{"name": n, "role": role_of.get(n)} for n in names],
        marks=_marks(frame, names),
        message="click here, or Tab to it; the keys are listed below",
    )  # fmt: skip

    def write(_: object) -> None:
        given = page.people
        marks = [
            Mark(m["start"], None if m["who"] is None else given[m["who"]]["name"], None if m["who"] is None else given[m["who"]]["role"])
            for m in page.marks
        ]  # fmt: skip
        try:
            target = save(corpus, document_id, marks, path)
        except (OSError, ValueError) as error:
            page.message = f"not saved: {error}"
        else:
            page.message = f"saved {len(marks)} turns in {target.name} ({page.saves})"

    page.observe(write, names="saves")
    return page


def _marks(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, int | None]]:
    """Return where somebody begins to speak, as the file has it; nothing where it has nobody."""
    marks: list[dict[str, int | None]] = []
    last: object = object()
    for row in frame.itertuples(index=False):
        if row.role in {"unknown", "author"}:
            continue
        who = names.index(row.author) if row.author in names else None
        if who != last:
            marks.append({"start": int(row.start), "who": who})
            last = who
    return marks


def _page_class() -> Any:  # noqa: ANN401 - anywidget is loaded where a page is shown
    import anywidget  # noqa: PLC0415 - loads the whole of Jupyter's widgets
    import traitlets  # noqa: PLC0415 - comes with it

    here = Path(__file__).parent / "data" / "turns"

    class Page(anywidget.AnyWidget):
        """What the page and Python say to each other."""

        _esm = (here / "page.js").read_text(encoding="utf-8")
        _css = (here / "page.css").read_text(encoding="utf-8")
        name = traitlets.Unicode().tag(sync=True)
        pieces: Any = traitlets.List().tag(sync=True)
        people: Any = traitlets.List().tag(sync=True)
        marks: Any = traitlets.List().tag(sync=True)
        message = traitlets.Unicode().tag(sync=True)
        saves = traitlets.Int(0).tag(sync=True)

    return Page
