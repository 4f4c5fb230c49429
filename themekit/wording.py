"""Wording: texts of others as they may stand on a page, in a chart, in a terminal or in the name of a file."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Container

# A soft hyphen breaks words; the joiners make letters of Persian and pictures of families. They hide nothing.
_WELCOME = frozenset("\u00ad\u200c\u200d")
# Cn holds what no file may contain, such as U+FFFF, and letters newer than Python's tables.
_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Cn", "Zl", "Zp"])


def visible(text: object) -> str:
    r"""Return a text on one line in which nothing hides.

    Line ends and tabs become spaces; other control characters, and marks that
    turn the direction of writing or have no width, are shown as their code.
    Markup stays as it is: it is for who writes a page to escape it.

    Parameters
    ----------
    text : object
        A name, title, label or quote; null becomes an empty text.

    Returns
    -------
    str
        The text to show.

    Examples
    --------
    >>> visible("Ann\n\x1b[31m <b>Ø</b>")
    'Ann \\x1b[31m <b>Ø</b>'
    """
    if text is None or (pd.api.types.is_scalar(text) and pd.isna(text)):
        return ""
    plain = str(text)
    if plain.isascii() and plain.isprintable() and "  " not in plain:
        return plain.strip()
    folded = re.sub(r"[\t\n\v\f\r\x85\xa0 ]+", " ", plain).strip()
    return "".join(_code(letter) if _is_hidden(letter) else letter for letter in folded)


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in _HIDDEN and letter not in _WELCOME


def _code(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def file_name(kind: str, words: str, taken: Container[str]) -> str:
    """Return a file's name, without ending, that is safe on every system and not taken: letters, digits and hyphens.

    Examples
    --------
    >>> file_name("text", "../CON: a <b>tale</b>?", ()), file_name("orbit", "Ann", {"orbit-ann"})
    ('text-con-a-b-tale-b', 'orbit-ann-2')
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-")
    base = f"{kind}-{short or hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    n, found = 1, base
    while found in taken:
        n += 1
        found = f"{base}-{n}"
    return found
