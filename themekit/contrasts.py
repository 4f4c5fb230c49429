"""Contrasts: in which concepts two authors, or two groups of documents, differ.

Themes say what stands out in an author against everybody else. A contrast sets one against another: two
authors, before and after, essays and letters, one condition and the other.

1. *Scores.* As for themes, each contribution has a score on each concept, once the topics' means are taken out of its
   passages. Here the means include everybody: on topics that both sides write on, they cancel. What one
   side alone writes on counts for less, and ``topic_overlap`` says how much that is.
2. *Effect.* The difference of means within kind, in standard deviations of a contribution's score about the means of
   the sides, weighted by ``n1 n2 / (n1 + n2)``; so it turns its sign when the sides are exchanged.
3. *Unit.* What is resampled is what the sides are made of:

   - *documents*, for one author against another;
   - *documents within author*, where authors stand on both sides (before and after): each is compared with themselves, and
     who stands on one side alone is left out. What is found holds of these authors;
   - *authors*, where either side has several and none is on both. Their documents are not independent: as
     units they would make any difference between a handful of people look certain.

4. *Chance.* Sides are shuffled over units within kind, the largest absolute difference over all concepts gives the
   adjusted p (max-T, two-sided). Where there are few units p cannot be small: with three authors on either side
   it is 0.1 at the least.
5. *Interval.* Units are resampled within side and kind; the percentiles are widened by ``sqrt(n / (n - 1))`` and by Student's t
   over the normal quantile, as few units tell too little of their spread [1]_.

.. [1] Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American Statistician 69(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from themekit.themes import contribution_scores, topic_residuals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from themekit.result import Result

__all__ = ["CONTRAST_COLUMNS", "ContrastError", "authors", "groups", "periods"]

CONTRAST_COLUMNS = [
    "group", "other", "concept", "rank", "effect", "low", "high", "p_value", "unit", "n_units", "n_other_units",
    "n_documents", "n_other_documents", "topic_overlap",
]  # fmt: skip
Unit = Literal["auto", "document", "author"]


class ContrastError(ValueError):
    """There are no two sides to compare, or nothing that is comparable in them."""


def authors(
    result: Result,
    author: str,
    other: str,
    *,
    n_permutations: int = 2000,
    n_bootstrap: int = 1000,
    seed: int | None = None,
) -> pd.DataFrame:
    """Set one author against another.

    Parameters
    ----------
    result : Result
    author, other : str
    n_permutations, n_bootstrap : int, default 2000, 1000
    seed : int, optional
        Default: the result's.

    Returns
    -------
    pandas.DataFrame
        As :func:`groups`; ``effect`` above 0 where the first author shows more of a concept.

    Raises
    ------
    ContrastError
        If it is twice the same author.

    See Also
    --------
    themekit.frames.pair_frame : Both authors' themes, each against everybody else.

    Examples
    --------
    >>> import themekit
    >>> texts = ["We mended the gate again.", "I oiled the hinge.", "The boat sank.", "The sea took it."]
    >>> corpus = themekit.Corpus.from_texts(texts, author=["Ann", "Ann", "Bo", "Bo"])
    >>> frame = authors(themekit.mine(corpus, encoder="static"), "Ann", "Bo")
    >>> frame[["group", "other", "unit"]].iloc[0].tolist()
    ['Ann', 'Bo', 'document']
    """
    one, two = (result._known(name) for name in (author, other))  # noqa: SLF001 - near names are given there
    if one == two:
        raise ContrastError(
            f"seen {one!r} twice; expected two authors; for one author's own before and after, take periods()"
        )
    space = _space(result)
    side = np.array([a if a in {one, two} else None for a in space.author], dtype=object)
    return _contrast(space, side, one, two, "document", n_permutations, n_bootstrap, _seed(result, seed))


def periods(
    result: Result,
    date: str,
    *,
    author: str | None = None,
    n_permutations: int = 2000,
    n_bootstrap: int = 1000,
    seed: int | None = None,
) -> pd.DataFrame:
    """Set what was written from a date on against what was written before it.

    Parameters
    ----------
    result : Result
    date : str
        The first day, month or year of the later period: ``2018``, ``2018-03``, ``2018-03-09``.
    author : str, optional
        Only this author's. Default: everybody's, each compared with themselves.
    n_permutations, n_bootstrap : int, default 2000, 1000
    seed : int, optional
        Default: the result's.

    Returns
    -------
    pandas.DataFrame
        As :func:`groups`; ``effect`` above 0 where there is more of a concept from that date on. Documents without a
        date are left out; so are those dated only by a year that the date falls into.

    Raises
    ------
    ContrastError
        If one of the periods has no document, or the date is none.

    Examples
    --------
    >>> import themekit
    >>> corpus = themekit.Corpus.from_texts(["The boat sank.", "We mended it."], author="Ann", dates=["2017", "2019"])
    >>> periods(themekit.mine(corpus, encoder="static"), "2018")["group"].iloc[0]
    'from 2018'
    """
    if not date[:4].isdigit() or len(date) not in {4, 7, 10}:
        raise ContrastError(
            f"seen the date {date!r}; expected a year, a month or a day; write for instance  2018  or  2018-03"
        )
    dates = result.documents.set_index("document_id")["date"].astype("string")
    # A date less exact than the one asked for lies before or after it only if its own part does.
    later = {
        d: None if pd.isna(v) or (len(v) < len(date) and date.startswith(v)) else bool(v[: len(date)] >= date)
        for d, v in dates.items()
    }
    labels = {d: f"from {date}" if is_later else f"before {date}" for d, is_later in later.items() if is_later is not None}  # fmt: skip
    return groups(
        result, labels, order=(f"from {date}", f"before {date}"), author=author,
        n_permutations=n_permutations, n_bootstrap=n_bootstrap, seed=seed,
    )  # fmt: skip


def groups(
    result: Result,
    by: str | Mapping[str, str] | pd.Series[Any],
    *,
    order: Iterable[str] | None = None,
    author: str | None = None,
    unit: Unit = "auto",
    n_permutations: int = 2000,
    n_bootstrap: int = 1000,
    seed: int | None = None,
) -> pd.DataFrame:
    """Set groups of documents or of authors against each other.

    Parameters
    ----------
    result : Result
    by : str, mapping or Series
        A column of ``result.documents``, such as ``"kind"``; or the group of each document or author, by ``document_id`` or
        by name. Whoever has none, or null, is left out.
    order : iterable of str, optional
        Only these groups, in this order. Default: all, in alphabetical order.
    author : str, optional
        Only this author's documents.
    unit : {"auto", "document", "author"}, default "auto"
        What is shuffled and resampled. ``"auto"``: authors where the groups are made of whole authors and one has several;
        otherwise documents, within author where authors are in both groups. With ``"document"`` a difference of
        groups of authors holds for these authors and no others.
    n_permutations, n_bootstrap : int, default 2000, 1000
    seed : int, optional
        Default: the result's.

    Returns
    -------
    pandas.DataFrame
        ``group, other, concept, rank, effect, low, high, p_value, unit, n_units, n_other_units, n_documents,
        n_other_documents, topic_overlap``; one row per pair of groups and concept, ranked by the size of the effect. With more than
        two groups there is each pair, and ``p_value`` is adjusted for the concepts of its own pair; it is null where no comparison
        within a kind can be had. ``topic_overlap`` is the share of both sides' passages on topics that both write on.

    Raises
    ------
    ContrastError
        If there are fewer than two groups, or a name in ``by`` is nobody's.

    Examples
    --------
    >>> import themekit
    >>> texts = ["We mended the gate again.", "I oiled the hinge.", "The boat sank.", "The sea took it."]
    >>> corpus = themekit.Corpus.from_texts(texts, author=["Ann", "Bo", "Cy", "Di"])
    >>> frame = groups(themekit.mine(corpus, encoder="static"), {"Ann": "land", "Bo": "land", "Cy": "sea", "Di": "sea"})
    >>> frame[["group", "other", "unit"]].iloc[0].tolist()
    ['land', 'sea', 'author']
    """
    space = _space(result)
    side = _sides(result, space, by)
    if author is not None:
        side[space.author != result._known(author)] = None  # noqa: SLF001 - near names are given there
    present = sorted({label for label in side if label is not None})
    wanted = present if order is None else list(order)
    if missing := [label for label in wanted if label not in present]:
        raise ContrastError(
            f"seen no document in {', '.join(map(repr, missing))}; expected one at least in each of two groups; "
            f"there are {', '.join(map(repr, present)) or 'none'}"
        )
    if len(wanted) < 2:  # noqa: PLR2004 - a contrast has two sides
        raise ContrastError(
            f"seen {len(wanted)} group ({', '.join(map(repr, wanted))}); expected two or more; give another column, or a "
            "mapping of documents or authors to groups"
        )
    frames = [
        _contrast(
            space, side, one, two, _unit_for(space, side, one, two, unit), n_permutations, n_bootstrap, _seed(result, seed)
        )
        for i, one in enumerate(wanted)
        for two in wanted[i + 1 :]
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _seed(result: Result, seed: int | None) -> int:
    return int(result.settings["seed"]) if seed is None else seed


@dataclass(frozen=True)
class _Space:
    """A result by contribution: scores on all candidates, and of each passage its topic and contribution."""

    document: NDArray[np.object_]
    author: NDArray[np.object_]
    kind: NDArray[np.object_]
    scores: NDArray[np.float64]
    concepts: list[str]
    passage: NDArray[np.int64]
    topics: NDArray[np.int64]


_spaces: WeakKeyDictionary[Result, _Space] = WeakKeyDictionary()


def _space(result: Result) -> _Space:
    """Score contributions once for each result: with topic means of everybody, they do not depend on the sides."""
    if result not in _spaces:
        _spaces[result] = _make_space(result)
    return _spaces[result]


def _make_space(result: Result) -> _Space:
    topics = result.topic_numbers
    pairs = pd.MultiIndex.from_frame(result.passages[["document_id", "author"]])
    codes, unique = pd.factorize(pairs, sort=True)
    kinds = result.documents.set_index("document_id")["kind"]
    scores = topic_residuals(result.vectors, topics, codes, leave_out=False) @ result.directions.T
    document, author = (np.array(list(part), dtype=object) for part in zip(*unique, strict=True))
    return _Space(
        document, author, kinds.reindex(document).to_numpy(dtype=object), contribution_scores(scores, codes),
        result.concepts["concept"].tolist(), codes, topics,
    )  # fmt: skip


def _sides(
    result: Result, space: _Space, by: str | Mapping[str, str] | pd.Series[Any]
) -> NDArray[np.object_]:
    """Return the group of each contribution, ``None`` where it has none."""
    if isinstance(by, str):
        if by not in result.documents.columns:
            raise ContrastError(
                f"seen {by!r}; expected a column of the documents ({', '.join(result.documents.columns)}), or a mapping of "
                "documents or authors to groups"
            )
        by = result.documents.set_index("document_id")[by]
    labels = {str(key): None if pd.isna(value) else str(value) for key, value in by.items()}
    known = {*space.author, *result.documents["document_id"]}
    if strange := [key for key in labels if key not in known]:
        raise ContrastError(
            f"seen {strange[0]!r}; expected a document_id or an author; see result.documents and result.authors"
        )
    return np.array(
        [labels.get(d, labels.get(a)) for d, a in zip(space.document, space.author, strict=True)],
        dtype=object,
    )


def _unit_for(space: _Space, side: NDArray[np.object_], one: str, two: str, unit: Unit) -> str:
    first, second = set(space.author[side == one]), set(space.author[side == two])
    if first & second:
        return "document within author"
    return (
        "author" if unit == "author" or (unit == "auto" and max(len(first), len(second)) > 1) else "document"
    )


@dataclass(frozen=True)
class _Stratum:
    """Units that are comparable: of one kind, and of one author where each is compared with themselves."""

    scores: NDArray[np.float64]
    is_first: NDArray[np.bool_]

    @property
    def n(self) -> int:
        return int(self.is_first.sum())

    @property
    def n_others(self) -> int:
        return int((~self.is_first).sum())

    @property
    def weight(self) -> float:
        return self.n * self.n_others / (self.n + self.n_others)

    def difference(self) -> NDArray[np.float64]:
        difference: NDArray[np.float64] = self.scores[self.is_first].mean(axis=0) - self.scores[
            ~self.is_first
        ].mean(axis=0)
        return difference


def _strata(space: _Space, side: NDArray[np.object_], one: str, two: str, unit: str) -> list[_Stratum]:
    """Return the strata that both sides have a unit in."""
    inside = np.flatnonzero((side == one) | (side == two))
    units = pd.DataFrame(space.scores[inside])
    keys = {"kind": space.kind[inside], "author": space.author[inside], "is_first": side[inside] == one}
    if unit == "author":
        units = units.groupby([pd.Series(keys[k], name=k) for k in keys]).mean()
        keys = {k: units.index.get_level_values(k).to_numpy() for k in keys}
    over = ["kind", "author"] if unit == "document within author" else ["kind"]
    number = pd.DataFrame(keys).groupby(over, sort=True).ngroup().to_numpy()
    is_first, scores = keys["is_first"].astype(bool), units.to_numpy()
    strata = [_Stratum(scores[number == i], is_first[number == i]) for i in range(int(number.max()) + 1)]
    return [s for s in strata if s.is_first.any() and not s.is_first.all()]


def _contrast(
    space: _Space, side: NDArray[np.object_], one: str, two: str, unit: str, n_permutations: int, n_bootstrap: int, seed: int
) -> pd.DataFrame:  # fmt: skip
    strata = _strata(space, side, one, two, unit)
    effect, low, high, p_values = (np.full(len(space.concepts), np.nan) for _ in range(4))
    if strata:
        spread = _spread(space, side, one, two)
        rng = np.random.default_rng(seed)
        effect = _difference(strata) / spread
        low, high = effect + _interval(strata, n_bootstrap, rng) / spread
        p_values = _p_values(strata, n_permutations, rng)
    order = np.argsort(-np.abs(np.nan_to_num(effect)), kind="stable")
    first, second = side == one, side == two
    frame = pd.DataFrame(
        {
            "group": one, "other": two, "concept": [space.concepts[c] for c in order],
            "rank": np.arange(1, len(order) + 1), "effect": effect[order], "low": low[order], "high": high[order],
            "p_value": p_values[order], "unit": unit, "n_units": sum(s.n for s in strata),
            "n_other_units": sum(s.n_others for s in strata), "n_documents": int(first.sum()),
            "n_other_documents": int(second.sum()), "topic_overlap": _overlap(space, first, second),
        }
    )  # fmt: skip
    return frame[CONTRAST_COLUMNS]


def _difference(strata: list[_Stratum]) -> NDArray[np.float64]:
    total = sum(s.weight for s in strata)
    difference: NDArray[np.float64] = np.sum([s.difference() * (s.weight / total) for s in strata], axis=0)
    return difference


def _spread(space: _Space, side: NDArray[np.object_], one: str, two: str) -> NDArray[np.float64]:
    """Return a contribution's standard deviation about the mean of its side and kind; the rest of the corpus is a side, too."""
    kinds = set(space.kind[(side == one) | (side == two)])
    rows = np.flatnonzero([kind in kinds for kind in space.kind])
    place = np.where(side[rows] == one, 1, np.where(side[rows] == two, 2, 0))
    group = pd.DataFrame({"kind": space.kind[rows], "place": place}).groupby(["kind", "place"]).ngroup()
    scores = pd.DataFrame(space.scores[rows])
    about = scores.to_numpy() - scores.groupby(group.to_numpy()).transform("mean").to_numpy()
    freedom = len(rows) - group.nunique()
    if freedom < 1:
        return np.full(scores.shape[1], np.nan)
    spread: NDArray[np.float64] = np.maximum(np.sqrt((about**2).sum(axis=0) / freedom), 1e-9)
    return spread


def _interval(strata: list[_Stratum], n_bootstrap: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how far below and above the difference the interval reaches; not a number where a side has one unit alone."""
    from scipy.stats import norm, t  # noqa: PLC0415 - scipy is loaded when needed

    n_concepts = strata[0].scores.shape[1]
    if min(min(s.n, s.n_others) for s in strata) < 2:  # noqa: PLR2004 - one has no spread
        return np.full((2, n_concepts), np.nan)
    total = sum(s.weight for s in strata)
    draws = np.zeros((n_bootstrap, n_concepts))
    for s in strata:
        for sign, rows in ((1, s.scores[s.is_first]), (-1, s.scores[~s.is_first])):
            n = len(rows)
            times = rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
            wider = np.sqrt(n / (n - 1)) * sign * s.weight / total
            draws += times @ (rows - rows.mean(axis=0)) / n * wider
    freedom = sum(s.n + s.n_others - 2 for s in strata)
    reach: NDArray[np.float64] = np.percentile(draws, [2.5, 97.5], axis=0)
    reach *= t.ppf(0.975, freedom) / norm.ppf(0.975)
    return reach


def _p_values(strata: list[_Stratum], n_permutations: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Shuffle sides within strata; hold the largest absolute difference over all concepts against each."""
    about = [s.scores - s.scores.mean(axis=0) for s in strata]
    spread = np.maximum(np.concatenate(about).std(axis=0), 1e-9)  # does not change when sides do
    total = sum(s.weight for s in strata)
    null = np.zeros((n_permutations, len(spread)))
    for s in strata:
        picked = rng.permuted(np.tile(s.is_first.astype(float), (n_permutations, 1)), axis=1)
        first = picked @ s.scores / s.n
        second = (1 - picked) @ s.scores / s.n_others
        null += (first - second) * (s.weight / total)
    largest = np.sort(np.abs(null / spread).max(axis=1))
    seen = np.abs(_difference(strata) / spread)
    at_least = len(largest) - np.searchsorted(largest, seen - 1e-9, side="left")
    p_values: NDArray[np.float64] = (1 + at_least) / (1 + len(largest))
    return p_values


def _overlap(space: _Space, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    own, theirs = space.topics[first[space.passage]], space.topics[second[space.passage]]
    shared = np.intersect1d(own, theirs)
    return float(np.isin(np.r_[own, theirs], shared).mean())
