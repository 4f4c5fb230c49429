"""Scores: how much each passage shows each concept once its topic is taken out, and what that comes to in a contribution.

The passages of a corpus may come in blocks, of any size and in any order (:mod:`themekit.grid` says why that is exact):

1. *Sums.* Of each block the sum of the vectors by author and topic (:meth:`Sums.of`), then the sums of these
   (:meth:`Sums.merge`): all that one block must know of the others.
2. *Passages.* A passage's vector, less its topic's mean, against each direction (:func:`passage_scores`), once with
   everybody in the mean and once without the author. The mean is shrunk towards the grand mean by so many passages.
3. *Contributions.* The mean of a contribution's passages, weighted by rank (:func:`contribution_scores`). A contribution
   must lie in one block whole.

The cosine of ``x - m`` with ``d`` is ``(x d - m d) / |x - m|``: what is multiplied out over all passages is ``x d``, once, for
both means.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from themekit.grid import BLOCK, FINE, GRID, blocks, fine, on_grid, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHRINKAGE = 10.0
"""The grand mean counts as so many passages in each topic's mean."""


@dataclass(frozen=True)
class Sums:
    """Sums of passages' vectors by author and topic, exact.

    Attributes
    ----------
    authors, topics, sizes : numpy.ndarray of shape (n_pairs,)
        One row per author and topic that occur together, in order, and the number of their passages.
    sums : numpy.ndarray of shape (n_pairs, n_dimensions)
        Whole multiples of 1/:data:`themekit.grid.GRID`.

    Examples
    --------
    >>> import numpy as np
    >>> whole = Sums.of(np.array([[1, 2], [3, 4], [5, 6]], dtype=np.int16), np.array([0, 1, 0]), np.array([0, 0, 0]))
    >>> whole.sums.tolist(), whole.sizes.tolist()
    ([[6, 8], [3, 4]], [2, 1])
    """

    authors: NDArray[np.int64]
    topics: NDArray[np.int64]
    sizes: NDArray[np.int64]
    sums: NDArray[np.int64]

    @classmethod
    def of(cls, vectors: NDArray[np.int16], authors: NDArray[np.int64], topics: NDArray[np.int64]) -> Sums:
        """Sum a block of passages; authors and topics are numbers from 0."""
        return cls._grouped(authors, topics, np.ones(len(vectors), dtype=np.int64), vectors)

    @classmethod
    def merge(cls, parts: Sequence[Sums]) -> Sums:
        """Sum the sums of blocks."""
        names = ("authors", "topics", "sizes", "sums")
        return cls._grouped(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    @classmethod
    def _grouped(
        cls,
        authors: NDArray[np.int64],
        topics: NDArray[np.int64],
        sizes: NDArray[np.int64],
        sums: NDArray[Any],
    ) -> Sums:
        order = np.lexsort((topics, authors))
        author, topic = authors[order], topics[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(author) != 0) | (np.diff(topic) != 0)][: len(order)])
        bounds = np.r_[starts, len(order)]
        out = np.zeros((len(starts), sums.shape[1]), dtype=np.int64)
        for some in runs(bounds):
            begin, end = bounds[some.start], bounds[some.stop]
            rows = sums[order[begin:end]].astype(np.int64)
            out[some] = np.add.reduceat(rows, starts[some] - begin, axis=0)
        size = np.add.reduceat(sizes[order], starts) if len(starts) else np.zeros(0, dtype=np.int64)
        return cls(author[starts], topic[starts], size, out)

    def by(self, which: NDArray[np.int64]) -> Sums:
        """Return the sums of all pairs that have the same number, as if that were the topic and all had one author."""
        return self._grouped(np.zeros_like(which), which, self.sizes, self.sums)

    def of_authors(self, authors: NDArray[np.int64]) -> Sums:
        """Return the pairs of some authors, each named once, in order."""
        begins, ends = (np.searchsorted(self.authors, authors, side=side) for side in ("left", "right"))
        keep = np.arange(int((ends - begins).sum())) + np.repeat(
            ends - np.cumsum(ends - begins), ends - begins
        )
        return Sums(self.authors[keep], self.topics[keep], self.sizes[keep], self.sums[keep])


class Means:
    """What a topic accounts for in a passage, with everybody's passages or without an author's own.

    Parameters
    ----------
    sums : Sums
        Of all passages.
    shrinkage : float, default 10
        The grand mean counts as so many passages beside the topic's own.
    """

    def __init__(self, sums: Sums, shrinkage: float = SHRINKAGE) -> None:
        self.shrinkage = shrinkage
        by_topic = sums.by(sums.topics)
        n_topics = int(sums.topics.max()) + 1
        self._sums = np.zeros((n_topics, sums.sums.shape[1]))
        self._sizes = np.zeros(n_topics)
        self._sums[by_topic.topics], self._sizes[by_topic.topics] = by_topic.sums, by_topic.sizes
        self._total, self._n = self._sums.sum(axis=0), self._sizes.sum()
        self._pairs = sums
        self.n_topics = n_topics
        """The number of topics."""

    def of_authors(self, authors: NDArray[np.int64]) -> Means:
        """Return as much as a block of these authors' passages needs."""
        means = copy(self)
        means._pairs = self._pairs.of_authors(np.unique(authors))  # noqa: SLF001 - one of its own kind
        return means

    def with_everybody(self) -> NDArray[np.float64]:
        """Return each topic's mean, of shape (n_topics, n_dimensions), as multiples of 1/FINE."""
        grand = self._total / self._n
        means = self._sums + self.shrinkage * grand
        return fine(means / np.maximum(self._sizes + self.shrinkage, 1e-12)[:, None] / GRID)

    def without(
        self, authors: NDArray[np.int64], topics: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return for each passage the number of its mean, and the means without the passage's author.

        Parameters
        ----------
        authors, topics : numpy.ndarray of shape (n_passages,)
            Of a block.

        Returns
        -------
        tuple of numpy.ndarray of shapes (n_passages,) and (n_means, n_dimensions)
            The means as multiples of 1/FINE.
        """
        own = self._pairs.of_authors(np.unique(authors))
        names, of_pair = np.unique(own.authors, return_inverse=True)
        whole = own.by(of_pair)
        others = (self._total - whole.sums) / np.maximum(self._n - whole.sizes, 1)[:, None]
        n_topics = len(self._sizes)
        code = np.searchsorted(names, authors) * n_topics + topics
        asked, number = np.unique(code, return_inverse=True)
        at = np.searchsorted(of_pair * n_topics + own.topics, asked)
        topic, author = own.topics[at], of_pair[at]
        sums = self._sums[topic] - own.sums[at] + self.shrinkage * others[author]
        sizes = self._sizes[topic] - own.sizes[at] + self.shrinkage
        return number, fine(sums / np.maximum(sizes, 1e-12)[:, None] / GRID)


def passage_scores(
    vectors: NDArray[np.int16],
    authors: NDArray[np.int64],
    topics: NDArray[np.int64],
    means: Means,
    directions: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Score a block of passages on each direction.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        On the grid.
    authors, topics : numpy.ndarray of shape (n_passages,)
    means : Means
        Of all passages, in whatever blocks.
    directions : numpy.ndarray of shape (n_directions, n_dimensions)
        Unit vectors, as :func:`themekit.grid.fine` rounds them.

    Returns
    -------
    tuple of two numpy.ndarray of shape (n_passages, n_directions)
        Cosines, to multiples of 1/FINE: with everybody in the topic's mean, and without the author.
    """
    everybody = means.with_everybody()
    own = means.without(authors, topics)
    both = np.empty((2, len(vectors), len(directions)), dtype=np.float32)
    along = np.ascontiguousarray(directions.T)
    for rows in blocks(len(vectors)):
        x = vectors[rows].astype(np.float64)
        straight, length = (FINE / GRID) * (x @ along), (FINE / GRID) ** 2 * np.einsum("ij,ij->i", x, x)
        for out, which, mean in ((both[0], topics[rows], everybody), (both[1], own[0][rows], own[1])):
            used, number = np.unique(which, return_inverse=True)
            m = mean[used]
            across = np.einsum("ij,ij->i", x, m[number])
            left = length - 2 * (FINE / GRID) * across + np.einsum("ij,ij->i", m, m)[number]
            scores = straight - (m @ along)[number]
            scores /= np.sqrt(np.where(left > 0, left, np.inf))[:, None]
            out[rows] = np.rint(scores) / FINE
    return both[0], both[1]


def contribution_scores(scores: NDArray[Any], contributions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum passage scores up by contribution: the mean weighted by rank, for each concept.

    A theme shows in a part of what one writes, so that high passages should count for more. Weights
    that grow with the rank (the highest of n counts n times as much as the lowest) did as
    well as the mean of the highest third with MiniLM and better with static vectors, and have no
    threshold that a passage could fall on either side of.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n_passages, n_concepts)
        Of a block that holds its contributions whole.
    contributions : numpy.ndarray of shape (n_passages,)
        Their numbers.

    Returns
    -------
    numpy.ndarray of shape (n_contributions, n_concepts)
        In order of the numbers that occur.

    Examples
    --------
    >>> import numpy as np
    >>> contribution_scores(np.array([[0.0], [3.0], [1.0]]), np.array([0, 0, 1])).tolist()
    [[2.0], [1.0]]
    """
    order = np.argsort(contributions, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(contributions[order]) > 0][: len(order)])
    lengths = np.diff(np.r_[starts, len(order)])
    out = np.empty((len(starts), scores.shape[1]))
    for length in np.unique(lengths).tolist():
        which = np.flatnonzero(lengths == length)
        weights = np.arange(1, length + 1, dtype=np.float64)
        for some in blocks(len(which), max(1, BLOCK // length)):
            rows = order[starts[which[some], None] + np.arange(length)]
            by_passage = np.ascontiguousarray(scores[rows].swapaxes(1, 2))
            by_passage.sort(axis=-1)
            out[which[some]] = by_passage.astype(np.float64, copy=False) @ weights / weights.sum()
    return out


@dataclass(frozen=True)
class Scored:
    """What a block of whole contributions comes to.

    Attributes
    ----------
    contributions : numpy.ndarray of shape (n_contributions,)
        Their numbers, in order.
    tested, shown : numpy.ndarray of shape (n_contributions, n_concepts)
        Their scores, with everybody in the topics' means, and without the author.
    topics : numpy.ndarray of shape (n_contributions, n_topics)
        How many passages each has of each topic.
    """

    contributions: NDArray[np.int64]
    tested: NDArray[np.float64]
    shown: NDArray[np.float64]
    topics: NDArray[np.int32]

    @classmethod
    def merge(cls, parts: Sequence[Scored]) -> Scored:
        """Put blocks together, in order of the contributions' numbers."""
        names = ("contributions", "tested", "shown", "topics")
        whole = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
        order = np.argsort(whole[0], kind="stable")
        return cls(*(array[order] for array in whole))


def score(
    vectors: NDArray[np.int16],
    authors: NDArray[np.int64],
    topics: NDArray[np.int64],
    contributions: NDArray[np.int64],
    means: Means,
    directions: NDArray[np.float64],
) -> tuple[Scored, NDArray[np.float32]]:
    """Score a block of passages that holds its contributions whole.

    Parameters
    ----------
    vectors, authors, topics, means, directions
        As for :func:`passage_scores`.
    contributions : numpy.ndarray of shape (n_passages,)
        The number of each passage's contribution.

    Returns
    -------
    tuple of Scored and numpy.ndarray of shape (n_passages, n_concepts)
        The contributions, and the passages' own scores (without the author in the topic's mean).
    """
    tested, shown = passage_scores(vectors, authors, topics, means, directions)
    numbers, which = np.unique(contributions, return_inverse=True)
    counts = np.zeros((len(numbers), means.n_topics), dtype=np.int32)
    np.add.at(counts, (which, topics), 1)
    scored = Scored(numbers, contribution_scores(tested, which), contribution_scores(shown, which), counts)
    return scored, shown


_COARSE = 1 << 14


def moments(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return what mean and spread of a block's scores come from: number, sums and sums of squares, exact.

    Returns
    -------
    numpy.ndarray of shape (3, n_concepts)
        Of blocks, to be added up.
    """
    whole = np.rint(scores.astype(np.float64) * _COARSE)
    rows = [np.full(scores.shape[1], float(len(scores))), whole.sum(axis=0), (whole**2).sum(axis=0)]
    return np.array(rows).astype(np.int64)


def standardise(scores: NDArray[np.float32], added: NDArray[np.int64]) -> None:
    """Put scores into standard deviations over all passages, in place; ``added`` is the sum of all blocks' moments."""
    n, total, squares = added.astype(np.float64)
    mean = total / n
    spread = np.sqrt(np.maximum(squares / n - mean**2, 0))
    for rows in blocks(len(scores)):
        scores[rows] = (scores[rows] * float(_COARSE) - mean) / np.where(spread > 0, spread, np.inf)


def topic_residuals(
    vectors: NDArray[Any],
    topics: NDArray[np.int64],
    authors: NDArray[np.int64],
    *,
    shrinkage: float = SHRINKAGE,
    leave_out: bool = True,
) -> NDArray[np.float64]:
    """Take out of each passage what its topic accounts for.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors, or the same on the grid.
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
    points = on_grid(vectors)
    means = Means(Sums.of(points, authors, topics), shrinkage)
    number, mean = means.without(authors, topics) if leave_out else (topics, means.with_everybody())
    residuals: NDArray[np.float64] = points / GRID - mean[number] / FINE
    residuals /= np.maximum(np.linalg.norm(residuals, axis=-1, keepdims=True), 1e-12)
    return residuals
