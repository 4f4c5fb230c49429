"""Junctures: where an author moves away from a theme or comes back to it, and which clothes it wears when.

How strong the theme is by document, with the level about it and its interval, is
:func:`themekit.frames.orbit_frame`. Here are the points where the level changes
(:mod:`themekit.changes` says how they are found and what they are worth), and the topics that carry the theme before and after.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from themekit import frames
from themekit.changes import change_points

if TYPE_CHECKING:
    from themekit.result import Result

JUNCTURE_COLUMNS = [
    "author", "concept", "document_id", "title", "date", "turn", "change", "low", "high", "p_value", "earliest", "latest",
    "before", "after", "n_before", "n_after", "autocorrelation",
]  # fmt: skip
FORM_COLUMNS = [
    "topic_id", "label", "author", "concept", "era", "first_year", "last_year", "n_passages", "n_documents", "n_shows", "score",
    "passage_id", "document_id", "title", "date", "quote",
]  # fmt: skip


def find(result: Result, author: str, concept: str | None = None, *, seed: int | None = None) -> pd.DataFrame:
    """Find where an author moves away from a theme, or towards it.

    Parameters
    ----------
    result : Result
    author : str
    concept : str, optional
        Default: the leading one.
    seed : int, optional
        Of shuffles and resamples. Default: the result's.

    Returns
    -------
    pandas.DataFrame
        ``author, concept, document_id, title, date, turn, change, low, high, p_value, earliest, latest, before, after, n_before,
        n_after, autocorrelation``; a row for each juncture, in order of date, none where there is none. ``document_id`` is the first
        document of the new level, ``turn`` is ``away`` or ``towards``, ``change`` the difference of levels with a 95 %
        interval, ``earliest`` and ``latest`` the dates between which the juncture lies in 95 of 100 resamples.

    See Also
    --------
    themekit.frames.orbit_frame : Strength by document, as the chart takes it.
    themekit.changes.change_points : The same for any series.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> len(find(result, "Ann"))
    0
    """
    orbit = frames.orbit_frame(result, author, concept)
    dated = orbit[orbit["date"].notna() & orbit["score"].notna()].reset_index(drop=True)
    points = change_points(
        dated["score"].to_numpy(dtype=float), seed=result.settings["seed"] if seed is None else seed
    )
    rows = []
    for point in points.to_dict("records"):
        here = dated.iloc[point["position"]]
        rows.append(
            {
                **point, "author": here["author"], "concept": here["concept"], "document_id": here["document_id"],
                "title": here["title"], "date": here["date"], "turn": "away" if point["change"] < 0 else "towards",
                "earliest": dated["date"].iloc[point["earliest"]], "latest": dated["date"].iloc[point["latest"]],
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=JUNCTURE_COLUMNS)


def forms(result: Result, author: str, concept: str | None = None) -> pd.DataFrame:
    """Return which topics carry an author's theme when, with one quote of each.

    Answers: which clothes does the thread wear, and when did it change them?

    Parameters
    ----------
    result : Result
    author : str
    concept : str, optional
        Default: the leading one.

    Returns
    -------
    pandas.DataFrame
        ``topic_id, label, author, concept, era, first_year, last_year, n_passages, n_documents, n_shows, score, passage_id,
        document_id, title, date, quote``; a row for each topic and era, the eras in order of time and within them the topic
        that carries most first. Eras lie between junctures and are numbered from 1; documents without a date are in era 0.
        ``n_shows`` counts documents in which the theme shows, ``score`` is the mean of the passages in standard deviations, and
        the quote is the passage that scores highest there.

    See Also
    --------
    themekit.frames.forms_frame : All passages, as the chart takes them.
    """
    frame = frames.forms_frame(result, author, concept)
    turns = find(result, author, concept)["date"].tolist()
    dates = frame["date"].astype("string")
    later = np.array([[not pd.isna(date) and date >= turn for turn in turns] for date in dates], dtype=bool)
    era = np.where(dates.isna(), 0, 1 + later.reshape(len(frame), len(turns)).sum(axis=1))
    texts = result.passages.set_index("passage_id")["text"]
    years = pd.to_numeric(dates.str[:4], errors="coerce")
    frame = frame.assign(era=era, year=years, quote=frame["passage_id"].map(texts))
    groups = frame.groupby(["era", "topic_id"])
    counted = groups.agg(
        first_year=("year", "min"),
        last_year=("year", "max"),
        n_passages=("passage_id", "size"),
        n_documents=("document_id", "nunique"),
        mean=("score", "mean"),
    )
    showing = frame[frame["shows"].fillna(value=False).astype(bool)]
    counted["n_shows"] = showing.groupby(["era", "topic_id"])["document_id"].nunique()
    best = frame.sort_values(["shows", "score", "passage_id"], ascending=[False, False, True])
    best = best.drop_duplicates(["era", "topic_id"]).merge(counted.reset_index(), on=["era", "topic_id"])
    best = best.assign(score=best["mean"], n_shows=best["n_shows"].fillna(0).astype("int64"))
    best = best.sort_values(["era", "score", "topic_id"], ascending=[True, False, True], ignore_index=True)
    return best[FORM_COLUMNS].astype({"first_year": "Int64", "last_year": "Int64"})


def topics_over_time(result: Result, author: str) -> pd.DataFrame:
    """Return how much one author writes on each topic by period, described in the author's own words.

    Parameters
    ----------
    result : Result
    author : str

    Returns
    -------
    pandas.DataFrame
        As :func:`themekit.frames.topics_over_time_frame`, of this author's passages alone: BERTopic is fitted on them, with the
        topics of the whole corpus, so that ``topic_id`` is the same and ``label`` may be another.

    See Also
    --------
    themekit.charts.topics_over_time : The chart of it.
    """
    return frames.topics_over_time_frame(_only(result, author))


def topic_hierarchy(result: Result, author: str) -> pd.DataFrame:
    """Return how one author's topics join into larger ones, described in the author's own words.

    Parameters
    ----------
    result : Result
    author : str

    Returns
    -------
    pandas.DataFrame
        As :func:`themekit.frames.topic_hierarchy_frame`, of this author's passages alone.

    See Also
    --------
    themekit.charts.topic_hierarchy : The chart of it.
    """
    return frames.topic_hierarchy_frame(_only(result, author))


def _only(result: Result, author: str) -> Result:
    """Return the result with one author's passages and documents."""
    name = result._known(author)  # noqa: SLF001 - as the portrait
    own = (result.passages["author"] == name).to_numpy()
    passages = result.passages[own].reset_index(drop=True)
    return replace(
        result,
        passages=passages,
        assignments=result.assignments[own].reset_index(drop=True),
        documents=result.documents[result.documents["document_id"].isin(passages["document_id"])].reset_index(
            drop=True
        ),
        authors=result.authors[result.authors["author"] == name].reset_index(drop=True),
        vectors=result.vectors[own],
        passage_scores=result.passage_scores[own],
    )
