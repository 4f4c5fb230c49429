"""Evidence: the quotes that show a theme, those that speak against it, and where it is absent.

Quotes *for* a theme come from documents in which it shows. They are chosen for
a high score and for spread: first one per topic and document, so that the
reader sees one thread in different clothes, then the next best. *Against* are the author's passages that lie farthest from
the concept. *Absent* is, for documents in which the theme does not show, the
passage that comes nearest: even that is far.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

EVIDENCE_COLUMNS = ["author", "concept", "passage_id", "role", "score"]
N_FOR, N_AGAINST, N_ABSENT = 5, 1, 2
_MIN_WORDS = 12


def find_evidence(
    passages: pd.DataFrame,
    topics: NDArray[np.int64],
    scores: NDArray[np.floating[Any]],
    concepts: Sequence[str],
    themes: pd.DataFrame,
    document_scores: pd.DataFrame,
    *,
    n_themes: int = 5,
) -> pd.DataFrame:
    """Choose quotes for the first themes of every author.

    Parameters
    ----------
    passages : pandas.DataFrame of n_passages rows
        ``passage_id, document_id, author, text``.
    topics : numpy.ndarray of shape (n_passages,)
    scores : numpy.ndarray of shape (n_passages, n_concepts)
        Passage scores in standard deviations.
    concepts : sequence of str
        The names of the columns of ``scores``.
    themes : pandas.DataFrame
        ``author, concept, rank, effect``; where there is no effect for want of others to
        compare with, nothing is called absent.
    document_scores : pandas.DataFrame
        ``document_id, author, concept, shows``.
    n_themes : int, default 5
        How many themes of each author get quotes, from the first rank on.

    Returns
    -------
    pandas.DataFrame
        ``author, concept, passage_id, role, score``; role ``for``, ``against``
        or ``absent``; the best first.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> passages = pd.DataFrame({"passage_id": ["p1", "p2"], "document_id": ["d1", "d2"], "author": "Ann",
    ...                          "text": ["word " * 20, "word " * 20]})
    >>> themes = pd.DataFrame({"author": ["Ann"], "concept": ["repair"], "rank": [1], "effect": [1.2]})
    >>> shown = pd.DataFrame({"document_id": ["d1", "d2"], "author": "Ann", "concept": "repair", "shows": [True, False]})
    >>> found = find_evidence(passages, np.array([0, 1]), np.array([[2.0], [-1.0]]), ["repair"], themes, shown)
    >>> found[["passage_id", "role"]].values.tolist()
    [['p1', 'for'], ['p2', 'against'], ['p2', 'absent']]
    """
    column = {concept: i for i, concept in enumerate(concepts)}
    rows_of = passages.groupby("author", sort=False).indices
    leading = themes[themes["rank"] <= n_themes]
    documents, names = pd.factorize(passages["document_id"])
    absent_in = _absent(document_scores, leading, names)
    is_long = np.array([len(text.split()) >= _MIN_WORDS for text in passages["text"]], dtype=bool)
    ids = passages["passage_id"].to_numpy()
    found = []
    for theme in leading.itertuples(index=False):
        rows = np.asarray(rows_of[theme.author])
        rows = rows[is_long[rows]] if is_long[rows].any() else rows
        score = scores[rows, column[str(theme.concept)]].astype(float)
        order = np.argsort(-score, kind="stable")
        rows, score = rows[order], score[order]
        document = documents[rows]
        absent = absent_in.get((theme.author, theme.concept), _NONE) if pd.notna(theme.effect) else _NONE
        is_absent = np.isin(document, absent)
        # A single passage is its own mean: it scores 0, and is all there is to show.
        is_positive = (score > 0) | (len(rows) == 1)
        # A document in which the theme is absent gives no quote for it, as long as there are others.
        shows = is_positive & ~is_absent
        pool = np.flatnonzero(shows if shows.any() else is_positive)
        chosen = [(i, "for") for i in islice(_spread(pool, document, topics[rows]), N_FOR)]
        chosen += [(i, "against") for i in range(len(rows) - 1, -1, -1)[:N_AGAINST] if score[i] < 0]
        chosen += [(i, "absent") for i in _nearest_of(document, is_absent, score, rows)[:N_ABSENT]]
        found += [(theme.author, theme.concept, ids[rows[i]], role, score[i]) for i, role in chosen]
    return pd.DataFrame(found, columns=EVIDENCE_COLUMNS)


_NONE = np.zeros(0, dtype=np.int64)


def _absent(
    document_scores: pd.DataFrame, leading: pd.DataFrame, documents: pd.Index
) -> dict[tuple[str, str], NDArray[np.int64]]:
    """Return by author and concept the numbers of the documents in which a leading theme does not show."""
    authors, concepts = (pd.Index(leading[name].unique()) for name in ("author", "concept"))
    author, concept = (
        index.get_indexer(document_scores[name])
        for index, name in ((authors, "author"), (concepts, "concept"))
    )
    pair = np.where((author >= 0) & (concept >= 0), author * len(concepts) + concept, -1)
    wanted = authors.get_indexer(leading["author"]) * len(concepts) + concepts.get_indexer(leading["concept"])
    rows = np.flatnonzero(np.isin(pair, wanted) & ~document_scores["shows"].to_numpy(dtype=bool))
    rows = rows[np.argsort(pair[rows], kind="stable")]
    number = documents.get_indexer(document_scores["document_id"].iloc[rows])
    begins, ends = (np.searchsorted(pair[rows], edge).tolist() for edge in (wanted, wanted + 1))
    keys = zip(leading["author"].tolist(), leading["concept"].tolist(), strict=True)
    return {key: number[begin:end] for key, begin, end in zip(keys, begins, ends, strict=True)}


def _spread(
    ordered: NDArray[np.int64], documents: NDArray[np.int64], topics: NDArray[np.int64]
) -> Iterator[int]:
    """Yield passages of new documents on new topics first, then of new documents, then the rest."""
    seen_documents: set[int] = set()
    seen_topics: set[int] = set()
    taken: set[int] = set()
    for new_topics_only in (True, False):
        for i in ordered.tolist():
            if documents[i] not in seen_documents and not (new_topics_only and topics[i] in seen_topics):
                taken.add(i)
                seen_documents.add(int(documents[i]))
                seen_topics.add(int(topics[i]))
                yield i
    yield from (i for i in ordered.tolist() if i not in taken)


def _nearest_of(
    documents: NDArray[np.int64],
    is_absent: NDArray[np.bool_],
    score: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> list[int]:
    """Return the nearest passage of each document in which the theme is absent, the farthest document first."""
    at = np.flatnonzero(is_absent)
    first: NDArray[np.int64] = at[np.unique(documents[at], return_index=True)[1]]
    nearest: list[int] = first[np.lexsort((rows[first], score[first]))].tolist()
    return nearest
