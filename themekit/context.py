"""Context: a passage where it stands, in pieces that a page can draw and in which a place can be found again."""

from __future__ import annotations

import bisect
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from themekit.passages import sentences
from themekit.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AROUND = 2500
"""Characters of the text before and after a passage."""


def pieces(
    text: str, start: int, end: int, said: Mapping[tuple[int, int], str] | None = None
) -> Iterator[dict[str, Any]]:
    r"""Yield a passage and the text around it, in pieces.

    Parameters
    ----------
    text : str
    start, end : int
        Characters of the passage in the text.
    said : mapping of (start, end) to str, optional
        What is said of other passages, to be shown beside them.

    Yields
    ------
    dict
        ``start``; ``sentence`` by number; ``inside`` the passage or not; ``said``; ``runs``, each of what is shown, of how
        many characters it is, and whether it is a code for some that would not be seen.

    Examples
    --------
    >>> for piece in pieces("It leaked. We mended\u202e it.", 11, 25):
    ...     print(piece["start"], piece["sentence"], piece["inside"], piece["runs"])
    0 0 False [('It leaked. ', 11, False)]
    11 1 True [('We mended', 9, False), ('\\u202e', 1, True), (' it.', 4, False)]
    """
    low, high = _window(text, start, end)
    begins = [span.start for span in sentences(text, low, high)]
    spans = [
        (max(a, low), min(b, high), what) for (a, b), what in (said or {}).items() if a < high and b > low
    ]
    cuts = {low, start, end, high, *begins, *(cut for a, b, _ in spans for cut in (a, b))}
    for a, b in pairwise(sorted(cuts)):
        yield {
            "start": a,
            "sentence": max(0, bisect.bisect(begins, a) - 1),
            "inside": start <= a < end,
            "said": next((what for first, last, what in spans if first <= a < last), ""),
            "runs": list(_runs(text[a:b])),
        }


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where reading begins and ends: between paragraphs, or between words where a paragraph is long."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    if low:
        low = next((at for at in (text.find(gap, low, start) for gap in ("\n\n", " ")) if at >= 0), start)
    if high < len(text):
        high = next((at for at in (text.rfind(gap, end, high) for gap in ("\n\n", " ")) if at >= 0), end)
    return low + len(text[low:start]) - len(text[low:start].lstrip()), high


def _runs(text: str) -> Iterator[tuple[str, int, bool]]:
    for hides, letters in groupby(text, lambda letter: not letter.isspace() and visible(letter) != letter):
        run = "".join(letters)
        yield visible(run) if hides else run, len(run), hides
