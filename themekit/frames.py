"""Frames: what a chart shows, as a table that you can have, too.

Each function takes a result and returns what the chart of the same name draws.
All is computed from the result's tables; topics over time and their hierarchy
come from BERTopic, when asked for.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from themekit.changes import change_points
from themekit.corpus import Corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from themekit.agreement import Stability
    from themekit.result import Result

__all__ = [
    "certainty_frame", "documents_frame", "forms_frame", "kinship_frame", "map_frame", "orbit_frame", "pair_frame",
    "portrait_frames", "reading_frame", "topic_hierarchy_frame", "topics_frame", "topics_over_time_frame",
]  # fmt: skip

LEVEL = 0.05
"""What chance reaches in one of twenty shuffles."""
_N_SHUFFLES, _N_PAIRS_SHUFFLES, _N_RESAMPLES = 2000, 400, 500
_MAX_PERIODS = 16
_MIN_WORDS = 12  # of a quote; evidence is chosen by the same
_BANDWIDTH = 1 / 6  # of the span of dates

_models: WeakKeyDictionary[Result, Any] = WeakKeyDictionary()


def documents_frame(source: Corpus | Result) -> pd.DataFrame:
    """Return whose documents there are, from when, and how long, as :func:`themekit.charts.corpus_overview` takes them.

    Parameters
    ----------
    source : Corpus or Result

    Returns
    -------
    pandas.DataFrame
        ``document_id, author, n_words, kind, date, title``; one row per contribution.

    Examples
    --------
    >>> documents_frame(Corpus.from_texts(["We mended the gate."], author="Ann"))[["author", "n_words"]].values.tolist()
    [['Ann', 4]]
    """
    frame = _contributions(source)
    return frame[["document_id", "author", "n_words", "kind", "date", "title"]].reset_index(drop=True)


def _contributions(source: Corpus | Result) -> pd.DataFrame:
    if isinstance(source, Corpus):
        return source.contributions
    return Corpus(source.documents, source.turns, source.account).contributions


def topics_frame(result: Result) -> pd.DataFrame:
    """Return topics with their size and who writes on them, as :func:`themekit.charts.topic_overview` takes them.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        ``topic_id, label, keywords, n_passages, n_documents, n_authors, leading_author, n_leading``;
        ``leading_author`` has the most passages of the topic, ``n_leading`` of them.
    """
    passages = result.passages.merge(result.assignments, on="passage_id")
    by = passages.groupby("topic_id")
    counts = by.agg(n_documents=("document_id", "nunique"), n_authors=("author", "nunique")).reset_index()
    each = passages.groupby(["topic_id", "author"], as_index=False).size()
    first = each.sort_values(["size", "author"], ascending=[False, True]).drop_duplicates("topic_id")
    first = first.rename(columns={"author": "leading_author", "size": "n_leading"})
    return result.topics.merge(counts, on="topic_id").merge(first, on="topic_id")


def _bertopic(result: Result) -> Any:  # noqa: ANN401 - BERTopic has no types
    if result not in _models:
        _models[result] = result.bertopic
    return _models[result]


def _ours(result: Result, model: Any) -> dict[int, str]:  # noqa: ANN401 - BERTopic has no types
    """Return our topic of each of BERTopic's, which numbers them anew."""
    return dict(zip(model.topics_, result.assignments["topic_id"], strict=True))


def topics_over_time_frame(result: Result) -> pd.DataFrame:
    """Return how much is written on each topic by period, as :func:`themekit.charts.topics_over_time` takes it.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        ``topic_id, label, period, n_years, keywords, n_passages, n_of_period``; ``period`` is the first of its
        ``n_years`` years, ``keywords`` are the topic's in that period, ``n_of_period`` counts the period's passages.
        A topic that a period does not have is a row with 0. Passages without a date are left out.

    Notes
    -----
    Counts and words come from :meth:`bertopic.BERTopic.topics_over_time`. Periods are of 1, 2, 5, 10... years, so
    that there are at most 16.
    """
    columns = ["topic_id", "label", "period", "n_years", "keywords", "n_passages", "n_of_period"]
    dated = result.passages.merge(result.documents[["document_id", "date"]], on="document_id", how="left")
    years = pd.to_numeric(dated["date"].astype("string").str[:4], errors="coerce").to_numpy(dtype=float)
    known = np.flatnonzero(np.isfinite(years))
    if not len(known):
        return pd.DataFrame(columns=columns)
    n_years = _period(years[known])
    periods = (years[known] // n_years * n_years).astype(int)
    model = _bertopic(result)
    theirs = np.asarray(model.topics_)
    told = model.topics_over_time(
        [result.passages["text"].iloc[i] for i in known], periods.tolist(), topics=theirs[known].tolist()
    )
    told = told.assign(topic_id=told["Topic"].map(_ours(result, model)))
    told = told.rename(columns={"Timestamp": "period", "Words": "keywords", "Frequency": "n_passages"})
    grid = pd.MultiIndex.from_product(
        [sorted(set(result.assignments["topic_id"])), sorted(set(periods.tolist()))],
        names=["topic_id", "period"],
    )
    frame = told.set_index(["topic_id", "period"])[["keywords", "n_passages"]].reindex(grid).reset_index()
    frame["n_passages"] = frame["n_passages"].fillna(0).astype("int64")
    frame["n_of_period"] = frame.groupby("period")["n_passages"].transform("sum")
    frame = frame.merge(result.topics[["topic_id", "label"]], on="topic_id").assign(n_years=n_years)
    return frame[columns]


def _period(years: NDArray[np.float64]) -> int:
    """Return the shortest round number of years that makes few enough periods."""
    span = years.max() - years.min() + 1
    return next(
        n for scale in (1, 10, 100, 1000) for n in (scale, 2 * scale, 5 * scale) if span <= n * _MAX_PERIODS
    )


def topic_hierarchy_frame(result: Result) -> pd.DataFrame:
    """Return how topics join into larger ones, as :func:`themekit.charts.topic_hierarchy` takes it.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        ``node_id, parent_id, topic_id, label, distance, n_passages``; a topic is a node with a ``topic_id`` and
        distance 0, a join one without; ``distance`` is where it joins, from 0 to about 1; the root has no parent.

    Notes
    -----
    Joins, their words and distances come from :meth:`bertopic.BERTopic.hierarchical_topics`.
    """
    topics = result.topics
    leaves = topics.assign(node_id=topics["topic_id"], parent_id=None, distance=0.0)
    columns = ["node_id", "parent_id", "topic_id", "label", "distance", "n_passages"]
    if len(topics) < 2:  # noqa: PLR2004 - one does not join
        return leaves[columns]
    model = _bertopic(result)
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar that no option turns off
        joins = model.hierarchical_topics(result.passages["text"].tolist())
    ours = _ours(result, model)
    node = {str(theirs): topic_id for theirs, topic_id in ours.items()}
    size = topics.set_index("topic_id")["n_passages"]
    parent, rows = {}, []
    for join in joins.itertuples(index=False):
        own = f"join {join.Parent_ID}"
        for child in (join.Child_Left_ID, join.Child_Right_ID):
            parent[node.get(str(child), f"join {child}")] = own
        words = ", ".join(str(join.Parent_Name).split("_")[:3])
        n_passages = int(size[[ours[t] for t in join.Topics]].sum())
        rows.append((own, None, None, words, float(join.Distance), n_passages))
    frame = pd.concat([leaves[columns], pd.DataFrame(rows, columns=columns)], ignore_index=True)
    frame["parent_id"] = frame["node_id"].map(parent)
    return frame.astype({"parent_id": object}).where(frame.notna(), None)


def map_frame(result: Result) -> pd.DataFrame:
    """Return the map of passages with their text, as :func:`themekit.charts.topic_map` takes it for reading.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        As :meth:`themekit.Result.map_frame`, and ``text``; the chart carries it only where texts are asked for.
    """
    return result.map_frame().merge(result.passages[["passage_id", "text"]], on="passage_id")


def _leading(result: Result, author: str) -> str:
    is_first = (result.themes["author"] == author) & (result.themes["rank"] == 1)
    return str(result.themes.loc[is_first, "concept"].iloc[0])


def _judged(result: Result, author: str) -> pd.Series[Any]:
    return result.authors[result.authors["author"] == author].iloc[0]


def certainty_frame(result: Result, author: str) -> pd.DataFrame:
    """Return one author's themes with intervals and what chance reaches, as :func:`themekit.charts.certainty` takes them.

    Parameters
    ----------
    result : Result
    author : str

    Returns
    -------
    pandas.DataFrame
        ``author, concept, rank, effect, low, high, p_value, chance, verdict, q_value, n_documents, n_others``;
        ``chance`` is what the strongest of all candidates reaches in 95 of 100 shuffles, null where no test can be
        had; ``n_others`` counts the comparable documents by others.

    Examples
    --------
    >>> from themekit import mine
    >>> result = mine(Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> certainty_frame(result, "Ann")[["author", "rank"]].head(1).values.tolist()
    [['Ann', 1]]

    Notes
    -----
    Author labels are shuffled over documents within kind, 2,000 times, by the estimator's rule, over the scores that
    are shown. The test itself shuffles scores whose topic means include the author, so that its limit lies a little
    elsewhere. ``p_value`` is what counts: where what passes stands above all that does not, ``chance`` is moved
    between the two.
    """
    own = result.themes[result.themes["author"] == author].sort_values("rank")
    judged = _judged(result, author)
    chance, n_others = _chance(result, author)
    frame = own.assign(
        chance=_agreeing(chance, own) if own["p_value"].notna().any() else np.nan, verdict=judged["verdict"],
        q_value=judged["q_value"], n_documents=judged["n_documents"], n_others=n_others,
    )  # fmt: skip
    columns = ["author", "concept", "rank", "effect", "low", "high", "p_value", "chance", "verdict", "q_value",
               "n_documents", "n_others"]  # fmt: skip
    return frame[columns].reset_index(drop=True)


def _agreeing(chance: float, own: pd.DataFrame) -> float:
    """Return what chance reaches, moved to where the test says it is if it says so."""
    passes = own["p_value"] <= LEVEL
    most, least = own.loc[~passes, "effect"].max(), own.loc[passes, "effect"].min()
    if not np.isfinite(chance) or most >= least:
        return chance
    if most < chance < least or (np.isnan(most) and chance < least) or (np.isnan(least) and chance > most):
        return chance
    step = (least - most) / 2 if np.isfinite(least - most) else 0.05
    return float(most + step if np.isfinite(most) else least - step)


def _by_document(result: Result) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return scores, one row per contribution and one column per concept, and the kind of each."""
    wide = result.document_scores.pivot_table(
        index=["document_id", "author"], columns="concept", values="score", dropna=False, observed=True
    )
    wide = wide[wide.notna().all(axis=1)]
    kinds = result.documents.set_index("document_id")["kind"]
    kind: NDArray[np.object_] = kinds.reindex(wide.index.get_level_values("document_id")).to_numpy(
        dtype=object
    )
    return wide, kind


def _chance(result: Result, author: str) -> tuple[float, int]:
    """Return what the strongest theme reaches by chance, and with how many documents one compares."""
    scores, kind = _by_document(result)
    is_own = scores.index.get_level_values("author") == author
    if not is_own.any():
        return np.nan, 0
    values = scores.to_numpy()
    rng = np.random.default_rng(result.settings["seed"])
    n, n_others = int(is_own.sum()), 0
    total = np.zeros((_N_SHUFFLES, values.shape[1]))
    for one in sorted(set(kind[is_own])):
        pool = np.flatnonzero(kind == one)
        k = int(is_own[pool].sum())
        rest = len(pool) - k
        if not rest:
            return np.nan, 0
        n_others += rest
        z = values[pool]  # in standard deviations already, as effects are
        chosen = np.argsort(rng.random((_N_SHUFFLES, len(pool))), axis=1)[:, :k]
        picked = np.zeros((_N_SHUFFLES, len(pool)))
        np.put_along_axis(picked, chosen, 1.0, axis=1)
        total += (picked @ z / k - (z.sum(axis=0) - picked @ z) / rest) * (k / n)
    return float(np.quantile(total.max(axis=1), 1 - LEVEL)), n_others


def orbit_frame(result: Result, author: str, concept: str | None = None) -> pd.DataFrame:
    """Return how strong a theme is by document over the years, as :func:`themekit.charts.orbit` takes it.

    Parameters
    ----------
    result : Result
    author : str
    concept : str, optional
        Default: the leading one.

    Returns
    -------
    pandas.DataFrame
        ``document_id, title, date, author, concept, score, shows, level, low, high, is_juncture, verdict``; one row
        per document. ``level`` is the local mean at its date, ``low, high`` the 95 % bootstrap interval of that,
        null without a date; ``is_juncture`` where the level changes with this document.

    Examples
    --------
    >>> from themekit import mine
    >>> result = mine(Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> orbit_frame(result, "Ann")["is_juncture"].tolist()
    [False]

    Notes
    -----
    1. *Level.* A mean weighted by nearness in time (Gauss; a sixth of the span is one standard deviation), and the
       same over 500 resamples of the documents.
    2. *Junctures.* Where the level changes, as :mod:`themekit.changes` finds it.
    """
    concept = concept or _leading(result, author)
    own = result.document_scores[
        (result.document_scores["author"] == author) & (result.document_scores["concept"] == concept)
    ]
    frame = own.merge(result.documents[["document_id", "title", "date"]], on="document_id", how="left")
    when = pd.to_datetime(frame["date"].astype("string").str[:10].map(_first_day), errors="coerce")
    frame = frame.assign(when=(when - pd.Timestamp(0)).dt.days.astype(float))
    frame = frame.sort_values(["when", "document_id"], na_position="last", ignore_index=True)
    is_placed = (frame["when"].notna() & frame["score"].notna()).to_numpy()
    level, low, high = (np.full(len(frame), np.nan) for _ in range(3))
    junctures = np.zeros(len(frame), dtype=bool)
    if is_placed.any():
        scores, days = (frame.loc[is_placed, c].to_numpy(dtype=float) for c in ("score", "when"))
        rng = np.random.default_rng(result.settings["seed"])
        level[is_placed], low[is_placed], high[is_placed] = _levels(scores, days, rng)
        changes = change_points(scores, seed=result.settings["seed"])["position"].to_numpy(dtype=int)
        junctures[np.flatnonzero(is_placed)[changes]] = True
    judged = _judged(result, author)["verdict"] if concept == _leading(result, author) else "none"
    frame = frame.assign(level=level, low=low, high=high, is_juncture=junctures, verdict=judged)
    columns = ["document_id", "title", "date", "author", "concept", "score", "shows", "level", "low", "high",
               "is_juncture", "verdict"]  # fmt: skip
    return frame[columns]


def _first_day(date: str) -> str | None:
    return None if pd.isna(date) else date + "-01" * ((10 - len(date)) // 3)


def _levels(
    scores: NDArray[np.float64], days: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    width = max((days.max() - days.min()) * _BANDWIDTH, 1.0)
    near = np.exp(-0.5 * ((days[:, None] - days[None, :]) / width) ** 2)
    level = near @ scores / near.sum(axis=1)
    n = len(scores)
    if n < 2:  # noqa: PLR2004 - one has no spread
        return level, np.full(n, np.nan), np.full(n, np.nan)
    times = rng.multinomial(n, np.full(n, 1 / n), size=_N_RESAMPLES).astype(float)
    weight = times @ near.T
    draws = np.where(weight > 1e-3, (times * scores) @ near.T / np.maximum(weight, 1e-3), np.nan)  # noqa: PLR2004 - nobody near
    low, high = np.nanpercentile(draws, [2.5, 97.5], axis=0)
    return level, low, high


def _passages(result: Result, author: str, concept: str) -> pd.DataFrame:
    """Return one author's passages with their score, topic and document."""
    own = result.passages[result.passages["author"] == author]
    at = result.concepts["concept"].tolist().index(concept)
    frame = own.assign(score=result.passage_scores[own.index, at].astype(float))
    frame = frame.merge(result.assignments[["passage_id", "topic_id"]], on="passage_id")
    frame = frame.merge(result.topics[["topic_id", "label"]], on="topic_id", how="left")
    frame = frame.merge(result.documents[["document_id", "title", "date"]], on="document_id", how="left")
    scores = result.document_scores
    shown = scores[(scores["author"] == author) & (scores["concept"] == concept)]
    frame = frame.merge(shown[["document_id", "shows"]], on="document_id", how="left")
    judged = _judged(result, author)["verdict"] if concept == _leading(result, author) else "none"
    return frame.assign(concept=concept, verdict=judged)


def forms_frame(result: Result, author: str, concept: str | None = None) -> pd.DataFrame:
    """Return how a theme shows in each topic, as :func:`themekit.charts.forms` takes it.

    Parameters
    ----------
    result : Result
    author : str
    concept : str, optional
        Default: the leading one.

    Returns
    -------
    pandas.DataFrame
        ``topic_id, label, author, concept, passage_id, document_id, title, date, shows, score, quote, verdict``;
        one row per passage of the author; ``score`` in standard deviations over all passages; ``quote`` is the
        text of the passage that scores highest of its topic, and null elsewhere.

    Raises
    ------
    ValueError
        If passages cannot be scored again, because the concepts or the background are the user's own.

    Notes
    -----
    Quotes come from documents in which the theme shows, as long as the topic has one, and have twelve words or more,
    as long as there is one.
    """
    concept = concept or _leading(result, author)
    frame = _passages(result, author, concept)
    is_long = frame["text"].str.count(r"\S+") >= _MIN_WORDS
    order = frame.assign(is_long=is_long).sort_values(
        ["shows", "is_long", "score", "passage_id"], ascending=[False, False, False, True]
    )
    best = order.drop_duplicates("topic_id")["passage_id"]
    frame = frame.assign(quote=frame["text"].where(frame["passage_id"].isin(best), None))
    columns = ["topic_id", "label", "author", "concept", "passage_id", "document_id", "title", "date", "shows", "score",
               "quote", "verdict"]  # fmt: skip
    return frame[columns].sort_values(["topic_id", "passage_id"], ignore_index=True)


def reading_frame(
    result: Result, document_id: str, author: str | None = None, concept: str | None = None
) -> pd.DataFrame:
    """Return one document's passages with their scores, as :func:`themekit.charts.reading_page` takes them.

    Parameters
    ----------
    result : Result
    document_id : str
    author : str, optional
        Whose words. Default: who has most passages in the document.
    concept : str, optional
        Default: the author's leading one.

    Returns
    -------
    pandas.DataFrame
        ``passage_id, position, document_id, title, date, author, concept, topic_id, label, score, shows, text,
        verdict``; one row per passage, in the order of the document.

    Raises
    ------
    ValueError
        If there is no such document, or passages cannot be scored again.
    """
    inside = result.passages[result.passages["document_id"] == document_id]
    if inside.empty:
        raise ValueError(
            f"seen the document {document_id!r}; expected one of {len(result.documents):,} with passages, such as "
            f"{result.passages['document_id'].iloc[0]!r}; see result.documents"
        )
    author = author or str(inside["author"].value_counts(sort=True).sort_index().idxmax())
    concept = concept or _leading(result, author)
    frame = _passages(result, author, concept)
    columns = ["passage_id", "position", "document_id", "title", "date", "author", "concept", "topic_id", "label",
               "score", "shows", "text", "verdict"]  # fmt: skip
    frame = frame.loc[frame["document_id"] == document_id, columns]
    return frame.sort_values("position", ignore_index=True)


def pair_frame(result: Result, author: str, other: str) -> pd.DataFrame:
    """Return the themes of two authors, as :func:`themekit.charts.pair` takes them.

    Parameters
    ----------
    result : Result
    author, other : str

    Returns
    -------
    pandas.DataFrame
        ``author, concept, rank, effect, low, high, p_value, verdict, meta_theme, n_documents``; the first author's
        rows first.

    Examples
    --------
    >>> from themekit import mine
    >>> corpus = Corpus.from_texts(["We mended the gate again.", "The boat sank."], author=["Ann", "Bo"])
    >>> pair_frame(mine(corpus, encoder="static"), "Bo", "Ann")["author"].unique().tolist()
    ['Bo', 'Ann']
    """
    judged = result.authors[["author", "verdict", "meta_theme", "n_documents"]]
    both = [
        result.themes[result.themes["author"] == one].merge(judged, on="author") for one in (author, other)
    ]
    columns = [
        "author",
        "concept",
        "rank",
        "effect",
        "low",
        "high",
        "p_value",
        "verdict",
        "meta_theme",
        "n_documents",
    ]
    return pd.concat(both, ignore_index=True)[columns]


def kinship_frame(result: Result) -> pd.DataFrame:
    """Return how alike authors are in their themes, as :func:`themekit.charts.kinship` takes it.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        ``author, other, similarity, p_value, is_enough``; one row per pair, the names in order. ``similarity`` is
        the correlation of their effects over all concepts; ``p_value`` says how often the most alike pair of all is
        as alike when author labels are shuffled over documents within kind; ``is_enough`` is false where there is
        too little of either.

    Examples
    --------
    >>> from themekit import mine
    >>> corpus = Corpus.from_texts(["We mended the gate again.", "The boat sank."], author=["Ann", "Bo"])
    >>> kinship_frame(mine(corpus, encoder="static"))[["author", "other"]].values.tolist()
    [['Ann', 'Bo']]
    """
    names = sorted(result.authors["author"])
    enough = set(result.authors.loc[result.authors["verdict"] != "insufficient", "author"])
    rows, columns = np.triu_indices(len(names), 1)
    effects = result.themes.pivot_table(
        index="author", columns="concept", values="effect", dropna=False, observed=True
    )
    alike = _alike(effects.reindex(names).to_numpy())
    p_values = np.full_like(alike, np.nan)
    tested = [i for i, name in enumerate(names) if name in enough]
    if len(tested) > 1:
        null = _most_alike(result, [names[i] for i in tested])
        among = np.ix_(tested, tested)
        at_least = len(null) - np.searchsorted(null, alike[among] - 1e-12, side="left")
        p_values[among] = (1 + at_least) / (1 + len(null))
    return pd.DataFrame(
        {
            "author": [names[i] for i in rows], "other": [names[i] for i in columns],
            "similarity": alike[rows, columns], "p_value": p_values[rows, columns],
            "is_enough": [names[i] in enough and names[j] in enough for i, j in zip(rows, columns, strict=True)],
        }
    )  # fmt: skip


def _alike(effects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlations of rows; not a number where a row has none."""
    centred = effects - effects.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit = centred / np.where(length > 0, length, np.nan)
    alike: NDArray[np.float64] = np.clip(unit @ unit.T, -1, 1)
    return alike


def _most_alike(result: Result, names: list[str]) -> NDArray[np.float64]:
    """Return, sorted, how alike the most alike pair is when labels are shuffled over documents within kind."""
    scores, kind = _by_document(result)
    whose = scores.index.get_level_values("author")
    inside = whose.isin(names)
    values, kind = scores.to_numpy()[inside], kind[inside]
    label = pd.Categorical(whose[inside], categories=names).codes.astype(int)
    rng = np.random.default_rng(result.settings["seed"])
    groups = [np.flatnonzero(kind == one) for one in sorted(set(kind))]
    upper = np.triu_indices(len(names), 1)
    null = np.empty(_N_PAIRS_SHUFFLES)
    for i in range(_N_PAIRS_SHUFFLES):
        shuffled = label.copy()
        for rows in groups:
            shuffled[rows] = rng.permutation(label[rows])
        sums = np.zeros((len(names), values.shape[1]))
        np.add.at(sums, shuffled, values)
        null[i] = np.nanmax(_alike(sums / np.bincount(shuffled, minlength=len(names))[:, None])[upper])
    return np.sort(null)


def portrait_frames(
    result: Result, author: str, stability: Stability | None = None
) -> dict[str, pd.DataFrame]:
    """Return all that the page of one author shows, as :func:`themekit.charts.portrait` takes it.

    Parameters
    ----------
    result : Result
    author : str
    stability : Stability, optional
        From :func:`themekit.stability`, where the page is to say what stays.

    Returns
    -------
    dict of pandas.DataFrame
        ``person``: one row, ``author, verdict, reason, leading, gloss, effect, low, high, p_value, q_value,
        document_share, n_documents, n_words, n_passages, n_authors, encoder, stability``; ``thread`` as
        :meth:`themekit.Result.thread_frame`; ``certainty`` as :func:`certainty_frame`; ``quotes`` as
        :meth:`themekit.Result.quotes` with role ``for``, and ``label`` of the topic.
    """
    leading = _leading(result, author)
    judged, first = _judged(result, author), result.themes.query("author == @author and rank == 1").iloc[0]
    glosses = result.concepts.set_index("concept")["gloss"]
    person = {
        "author": author, "verdict": judged["verdict"], "reason": judged["reason"], "leading": leading,
        "gloss": glosses[leading], "effect": first["effect"], "low": first["low"], "high": first["high"],
        "p_value": first["p_value"], "q_value": judged["q_value"], "document_share": first["document_share"],
        "n_documents": judged["n_documents"], "n_words": judged["n_words"],
        "n_passages": int((result.passages["author"] == author).sum()), "n_authors": len(result.authors),
        "encoder": result.settings["encoder"],
        "stability": None if stability is None else stability.line(author),
    }  # fmt: skip
    quotes = result.quotes(author, leading, "for").merge(
        result.topics[["topic_id", "label"]], on="topic_id", how="left"
    )
    return {
        "person": pd.DataFrame([person]),
        "thread": result.thread_frame(author),
        "certainty": certainty_frame(result, author),
        "quotes": quotes,
    }
