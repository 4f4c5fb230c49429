"""Quotations that no style names: paragraphs set in from the margin, as people do who know no styles.

What is set in from where most of the text stands, is no item of a list and does not hang, is
taken for somebody else's words. Where much of a text is set in, that is its layout.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from themekit.readers.prose import Block

# In points: how far a quotation is set in at least.
MIN_INDENT = 16.0
_MAX_SHARE = 0.4
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(pt|in|cm|mm|px|pc|em|twip)?")
_POINTS = {
    "pt": 1.0,
    "in": 72.0,
    "cm": 72 / 2.54,
    "mm": 7.2 / 2.54,
    "px": 0.75,
    "pc": 12.0,
    "em": 12.0,
    "twip": 0.05,
    None: 0.0,
}
STYLES = frozenset(
    (
        "quote",
        "quotations",
        "intense quote",
        "block text",
        "quotation",
        "block quotation",
        "blockquote",
        "block quote",
        "extract",
        "epigraph",
        "pull quote",
    ),
)
"""What programs and people call the style of a quotation, in small letters."""


def points(length: str | None) -> float:
    """Return a length such as ``0.33in`` or ``1cm`` in points; a share or nothing is none.

    Examples
    --------
    >>> points("0.5in"), points("20pt"), points("5%"), points(None)
    (36.0, 20.0, 0.0, 0.0)
    """
    match = _LENGTH.fullmatch((length or "").strip())
    return float(match[1]) * _POINTS[match[2]] if match else 0.0


def are_quoted(indents: Sequence[float | None], n_words: Sequence[int]) -> list[bool]:
    """Say which paragraphs are set in; ``None`` stands for those of which that says nothing, such as items of a list.

    Examples
    --------
    >>> are_quoted([0, 36, 0, None], [50, 10, 50, 10])
    [False, True, False, False]
    """
    n_by_indent: Counter[float] = Counter()
    for indent, n in zip(indents, n_words, strict=True):
        if indent is not None:
            n_by_indent[round(indent)] += n
    usual = n_by_indent.most_common(1)[0][0] if n_by_indent else 0.0
    found = [indent is not None and indent - usual >= MIN_INDENT for indent in indents]
    n_found = sum(n for n, is_found in zip(n_words, found, strict=True) if is_found)
    return found if n_found <= _MAX_SHARE * sum(n_words) else [False] * len(found)


def set_in(blocks: Sequence[Block], indents: Sequence[float | None]) -> list[Block]:
    """Give paragraphs that are set in to nobody; ``indents`` in points, one for each block."""
    is_own = [block.role == "author" for block in blocks]
    judged = [indent if own else None for indent, own in zip(indents, is_own, strict=True)]
    found = are_quoted(judged, [len(block.text.split()) for block in blocks])
    return [
        replace(block, role="quoted") if is_found else block
        for block, is_found in zip(blocks, found, strict=True)
    ]
