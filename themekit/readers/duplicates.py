"""Texts that are there twice, word for word or nearly: a post in two folders, an interview in two outlets.

Two texts are nearly the same where most runs of five words of the shorter stand
in the longer, too. The longer is kept and the other counted once with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

N_WORDS = 5
SHARE = 0.8
MIN_RUNS = 40
_MIX = np.uint64(0x9E3779B97F4A7C15)


def near(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Return ``(one, other, share)`` for each two texts that are nearly the same.

    Parameters
    ----------
    texts : sequence of str
        The texts; those of fewer than 44 words are never nearly the same as another.

    Returns
    -------
    list of (int, int, float)
        Places in ``texts``, the first the smaller, and the share (0 to 1) of
        the shorter text's runs of five words that the longer has.

    Examples
    --------
    >>> tale = " ".join(f"word{i}" for i in range(100))
    >>> near([tale, "A short one.", tale + " and a new end"])
    [(0, 2, 1.0)]
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - loaded when a corpus is read

    runs = [_runs(text) for text in texts]
    sizes = np.array([len(r) if len(r) >= MIN_RUNS else 0 for r in runs], dtype=np.int64)
    places = np.repeat(np.arange(len(runs)), sizes)
    if len(set(places.tolist())) < 2:  # noqa: PLR2004 - two texts make a pair
        return []
    _, columns, counts = np.unique(
        np.concatenate([r for r, n in zip(runs, sizes, strict=True) if n]),
        return_inverse=True,
        return_counts=True,
    )
    shared = counts[columns] > 1
    has = csr_array(
        (np.ones(int(shared.sum()), dtype=np.int32), (places[shared], columns[shared])),
        shape=(len(runs), len(counts)),
    )
    common = (has @ has.T).tocoo()
    share = common.data / np.maximum(np.minimum(sizes[common.row], sizes[common.col]), 1)
    found = (common.row < common.col) & (share >= SHARE)
    return sorted(
        zip(common.row[found].tolist(), common.col[found].tolist(), share[found].tolist(), strict=True),
    )


def _runs(text: str) -> NDArray[np.uint64]:
    """Return a hash for each different run of five words."""
    from pandas.util import hash_array  # noqa: PLC0415 - loaded when a corpus is read

    words = re.findall(r"\w+", text.lower())
    if len(words) < N_WORDS:
        return np.empty(0, dtype=np.uint64)
    hashes = hash_array(np.array(words, dtype=object))
    mixed = np.zeros(len(words) - N_WORDS + 1, dtype=np.uint64)
    for i in range(N_WORDS):
        mixed = mixed * _MIX + hashes[i : i + len(mixed)]
    return np.unique(mixed)
