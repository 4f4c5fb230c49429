"""Topics: what each passage is about, at any size from one passage up.

The clustering is deterministic, the same under any order of the files, takes
no seed, and leaves no passage out:

1. Passages have an order of their own, by a hash of their vectors (:func:`themekit.grid.hashes`). The
   first :data:`SAMPLE` of them are a sample as good as any drawn by lot, and all of them where there are no more.
2. Ward linkage on the first :data:`TREE` of these gives ``k`` centres; ``k`` grows with the square root of
   the number of all passages.
3. Lloyd's k-means from these centres over the sample, until next to nothing moves.
4. Each passage, in the sample or not, gets the nearest centre; topics are numbered by size.

So the cost is that of step 4, which grows with the number of passages, and a constant. Sums and
distances are exact (:mod:`themekit.grid`), so that topics do not depend on how passages come in blocks. Centres are
kept in the cache, by the content of the sample.

BERTopic is fitted on exactly these clusters (its manual route) to describe
them, when a description is first asked for: its import alone takes seconds.
UMAP draws the map, and decides nothing.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit import cache
from themekit.disfluencies import WORDS as DISFLUENT_WORDS
from themekit.disfluencies import without
from themekit.grid import FINE, GRID, Each, blocks, fine, hashes, off_grid, on_grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

SAMPLE = 32_768
TREE = 3000
_MOVES = 0.001
_MAX_ROUNDS = 60
MAX_TOPICS = 60
N_KEYWORDS = 10
DESCRIBED = 50_000
"""More passages than these are described, and laid out on a map, by a sample of so many."""
_LABEL_WORDS = 3
_NAME_SHARE = 0.9


def n_topics_for(n_passages: int) -> int:
    """Return how many topics are made of so many passages: none of 0, one below 10, then about 0.45 times the root."""
    if n_passages < 10:  # noqa: PLR2004 - fewer passages are one topic
        return min(n_passages, 1)
    return int(min(MAX_TOPICS, max(2, round(0.45 * n_passages**0.5))))


def cluster(vectors: NDArray[Any], n_topics: int | None = None, *, each: Each = map) -> NDArray[np.int64]:
    """Give every passage a topic.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors, or the same on the grid.
    n_topics : int, optional
        Default: grows with the square root of the number of passages.
    each : callable, default map
        How blocks of passages are gone over; :mod:`themekit.cluster` has another.

    Returns
    -------
    numpy.ndarray of shape (n_passages,)
        Topic numbers from 0, by falling size. The same whatever the order of the
        rows.

    See Also
    --------
    Sample, find_centres, nearest, by_size : The parts, each for passages that come in blocks.

    Examples
    --------
    >>> import numpy as np
    >>> cluster(np.repeat(np.eye(3), [3, 2, 1], axis=0), n_topics=3).tolist()
    [0, 0, 0, 1, 1, 2]
    """
    points = on_grid(vectors)
    k = min(n_topics or n_topics_for(len(points)), len(points))
    if k <= 1:
        return np.zeros(len(points), dtype=np.int64)
    to_centre = partial(nearest, centres=find_centres(Sample.of(points), k))
    labels: NDArray[np.int64] = np.concatenate(
        list(each(to_centre, (points[rows] for rows in blocks(len(points)))))
    )
    return by_size(np.bincount(labels))[labels]


@dataclass(frozen=True)
class Sample:
    """The passages that come first in their own order; of blocks, each block's first ones are enough.

    Attributes
    ----------
    vectors : numpy.ndarray of shape (n_sampled, n_dimensions)
        On the grid, in that order.
    hashes : numpy.ndarray of shape (n_sampled,)
    """

    vectors: NDArray[np.int16]
    hashes: NDArray[np.uint64]

    @classmethod
    def of(cls, vectors: NDArray[np.int16], size: int = SAMPLE) -> Sample:
        """Take the first passages of a block."""
        hashed = hashes(vectors)
        first = np.argsort(hashed, kind="stable")[:size]
        return cls(vectors[first], hashed[first])

    @classmethod
    def merge(cls, parts: Sequence[Sample], size: int = SAMPLE) -> Sample:
        """Take the first passages of all blocks, from the first of each."""
        vectors, hashed = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("vectors", "hashes")
        )
        first = np.argsort(hashed, kind="stable")[:size]
        return cls(vectors[first], hashed[first])


def find_centres(sample: Sample, k: int) -> NDArray[np.float64]:
    """Return the centres of at most ``k`` topics, as whole multiples of 1/:data:`themekit.grid.FINE`.

    Parameters
    ----------
    sample : Sample
    k : int

    Returns
    -------
    numpy.ndarray of shape (n_centres, n_dimensions)
        From the cache where these passages were clustered before.
    """
    digest = hashlib.sha256(f"centres/1/{k}/{TREE}/{_MOVES}/{_MAX_ROUNDS}/{sample.vectors.shape}".encode())
    digest.update(np.ascontiguousarray(sample.vectors, dtype="<i2").tobytes())
    key = digest.hexdigest()
    if kept := cache.get([key]):
        return np.frombuffer(kept[key], dtype="<f8").reshape(-1, sample.vectors.shape[1])
    centres = _lloyd(sample.vectors, _branches(sample.vectors[:TREE], k))
    cache.put({key: centres.astype("<f8").tobytes()})
    return centres


def _branches(vectors: NDArray[np.int16], k: int) -> NDArray[np.float64]:
    """Return the means of the branches of a Ward tree, cut at ``k``."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - scipy is loaded when needed
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    points = vectors.astype(np.float64)
    length = (points**2).sum(axis=1)
    squares = points @ points.T
    squares *= -2
    squares += length[:, None]
    squares += length[None, :]
    distances = squareform(squares, checks=False)
    branch = fcluster(linkage(np.sqrt(distances) / GRID, method="ward"), t=k, criterion="maxclust")
    return _means(vectors, branch - 1, int(branch.max()))[0]


def _means(
    vectors: NDArray[np.int16], labels: NDArray[np.integer[Any]], k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the mean of each label's vectors, on the fine grid, and how many there are."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - scipy is loaded when needed

    sums = np.zeros((k, vectors.shape[1]))
    for rows in blocks(len(vectors)):
        some = labels[rows]
        is_of = csr_array((np.ones(len(some)), (some, np.arange(len(some)))), shape=(k, len(some)))
        sums += is_of @ vectors[rows].astype(np.float64)
    sizes = np.bincount(labels, minlength=k)
    return fine(sums / GRID / np.maximum(sizes, 1)[:, None]), sizes


def _lloyd(vectors: NDArray[np.int16], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move centres to the means of what is nearest to them, until next to nothing changes its centre."""
    labels = nearest(vectors, centres)
    for _ in range(_MAX_ROUNDS):
        means, sizes = _means(vectors, labels, len(centres))
        centres = means[sizes > 0]
        before, labels = (np.cumsum(sizes > 0) - 1)[labels], nearest(vectors, centres)
        if np.count_nonzero(before != labels) <= _MOVES * len(labels):
            break
    return centres


def nearest(vectors: NDArray[Any], centres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give each passage the nearest centre.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors, or the same on the grid; any block of them.
    centres : numpy.ndarray of shape (n_centres, n_dimensions)
        As :func:`find_centres` gives them.

    Returns
    -------
    numpy.ndarray of shape (n_passages,)
        Numbers of centres; of equally near ones the first.
    """
    points = on_grid(vectors)
    out = np.empty(len(points), dtype=np.int64)
    # |c|^2 - 2 x c, both over FINE^2: all terms are whole numbers.
    length = (centres**2).sum(axis=1)
    across = np.ascontiguousarray(centres.T) * (2.0 * FINE / GRID)
    for rows in blocks(len(points)):
        out[rows] = np.argmin(length - points[rows].astype(np.float64) @ across, axis=1)
    return out


def by_size(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the new number of each centre: by falling size, those of one size as they stood; none counts last."""
    numbers = np.empty(len(sizes), dtype=np.int64)
    numbers[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return numbers


def closeness(vectors: NDArray[Any], topics: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how close each passage is to its topic's mean: their cosine, 0 at least.

    Examples
    --------
    >>> import numpy as np
    >>> closeness(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]), np.array([0, 0, 1])).tolist()
    [1.0, 1.0, 1.0]
    """
    points = on_grid(vectors)
    means, _ = _means(points, topics, int(topics.max()) + 1 if len(topics) else 0)
    return closeness_to(points, topics, means)


def closeness_to(
    points: NDArray[np.int16], topics: NDArray[np.int64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the cosine of each passage of a block with its topic's mean, 0 at least."""
    out = np.empty(len(points))
    length = (means**2).sum(axis=1)
    for rows in blocks(len(points)):
        x = points[rows].astype(np.float64)
        along = np.einsum("ij,ij->i", x, means[topics[rows]])
        size = np.sqrt(np.einsum("ij,ij->i", x, x) * length[topics[rows]])
        out[rows] = np.clip(np.divide(along, size, out=np.zeros_like(along), where=size > 0), 0, 1)
    return out


def topic_ids(topics: NDArray[np.int64]) -> list[str]:
    """Return the string ids of topic numbers, ``t001`` on."""
    names = [f"t{t + 1:03d}" for t in range(int(topics.max()) + 1 if len(topics) else 0)]
    return [names[t] for t in topics.tolist()]


def describe(
    texts: Sequence[str],
    topics: NDArray[np.int64],
    vectors: NDArray[Any] | None = None,
    *,
    most: int | None = None,
) -> tuple[pd.DataFrame, Any]:
    """Describe topics with BERTopic: terms, labels, and the fitted model itself.

    Parameters
    ----------
    texts : sequence of str
        The passages.
    topics : numpy.ndarray of shape (n_passages,)
        From :func:`cluster`.
    vectors : numpy.ndarray of shape (n_passages, n_dimensions), optional
        Handed to BERTopic, so that its own views of the topics work; also on the grid.
    most : int, optional
        Fit on so many passages at most, of each topic alike. Default: on all.

    Returns
    -------
    tuple of (pandas.DataFrame, bertopic.BERTopic)
        ``topic_id, label, keywords, n_passages``; keywords by falling c-TF-IDF,
        without function words, without the names of people and places, and without
        what people say while they think (:mod:`themekit.disfluencies`).
    """
    rows = np.arange(len(topics)) if most is None else _of_each(topics, vectors, most)
    given = None if vectors is None else off_grid(on_grid(vectors[rows]))
    model = _fit_bertopic([without(texts[i]) for i in rows], topics[rows], given)
    to_ours = _match(np.asarray(model.topics_), topics[rows])
    told = []
    used: set[str] = set()
    for theirs in sorted(to_ours, key=lambda t: to_ours[t]):
        ours = to_ours[theirs]
        words = [str(word) for word, weight in model.get_topic(theirs) or [] if word.strip() and weight > 0]
        label = _label(words, used) or f"topic {ours + 1}"
        used.add(label)
        told.append((topic_ids(np.array([ours]))[0], label, ", ".join(words), int((topics == ours).sum())))
    return pd.DataFrame(told, columns=["topic_id", "label", "keywords", "n_passages"]), model


def _of_each(topics: NDArray[np.int64], vectors: NDArray[Any] | None, most: int) -> NDArray[np.int64]:
    """Return the rows of so many passages at most: of each topic alike, the first in the passages' own order."""
    order = np.arange(len(topics)) if vectors is None else np.argsort(hashes(on_grid(vectors)), kind="stable")
    order = order[np.argsort(topics[order], kind="stable")]
    starts = np.searchsorted(topics[order], topics[order])
    is_first = np.arange(len(order)) - starts < max(1, most // len(np.unique(topics)))
    return np.sort(order[is_first])


def _fit_bertopic(
    texts: Sequence[str], topics: NDArray[np.int64], vectors: NDArray[np.floating[Any]] | None
) -> Any:  # noqa: ANN401 - BERTopic has no types
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        # BERTopic silences every warning of the process when it is imported; this puts them back.
        from bertopic import BERTopic  # noqa: PLC0415
        from bertopic.backend import BaseEmbedder  # noqa: PLC0415
        from bertopic.cluster import BaseCluster  # noqa: PLC0415
        from bertopic.dimensionality import BaseDimensionalityReduction  # noqa: PLC0415
        from bertopic.vectorizers import ClassTfidfTransformer  # noqa: PLC0415

    model = BERTopic(
        language="multilingual",  # "english" takes every letter out that is not of a to z
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=_vectorizer(texts),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=N_KEYWORDS,
        calculate_probabilities=False,
    )
    given = np.zeros((len(texts), 1)) if vectors is None else np.asarray(vectors)
    return model.fit(list(texts), embeddings=given, y=topics.tolist())


def _vectorizer(texts: Sequence[str]) -> Any:  # noqa: ANN401 - scikit-learn is loaded when needed
    """Count words, without function words and names; with them where less than two would be left."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415

    pattern = r"(?u)\b[^\W\d_][\w]+\b"
    stop = sorted(_function_words() | names_in(texts))
    vectorizer = CountVectorizer(stop_words=stop, token_pattern=pattern)
    analyse = vectorizer.build_analyzer()
    if len({word for text in texts for word in analyse(text)}) > 1:
        return vectorizer
    return CountVectorizer(analyzer=_words_and_blanks)


def _words_and_blanks(text: str) -> list[str]:
    """Return all words and two blanks: BERTopic cannot weigh a vocabulary of one word."""
    return [*text.split(), " ", "  "]


def _function_words() -> set[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415

    more = (
        "ll ve don didn doesn isn wasn weren wouldn couldn shouldn hadn hasn haven aren won ain let just like said says "
        "say one two three got get gets getting went going goes gone come came comes make made makes did does doing done "
        "thing things something anything nothing really quite much many way ways know knew think thought want wanted "
        "mr mrs ms dr sir um uh yeah okay ok gonna kind sort bit lot actually maybe perhaps shall upon thou thee thy "
        "years year time times day days told tell asked ask right put took take good little old new look looked"
    )
    return set(ENGLISH_STOP_WORDS) | set(more.split()) | DISFLUENT_WORDS


def names_in(texts: Iterable[str]) -> set[str]:
    """Return the words (lower-cased) that stand capitalised nearly always, within sentences: names.

    Examples
    --------
    >>> names_in(["Then Maud went out.", "We saw Maud and the sea.", "The sea was up."])
    {'maud'}
    """
    inside: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for text in texts:
        inside.update(m.lower() for m in re.findall(r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]+", text))
        lower.update(re.findall(r"\b[a-zà-ÿ]+\b", text))
    return {word for word, n in inside.items() if n >= _NAME_SHARE * (n + lower[word])}


def _match(theirs: NDArray[np.int64], ours: NDArray[np.int64]) -> dict[int, int]:
    """Return our number of each of BERTopic's topics; it renumbers by size and may break ties otherwise."""
    pairs = set(zip(theirs.tolist(), ours.tolist(), strict=True))
    matched = dict(pairs)
    if len(matched) != len(pairs):
        raise RuntimeError(
            "seen BERTopic topics that are not ours; expected the clusters as given; please report this"
        )
    return matched


def _label(words: Sequence[str], used: set[str]) -> str:
    """Join the first words; add more where another topic has the same label."""
    for n in range(_LABEL_WORDS, len(words) + 1):
        label = ", ".join(words[:n])
        if label not in used:
            return label
    return ", ".join(words[:_LABEL_WORDS]) if words and ", ".join(words[:_LABEL_WORDS]) not in used else ""


def map_layout(vectors: NDArray[Any], *, seed: int = 0) -> NDArray[np.float64]:
    """Lay passages out on a plane with UMAP, for the eye only.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors, or the same on the grid.
    seed : int, default 0

    Returns
    -------
    numpy.ndarray of shape (n_passages, 2)
        Distances are not evidence: UMAP keeps neighbours, not lengths. Above
        :data:`DESCRIBED` passages those that come first in their own order are laid out; the others are NaN.
    """
    if len(vectors) > DESCRIBED:
        places = np.full((len(vectors), 2), np.nan)
        rows = np.sort(np.argsort(hashes(on_grid(vectors)), kind="stable")[:DESCRIBED])
        places[rows] = _plane(vectors[rows], seed)
        return places
    return _plane(vectors, seed)


def _plane(vectors: NDArray[Any], seed: int) -> NDArray[np.float64]:
    vectors = off_grid(vectors) if vectors.dtype == np.int16 else vectors
    distinct, which = np.unique(vectors, axis=0, return_inverse=True)
    if len(distinct) < 5:  # noqa: PLR2004 - too few for neighbours: on a line
        return np.column_stack([which.astype(np.float64), np.zeros(len(vectors))])
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        from umap import UMAP  # noqa: PLC0415

        n_neighbors = min(15, len(vectors) - 1)
        model = UMAP(n_neighbors=n_neighbors, min_dist=0.1, metric="cosine", init="pca", random_state=seed)
        layout: NDArray[np.float64] = model.fit_transform(np.asarray(vectors, dtype=np.float32)).astype(
            np.float64
        )
    return layout
