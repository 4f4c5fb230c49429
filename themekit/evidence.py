"""Evidence: the quotes that show a theme, those that speak against it, and where it is absent.

Quotes *for* a theme come from documents in which it shows. They are chosen for
a high score and for spread: first one per topic and document, so that the
reader sees one thread in different clothes, then the next best. *Against* are the author's passages that lie farthest from
the concept. *Absent* is, for documents in which the theme does not show, the
passage that comes nearest: even that is far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EVIDENCE_COLUMNS = ["author", "concept", "passage_id", "role", "score"]
N_FOR, N_AGAINST, N_ABSENT = 5, 1, 2
_MIN_WORDS = 12


def find_evidence(
    passages: pd.DataFrame,
    topics: NDArray[np.int64],
    scores: NDArray[np.float64],
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
    absent_in = (
        document_scores[~document_scores["shows"]]
        .groupby(["author", "concept"])["document_id"]
        .agg(set)
        .to_dict()
    )
    n_words = passages["text"].str.count(r"\S+").to_numpy()
    documents = passages["document_id"].to_numpy()
    ids = passages["passage_id"].to_numpy()
    found = []
    for theme in themes[themes["rank"] <= n_themes].itertuples(index=False):
        rows = np.asarray(rows_of[theme.author])
        long_enough = rows[n_words[rows] >= _MIN_WORDS]
        rows = long_enough if len(long_enough) else rows
        score = scores[:, column[str(theme.concept)]]
        ordered = rows[np.argsort(-score[rows], kind="stable")]
        absent = set() if pd.isna(theme.effect) else absent_in.get((theme.author, theme.concept), set())
        # A single passage is its own mean: it scores 0, and is all there is to show.
        positive = ordered[(score[ordered] > 0) | (len(ordered) == 1)]
        # A document in which the theme is absent gives no quote for it, as long as there are others.
        showing = positive[[documents[i] not in absent for i in positive]]
        pool = showing if len(showing) else positive
        chosen = [(i, "for") for i in _spread(pool, documents, topics)[:N_FOR]]
        chosen += [(i, "against") for i in ordered[::-1][:N_AGAINST] if score[i] < 0]
        chosen += [(i, "absent") for i in _nearest_of(ordered, documents, absent, score)[:N_ABSENT]]
        found += [(theme.author, theme.concept, ids[i], role, score[i]) for i, role in chosen]
    return pd.DataFrame(found, columns=EVIDENCE_COLUMNS)


def _spread(
    ordered: NDArray[np.int64], documents: NDArray[np.object_], topics: NDArray[np.int64]
) -> list[int]:
    """Put passages of new documents on new topics first, then of new documents, then the rest."""
    seen_documents: set[str] = set()
    seen_topics: set[int] = set()
    chosen: list[int] = []
    for new_topics_only in (True, False):
        for i in ordered.tolist():
            if documents[i] not in seen_documents and not (new_topics_only and topics[i] in seen_topics):
                chosen.append(i)
                seen_documents.add(documents[i])
                seen_topics.add(int(topics[i]))
    taken = set(chosen)
    return [*chosen, *(i for i in ordered.tolist() if i not in taken)]


def _nearest_of(
    ordered: NDArray[np.int64], documents: NDArray[np.object_], absent: set[str], score: NDArray[np.float64]
) -> list[int]:
    """Return the nearest passage of each document in which the theme is absent, the farthest document first."""
    nearest: dict[str, int] = {}
    for i in ordered.tolist():
        if documents[i] in absent:
            nearest.setdefault(documents[i], i)
    return sorted(nearest.values(), key=lambda i: (score[i], i))
