"""Topics: what each passage is about, at any size from one passage up.

The clustering is deterministic, the same under any order of the files, takes
no seed, and leaves no passage out:

1. Passages are put in an order of their own (by the hash of vector and text place).
2. Ward linkage on at most :data:`SAMPLE` of them gives ``k`` centres;
   ``k`` grows with the square root of the number of passages.
3. Lloyd's k-means from these centres, on one thread, over all passages.
4. Topics are numbered by size.

BERTopic is fitted on exactly these clusters (its manual route) to describe
them, when a description is first asked for: its import alone takes seconds.
UMAP draws the map, and decides nothing.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit.disfluencies import WORDS as DISFLUENT_WORDS
from themekit.disfluencies import without

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

SAMPLE = 3000
MAX_TOPICS = 60
N_KEYWORDS = 10
_LABEL_WORDS = 3
_NAME_SHARE = 0.9


def n_topics_for(n_passages: int) -> int:
    """Return how many topics are made of so many passages: none of 0, one below 10, then about 0.45 times the root."""
    if n_passages < 10:  # noqa: PLR2004 - fewer passages are one topic
        return min(n_passages, 1)
    return int(min(MAX_TOPICS, max(2, round(0.45 * n_passages**0.5))))


def cluster(vectors: NDArray[np.floating[Any]], n_topics: int | None = None) -> NDArray[np.int64]:
    """Give every passage a topic.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Unit vectors.
    n_topics : int, optional
        Default: grows with the square root of the number of passages.

    Returns
    -------
    numpy.ndarray of shape (n_passages,)
        Topic numbers from 0, by falling size. The same whatever the order of the
        rows, but for equal rows, which get equal topics anyway.

    Examples
    --------
    >>> import numpy as np
    >>> cluster(np.repeat(np.eye(3), [3, 2, 1], axis=0), n_topics=3).tolist()
    [0, 0, 0, 1, 1, 2]
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    k = min(n_topics or n_topics_for(len(vectors)), len(vectors))
    if k <= 1:
        return np.zeros(len(vectors), dtype=np.int64)
    order = np.lexsort(np.asarray(vectors, dtype=np.float64).T[::-1])
    ordered = np.ascontiguousarray(vectors[order], dtype=np.float64)
    with threadpool_limits(1):
        labels = _lloyd(ordered, _centres(ordered, k))
    topics = np.empty(len(vectors), dtype=np.int64)
    topics[order] = _by_size(labels)
    return topics


def _centres(vectors: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Start from the means of a Ward tree over an even sample, cut at k branches."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - scipy is loaded when needed

    sample = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), SAMPLE)).astype(int)]
    branch = fcluster(linkage(sample, method="ward"), t=k, criterion="maxclust")
    return np.array([sample[branch == b].mean(axis=0) for b in np.unique(branch)])


def _lloyd(vectors: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int64]:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - scikit-learn is loaded when needed

    n_distinct = len(np.unique(vectors, axis=0))
    centres = centres[: max(1, n_distinct)]
    model = KMeans(n_clusters=len(centres), init=centres, n_init=1, max_iter=100, algorithm="lloyd")
    labels: NDArray[np.int64] = model.fit_predict(vectors).astype(np.int64)
    return labels


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give numbers by falling size; equal sizes by where their first passage stands."""
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    rank = {int(found[i]): new for new, i in enumerate(np.lexsort((first, -counts)))}
    return np.array([rank[int(label)] for label in labels], dtype=np.int64)


def topic_ids(topics: NDArray[np.int64]) -> list[str]:
    """Return the string ids of topic numbers, ``t001`` on."""
    return [f"t{t + 1:03d}" for t in topics]


def describe(
    texts: Sequence[str], topics: NDArray[np.int64], vectors: NDArray[np.floating[Any]] | None = None
) -> tuple[pd.DataFrame, Any]:
    """Describe topics with BERTopic: terms, labels, and the fitted model itself.

    Parameters
    ----------
    texts : sequence of str
        The passages.
    topics : numpy.ndarray of shape (n_passages,)
        From :func:`cluster`.
    vectors : numpy.ndarray of shape (n_passages, n_dimensions), optional
        Handed to BERTopic, so that its own views of the topics work.

    Returns
    -------
    tuple of (pandas.DataFrame, bertopic.BERTopic)
        ``topic_id, label, keywords, n_passages``; keywords by falling c-TF-IDF,
        without function words, without the names of people and places, and without
        what people say while they think (:mod:`themekit.disfluencies`).
    """
    model = _fit_bertopic([without(text) for text in texts], topics, vectors)
    to_ours = _match(np.asarray(model.topics_), topics)
    rows = []
    used: set[str] = set()
    for theirs in sorted(to_ours, key=lambda t: to_ours[t]):
        ours = to_ours[theirs]
        words = [str(word) for word, weight in model.get_topic(theirs) or [] if word.strip() and weight > 0]
        label = _label(words, used) or f"topic {ours + 1}"
        used.add(label)
        rows.append((topic_ids(np.array([ours]))[0], label, ", ".join(words), int((topics == ours).sum())))
    return pd.DataFrame(rows, columns=["topic_id", "label", "keywords", "n_passages"]), model


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


def map_layout(vectors: NDArray[np.floating[Any]], *, seed: int = 0) -> NDArray[np.float64]:
    """Lay passages out on a plane with UMAP, for the eye only.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
    seed : int, default 0

    Returns
    -------
    numpy.ndarray of shape (n_passages, 2)
        Distances are not evidence: UMAP keeps neighbours, not lengths.
    """
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
