"""Threads: what comes back in an author's writing and has no name in the catalogue.

Some people's way of seeing is in no list. What is left of an author's effect when
concepts are taken out is searched for it, tested as themes are, and offered without
a name, with quotes and words, so that a reader can name it and keep it as a concept.

1. *Directions.* Words that several documents use, without function words and names, are embedded
   and joined into groups of about eight by Ward's method; a group's mean is a direction. Who
   wrote what plays no part in it.
2. *Scores.* Passages less their topic's mean against each direction and each concept, summed up by
   contribution, as for themes; in standard deviations within kind.
3. *What no concept explains.* A direction's score less its regression on a concept, for each of the
   concepts that lead in the author; the least of these counts.
4. *It comes back.* The mean over the author's contributions without the strongest of every eight, so that one
   document does not make a thread.
5. *Chance.* Author labels are permuted over contributions within kind, and steps 3 and 4 are done anew for each shuffle,
   the search over directions and the choice of concepts included; the false discovery rate is held over authors.
6. *Verdict.* ``offered``, ``none`` or ``insufficient``; like a theme that is found, a thread must show in half of the
   documents and its interval must be above 0.

What this cannot tell: a thread from a trade. Who writes on every subject as a locksmith, with locks in most essays, has a
thread of locks here. The quotes show which it is, and naming is the reader's.

Group size, trimming and the five leading concepts were chosen on the authors of ``benchmarks/threads`` that are for
developing, beside ``benchmarks/development``; ``benchmarks/threads`` says what is reached on others. Taking ten concepts out
together and asking for three documents of four was tried, too. It was dropped after both had been measured, so that the
figures flatter by one choice between two. An offer is a question to the reader and no finding.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from themekit import concepts as catalogues
from themekit.concepts import Concept
from themekit.encoders import embed, find_encoder
from themekit.themes import MIN_DOCUMENT_SHARE, contribution_scores, topic_residuals
from themekit.topics import names_in

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from themekit.encoders import Encoder
    from themekit.result import Result

THREAD_COLUMNS = [
    "author", "thread", "verdict", "reason", "effect", "low", "high", "p_value", "q_value", "document_share", "n_topics",
    "first_year", "last_year", "beside",
]  # fmt: skip
WORD_COLUMNS = ["word", "z", "log_odds", "n", "n_documents", "document_share", "closeness"]

N_LEADING = 5
"""Concepts of an author that a direction must stand beside; with all 150 the answers are the same."""
GROUP = 8
"""Words to a direction."""
PRIOR = 500.0
"""The informative Dirichlet prior of log-odds counts as so many words of the whole corpus."""
_MIN_DOCUMENTS, _MAX_SHARE, _MAX_WORDS = 4, 0.6, 3000
_SHOWS_ABOVE = 0.75
_EVERY = 8
_MIN_WORDS = 12
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def find(
    result: Result,
    author: str | None = None,
    *,
    concepts: Iterable[Concept] = (),
    level: float = 0.05,
    n_permutations: int = 2000,
) -> pd.DataFrame:
    """Find what comes back in authors and is explained by no concept.

    Answers: is there a way of seeing here that nobody listed?

    Parameters
    ----------
    result : Result
    author : str, optional
        Only this author's row; the false discovery rate is held over all of them all the same.
    concepts : iterable of Concept, default ()
        Concepts of your own, to take out beside the catalogue's.
    level : float, default 0.05
        False discovery rate over authors.
    n_permutations : int, default 2000
        Shuffles of author labels.

    Returns
    -------
    pandas.DataFrame
        ``author, thread, verdict, reason, effect, low, high, p_value, q_value, document_share, n_topics, first_year,
        last_year, beside``. ``thread`` is the keyword name, of three words; ``verdict`` is ``offered``, ``none`` or
        ``insufficient``; ``effect`` in standard deviations of a comparable contribution's score, beyond the concept
        ``beside``, with a 95 % bootstrap interval.

    See Also
    --------
    themekit.threads.quotes : The passages that show it.
    themekit.threads.words : The words that are the author's own.
    themekit.threads.keep : Give it a name.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> find(result)["verdict"].item()
    'insufficient'
    """
    own = tuple(concepts)
    threads = _threads(result, own).values()
    p_values = _p_values(result, own, n_permutations)
    rows = [_row(result, thread) | {"p_value": p_values.get(thread.author, np.nan)} for thread in threads]
    frame = _judged(pd.DataFrame(rows), level)
    if author is not None:
        frame = frame[frame["author"] == result._known(author)].reset_index(drop=True)  # noqa: SLF001 - as the portrait
    return frame


def quotes(result: Result, author: str, *, n: int = 5, concepts: Iterable[Concept] = ()) -> pd.DataFrame:
    """Return the passages that show an author's thread best, spread over documents and topics.

    Parameters
    ----------
    result : Result
    author : str
    n : int, default 5
    concepts : iterable of Concept, default ()
        As for :func:`find`.

    Returns
    -------
    pandas.DataFrame
        As :meth:`themekit.Result.quotes`, with the keyword name as ``concept`` and role ``for``; empty where there is
        too little to have a thread.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> len(quotes(result, "Ann"))
    0
    """
    thread = _of(result, author, concepts)
    columns = ["author", "concept", "passage_id", "role", "score"]
    if thread.direction is None:
        return result.placed(pd.DataFrame(columns=columns))
    space = _space(result, tuple(concepts))
    own = np.flatnonzero(space.passage_author == space.names[thread.author])
    score = space.apart @ thread.direction
    score = (score - score.mean()) / max(float(score.std()), 1e-12)
    own = own[np.argsort(-score[own], kind="stable")]
    is_long = result.passages["text"].str.count(r"\S+").to_numpy() >= _MIN_WORDS
    own = own[is_long[own]] if is_long[own].any() else own
    chosen = _spread(own, space.codes, space.topics)[:n]
    chosen.sort(key=lambda i: -score[i])
    ids = result.passages["passage_id"].to_numpy()
    rows = [(thread.author, thread.label, ids[i], "for", float(score[i])) for i in chosen]
    return result.placed(pd.DataFrame(rows, columns=columns))


def _spread(ordered: NDArray[np.int64], documents: NDArray[np.int64], topics: NDArray[np.int64]) -> list[int]:
    """Put the best passage of each new document on a new topic first, then of each new document, then the rest."""
    chosen: list[int] = []
    seen: set[int] = set()
    seen_topics: set[int] = set()
    for only_new_topics in (True, False):
        for i in ordered.tolist():
            is_new_topic = int(topics[i]) not in seen_topics
            if int(documents[i]) not in seen and (is_new_topic or not only_new_topics):
                chosen.append(i)
                seen.add(int(documents[i]))
                seen_topics.add(int(topics[i]))
    return chosen + [i for i in ordered.tolist() if i not in set(chosen)]


def words(result: Result, author: str, *, n: int = 20, concepts: Iterable[Concept] = ()) -> pd.DataFrame:
    """Return the words that are an author's own on the same topics, those of the thread first.

    Parameters
    ----------
    result : Result
    author : str
    n : int, default 20
    concepts : iterable of Concept, default ()
        As for :func:`find`.

    Returns
    -------
    pandas.DataFrame
        ``word, z, log_odds, n, n_documents, document_share, closeness``; words with ``z`` of 2 and more in at least a
        third of the author's documents (and in two); ``closeness`` is the cosine of the word with the thread's direction, by
        which they are in order; where there is no thread it is null and ``z`` orders them.

    See Also
    --------
    themekit.threads.log_odds : How they are weighed.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> list(words(result, "Ann").columns)
    ['word', 'z', 'log_odds', 'n', 'n_documents', 'document_share', 'closeness']
    """
    thread = _of(result, author, concepts)
    passages = result.passages
    topics = result.assignments["topic_id"].to_numpy()
    frame = log_odds(
        [_tokens(text) for text in passages["text"]],
        (passages["author"] == thread.author).to_numpy(),
        topics,
        passages["document_id"].to_numpy(),
    )
    frame = frame[(frame["z"] >= 2) & (frame["n_documents"] >= 2) & (frame["document_share"] >= 1 / 3)]  # noqa: PLR2004
    apart = _stop_words() | names_in(passages["text"])
    frame = frame[~frame["word"].isin(apart)]
    frame = frame.assign(closeness=np.nan)
    if thread.direction is not None and len(frame):
        space = _space(result, tuple(concepts))
        meant = _unit(embed(frame["word"].tolist(), space.encoder).astype(np.float64) - space.word_mean)
        frame = frame.assign(closeness=meant @ thread.direction)
        frame = frame.sort_values(["closeness", "word"], ascending=[False, True])
    return frame.head(n)[WORD_COLUMNS].reset_index(drop=True)


def log_odds(
    tokens: Sequence[Sequence[str]],
    is_own: NDArray[np.bool_],
    topics: NDArray[Any],
    documents: NDArray[Any],
    *,
    prior: float = PRIOR,
) -> pd.DataFrame:
    """Weigh words by how much more one author uses them than others on the same topics.

    Parameters
    ----------
    tokens : sequence of n_passages sequences of str
    is_own : numpy.ndarray of shape (n_passages,)
        Whether a passage is the author's.
    topics, documents : numpy.ndarray of shape (n_passages,)
    prior : float, default 500
        The whole corpus counts as so many words in each group.

    Returns
    -------
    pandas.DataFrame
        ``word, z, log_odds, n, n_documents, document_share``, the highest ``z`` first; ``n`` counts uses by the author,
        ``document_share`` is the share of the author's documents with the word.

    Examples
    --------
    >>> import numpy as np
    >>> own = [["warm", "bread"]] * 20; others = [["cold", "bread"]] * 20
    >>> is_own = np.repeat([True, False], 20)
    >>> log_odds(own + others, is_own, np.zeros(40), np.arange(40))["word"].tolist()
    ['warm', 'bread', 'cold']

    Notes
    -----
    1. *Within topic.* The others' counts on a topic are weighed so that they have written as much on it as the author; a
       topic on which nobody else wrote is left out. So a word that the author has only because of a topic does not count.
    2. ``d = logit(own) - logit(others)``, each with the prior's counts ``a`` added, and its variance ``1 / (own + a) + 1 / (n + a)``
       [1]_, where ``n`` is the effective count of the weighed ones; ``z`` is ``d`` over its root. A sum of separate log-odds
       by topic loses what others never say: there its variance is the prior's.

    .. [1] Monroe, B. L., Colaresi, M. P., Quinn, K. M. (2008). Fightin' Words. Political Analysis 16(4).
    """
    vocabulary = sorted({word for passage in tokens for word in passage})
    columns = ["word", "z", "log_odds", "n", "n_documents", "document_share"]
    if not vocabulary or not is_own.any() or is_own.all():
        return pd.DataFrame(columns=columns)
    number = {word: i for i, word in enumerate(vocabulary)}
    total = np.zeros(len(vocabulary))
    strata = {t: np.zeros((2, len(vocabulary))) for t in np.unique(topics)}
    in_documents: dict[Any, set[int]] = {}
    for passage, own, topic, document in zip(tokens, is_own, topics, documents, strict=True):
        counts = Counter(number[word] for word in passage)
        where = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
        strata[topic][0 if own else 1, where] += times
        total[where] += times
        if own:
            in_documents.setdefault(document, set()).update(counts)
    a = prior * total / total.sum()
    own, others, spread = np.zeros_like(total), np.zeros_like(total), np.zeros_like(total)
    for table in strata.values():
        sizes = table.sum(axis=1)
        if sizes.all():  # else nobody to compare with on this topic
            ratio = sizes[0] / sizes[1]
            own += table[0]
            others += ratio * table[1]
            spread += ratio**2 * table[1]
    effective = np.divide(others**2, spread, out=np.zeros_like(total), where=spread > 0)
    size = own.sum() + prior
    difference = np.log((own + a) / (size - own - a)) - np.log((others + a) / (size - others - a))
    z = difference / np.sqrt(1 / (own + a) + 1 / (effective + a))
    n_documents = np.bincount([i for held in in_documents.values() for i in held], minlength=len(vocabulary))
    frame = pd.DataFrame(
        {
            "word": vocabulary, "z": z, "log_odds": difference, "n": own, "n_documents": n_documents,
            "document_share": n_documents / len(in_documents),
        }
    ).astype({"n": "int64"})  # fmt: skip
    return frame.sort_values(["z", "word"], ascending=[False, True], ignore_index=True)


def keep(
    result: Result, author: str, name: str, gloss: str, *, n: int = 12, concepts: Iterable[Concept] = ()
) -> Concept:
    """Give an author's thread a name, and make a concept of your own of it.

    Parameters
    ----------
    result : Result
    author : str
    name, gloss : str
        What you call it, and one sentence that says what it is to see things so.
    n : int, default 12
        Quotes that become its exemplars.
    concepts : iterable of Concept, default ()
        As for :func:`find`.

    Returns
    -------
    Concept
        To mine with, ``themekit.mine(corpus, concepts=[*themekit.catalogue(), concept])``, or to :func:`write`. Whoever mines the
        same texts with it finds what it was made of: its p-value for this author says nothing. For others it does.

    Raises
    ------
    ValueError
        If there is too little for a thread.
    """
    chosen = quotes(result, author, n=n, concepts=concepts)
    if chosen.empty:
        raise ValueError(
            f"seen no thread of {author!r} to keep; expected one that find(result) could test; see its column reason"
        )
    exemplars = {
        f"own {i}": " ".join(quote.split()) for i, quote in enumerate(chosen["quote"].tolist(), start=1)
    }
    return Concept(name=name, gloss=" ".join(gloss.split()), family="own", exemplars=exemplars)


def write(concepts: Iterable[Concept], path: str | os.PathLike[str]) -> Path:
    """Write concepts of your own into a YAML file, as ``--concepts`` and :func:`themekit.mine` take it.

    Examples
    --------
    >>> import tempfile
    >>> from themekit.concepts import choose
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write([Concept("warmth", "Seeing where the heat is.")], f"{folder}/own.yml")
    ...     choose(path)[0].gloss
    'Seeing where the heat is.'
    """
    from pathlib import Path as _Path  # noqa: PLC0415 - the name is for the type checker above

    import yaml  # noqa: PLC0415 - only where a file is written

    held = {
        c.name: {
            "gloss": c.gloss,
            **({"synonyms": list(c.synonyms)} if c.synonyms else {}),
            **({"exemplars": dict(c.exemplars)} if c.exemplars else {}),
        }
        for c in concepts
    }
    place = _Path(path)
    place.write_text(yaml.safe_dump(held, sort_keys=False, allow_unicode=True, width=100), encoding="utf-8")
    return place


@dataclass(frozen=True)
class _Thread:
    """What leads in an author beyond the concepts, and how it was tested; no direction where nothing could be."""

    author: str
    reason: str | None
    direction: NDArray[np.float64] | None = None
    label: str | None = None
    beside: str | None = None
    statistic: float = np.nan
    own: NDArray[np.float64] | None = None
    others: NDArray[np.float64] | None = None
    rows: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class _Space:
    """A result by number: passages and contributions, their scores on concepts and on directions of words."""

    encoder: Encoder
    names: dict[str, int]
    passage_author: NDArray[np.int64]
    topics: NDArray[np.int64]
    codes: NDArray[np.int64]
    documents: list[str]
    author: NDArray[np.int64]
    kind: NDArray[np.object_]
    apart: NDArray[np.float64]
    concepts: list[str]
    concept_directions: NDArray[np.float64]
    directions: NDArray[np.float64]
    labels: list[str]
    word_mean: NDArray[np.float64]
    tested: tuple[NDArray[np.float64], NDArray[np.float64]]
    shown: tuple[NDArray[np.float64], NDArray[np.float64]]
    alike: NDArray[np.float64]

    @property
    def n(self) -> int:
        return len(self.author)


_spaces: WeakKeyDictionary[Result, dict[str, _Space]] = WeakKeyDictionary()
_found: WeakKeyDictionary[Result, dict[str, dict[str, _Thread]]] = WeakKeyDictionary()


def _of(result: Result, author: str, concepts: Iterable[Concept]) -> _Thread:
    name = result._known(author)  # noqa: SLF001 - as the portrait
    return _threads(result, tuple(concepts))[name]


def _threads(result: Result, own: tuple[Concept, ...]) -> dict[str, _Thread]:
    """Return what leads in each author beyond the concepts, kept for as long as the result is."""
    held = _found.setdefault(result, {})
    if repr(own) not in held:
        held[repr(own)] = _search(result, own)
    return held[repr(own)]


def _search(result: Result, own: tuple[Concept, ...]) -> dict[str, _Thread]:
    threads = {}
    for row in result.authors.itertuples(index=False):
        name, reason = str(row.author), row.reason
        if row.verdict == "insufficient":
            threads[name] = _Thread(name, str(reason))
            continue
        space = _space(result, own)
        if len(space.directions):
            threads[name] = _thread(space, name)
        else:
            threads[name] = _Thread(
                name,
                f"seen fewer than {2 * GROUP} words that {_MIN_DOCUMENTS} documents share: nothing to look along",
            )
    return threads


def _space(result: Result, own: tuple[Concept, ...]) -> _Space:
    held = _spaces.setdefault(result, {})
    if repr(own) not in held:
        held[repr(own)] = _make_space(result, own)
    return held[repr(own)]


def _make_space(result: Result, own: tuple[Concept, ...]) -> _Space:
    encoder = find_encoder(result.settings["encoder"])
    passages = result.passages
    vectors = result.vectors
    names = {name: i for i, name in enumerate(sorted(passages["author"].unique()))}
    passage_author = passages["author"].map(names).to_numpy(dtype=np.int64)
    topics = result.topic_numbers
    pairs = pd.MultiIndex.from_frame(passages[["document_id", "author"]])
    codes, unique = pd.factorize(pairs, sort=True)
    kinds = result.documents.set_index("document_id")["kind"]
    candidates = [*catalogues.catalogue(), *own]
    meant = catalogues.vectors(candidates, encoder)
    directions, labels, word_mean = _directions(passages, encoder, vectors.shape[1])
    whole, apart = (
        topic_residuals(vectors, topics, passage_author, leave_out=left_out) for left_out in (False, True)
    )
    kind = kinds.reindex([d for d, _ in unique]).to_numpy(dtype=object)
    tested, shown = (
        tuple(
            _standardised(contribution_scores(residuals @ along.T, codes), kind)
            for along in (directions, meant)
        )
        for residuals in (whole, apart)
    )
    return _Space(
        encoder=encoder, names=names, passage_author=passage_author, topics=topics, codes=codes,
        documents=[d for d, _ in unique], author=np.array([names[a] for _, a in unique], dtype=np.int64),
        kind=kind, apart=apart, concepts=[c.name for c in candidates], concept_directions=meant,
        directions=directions, labels=labels, word_mean=word_mean,
        tested=(tested[0], tested[1]), shown=(shown[0], shown[1]), alike=tested[0].T @ tested[1] / len(unique),
    )  # fmt: skip


def _standardised(scores: NDArray[np.float64], kind: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return scores in standard deviations from their mean, within each kind."""
    z = np.empty_like(scores)
    for one in set(kind.tolist()):
        rows = kind == one
        z[rows] = (scores[rows] - scores[rows].mean(axis=0)) / np.maximum(scores[rows].std(axis=0), 1e-9)
    return z


def _tokens(text: str) -> list[str]:
    """Return words of three letters and more, in lower case, without contractions."""
    return [word.lower() for word in _WORD.findall(text) if len(word) > 2 and word.isalpha()]  # noqa: PLR2004


def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415 - loaded when needed

    return frozenset(ENGLISH_STOP_WORDS)


def _directions(
    passages: pd.DataFrame, encoder: Encoder, n_dimensions: int
) -> tuple[NDArray[np.float64], list[str], NDArray[np.float64]]:
    """Return unit vectors of groups of words, a label for each, and the mean of all words."""
    by_document = passages.groupby(["document_id", "author"])["text"].agg(" ".join)
    counts: Counter[str] = Counter()
    for text in by_document:
        counts.update(set(_tokens(text)))
    apart = _stop_words() | names_in(passages["text"])
    most = max(_MIN_DOCUMENTS, _MAX_SHARE * len(by_document))
    shared = [w for w, k in counts.items() if _MIN_DOCUMENTS <= k <= most and w not in apart]
    chosen = sorted(sorted(shared, key=lambda w: (-counts[w], w))[:_MAX_WORDS])
    if len(chosen) < 2 * GROUP:
        return np.zeros((0, n_dimensions)), [], np.zeros(n_dimensions)
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - scipy is loaded when needed

    vectors = embed(chosen, encoder, progress=False).astype(np.float64)
    mean = vectors.mean(axis=0)
    points = _unit(vectors - mean)
    groups = fcluster(linkage(points, "ward"), max(2, len(chosen) // GROUP), "maxclust")
    means, labels = [], []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        means.append(points[rows].mean(axis=0))
        nearest = rows[np.argsort(-points[rows] @ means[-1], kind="stable")]
        labels.append(", ".join(_apart_in_form([chosen[i] for i in nearest])))
    return _unit(np.array(means)), labels, mean


def _apart_in_form(ordered: Sequence[str], n: int = 3) -> list[str]:
    """Return the first words that are not forms of one another (warm, warmth)."""
    kept: list[str] = []
    for word in ordered:
        if not any(word[:4] == other[:4] for other in kept):
            kept.append(word)
    return kept[:n]


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return unit


def _leading(space: _Space, own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the concepts that lead in these contributions."""
    effect = space.tested[1][own].mean(axis=0)
    return np.argsort(-effect, kind="stable")[:N_LEADING]


def _least(
    space: _Space, own: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return for each direction the least that is left of it beside a concept, beside which, and the concepts tried.

    Contributions stand in standard deviations from the mean of their kind, so that the others' mean is a fixed
    multiple of the own one and the own mean says the same as their difference.
    """
    leading = _leading(space, own)
    n_left_out = max(1, len(own) // _EVERY)
    left = np.empty((len(leading), space.tested[0].shape[1]))
    for i, c in enumerate(leading):
        rows = _beside(space, own, int(c), space.tested)
        left[i] = np.sort(rows, axis=0)[: len(own) - n_left_out].mean(axis=0)
    return left.min(axis=0), left.argmin(axis=0), leading


def _beside(
    space: _Space,
    rows: NDArray[np.int64],
    concept: int,
    scores: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return scores on all directions less their regression on a concept, in standard deviations of what is left."""
    r = space.alike[:, concept]
    left: NDArray[np.float64] = (scores[0][rows] - scores[1][rows, concept][:, None] * r) / np.sqrt(
        np.maximum(1 - r**2, 1e-6)
    )
    return left


def _profile(space: _Space, own: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
    """Return how many contributions of each kind: all that a permuted author keeps of the true one."""
    return tuple((kind, int((space.kind[own] == kind).sum())) for kind in sorted(set(space.kind[own])))


def _thread(space: _Space, name: str) -> _Thread:
    own = np.flatnonzero(space.author == space.names[name])
    pool = np.flatnonzero(np.isin(space.kind, list(set(space.kind[own]))))
    others = np.setdiff1d(pool, own)
    if any((space.kind[others] == kind).sum() == 0 for kind, _ in _profile(space, own)):
        return _Thread(name, "nobody else has documents of each kind that this author has")
    left, which, leading = _least(space, own)
    best = int(np.argmax(left))
    concept = int(leading[which[best]])
    direction = space.directions[best] - float(space.alike[best, concept]) * space.concept_directions[concept]
    return _Thread(
        author=name, reason=None, direction=_unit(direction), label=space.labels[best],
        beside=space.concepts[concept], statistic=float(left[best]),
        own=_beside(space, own, concept, space.shown)[:, best],
        others=_beside(space, others, concept, space.shown)[:, best], rows=own,
    )  # fmt: skip


def _p_values(result: Result, own: tuple[Concept, ...], n_permutations: int) -> dict[str, float]:
    """Return how often shuffled labels give as much, for each author that can be tested; one null per profile."""
    nulls: dict[Any, NDArray[np.float64]] = {}
    p_values = {}
    for thread in _threads(result, own).values():
        if thread.rows is None:
            continue
        space = _space(result, own)
        profile = _profile(space, thread.rows)
        if profile not in nulls:
            nulls[profile] = _null(space, profile, n_permutations, result.settings["seed"])
        null = nulls[profile]
        at_least = len(null) - np.searchsorted(null, thread.statistic - 1e-12, side="left")
        p_values[thread.author] = float((1 + at_least) / (1 + len(null)))
    return p_values


def _null(
    space: _Space, profile: tuple[tuple[str, int], ...], n_permutations: int, seed: int
) -> NDArray[np.float64]:
    """Return, sorted, the most that is found when labels are shuffled within kind; all of the search is done anew."""
    rng = np.random.default_rng([seed, *(k for _, k in profile)])
    pools = [(np.flatnonzero(space.kind == kind), k) for kind, k in profile]
    most = np.empty(n_permutations)
    for i in range(n_permutations):
        drawn = np.concatenate([rng.choice(pool, k, replace=False) for pool, k in pools])
        most[i] = _least(space, np.sort(drawn))[0].max()
    return np.sort(most)


def _row(result: Result, thread: _Thread) -> dict[str, Any]:
    empty = dict.fromkeys(THREAD_COLUMNS) | {"author": thread.author, "reason": thread.reason}
    if thread.own is None or thread.others is None or thread.rows is None:
        return empty | dict.fromkeys(
            ("effect", "low", "high", "p_value", "q_value", "document_share"), np.nan
        )
    spread = max(float(thread.others.std(ddof=1)), 1e-9)
    z = (thread.own - thread.others.mean()) / spread
    n = len(z)
    rng = np.random.default_rng([result.settings["seed"], *thread.author.encode("utf-8", "surrogatepass")])
    means = rng.choice(z, size=(1000, n)).mean(axis=1)
    low, high = np.percentile(z.mean() + (means - z.mean()) * np.sqrt(n / max(n - 1, 1)), [2.5, 97.5])
    shows = thread.own > np.quantile(thread.others, _SHOWS_ABOVE)
    pairs = (
        result.passages[["document_id", "author"]].drop_duplicates().sort_values(["document_id", "author"])
    )
    ids = pairs["document_id"].to_numpy()[thread.rows[shows]]
    inside = result.passages["document_id"].isin(ids) & (result.passages["author"] == thread.author)
    dates = result.documents.set_index("document_id")["date"].reindex(ids).astype("string").str[:4]
    years = pd.to_numeric(dates, errors="coerce").dropna()
    return empty | {
        "thread": thread.label, "beside": thread.beside, "effect": float(z.mean()), "low": float(low),
        "high": float(high), "document_share": float(shows.mean()),
        "n_topics": int(result.assignments.loc[inside.to_numpy(), "topic_id"].nunique()),
        "first_year": int(years.min()) if len(years) else None, "last_year": int(years.max()) if len(years) else None,
    }  # fmt: skip


def _judged(frame: pd.DataFrame, level: float) -> pd.DataFrame:
    p_values = frame["p_value"].to_numpy(dtype=float)
    q_values = np.full(len(frame), np.nan)
    tested = np.isfinite(p_values)
    if tested.any():
        from scipy.stats import false_discovery_control  # noqa: PLC0415 - scipy is loaded when needed

        q_values[tested] = false_discovery_control(p_values[tested])
    frame = frame.assign(q_value=q_values)
    judged = [_verdict(row, level) for row in frame.to_dict("records")]
    frame = frame.assign(verdict=[v for v, _ in judged], reason=[r for _, r in judged])
    kinds = {"n_topics": "Int64", "first_year": "Int64", "last_year": "Int64"}
    return frame[THREAD_COLUMNS].astype({**kinds, "reason": object, "thread": object, "beside": object})


def _verdict(row: dict[str, Any], level: float) -> tuple[str, str | None]:
    if not np.isfinite(row["q_value"]):
        return "insufficient", row["reason"]
    if row["q_value"] > level:
        return (
            "none",
            f"what leads, {row['thread']}, is no stronger than chance explains (q = {row['q_value']:.2g})",
        )
    if row["document_share"] < MIN_DOCUMENT_SHARE:
        share = row["document_share"]
        return "none", f"what leads, {row['thread']}, shows in {share:.0%} of the documents, not in most"
    if row["low"] <= 0:
        return "none", f"what leads, {row['thread']}, has an interval that reaches {row['low']:.2f}"
    return "offered", None
