"""Words in a chart: how wide they are, how they break into lines, and how much of a text is shown.

A chart with texts is set like a page: what goes on a line has to be known
before it is drawn. A passage then travels as lines, none of which is long; so
that a guard can see how much of it there is, such a chart says it itself, as
``texts`` in its ``usermeta``. The widths are those of the font that the pictures are
drawn with, and of Arial and Helvetica, which have the same.
"""

from __future__ import annotations

import unicodedata
from typing import Literal, get_args

from themekit.wording import visible

Texts = Literal["none", "snippet", "full"]
SNIPPET = 140
"""Characters of a snippet: about two lines, enough to know a passage by."""

# Widths of the letters from the space to the tilde, in thousandths of the size.
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667,
    556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556,
    556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722,
    500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_MARKS = {
    "…": 1000,
    "“": 333,
    "”": 333,
    "‘": 222,
    "’": 222,
    "–": 556,
    "—": 1000,
    "·": 278,
    "×": 584,
    "\u00a0": 278,
}
_OTHER, _WIDE, _BOLD = 600, 1000, 1.07
_FIRST = 32


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is when drawn.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Size of the font in pixels.
    bold : bool, default False
        Bold letters are a little wider.

    Returns
    -------
    float
        Pixels; letters outside ASCII are estimated.

    Examples
    --------
    >>> width("il", 10), width("MM", 10)
    (4.44, 16.66)
    """
    units = sum(_units(letter) for letter in text)
    return units * size / 1000 * (_BOLD if bold else 1)


def _units(letter: str) -> float:
    place = ord(letter) - _FIRST
    if 0 <= place < len(_WIDTHS):
        return _WIDTHS[place]
    if letter in _MARKS:
        return _MARKS[letter]
    if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
        return 0
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return _WIDE
    plain = unicodedata.normalize("NFD", letter)[0]
    return _units(plain) if plain != letter else _OTHER


def lines(
    text: str, room: float, size: float, *, bold: bool = False, n_lines: int | None = None
) -> list[str]:
    """Break a text into lines that fit.

    Parameters
    ----------
    text : str
        What :func:`themekit.wording.visible` gives.
    room : float
        Pixels that a line may take.
    size : float
        Size of the font in pixels.
    bold : bool, default False
        See :func:`width`.
    n_lines : int, optional
        The most; what does not fit is cut with an ellipsis.

    Returns
    -------
    list of str
        At least one line, which may be empty. A word too wide for a line is broken.

    Examples
    --------
    >>> lines("we mended the gate again", 60, 10)
    ['we mended', 'the gate', 'again']
    >>> lines("we mended the gate again", 60, 10, n_lines=2)
    ['we mended', 'the gate…']
    """
    broken: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            broken.append(line)
        *full, line = _pieces(word, room, size, bold=bold)
        broken += full
    broken.append(line)
    if n_lines is not None and len(broken) > n_lines:
        return [*broken[: n_lines - 1], fit(f"{broken[n_lines - 1]}…", room, size, bold=bold)]
    return broken


def _pieces(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """Return a word in pieces that fit; one piece where it does."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return a text, or as much of its beginning as fits, with an ellipsis.

    Parameters
    ----------
    text : str
        One line.
    room : float
        Pixels.
    size : float
        Size of the font in pixels.
    bold : bool, default False
        See :func:`width`.

    Returns
    -------
    str
        The text to draw.

    Examples
    --------
    >>> fit("compression", 100, 10), fit("compression", 40, 10)
    ('compression', 'compr…')
    """
    if width(text, size, bold=bold) <= room:
        return text
    kept = text.removesuffix("…")
    while kept and width(f"{kept}…", size, bold=bold) > room:
        kept = kept[:-1]
    return f"{kept.rstrip(' ,;.')}…"


def excerpt(text: object, texts: Texts) -> str:
    """Return as much of a passage as was asked for.

    Parameters
    ----------
    text : object
        The passage.
    texts : {"none", "snippet", "full"}
        Nothing, about two lines, or all of it.

    Returns
    -------
    str
        What to draw.

    Examples
    --------
    >>> excerpt("We mended the gate.", "none"), excerpt("We mended the gate.", "snippet")
    ('', 'We mended the gate.')
    """
    if texts == "none":
        return ""
    shown = visible(text)
    if texts == "full" or len(shown) <= SNIPPET:
        return shown
    cut = shown[: SNIPPET - 1]
    words = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f"{words.rstrip(' ,;:')}…"


def check(texts: str, *, chart: str) -> None:
    """Refuse a choice of texts that there is not.

    Parameters
    ----------
    texts : str
        What the user asked for.
    chart : str
        Name of the chart, for the message.

    Raises
    ------
    ValueError
        If it is none of the three.

    Examples
    --------
    >>> check("snippet", chart="forms")
    """
    if texts not in get_args(Texts):
        raise ValueError(
            f"{chart}: seen texts={texts!r}; expected none, snippet or full; do leave it out for the default."
        )
