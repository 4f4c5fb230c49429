"""The grid: whole numbers, on which sums are exact.

Floating-point sums depend on their order, so on threads, on the library that
multiplies matrices, on how a corpus was cut into blocks. Here they do not. Vectors are whole multiples of
1/:data:`GRID` (16-bit integers), means and directions of 1/:data:`FINE`. Products of the two, and sums of
these, are whole numbers below 2**53, which double precision holds exactly in any order. What is divided or
rooted is so once, at the end, by operations that every processor rounds alike. So the same passages give
the same bits, whole or in parts, on one machine or on many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 4096
"""Vectors are multiples of one over this."""
FINE = 1 << 24
"""Means, directions and scores are multiples of one over this."""
BLOCK = 4096
"""Passages that are worked on at once: what a processor's cache holds."""

Each = Callable[..., Iterator[Any]]
"""How a function goes over blocks: as the built-in ``map`` does, or as :mod:`themekit.cluster` does on many machines."""


def to_grid(vectors: NDArray[np.floating[Any]]) -> NDArray[np.int16]:
    """Round unit vectors to multiples of 1/:data:`GRID`, as integers."""
    return np.rint(vectors.astype(np.float64) * GRID).astype(np.int16)


def on_grid(vectors: NDArray[Any]) -> NDArray[np.int16]:
    """Return vectors as integers on the grid, whichever way they are given.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        Integers on the grid already (16 bits), or numbers that are to be rounded to it.

    Returns
    -------
    numpy.ndarray of shape (n_passages, n_dimensions)
        int16.

    Examples
    --------
    >>> import numpy as np
    >>> on_grid(np.array([[0.5, -1.0]])).tolist()
    [[2048, -4096]]
    """
    if vectors.dtype == np.int16:
        return vectors
    out = np.empty(vectors.shape, dtype=np.int16)
    for rows in blocks(len(vectors)):
        out[rows] = to_grid(vectors[rows])
    return out


def off_grid(vectors: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return vectors on the grid as numbers, without loss."""
    numbers: NDArray[np.float32] = vectors.astype(np.float32)
    numbers /= GRID
    return numbers


def fine(numbers: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Round to multiples of 1/:data:`FINE`, given as whole numbers."""
    return np.rint(np.asarray(numbers, dtype=np.float64) * FINE)


def whole_multiples(numbers: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Round to multiples of 1/:data:`FINE`, so that sums are exact."""
    return fine(numbers) / FINE


def blocks(n: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover ``n`` rows, of ``size`` each.

    Examples
    --------
    >>> [(b.start, b.stop) for b in blocks(5, 2)]
    [(0, 2), (2, 4), (4, 5)]
    """
    for begin in range(0, n, size):
        yield slice(begin, min(begin + size, n))


def runs(starts: NDArray[np.int64], size: int = BLOCK) -> Iterator[slice]:
    """Yield slices of groups of rows that hold about a block's rows together, or one group that holds more.

    Parameters
    ----------
    starts : numpy.ndarray of shape (n_groups + 1,)
        Where each group begins, and where the last one ends.

    Examples
    --------
    >>> import numpy as np
    >>> [(r.start, r.stop) for r in runs(np.array([0, 3, 4, 9, 10]), 4)]
    [(0, 2), (2, 3), (3, 4)]
    """
    begin, n = 0, len(starts) - 1
    while begin < n:
        end = int(np.searchsorted(starts, starts[begin] + size, side="right")) - 1
        end = min(max(end, begin + 1), n)
        yield slice(begin, end)
        begin = end


def hashes(vectors: NDArray[np.int16]) -> NDArray[np.uint64]:
    """Return a number for each vector that is as good as random, and the same for the same vector everywhere.

    Parameters
    ----------
    vectors : numpy.ndarray of shape (n_passages, n_dimensions)
        On the grid.

    Returns
    -------
    numpy.ndarray of shape (n_passages,)
        By these passages have an order of their own, whatever that of the files.

    Examples
    --------
    >>> import numpy as np
    >>> one, two, three = hashes(np.array([[1, 2], [3, 4], [1, 2]], dtype=np.int16))
    >>> bool(one == three), bool(one == two)
    (True, False)
    """
    odd = _mixed(np.arange(1, vectors.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    out = np.empty(len(vectors), dtype=np.uint64)
    for rows in blocks(len(vectors)):
        out[rows] = (vectors[rows].astype(np.int64).view(np.uint64) * odd).sum(axis=1)
    return _mixed(out)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter whole numbers over 64 bits (the finaliser of SplitMix64)."""
    z = numbers + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return mixed
