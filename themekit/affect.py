"""Affect: whether how a text feels goes with how near it is to its author's theme.

An essay that this project began with claims two things: change is hardest where one moves away from
one's theme, and time flies near it. A dated corpus can be asked. What is measured is simple, and stated:

- *Affect* of a document: the mean polarity (from -1 to 1) of the author's passages, by the lexicon of
  `TextBlob <https://textblob.readthedocs.io>`_, some 2,900 English words rated for how positive they are, with
  negation and intensifiers. It reads words, not people: irony and a calm account of a disaster escape it.
  ``pip install "themekit[affect]"`` brings it; any function from texts to numbers can stand in its place.
- *Strength*: the document's score on the theme. *Moving*: its score less the mean of the three before it.
- *Pace*: how soon the next document follows. Time itself is in no text; who writes again sooner stands for it, badly.

1. Both series become ranks and lose their linear trend, so that a life in which both rise proves nothing.
2. The association is their correlation; its interval is Fisher's, with the sample shrunk for what neighbours share (Bartlett).
3. Chance: one series is shifted round in time, and turned about, in all ways. Unlike a shuffle this keeps what neighbours share.
4. The answer is ``borne out`` or ``the reverse`` where p is at most 0.05 and the interval leaves 0 out, ``no`` where the interval
   lies within 0.3 of 0, and else ``cannot be told``, with the reason. Three questions are asked and p is not adjusted for that.

An association is not a cause, and affect in texts that one publishes is chosen.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from themekit import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from themekit.result import Result

    Measure = Callable[[Sequence[str]], Sequence[float] | NDArray[np.float64]]

CLAIM_COLUMNS = [
    "author",
    "concept",
    "claim",
    "measured",
    "association",
    "low",
    "high",
    "p_value",
    "n",
    "answer",
    "reason",
]
LEVEL = 0.05
MIN_DOCUMENTS = 12
"""With fewer than twelve dated documents nothing is told: the interval spans half of what there can be."""
_NEAR_NOTHING = 0.3
_N_BEFORE = 3


class AffectLibraryError(ImportError):
    """The library that rates words is not installed."""


def polarity(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return how positive the words of each text are, from -1 to 1, by TextBlob's lexicon.

    Parameters
    ----------
    texts : sequence of n str
        English.

    Returns
    -------
    numpy.ndarray of shape (n,)
        0 where no word is rated.

    Raises
    ------
    AffectLibraryError
        If TextBlob is not installed.
    """
    try:
        blob = import_module("textblob").TextBlob  # optional, and its import takes seconds
    except ImportError as error:
        raise AffectLibraryError(
            "seen no TextBlob; expected it, to rate words; install it with  pip install 'themekit[affect]', or pass a "
            "measure of your own"
        ) from error
    return np.array([blob(text).sentiment.polarity for text in texts], dtype=float)


def by_document(result: Result, author: str, *, measure: Measure = polarity) -> pd.DataFrame:
    """Return the affect of each document of an author.

    Parameters
    ----------
    result : Result
    author : str
    measure : callable, default :func:`polarity`
        From texts to numbers, one for each.

    Returns
    -------
    pandas.DataFrame
        ``document_id, title, date, author, affect, n_passages``; the mean over the author's passages, in order of date.

    Examples
    --------
    >>> import themekit
    >>> result = themekit.mine(themekit.Corpus.from_texts(["We mended the gate again."], author="Ann"), encoder="static")
    >>> by_document(result, "Ann", measure=lambda texts: [len(text) for text in texts])["affect"].tolist()
    [25.0]
    """
    own = result.passages[result.passages["author"] == author]
    rated = own.assign(affect=np.asarray(measure(own["text"].tolist()), dtype=float))
    means = rated.groupby("document_id", as_index=False).agg(
        affect=("affect", "mean"), n_passages=("affect", "size")
    )
    frame = means.merge(result.documents[["document_id", "title", "date"]], on="document_id", how="left")
    frame = frame.assign(author=author).sort_values(
        ["date", "document_id"], na_position="last", ignore_index=True
    )
    return frame[["document_id", "title", "date", "author", "affect", "n_passages"]]


def claims(
    result: Result, author: str, concept: str | None = None, *, measure: Measure = polarity
) -> pd.DataFrame:
    """Ask an author's dated documents the essay's two claims.

    Parameters
    ----------
    result : Result
    author : str
    concept : str, optional
        Default: the leading one.
    measure : callable, default :func:`polarity`
        From texts to numbers; see :func:`by_document`.

    Returns
    -------
    pandas.DataFrame
        ``author, concept, claim, measured, association, low, high, p_value, n, answer, reason``; three rows: moving away is
        hard, nearness is pleasant, time flies. ``association`` is a rank correlation from -1 to 1, positive where the claim is
        borne out, null where it cannot be told for want of documents.

    See Also
    --------
    themekit.junctures.find : Where the author moves away.
    """
    orbit = frames.orbit_frame(result, author, concept)
    scores = orbit[orbit["date"].notna() & orbit["score"].notna()]
    felt = by_document(result, author, measure=measure)[["document_id", "affect"]]
    series = scores.merge(felt, on="document_id", how="left").sort_values(
        ["date", "document_id"], ignore_index=True
    )
    strength, affect = series["score"].to_numpy(dtype=float), series["affect"].to_numpy(dtype=float)
    moving = np.array([s - strength[max(0, i - _N_BEFORE) : i].mean() for i, s in enumerate(strength) if i])
    days = pd.to_datetime(series["date"].where(series["date"].str.len() >= 10), errors="coerce")  # noqa: PLR2004 - a whole date
    gaps = (
        np.diff(days.to_numpy().astype("datetime64[D]").astype(float)) if days.notna().all() else np.array([])
    )
    pace = -np.log1p(gaps)
    asked = [
        ("change is hard where one moves away from the theme", "affect, and strength less that of the three before",
         moving, affect[1:], ""),
        ("it is pleasant near the theme", "affect, and strength", strength, affect, ""),
        ("time flies near the theme", "how soon the next document follows, and strength", strength[: len(pace)], pace,
         "some documents are dated to the month or year only; " if days.isna().any() else ""),
    ]  # fmt: skip
    rows = []
    for claim, measured, x, y, beforehand in asked:
        told = associate(x, y)
        reason = f"{beforehand}{told['reason']}" if told["reason"] else None
        rows.append(
            {"author": author, "concept": orbit["concept"].iloc[0], "claim": claim, "measured": measured}
            | told
            | {"reason": reason}
        )
    return pd.DataFrame(rows, columns=CLAIM_COLUMNS)


def associate(x: NDArray[np.float64], y: NDArray[np.float64], *, level: float = LEVEL) -> dict[str, Any]:
    """Say whether two series in order of time go together, beyond their trends and beyond what shifting gives.

    Parameters
    ----------
    x, y : numpy.ndarray of shape (n,)
    level : float, default 0.05

    Returns
    -------
    dict
        ``association, low, high, p_value, n, answer, reason``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0); x = rng.normal(size=30)
    >>> associate(x, x + rng.normal(size=30) / 2)["answer"], associate(x[:5], x[:5])["answer"]
    ('borne out', 'cannot be told')
    """
    from scipy.stats import rankdata  # noqa: PLC0415 - scipy is loaded when needed

    n = len(x)
    empty = {"association": np.nan, "low": np.nan, "high": np.nan, "p_value": np.nan, "n": n}
    if n < MIN_DOCUMENTS:
        return empty | {
            "answer": "cannot be told", "reason": f"{n} documents that can be compared, needed {MIN_DOCUMENTS}",
        }  # fmt: skip
    a, b = (_without_trend(rankdata(v)) for v in (x, y))
    if min(np.ptp(x), np.ptp(y)) == 0 or min(a.std(), b.std()) < 1e-9:  # noqa: PLR2004 - all alike but for rounding
        return empty | {"answer": "cannot be told", "reason": "one of the two is the same in all documents"}
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1))
    others = np.array([np.corrcoef(a, np.roll(turned, k))[0, 1] for turned in (b, b[::-1]) for k in range(n)])
    p_value = float((np.abs(others) >= abs(r) - 1e-12).sum() / len(others))  # the unshifted one is among them
    shared = float(np.clip(_lag_one(a) * _lag_one(b), 0, 0.9))
    n_effective = max(n * (1 - shared) / (1 + shared), 5.0)
    half = 1.96 / np.sqrt(n_effective - 4)  # one more than Fisher's three, for the trend
    low, high = (float(np.tanh(np.arctanh(np.clip(r, -0.999, 0.999)) + sign * half)) for sign in (-1, 1))
    told = {"association": r, "low": low, "high": high, "p_value": p_value, "n": n, "reason": None}
    if p_value <= level and (low > 0 or high < 0):
        return told | {"answer": "borne out" if r > 0 else "the reverse"}
    if low > -_NEAR_NOTHING and high < _NEAR_NOTHING:
        return told | {"answer": "no"}
    return told | {
        "answer": "cannot be told",
        "reason": f"{n} documents leave anything from {low:.2f} to {high:.2f} open (p = {p_value:.2g})",
    }


def _without_trend(values: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.arange(len(values), dtype=float)
    left: NDArray[np.float64] = values - np.polyval(np.polyfit(order, values, 1), order)
    return left


def _lag_one(values: NDArray[np.float64]) -> float:
    apart = values - values.mean()
    return float((apart[1:] * apart[:-1]).sum() / (apart**2).sum())
