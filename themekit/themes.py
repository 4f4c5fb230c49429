"""Themes: which concept comes back in an author's writing more than chance and subject explain.

The estimate, in the order the data flows (DESIGN section 2, steps 5 to 8):

1. *Passage scores.* A passage's vector, less the mean of its topic, is set
   against each concept's direction (cosine). The topic's mean comes from other
   people's passages, shrunk towards the grand mean where there are few.
2. *Contribution scores.* The mean of a contribution's passages, weighted by
   rank: a theme shows in a part of what one writes.
3. *Author effects.* The author's mean against everybody else's, in standard
   deviations of a comparable contribution's score (same kind).
4. *Chance.* Author labels are permuted over contributions within kind;
   the largest effect over all candidates gives the adjusted p (max-T),
   and the false discovery rate is held over authors.
5. *Verdict.* ``found``, ``none`` or ``insufficient``. Found takes more than chance: the
   theme shows in most documents, and stands out of what authors differ in anyway.

Decisions:

- Contributions are the unit of all resampling, never passages: those of one
  contribution are not independent.
- The test uses scores whose topic means include everybody, the author too, so
  that they do not depend on who is called the author and the permutation is
  exact. The effect that is ranked and shown leaves the author's own passages
  out of the topic's mean, since otherwise a theme goes out with a topic that
  few others write on.
- Topic means are shrunk by ten passages: with thirty, a topic that one author alone writes
  on passed for a theme in 6 of 30 planted data sets where its centre lay along a concept, with ten in none.
- Under permutation an effect depends on nothing of the author but the number of
  contributions by kind. So the null is drawn once for all authors alike.
- Where there is nobody else, the shipped background stands in for the others.
  It is of another era and register, which the comparison cannot tell from a
  theme: concepts are ranked, but no p is given and the verdict is ``insufficient``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from themekit.background import Background

THEME_COLUMNS = [
    "author", "concept", "rank", "effect", "low", "high", "p_value",
    "document_share", "n_topics", "first_year", "last_year",
]  # fmt: skip
AUTHOR_COLUMNS = [
    "author", "n_documents", "n_words", "verdict", "reason", "missing", "meta_theme", "q_value", "topic_overlap",
]  # fmt: skip

# What a verdict takes, by quantity; fewer and the answer is "insufficient", with what is missing. The power study
# (benchmarks/trust.py) holds the level at all of these; below, intervals cover too little (0.87 of 0.95 at four documents) or
# next to nothing is found. More is better: of themes in 40 of 100 passages 0.28 are found beside eight texts by others,
# 0.44 beside sixteen, and not many more beside forty.
NEEDED = {"contributions": 5, "words": 2000, "topics": 2, "topic overlap": 0.2, "comparable contributions": 8}
# "Comes back in most documents": a theme that is found must show in at least this share of them.
MIN_DOCUMENT_SHARE = 0.5
_SHOWS_ABOVE = 0.75
# No two people write alike: every author lies somewhat off the others in every concept, with or without a theme. So the
# leading effect must also stand out of the spread of all authors' effects in all concepts (as a normal deviate, at this
# level over the candidates). On benchmarks/development, without this, authors who were given no theme passed too often.
STANDS_OUT_AT = 0.1
_ENOUGH_EFFECTS = 40


class ThemeEstimator:
    """Estimate each author's themes from scored passages.

    Parameters
    ----------
    n_permutations : int, default 2000
        Author labels are shuffled so often; the smallest p is one over that.
    n_bootstrap : int, default 1000
        Contributions are resampled so often for the 95 % interval.
    shrinkage : float, default 10
        The grand mean counts as so many passages in each topic's mean.
    level : float, default 0.05
        False discovery rate over authors at which a theme is ``found``.
    seed : int, default 0
        Of the permutations and the bootstrap.

    Attributes
    ----------
    authors_ : pandas.DataFrame
        One row per author; columns as in :data:`AUTHOR_COLUMNS`.
    themes_ : pandas.DataFrame
        One row per author and concept, by rank; columns as in :data:`THEME_COLUMNS`.
    document_scores_ : pandas.DataFrame
        ``document_id, author, concept, score, shows``; in standard deviations.
    passage_scores_ : numpy.ndarray of shape (n_passages, n_concepts)
        Cosines in standard deviations over all passages.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> passages = pd.DataFrame({"document_id": np.repeat([f"d{i:02d}" for i in range(24)], 6)})
    >>> passages["author"] = np.repeat(["Ann", "Bo", "Cy"], 48)
    >>> vectors = rng.normal(size=(144, 8)); vectors[:48, 0] += 2  # Ann comes back to the first direction
    >>> contributions = passages.drop_duplicates().assign(n_words=500, kind="essay", year=2020.0)
    >>> estimator = ThemeEstimator().fit(passages, vectors, np.arange(144) % 3, np.eye(8)[:4], list("abcd"), contributions)
    >>> estimator.authors_[["author", "verdict", "meta_theme"]].iloc[0].tolist()
    ['Ann', 'found', 'a']
    """

    def __init__(
        self, *, n_permutations: int = 2000, n_bootstrap: int = 1000,
        shrinkage: float = 10.0, level: float = 0.05, seed: int = 0,
    ) -> None:  # fmt: skip
        self.n_permutations = n_permutations
        self.n_bootstrap = n_bootstrap
        self.shrinkage = shrinkage
        self.level = level
        self.seed = seed

    def fit(
        self,
        passages: pd.DataFrame,
        vectors: NDArray[np.floating[Any]],
        topics: NDArray[np.int64],
        directions: NDArray[np.float64],
        concepts: Sequence[str],
        contributions: pd.DataFrame,
        background: Background | None = None,
    ) -> ThemeEstimator:
        """Score, compare, test and judge.

        Parameters
        ----------
        passages : pandas.DataFrame of n_passages rows
            ``document_id, author``.
        vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        topics : numpy.ndarray of shape (n_passages,)
            Numbers from 0.
        directions : numpy.ndarray of shape (n_concepts, n_dimensions)
            Unit vectors, from :func:`themekit.concepts.vectors`.
        concepts : sequence of str
            Their names.
        contributions : pandas.DataFrame
            ``document_id, author, n_words, kind, year``; one row per contribution.
        background : Background, optional
            Other people's passages. The shipped one is used for authors who stand
            alone; one that the user gave counts as further authors.

        Returns
        -------
        ThemeEstimator
            Itself.
        """
        data = _Data.of(passages, vectors, topics, contributions, background)
        with_author = self._scores(data, directions, leave_out=False)
        without = self._scores(data, directions, leave_out=True)
        tested, shown = _Scores.of(data, with_author[1]), _Scores.of(data, without[1])
        own = without[0][: len(passages)]
        self.passage_scores_ = (own - own.mean(axis=0)) / np.maximum(own.std(axis=0), 1e-12)
        people = [self._author(name, data, shown, tested, list(concepts)) for name in data.names]
        self.themes_ = _themes_table(people)
        self.authors_ = self._verdicts(people, data)
        self.document_scores_ = _document_scores(data, shown, list(concepts))
        return self

    def _scores(
        self, data: _Data, directions: NDArray[np.float64], *, leave_out: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        residuals = topic_residuals(
            data.vectors, data.topics, data.passage_author, shrinkage=self.shrinkage, leave_out=leave_out
        )
        scores = residuals @ directions.T
        return scores, contribution_scores(scores, data.passage_contribution)

    def _author(
        self, name: str, data: _Data, shown: _Scores, tested: _Scores, concepts: list[str]
    ) -> _Person:
        own = np.flatnonzero(data.author == data.names[name])
        groups = data.comparable(name)
        effect = shown.effect(groups)
        low, high = self._interval(name, groups, shown, effect)
        p_values = (
            self._p_values(groups, tested) if data.is_testable(groups) else np.full(len(concepts), np.nan)
        )
        shows = shown.shows(groups, own)
        ranked = np.argsort(
            -(effect if np.isfinite(effect).all() else shown.scores[own].mean(axis=0)), kind="stable"
        )
        rows = []
        for rank, c in enumerate(ranked, start=1):
            where = own[shows[:, c]]
            years = data.year[where][np.isfinite(data.year[where])]
            rows.append(
                (
                    name,
                    concepts[c],
                    rank,
                    effect[c],
                    low[c],
                    high[c],
                    p_values[c],
                    float(shows[:, c].mean()),
                    data.n_topics(where),
                    *((int(years.min()), int(years.max())) if len(years) else (None, None)),
                )
            )
        return _Person(name, own, groups, rows)

    def _interval(
        self, name: str, groups: list[_Group], scores: _Scores, effect: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Bootstrap the author's contributions within kind; widened, as few tell too little of their spread.

        By sqrt(n / (n - 1)) and by Student's t over the normal quantile: without the second, intervals of eight
        contributions covered 0.85 of 100 in ``benchmarks/trust.py``, with it 0.92. The others are held fixed.
        """
        n = sum(len(g.own) for g in groups)
        if n < 2:  # noqa: PLR2004 - one contribution has no spread
            return np.full_like(effect, np.nan), np.full_like(effect, np.nan)
        rng = np.random.default_rng([self.seed, *name.encode("utf-8", "surrogatepass")])
        draws = np.zeros((self.n_bootstrap, len(effect)))
        for g in groups:
            weights = rng.multinomial(len(g.own), np.full(len(g.own), 1 / len(g.own)), size=self.n_bootstrap)
            draws += weights @ scores.standardised(g, g.own) / n
        from scipy.stats import norm, t  # noqa: PLC0415 - scipy is loaded when needed

        wider = np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1) / norm.ppf(0.975)
        low, high = np.percentile(effect + (draws - effect) * wider, [2.5, 97.5], axis=0)
        return low, high

    def _p_values(self, groups: list[_Group], scores: _Scores) -> NDArray[np.float64]:
        profile = tuple((g.kind, len(g.own)) for g in groups)
        observed = scores.statistic(groups)
        if profile not in scores.nulls:
            scores.nulls[profile] = self._null(groups, scores)
        null = scores.nulls[profile]
        at_least = len(null) - np.searchsorted(null, observed - 1e-12, side="left")
        p_values: NDArray[np.float64] = (1 + at_least) / (1 + len(null))
        return p_values

    def _null(self, groups: list[_Group], scores: _Scores) -> NDArray[np.float64]:
        """Return the sorted largest effects over all concepts when labels are shuffled within kind."""
        rng = np.random.default_rng([self.seed, *(len(g.own) for g in groups)])
        n = sum(len(g.own) for g in groups)
        total = np.zeros((self.n_permutations, scores.scores.shape[1]))
        for g in groups:
            pool, k = np.r_[g.own, g.others], len(g.own)
            pool = np.sort(pool)
            chosen = np.argsort(rng.random((self.n_permutations, len(pool))), axis=1)[:, :k]
            picked = np.zeros((self.n_permutations, len(pool)))
            np.put_along_axis(picked, chosen, 1.0, axis=1)
            z = scores.by_kind(pool)
            total += (picked @ z / k - (z.sum(axis=0) - picked @ z) / (len(pool) - k)) * (k / n)
        return np.sort(total.max(axis=1))

    def _verdicts(self, people: list[_Person], data: _Data) -> pd.DataFrame:
        facts = [data.facts(person) for person in people]
        leading = np.array([person.rows[0][6] for person in people], dtype=float)
        testable = np.array([not _missing(f) for f in facts]) & np.isfinite(leading)
        q_values = np.full(len(people), np.nan)
        if testable.any():
            from scipy.stats import false_discovery_control  # noqa: PLC0415 - scipy is loaded when needed

            q_values[testable] = false_discovery_control(leading[testable])
        needed = _stands_out_from([[row[3] for row in person.rows] for person in people])
        rows = [
            _judge(person, fact, q, self.level, needed)
            for person, fact, q in zip(people, facts, q_values, strict=True)
        ]
        return pd.DataFrame(rows, columns=AUTHOR_COLUMNS).astype({"meta_theme": object, "reason": object})


@dataclass(frozen=True)
class _Group:
    """An author's contributions of one kind, and those they are compared with."""

    kind: str
    own: NDArray[np.int64]
    others: NDArray[np.int64]


@dataclass(frozen=True)
class _Person:
    name: str
    own: NDArray[np.int64]
    groups: list[_Group]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Data:
    """Everything by number: passages, contributions, authors; the background's come last."""

    vectors: NDArray[np.float64]
    topics: NDArray[np.int64]
    passage_author: NDArray[np.int64]
    passage_contribution: NDArray[np.int64]
    author: NDArray[np.int64]
    kind: NDArray[np.str_]
    year: NDArray[np.float64]
    n_words: NDArray[np.int64]
    document_id: list[str]
    names: dict[str, int]
    n_own: int
    background: Background | None

    @classmethod
    def of(
        cls, passages: pd.DataFrame, vectors: NDArray[np.floating[Any]], topics: NDArray[np.int64],
        contributions: pd.DataFrame, background: Background | None,
    ) -> _Data:  # fmt: skip
        names = {name: i for i, name in enumerate(sorted(passages["author"].unique()))}
        known = contributions.set_index(["document_id", "author"])
        pairs = pd.MultiIndex.from_frame(passages[["document_id", "author"]])
        codes, unique = pd.factorize(pairs, sort=True)
        rows = known.reindex(unique)
        author = np.array([names[name] for _, name in unique], dtype=np.int64)
        points: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64)
        parts: list[NDArray[Any]] = [
            points,
            topics,
            author[codes],
            codes,
            author,
            rows["kind"].to_numpy(dtype=str),
        ]
        needed = background is not None and (background.is_given or len(names) == 1)
        extra = background.without(points) if background is not None and needed else None
        if extra is not None and not extra.is_given:
            extra = extra.in_nearest_register(points)
        if extra is not None and len(extra.vectors):
            other = extra.vectors.astype(np.float64)
            more = [
                other,
                nearest_topics(other, points, topics),
                extra.authors + len(names),
                extra.contributions + len(unique),
                extra.contribution_authors + len(names),
                extra.contribution_kinds,
            ]
            parts = [np.concatenate(pair) for pair in zip(parts, more, strict=True)]
        by_passage, topic, passage_author, passage_contribution, by_contribution, kind = parts
        return cls(
            by_passage,
            topic,
            passage_author,
            passage_contribution,
            by_contribution,
            kind,
            rows["year"].to_numpy(dtype=float),
            rows["n_words"].to_numpy(dtype=np.int64),
            [d for d, _ in unique],
            names,
            len(unique),
            extra,
        )

    def comparable(self, name: str) -> list[_Group]:
        """Return the author's contributions by kind with those of others; of any kind where these are fewer than two."""
        groups = []
        own_all = np.flatnonzero(self.author == self.names[name])
        others_all = np.flatnonzero(self.author != self.names[name])
        for kind in sorted(set(self.kind[own_all])):
            others = others_all[self.kind[others_all] == kind]
            groups.append(_Group(kind, own_all[self.kind[own_all] == kind], others))
        with_others = [g for g in groups if len(g.others) > 1]  # one has no spread to measure by
        if with_others or not len(others_all):
            return with_others or groups
        return [_Group("any", own_all, others_all)]

    def is_testable(self, groups: list[_Group]) -> bool:
        """Say whether a permutation means something: there are others, and they are comparable."""
        only_shipped = self.background is not None and not self.background.is_given
        return not only_shipped and all(len(g.others) and g.kind != "any" for g in groups)

    def n_topics(self, contributions: NDArray[np.int64]) -> int:
        inside = np.isin(self.passage_contribution, contributions)
        return len(np.unique(self.topics[inside]))

    def facts(self, person: _Person) -> dict[str, Any]:
        """Return what a verdict rests on, by quantity."""
        inside = np.flatnonzero(np.isin(self.passage_contribution, person.own))
        outside = np.isin(self.passage_contribution, np.concatenate([g.others for g in person.groups]))
        shared = np.unique(self.topics[outside])
        has_others = any(len(g.others) for g in person.groups)
        return {
            "contributions": len(person.own),
            "words": int(self.n_words[person.own].sum()),
            "topics": len(np.unique(self.topics[inside])),
            "topic overlap": float(np.isin(self.topics[inside], shared).mean()) if has_others else 0.0,
            "comparable contributions": int(sum(len(g.others) for g in person.groups))
            if self.is_testable(person.groups)
            else 0,
            "background": "other authors"
            if self.is_testable(person.groups)
            else _register(self.background)
            if has_others
            else "none",
        }


@dataclass(frozen=True)
class _Scores:
    """Contribution scores, and what is known of them by kind."""

    scores: NDArray[np.float64]
    kind: NDArray[np.str_]
    nulls: dict[Any, NDArray[np.float64]]

    @classmethod
    def of(cls, data: _Data, scores: NDArray[np.float64]) -> _Scores:
        return cls(scores, data.kind, {})

    def standardised(self, group: _Group, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return scores in standard deviations of the comparable contributions, from their mean."""
        others = self.scores[group.others]
        spread = others.std(axis=0, ddof=1) if len(others) > 1 else np.full(self.scores.shape[1], np.nan)
        z: NDArray[np.float64] = (self.scores[rows] - _mean(others)) / np.maximum(spread, 1e-9)
        return z

    def effect(self, groups: list[_Group]) -> NDArray[np.float64]:
        n = sum(len(g.own) for g in groups)
        effect: NDArray[np.float64] = np.sum(
            [self.standardised(g, g.own).sum(axis=0) / n for g in groups], axis=0
        )
        return effect

    def by_kind(self, pool: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return scores over the pool's own spread, which does not change when labels do."""
        z: NDArray[np.float64] = self.scores[pool] / np.maximum(self.scores[pool].std(axis=0), 1e-9)
        return z

    def statistic(self, groups: list[_Group]) -> NDArray[np.float64]:
        n = sum(len(g.own) for g in groups)
        total = np.zeros(self.scores.shape[1])
        for g in groups:
            spread = np.maximum(self.scores[np.sort(np.r_[g.own, g.others])].std(axis=0), 1e-9)
            total += (
                (self.scores[g.own].mean(axis=0) - self.scores[g.others].mean(axis=0))
                / spread
                * (len(g.own) / n)
            )
        return total

    def shows(self, groups: list[_Group], own: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each contribution and concept whether its score is above the upper quartile of comparable ones."""
        shows = np.zeros((len(own), self.scores.shape[1]), dtype=bool)
        for g in groups:
            rows = np.searchsorted(own, g.own)
            if len(g.others):
                shows[rows] = self.scores[g.own] > np.quantile(self.scores[g.others], _SHOWS_ABOVE, axis=0)
        return shows


def _register(background: Background | None) -> str:
    registers = sorted(set(background.registers)) if background is not None else []
    return f"shipped ({', '.join(registers)})" if registers else "shipped"


def _mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = rows.mean(axis=0) if len(rows) else np.full(rows.shape[1], np.nan)
    return mean


def _missing(facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what there is and what is needed, for each quantity that falls short."""
    missing: dict[str, dict[str, Any]] = {
        name: {"have": facts[name], "needed": needed}
        for name, needed in NEEDED.items()
        if facts[name] < needed
    }
    if facts["background"] != "other authors":
        missing.pop("comparable contributions", None)
        missing.pop("topic overlap", None)
        missing["background"] = {
            "have": facts["background"],
            "needed": "other authors or a background of the same register",
        }
    return missing


def _stands_out_from(effects: list[list[float]]) -> float:
    """Return the effect that one in so many candidates would reach by what authors differ in anyway."""
    known = np.array(effects, dtype=float)
    known = known[np.isfinite(known).all(axis=1)]
    if known.size < _ENOUGH_EFFECTS:
        return -np.inf  # too few to know how authors differ
    from scipy.stats import median_abs_deviation, norm  # noqa: PLC0415 - scipy is loaded when needed

    spread = median_abs_deviation(known, axis=None, scale="normal")
    return float(np.median(known) + spread * norm.isf(STANDS_OUT_AT / known.shape[1]))


def _judge(
    person: _Person, facts: dict[str, Any], q_value: float, level: float, needed: float
) -> tuple[Any, ...]:
    missing = _missing(facts)
    _, concept, _, effect, low, _, _, share, *_ = person.rows[0]
    head = (person.name, facts["contributions"], facts["words"])
    overlap = facts["topic overlap"]
    if missing or not np.isfinite(q_value):
        reason = "; ".join(
            f"{name}: {_said(m['have'])}, needed {_said(m['needed'])}" for name, m in missing.items()
        )
        return (*head, "insufficient", reason, json.dumps(missing), None, np.nan, overlap)
    if q_value <= level and effect >= needed and share >= MIN_DOCUMENT_SHARE and low > 0:
        return (*head, "found", None, "{}", concept, q_value, overlap)
    if q_value > level:
        reason = f"what leads, {concept}, is no stronger than chance and {facts['comparable contributions']} comparable texts explain (q = {q_value:.2g})"
    elif effect < needed:
        reason = (
            f"what leads, {concept}, has an effect of {effect:.2f}; authors differ so much anyway, in some concept or other, "
            f"that it takes {needed:.2f} to stand out"
        )
    elif share < MIN_DOCUMENT_SHARE:
        reason = f"what leads, {concept}, shows in {share:.0%} of the documents, not in most"
    else:
        reason = f"what leads, {concept}, has an effect of {effect:.2f} whose interval reaches {low:.2f}"
    return (*head, "none", reason, "{}", None, q_value, overlap)


def _said(value: object) -> str:
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if isinstance(value, float) else str(value)
    )


def _themes_table(people: Iterable[_Person]) -> pd.DataFrame:
    frame = pd.DataFrame([row for person in people for row in person.rows], columns=THEME_COLUMNS)
    years = {"first_year": "Int64", "last_year": "Int64"}
    return frame.astype({"rank": "int64", "n_topics": "int64", **years})


def _document_scores(data: _Data, scores: _Scores, concepts: list[str]) -> pd.DataFrame:
    frames = []
    for name in data.names:
        own = np.flatnonzero(data.author == data.names[name])
        groups = data.comparable(name)
        z = np.full((len(own), len(concepts)), np.nan)
        for g in groups:
            z[np.searchsorted(own, g.own)] = (
                scores.standardised(g, g.own) if len(g.others) > 1 else scores.scores[g.own]
            )
        frames.append(
            pd.DataFrame(
                {
                    "document_id": np.repeat([data.document_id[i] for i in own], len(concepts)),
                    "author": name,
                    "concept": concepts * len(own),
                    "score": z.ravel(),
                    "shows": scores.shows(groups, own).ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def nearest_topics(
    vectors: NDArray[np.float64], known: NDArray[np.float64], topics: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give further passages the topic whose mean vector is nearest.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Passages without a topic.
    known : numpy.ndarray of shape (n_known, n_dimensions)
    topics : numpy.ndarray of shape (n_known,)
        Numbers from 0, without gaps.

    Returns
    -------
    numpy.ndarray of shape (n_passages,)

    Examples
    --------
    >>> import numpy as np
    >>> nearest_topics(np.array([[0.9, 0.1]]), np.eye(2), np.array([0, 1])).tolist()
    [0]
    """
    sums, counts = _topic_sums(known, topics, int(topics.max()) + 1)
    means = sums / np.maximum(counts, 1)[:, None]
    distance = (means**2).sum(axis=1) - 2 * vectors @ means.T
    nearest: NDArray[np.int64] = np.argmin(distance, axis=1).astype(np.int64)
    return nearest


def topic_residuals(
    vectors: NDArray[np.floating[Any]],
    topics: NDArray[np.int64],
    authors: NDArray[np.int64],
    *,
    shrinkage: float = 10.0,
    leave_out: bool = True,
) -> NDArray[np.float64]:
    """Take out of each passage what its topic accounts for.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
    topics, authors : numpy.ndarray of shape (n_passages,)
        Numbers from 0.
    shrinkage : float, default 10
        The grand mean counts as so many passages beside the topic's own.
    leave_out : bool, default True
        Take the means without the author of the passage.

    Returns
    -------
    numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors: ``normalise(x - (sum of topic + shrinkage * grand mean) / (n of topic + shrinkage))``.

    Examples
    --------
    >>> import numpy as np
    >>> vectors = np.eye(4)
    >>> topic_residuals(vectors, np.zeros(4, int), np.arange(4)).shape
    (4, 4)
    """
    points: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64)
    n_topics = int(topics.max()) + 1
    sums, counts = _topic_sums(points, topics, n_topics)
    total, n_all = points.sum(axis=0), len(points)
    if not leave_out:
        means = (sums + shrinkage * total / n_all) / (counts + shrinkage)[:, None]
        return _unit(points - means[topics])
    residuals = np.empty_like(points)
    for author in np.unique(authors):
        rows = np.flatnonzero(authors == author)
        own, n_own = _topic_sums(points[rows], topics[rows], n_topics)
        others = (total - own.sum(axis=0)) / max(n_all - len(rows), 1)
        means = (sums - own + shrinkage * others) / (counts - n_own + shrinkage)[:, None]
        residuals[rows] = points[rows] - means[topics[rows]]
    return _unit(residuals)


def _topic_sums(
    vectors: NDArray[np.float64], topics: NDArray[np.int64], n_topics: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    sums = np.zeros((n_topics, vectors.shape[1]))
    np.add.at(sums, topics, vectors)
    return sums, np.bincount(topics, minlength=n_topics).astype(np.float64)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit


def contribution_scores(scores: NDArray[np.float64], contributions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum passage scores up by contribution: the mean weighted by rank, for each concept.

    A theme shows in a part of what one writes, so that high passages should count for more. Weights
    that grow with the rank (the highest of n counts n times as much as the lowest) did as
    well as the mean of the highest third with MiniLM and better with static vectors, and have no
    threshold that a passage could fall on either side of.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n_passages, n_concepts)
    contributions : numpy.ndarray of shape (n_passages,)
        Numbers from 0 without gaps.

    Returns
    -------
    numpy.ndarray of shape (n_contributions, n_concepts)

    Examples
    --------
    >>> import numpy as np
    >>> contribution_scores(np.array([[0.0], [3.0], [1.0]]), np.array([0, 0, 1])).tolist()
    [[2.0], [1.0]]
    """
    order = np.argsort(contributions, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(contributions[order]) > 0])
    out = np.empty((len(starts), scores.shape[1]))
    for i, (begin, end) in enumerate(zip(starts, [*starts[1:], len(order)], strict=True)):
        own = np.sort(scores[order[begin:end]], axis=0)
        weights = np.arange(1, len(own) + 1)
        out[i] = weights @ own / weights.sum()
    return out
