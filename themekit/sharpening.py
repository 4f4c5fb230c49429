"""Sharpening: what a reader's judgements do to a concept, for this corpus, and what is left to test it with.

1. *Coordinates.* A passage's vector less its topic's mean, as themes are scored, seen through the catalogue's discriminant,
   as concepts are made.
2. *What was said.* The mean of the passages that show the theme, less the mean of the rest of the same author's passages in the
   same documents; less a quarter of the same for those that do not show it. The author's own rest is taken out so that a
   reader does not teach how somebody writes in place of what is seen (``benchmarks/judgements.py``).
3. *How far.* The concept's direction as it was is a unit vector; what was said is added as one of length ``w n / (n + k)``
   for ``n`` judgements (one that denies counts a quarter here, too), so that a few do little and many do not drown what the
   concept is.
4. *Test.* A contribution that holds a judged passage of a theme is discovery for it, and has no part in its test, neither for its
   author nor as something to compare others with. The estimator (:mod:`themekit.themes`) tests what is left, by its own
   thresholds, among all candidates, with the concept as it was and as it is.

Which passages a reader is asked about first is settled before anything is judged: they are of half of an author's
documents at most (:func:`halves`), and of fewer where the test would be left with too little.

The quarter, ``w`` and ``k`` were chosen on corpora made of the catalogue's scenes, as those of ``benchmarks/judgements.py`` are,
with static vectors. Passages that deny, counted whole, took away up to a third of the gain where a concept is given by its gloss and
all of it where it has twelve sentences: they are proposed for being like the concept, and so are much like those that
confirm. Other values nearby differ by 0.01 of average precision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from themekit import background as backgrounds
from themekit import concepts as catalogues
from themekit.concepts import Concept
from themekit.corpus import Corpus
from themekit.encoders import find_encoder
from themekit.evidence import find_evidence
from themekit.readers.document import count
from themekit.themes import NEEDED, ThemeEstimator, topic_residuals

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from themekit.acts import Judgement
    from themekit.background import Background
    from themekit.judgements import Judgements
    from themekit.result import Result

__all__ = ["Sharpened", "halves", "proposals", "sharpen"]

FIGURES = [
    "theme", "author", "n_documents", "n_words", "rank", "effect", "low", "high", "p_value", "q_value", "document_share", "verdict",
    "reason",
]  # fmt: skip
ACCOUNT_COLUMNS = [
    "theme", "author", "n_judgements", "n_yes", "n_no", "n_unsure", "n_marked", "discovery", "test", "n_test_words", "can_test", "said",
]  # fmt: skip
PROPOSAL_COLUMNS = [
    "passage_id", "document_id", "source", "start", "end", "quote", "topic_id", "date", "title", "score", "why",
]  # fmt: skip

DENIED = 0.25
"""What does not show the theme counts so much beside what does."""
REACH, HALFWAY = 1.5, 10.0
"""Length that what was said comes to with many judgements, and the number of them at which it is half of that."""
_MIN_WORDS = 12
_LINE = 0.75


def halves(result: Result, author: str) -> tuple[list[str], list[str]]:
    """Return an author's documents to judge from, and those kept for the test.

    Parameters
    ----------
    result : Result
    author : str

    Returns
    -------
    discovery, test : list of str
        Document ids. At most half are for discovery, and no more than leave the contributions and words that a verdict
        takes; where there is too little for both it is half. By a hash of the id: nobody chooses, and the same each time.

    Examples
    --------
    >>> import themekit
    >>> corpus = themekit.Corpus.from_texts([f"We mended gate {i} again." for i in range(8)], author="Ann")
    >>> [len(half) for half in halves(themekit.mine(corpus, encoder="static"), "Ann")]
    [4, 4]
    """
    author = result._known(author)  # noqa: SLF001 - near names are given there
    contributions = _contributions(result)
    own = contributions[contributions["author"] == author]
    n_words = dict(zip(own["document_id"], own["n_words"], strict=True))
    order = sorted(n_words, key=lambda d: hashlib.sha256(d.encode("utf-8", "surrogatepass")).digest())
    half = len(order) // 2
    left = [
        n
        for n in range(1, half + 1)
        if len(order) - n >= NEEDED["contributions"] and sum(n_words[d] for d in order[n:]) >= NEEDED["words"]
    ]
    n = max(left, default=half)
    return sorted(order[:n]), sorted(order[n:])


def proposals(
    result: Result, author: str, theme: str, judgements: Judgements | None = None, *, concepts: Iterable[Concept] = (),
) -> pd.DataFrame:  # fmt: skip
    """Return the passages to ask a reader about, in order.

    Parameters
    ----------
    result : Result
    author, theme : str
    judgements : Judgements, optional
        What its judge has judged is left out, and what was said sharpens the order.
    concepts : iterable of Concept, default ()
        As for :func:`sharpen`.

    Returns
    -------
    pandas.DataFrame
        ``passage_id, document_id, source, start, end, quote, topic_id, date, title, score, why``; only of the documents to
        judge from (:func:`halves`). First the ``evidence``, then by turns two that are ``next best`` and one ``near the line``
        (the upper quartile of all passages), where an answer tells most. ``score`` in standard deviations over all passages.

    Examples
    --------
    >>> import themekit
    >>> texts = ["We mended the gate again, and it held until the wind came round in March."] * 2
    >>> result = themekit.mine(themekit.Corpus.from_texts(texts, author="Ann"), encoder="static")
    >>> proposals(result, "Ann", "repair")["why"].tolist()
    ['next best']
    """
    author = result._known(author)  # noqa: SLF001 - near names are given there
    theme = judgements.called(theme) if judgements is not None else theme
    said = _said(result, judgements, theme) if judgements is not None else _Said.nothing()
    direction = _direction(result, theme, judgements, tuple(concepts), said)[1]
    score = _lie(result) @ direction
    score = (score - score.mean()) / max(float(score.std()), 1e-12)
    passages = result.passages
    asked = _asked(result, judgements, theme)
    is_open = (passages["author"] == author) & passages["document_id"].isin(halves(result, author)[0])
    rows = np.flatnonzero(is_open.to_numpy() & ~asked)
    is_long = passages["text"].str.count(r"\S+").to_numpy() >= _MIN_WORDS
    rows = rows[is_long[rows]] if is_long[rows].any() else rows
    order = rows[np.argsort(-score[rows], kind="stable")].tolist()
    found = result.evidence.query("author == @author and concept == @theme and role == 'for'")["passage_id"]
    ids = passages["passage_id"].to_numpy()
    first = [i for i in order if ids[i] in set(found)]
    queue = [(i, "evidence") for i in first] + _by_turns([i for i in order if i not in set(first)], score)
    frame = pd.DataFrame([(author, theme, ids[i], why, score[i]) for i, why in queue],
                         columns=["author", "concept", "passage_id", "role", "score"])  # fmt: skip
    return result.placed(frame).rename(columns={"role": "why"})[PROPOSAL_COLUMNS]


def _by_turns(order: list[int], score: NDArray[np.float64]) -> list[tuple[int, str]]:
    """Put two of the next best and one near the line by turns."""
    line = np.quantile(score, _LINE)
    doubtful = sorted(order, key=lambda i: (abs(score[i] - line), i))
    queue: list[tuple[int, str]] = []
    taken: set[int] = set()
    for turn in range(len(order)):
        why, among = ("near the line", doubtful) if turn % 3 == 2 else ("next best", order)  # noqa: PLR2004
        i = next(i for i in among if i not in taken)
        taken.add(i)
        queue.append((i, why))
    return queue


def sharpen(
    result: Result,
    judgements: Judgements,
    *,
    themes: Iterable[str] | None = None,
    concepts: Iterable[Concept] = (),
    background: str | os.PathLike[str] | Background | None = None,
    hold_out: bool = True,
) -> Sharpened:
    """Move each judged theme's direction towards what was confirmed and away from what was denied.

    Nothing is changed: the result stays as it is, and what comes of the judgements is beside it.

    Parameters
    ----------
    result : Result
    judgements : Judgements
        Of all judges; where they differ on a passage it counts by shares.
    themes : iterable of str, optional
        Only these. Default: all that were judged.
    concepts : iterable of Concept, default ()
        Concepts of your own among the themes that the result was not mined with.
    background : str, path, Background or None
        What the result was mined with, if that was one of your own.
    hold_out : bool, default True
        Test with contributions that hold no judged passage of the theme. Without, there are effects of all texts and no
        p-value, for they are what the concept was made of.

    Returns
    -------
    Sharpened

    See Also
    --------
    themekit.judgements.proposals : What to judge, so that something is left to test with.

    Examples
    --------
    >>> import tempfile, themekit
    >>> texts = ["We mended the gate again.", "The gate held.", "Nobody came."]
    >>> result = themekit.mine(themekit.Corpus.from_texts(texts, author="Ann"), encoder="static")
    >>> desk = themekit.judgements.Judgements.open(tempfile.mkdtemp(), judge="Ann")
    >>> quote = result.passages.iloc[0]
    >>> _ = desk.add(theme="repair", answer="yes", document_id=quote["document_id"], start=0, end=25, quote=quote["text"])
    >>> sharpen(result, desk).account[["n_yes", "can_test"]].values.tolist()
    [[1, False]]

    Notes
    -----
    Steps and reasons are at the top of :mod:`themekit.sharpening`. Judging until the p-value is small is testing many times: judge first,
    then look at the test, once.
    """
    wanted = (
        sorted({j.theme for j in judgements.judgements})
        if themes is None
        else [judgements.called(t) for t in themes]
    )
    own = tuple(concepts)
    said = {theme: _said(result, judgements, theme) for theme in dict.fromkeys(wanted)}
    made = [_direction(result, theme, judgements, own, said[theme]) for theme in said]
    shape = (len(made), result.on_grid.shape[1])
    before, after = (np.array([pair[i] for pair in made]).reshape(shape) for i in (0, 1))
    return Sharpened(
        result, tuple(said), before, after, _account(result, judgements, said), hold_out,
        tuple(j for s in said.values() for j in s.lost), _made_of(judgements), background,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sharpened:
    """Concepts as they were and as judgements have made them, for one corpus; made by :func:`sharpen`.

    Attributes
    ----------
    result : Result
        Unchanged.
    themes : tuple of str
    priors, directions : numpy.ndarray of shape (n_themes, n_dimensions)
        Unit vectors, as they were and as they are.
    account : pandas.DataFrame
        ``theme, author, n_judgements, n_yes, n_no, n_unsure, n_marked, discovery, test, n_test_words, can_test, said``: which
        documents helped to make the concept, which are left to test it with, and whether these are enough.
    is_held_out : bool
    lost : tuple of Judgement
        Judgements whose quote is not in the texts any more.
    """

    result: Result
    themes: tuple[str, ...]
    priors: NDArray[np.float64] = field(repr=False)
    directions: NDArray[np.float64] = field(repr=False)
    account: pd.DataFrame = field(repr=False)
    is_held_out: bool = True
    lost: tuple[Judgement, ...] = field(default=(), repr=False)
    _made_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _background: Any = field(default=None, repr=False)

    @property
    def before(self) -> pd.DataFrame:
        """With the concept as it was: ``theme, author, n_documents, n_words, rank, effect, low, high, p_value, q_value,
        document_share, verdict, reason``, of the texts to test with.
        """  # noqa: D205 - a list of columns
        return self._tested[0]

    @property
    def after(self) -> pd.DataFrame:
        """With the concept as it is, on the same texts; columns as :attr:`before`."""
        return self._tested[1]

    @property
    def quotes(self) -> pd.DataFrame:
        """``when`` (``before`` or ``after``) and the columns of :meth:`themekit.Result.quotes`, of the texts to test with."""
        return self._tested[2]

    @cached_property
    def side_by_side(self) -> pd.DataFrame:
        """``theme, author``, and each figure before and after, with one line to a theme and author."""
        figures = ["rank", "effect", "low", "high", "p_value", "q_value", "verdict"]
        left, right = (f[["theme", "author", *figures]] for f in (self.before, self.after))
        frame = left.merge(right, on=["theme", "author"], suffixes=("_before", "_after"))
        return frame[
            ["theme", "author", *(f"{name}_{when}" for name in figures for when in ("before", "after"))]
        ]

    def direction(self, theme: str) -> NDArray[np.float64]:
        """Return the sharpened unit vector of a theme."""
        if theme not in self.themes:
            raise KeyError(f"seen theme {theme!r}; expected one that was judged: {', '.join(self.themes)}")
        direction: NDArray[np.float64] = self.directions[self.themes.index(theme)]
        return direction

    def scores(self, theme: str, *, before: bool = False) -> NDArray[np.float64]:
        """Return how much each passage shows the theme as it is, or as it was before, in standard deviations.

        In the order of the result's passages.
        """
        self.direction(theme)  # near names are given there
        score = _lie(self.result) @ (self.priors if before else self.directions)[self.themes.index(theme)]
        scores: NDArray[np.float64] = (score - score.mean()) / max(float(score.std()), 1e-12)
        return scores

    @cached_property
    def _tested(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        trials = [_Trial.of(self, i) for i in range(len(self.themes))]
        figures = [
            pd.DataFrame([row for t in trials for row in t.figures(when)], columns=FIGURES) for when in (0, 1)
        ]
        quotes = [t.quotes(when) for t in trials for when in (0, 1)]
        columns = ["when", *self.result.placed(self.result.evidence.head(0)).columns]
        return (
            figures[0],
            figures[1],
            pd.concat(quotes, ignore_index=True) if quotes else pd.DataFrame(columns=columns),
        )

    def __repr__(self) -> str:
        """Say in one line what was sharpened."""
        n, can = len(self.account), int(self.account["can_test"].sum())
        return f"<Sharpened: {count(len(self.themes), 'theme')} ({', '.join(self.themes[:3])}); {can} of {n} can be tested>"

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(line)}</li>" for line in self.account["said"])
        table = self.side_by_side.round(3).to_html(index=False, escape=True, na_rep="")
        return f"<div class='themekit-sharpened'>{table}<ul>{said}</ul></div>"


@dataclass(frozen=True)
class _Said:
    """What was said of a theme, by number of passage: shares of yes and no among the judges, and how many judged."""

    rows: NDArray[np.int64]
    yes: NDArray[np.float64]
    no: NDArray[np.float64]
    judgements: tuple[tuple[Judgement, int], ...]
    lost: tuple[Judgement, ...]

    @classmethod
    def nothing(cls) -> _Said:
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), (), ())


def _said(result: Result, judgements: Judgements, theme: str) -> _Said:
    votes: dict[int, list[str]] = {}
    placed, lost = [], []
    for judgement in judgements.judgements:
        if judgement.theme == theme:
            rows = _rows_of(result, judgement)
            if not rows:
                lost.append(judgement)
                continue
            placed.append((judgement, rows[0]))
            for row in rows:
                votes.setdefault(row, []).append(judgement.answer)
    rows_ = np.array(sorted(votes), dtype=np.int64)
    yes, no = (np.array([votes[i].count(a) / len(votes[i]) for i in rows_.tolist()]) for a in ("yes", "no"))
    return _Said(rows_, yes, no, tuple(placed), tuple(lost))


def _rows_of(result: Result, judgement: Judgement) -> list[int]:
    """Return the passages that a quote covers at least half of, else the one it lies in; none where it is gone."""
    documents, starts, ends, by_document = _places(result)
    text, start = documents.get(judgement.document_id), judgement.start
    rows = by_document.get(judgement.document_id, np.zeros(0, dtype=np.int64))
    if text is None or not len(rows):
        return []
    quote = judgement.quote
    if text[start : judgement.end].encode("utf-8", "replace").decode() != quote:
        start = text.find(quote)
        if start < 0 or text.find(quote, start + 1) >= 0:
            return []  # gone, or in several places
    end = start + judgement.end - judgement.start
    shared = np.minimum(ends[rows], end) - np.maximum(starts[rows], start)
    order = np.argsort(-shared, kind="stable")
    best = [int(i) for i in order if 2 * shared[i] >= ends[rows[i]] - starts[rows[i]]] or [int(order[0])]
    return [int(rows[i]) for i in best if shared[i] > 0]


_Places = tuple[dict[str, str], "NDArray[np.int64]", "NDArray[np.int64]", "dict[str, NDArray[np.int64]]"]
_places_of: WeakKeyDictionary[Result, _Places] = WeakKeyDictionary()
_lies_of: WeakKeyDictionary[Result, NDArray[np.float64]] = WeakKeyDictionary()
_contributions_of: WeakKeyDictionary[Result, pd.DataFrame] = WeakKeyDictionary()


def _places(result: Result) -> _Places:
    if result not in _places_of:
        passages = result.passages
        documents = dict(zip(result.documents["document_id"], result.documents["text"], strict=True))
        starts, ends = (passages[c].to_numpy(dtype=np.int64) for c in ("start", "end"))
        rows = {d: np.asarray(r) for d, r in passages.groupby("document_id", sort=False).indices.items()}
        _places_of[result] = documents, starts, ends, rows
    return _places_of[result]


def _lie(result: Result) -> NDArray[np.float64]:
    """Return passages less what their topic accounts for; kept for as long as the result is."""
    if result not in _lies_of:
        authors = pd.factorize(result.passages["author"], sort=True)[0].astype(np.int64)
        several = len(set(authors.tolist())) > 1
        _lies_of[result] = topic_residuals(result.vectors, result.topic_numbers, authors, leave_out=several)
    return _lies_of[result]


def _contributions(result: Result) -> pd.DataFrame:
    if result not in _contributions_of:
        corpus = Corpus(result.documents, result.turns, result.account)
        _contributions_of[result] = corpus.contributions
    return _contributions_of[result]


def _asked(result: Result, judgements: Judgements | None, theme: str) -> NDArray[np.bool_]:
    """Say of each passage whether this judge (any judge, where nobody is to judge) has judged it."""
    asked = np.zeros(len(result.passages), dtype=bool)
    for judgement in judgements.judgements if judgements is not None else ():
        if (
            judgement.theme == theme
            and judgements is not None
            and judgements.judge in {None, judgement.judge}
        ):
            asked[_rows_of(result, judgement)] = True
    return asked


def _made_of(judgements: Judgements | None) -> dict[str, tuple[str, ...]]:
    if judgements is None:
        return {}
    table = judgements.themes
    return dict(zip(table["theme"], table["made_of"], strict=True))


def _direction(
    result: Result, theme: str, judgements: Judgements | None, own: tuple[Concept, ...], said: _Said
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a theme's unit vector as it was, and as what was said makes it."""
    prior = _prior(result, theme, judgements, own)
    if not len(said.rows) or not (said.yes.any() or said.no.any()):
        return prior, prior
    encoder = find_encoder(result.settings["encoder"])
    discriminant = catalogues.frame(encoder).discriminant.astype(np.float64)
    passages = result.passages
    pairs = pd.MultiIndex.from_frame(passages[["document_id", "author"]])
    is_discovery = pairs.isin(pairs[said.rows].unique())
    authors = passages["author"].to_numpy()
    moved = learnt(_lie(result), said.rows, said.yes, said.no, authors, is_discovery) @ discriminant
    n = float((said.yes + DENIED * said.no).sum())
    return prior, _unit(prior + REACH * n / (n + HALFWAY) * _unit(moved))


def learnt(
    lies: NDArray[np.float64], rows: NDArray[np.int64], yes: NDArray[np.float64], no: NDArray[np.float64],
    authors: NDArray[Any], is_discovery: NDArray[np.bool_],
) -> NDArray[np.float64]:  # fmt: skip
    """Return where passages that show a theme lie off the rest of their author's, and those that do not, the other way.

    Parameters
    ----------
    lies : numpy.ndarray of shape (n_passages, n_dimensions)
        Passages less what their topic accounts for.
    rows : numpy.ndarray of shape (n_judged,)
        The judged ones.
    yes, no : numpy.ndarray of shape (n_judged,)
        Shares of the judges, from 0 to 1.
    authors, is_discovery : numpy.ndarray of shape (n_passages,)
        Whose a passage is, and whether it is of a document with a judged one.

    Returns
    -------
    numpy.ndarray of shape (n_dimensions,)

    Examples
    --------
    >>> lies, everyone = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), np.array(["Ann"] * 3)
    >>> learnt(lies, np.array([0, 2]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), everyone, np.ones(3, bool)).tolist()
    [1.0, -0.625]
    """
    total, weight = np.zeros(lies.shape[1]), 0.0
    for author in np.unique(authors[rows]):
        own = authors[rows] == author
        shown = rows[own & (yes > no)]
        rest = np.setdiff1d(np.flatnonzero((authors == author) & is_discovery), shown)
        around = lies[rest].mean(axis=0) if len(rest) else np.zeros(lies.shape[1])
        moved = np.zeros(lies.shape[1])
        for share, sign in ((yes * own, 1.0), (no * own, -DENIED)):
            if share.any():
                moved += sign * (share @ lies[rows] / share.sum() - around)
        total += moved * own.sum()
        weight += own.sum()
    lifted: NDArray[np.float64] = total / max(weight, 1.0)
    return lifted


def _prior(
    result: Result, theme: str, judgements: Judgements | None, own: tuple[Concept, ...]
) -> NDArray[np.float64]:
    """Return a theme's direction before it was judged: as mined, as the user's concept has it, else by its name and gloss."""
    names = _made_of(judgements).get(theme, (theme,))
    known = dict(zip(result.concepts["concept"], result.directions, strict=True))
    given = {c.name: c for c in own}
    mined = [known[name] for name in names if name in known and name not in given]
    wanted = [given[name] for name in dict.fromkeys((theme, *names)) if name in given]
    if not mined and not wanted:
        table = judgements.themes if judgements is not None else pd.DataFrame(columns=["theme", "gloss"])
        gloss = "".join(table.loc[table["theme"] == theme, "gloss"])
        catalogue = {c.name: c for c in catalogues.catalogue()}
        wanted = [catalogue[name] for name in names if name in catalogue] or [Concept(theme, gloss)]
    made = catalogues.vectors(wanted, find_encoder(result.settings["encoder"])) if wanted else ()
    return _unit(np.mean([*mined, *made], axis=0))


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit


def _account(result: Result, judgements: Judgements, said: Mapping[str, _Said]) -> pd.DataFrame:
    """Say for each theme and author what is discovery, what is test, and whether that is enough."""
    contributions = _contributions(result)
    authors = result.passages["author"].to_numpy()
    candidates = set(result.concepts["concept"])
    made = _made_of(judgements)
    rows = []
    for theme, of in said.items():
        is_new = not candidates & set(made.get(theme, (theme,)))
        for author in sorted({str(authors[i]) for i in of.rows}):
            judged = [j for j, row in of.judgements if authors[row] == author]
            own = contributions[contributions["author"] == author]
            held = {d for d, a in _discovery(result, of) if a == author}
            left = own[~own["document_id"].isin(held)]
            n_words = int(left["n_words"].sum())
            enough = len(left) >= NEEDED["contributions"] and n_words >= NEEDED["words"]
            counts = [sum(j.answer == answer for j in judged) for answer in ("yes", "no", "unsure")]
            sentence = _sentence(
                theme, author, len(judged), len(held), len(left), n_words, enough=enough, is_new=is_new
            )
            rows.append(
                (
                    theme, author, len(judged), *counts, sum(j.origin == "marked" for j in judged), tuple(sorted(held)),
                    tuple(left["document_id"]), n_words, enough, sentence,
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=ACCOUNT_COLUMNS)


def _sentence(
    theme: str, author: str, n: int, n_held: int, n_left: int, n_words: int, *, enough: bool, is_new: bool
) -> str:
    left = f"{count(n_left, 'document')} with {count(n_words, 'word')}"
    said = f"{theme}, {author}: {count(n, 'judgement')} in {count(n_held, 'document')}, which have no part in the test; "
    if enough:
        said += f"{left} are left to test with."
    else:
        said += f"too little is left to test with: {left}; needed {NEEDED['contributions']} documents and {NEEDED['words']:,} words."
    if is_new:
        said += (
            " The theme was not among the candidates when these texts were mined: if it was thought of while reading the "
            "texts that are left, their p-value is too small."
        )
    return said


def _discovery(result: Result, said: _Said) -> set[tuple[str, str]]:
    held = result.passages.iloc[said.rows]
    return set(zip(held["document_id"], held["author"], strict=True))


@dataclass(frozen=True)
class _Trial:
    """One theme tested on what is left, as it was and as it is."""

    theme: str
    authors: list[str]
    result: Result
    passages: pd.DataFrame
    topics: NDArray[np.int64]
    names: list[str]
    fits: tuple[ThemeEstimator, ThemeEstimator]
    is_held_out: bool

    @classmethod
    def of(cls, sharpened: Sharpened, i: int) -> _Trial:
        result, theme = sharpened.result, sharpened.themes[i]
        account = sharpened.account[sharpened.account["theme"] == theme]
        held = {
            (document, author)
            for author, documents in zip(account["author"], account["discovery"], strict=True)
            for document in documents
        }
        passages, contributions = result.passages, _contributions(result)
        keep, left = (
            ~pd.MultiIndex.from_frame(f[["document_id", "author"]]).isin(
                held if sharpened.is_held_out else ()
            )
            for f in (passages, contributions)
        )
        part = passages[keep].reset_index(drop=True)
        topics = np.unique(result.topic_numbers[keep], return_inverse=True)[1]
        replaced = {theme, *sharpened._made_of.get(theme, ())}  # noqa: SLF001 - its own part
        others = [k for k, name in enumerate(result.concepts["concept"]) if name not in replaced]
        names = [theme, *result.concepts["concept"].iloc[others]]
        chosen = _background(result, sharpened._background)  # noqa: SLF001 - its own part
        estimators = []
        for direction in (sharpened.priors[i], sharpened.directions[i]):
            estimator = ThemeEstimator(
                n_permutations=int(result.settings["n_permutations"]), seed=int(result.settings["seed"])
            )
            if len(part):
                estimator.fit(
                    part, result.vectors[keep], topics, np.vstack([direction, result.directions[others]]), names,
                    contributions[left], chosen,
                )  # fmt: skip
            estimators.append(estimator)
        return cls(
            theme, account["author"].tolist(), result, part, topics, names, (estimators[0], estimators[1]), sharpened.is_held_out
        )  # fmt: skip

    def figures(self, when: int) -> list[tuple[Any, ...]]:
        fit = self.fits[when]
        there = set(self.passages["author"])
        return [
            self._figures(fit, author) if author in there else self._nothing(author)
            for author in self.authors
        ]

    def _nothing(self, author: str) -> tuple[Any, ...]:
        return (self.theme, author, 0, 0, *[np.nan] * 7, "insufficient", "contributions: 0, all were judged")

    def _figures(self, fit: ThemeEstimator, author: str) -> tuple[Any, ...]:
        own = fit.themes_[fit.themes_["author"] == author].set_index("concept")
        row, judged = own.loc[self.theme], fit.authors_.set_index("author").loc[author]
        verdict, reason, p_value, q_value = (
            judged["verdict"],
            judged["reason"],
            row["p_value"],
            judged["q_value"],
        )
        if row["rank"] > 1:
            q_value = np.nan
            if verdict != "insufficient":
                leads = own.index[own["rank"] == 1][0]
                verdict, reason = (
                    "none",
                    f"what leads is {leads}, with an effect of {own.loc[leads, 'effect']:.2f}",
                )
        if not self.is_held_out:
            verdict, p_value, q_value = "insufficient", np.nan, np.nan
            reason = "the texts are those that the judgements were made on"
        return (
            self.theme, author, judged["n_documents"], judged["n_words"], row["rank"], row["effect"], row["low"], row["high"], p_value,
            q_value, row["document_share"], verdict, reason,
        )  # fmt: skip

    def quotes(self, when: int) -> pd.DataFrame:
        if self.passages.empty:
            return pd.DataFrame()
        fit = self.fits[when]
        mine = (fit.themes_["concept"] == self.theme) & fit.themes_["author"].isin(self.authors)
        found = find_evidence(
            self.passages, self.topics, fit.passage_scores_, self.names, fit.themes_[mine], fit.document_scores_,
            n_themes=len(self.names),
        )  # fmt: skip
        frame = self.result.placed(found)
        frame.insert(0, "when", ("before", "after")[when])
        return frame


def _background(result: Result, given: str | os.PathLike[str] | Background | None) -> Background | None:
    asked = result.settings["background"]["asked"] if given is None else given
    if given is None and asked not in {"auto", "none"}:
        raise ValueError(
            f"seen a result with a background of your own ({asked}); expected it here, too; pass it as background="
        )
    return backgrounds.choose(asked, find_encoder(result.settings["encoder"]))
