"""Themes: which concept comes back in an author's writing more than chance and subject explain.

The estimate, in the order the data flows (DESIGN section 2, steps 5 to 8):

1. *Passage scores.* A passage's vector, less the mean of its topic, is set
   against each concept's direction (cosine). The topic's mean comes from other
   people's passages, shrunk towards the grand mean where there are few.
2. *Contribution scores.* The mean of the top third of a contribution's
   passages: a theme shows in a part of what one writes.
3. *Author effects.* The author's mean against everybody else's, in standard
   deviations of a comparable contribution's score (same kind).
4. *Chance.* Author labels are permuted over contributions within kind;
   the largest effect over all candidates gives the adjusted p (max-T),
   and the false discovery rate is held over authors.
5. *Verdict.* ``found``, ``none`` or ``insufficient``.

Decisions:

- Contributions are the unit of all resampling, never passages: those of one
  contribution are not independent.
- The test uses scores whose topic means include everybody, the author too, so
  that they do not depend on who is called the author and the permutation is
  exact. The effect that is ranked and shown leaves the author's own passages
  out of the topic's mean, since otherwise a theme goes out with a topic that
  few others write on.
- Under permutation an effect depends on nothing of the author but the number of
  contributions by kind. So the null is drawn once for all authors alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

THEME_COLUMNS = [
    "author", "concept", "rank", "effect", "low", "high", "p_value",
    "document_share", "n_topics", "first_year", "last_year",
]  # fmt: skip
AUTHOR_COLUMNS = [
    "author", "n_documents", "n_words", "verdict", "reason", "missing", "meta_theme", "q_value",
]  # fmt: skip


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
    vectors = np.asarray(vectors, dtype=np.float64)
    n_topics = int(topics.max()) + 1
    sums, counts = _topic_sums(vectors, topics, n_topics)
    total, n_all = vectors.sum(axis=0), len(vectors)
    if not leave_out:
        means = (sums + shrinkage * total / n_all) / (counts + shrinkage)[:, None]
        return _unit(vectors - means[topics])
    residuals = np.empty_like(vectors)
    for author in np.unique(authors):
        rows = np.flatnonzero(authors == author)
        own, n_own = _topic_sums(vectors[rows], topics[rows], n_topics)
        others = (total - own.sum(axis=0)) / max(n_all - len(rows), 1)
        means = (sums - own + shrinkage * others) / (counts - n_own + shrinkage)[:, None]
        residuals[rows] = vectors[rows] - means[topics[rows]]
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


def contribution_scores(
    scores: NDArray[np.float64], contributions: NDArray[np.int64], *, top_share: float = 1 / 3
) -> NDArray[np.float64]:
    """Sum passage scores up by contribution: the mean of the highest third for each concept.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n_passages, n_concepts)
    contributions : numpy.ndarray of shape (n_passages,)
        Numbers from 0 without gaps.
    top_share : float, default 1/3
        The share of passages that is taken, at least one; 1 gives the plain mean.

    Returns
    -------
    numpy.ndarray of shape (n_contributions, n_concepts)
    """
    order = np.argsort(contributions, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(contributions[order]) > 0])
    out = np.empty((len(starts), scores.shape[1]))
    for i, (begin, end) in enumerate(zip(starts, [*starts[1:], len(order)], strict=True)):
        own = scores[order[begin:end]]
        n_top = max(1, int(np.ceil(len(own) * top_share)))
        out[i] = np.sort(own, axis=0)[-n_top:].mean(axis=0)
    return out
