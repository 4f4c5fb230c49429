"""What stands around a text and is not its author's thinking: footers, calls to subscribe, notes, contents.

Such paragraphs stay in the document, so that offsets and quotes hold, and are
counted for nobody. Only short paragraphs near the top or the end are judged by
their words; a section is judged by its heading. An author who writes about
newsletters in the middle of an essay is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from themekit.readers.document import Note, count

if TYPE_CHECKING:
    from themekit.readers.prose import Block

_MAX_WORDS = 60
_N_TOP = 3
_N_END = 8
_SECTIONS = {
    "notes": re.compile(
        r"(?:foot|end)?notes?(?: and references)?|references|bibliography|works cited|sources|citations|further reading",
        re.IGNORECASE,
    ),
    "a table of contents": re.compile(r"(?:table of )?contents", re.IGNORECASE),
    "what a site puts below its texts": re.compile(
        r"related|(?:related|more|recent|popular)(?: posts| articles| from.*| reading)|share this.*|comments?|about the author"
        r"|subscribe.*|newsletter|leave a (?:reply|comment)|backlinks|linked mentions",
        re.IGNORECASE,
    ),
    "thanks": re.compile(r"acknowledge?ments?|thanks(?: to.*)?", re.IGNORECASE),
}
_WORDS = {
    "a call to subscribe": re.compile(
        r"\bsubscribe\b|\bunsubscribe\b|\bnewsletter\b|\bsign up (?:for|to|here)\b|\bmailing list\b|\brss feed\b"
        r"|\bfollow (?:me|us) on\b|\bshare this (?:post|article|page)\b|\bif you (?:liked|enjoyed|found) this\b"
        r"|\bbuy me a coffee\b|\bpatreon\b|\bback to (?:top|index|home)\b|\bview (?:this|it) in (?:your|a) browser\b"
        r"|\bdiscuss(?:ion)? (?:this )?on (?:hacker news|twitter|reddit)\b|\breader-supported\b",
        re.IGNORECASE,
    ),
    "thanks": re.compile(
        r"^(?:\W*(?:many )?thanks (?:are due |go )?to|(?:with )?(?:special )?thanks to|i(?:'m| am) grateful to|my thanks (?:go )?to)\b"
        r".*\b(?:reading|drafts?|comments?|editing|editors?|feedback|proofread\w*|suggestions|conversations?)\b",
        re.IGNORECASE | re.DOTALL,
    ),
    "a notice": re.compile(
        r"©|\(c\) (?:19|20)\d\d|\ball rights reserved\b|\bcreative commons\b|^(?:this (?:essay|article|post|piece|text|interview|transcript)"
        r"|an earlier version|originally|first) (?:\w+ ){0,4}(?:published|appeared|posted|transcribed|edited)\b"
        r"|\blightly edited\b|\bedited for (?:length|clarity)\b|^(?:posted|published|filed|tagged|last (?:updated|modified))\b.{0,80}$",
        re.IGNORECASE,
    ),
    "notes": re.compile(r"[↩⏎]\W*$"),
    "contents": re.compile(r".*(?:\.\s?){4,}\s*\d+\s*$"),
}


def set_apart(blocks: list[Block]) -> tuple[list[Block], list[Note]]:
    """Give paragraphs that are not the text's own to nobody; say how many there were of each kind."""
    found: Counter[str] = Counter()
    own = [i for i, b in enumerate(blocks) if b.role == "author"]
    near = {*own[:_N_TOP], *own[-_N_END:]}
    section: str | None = None
    made = []
    for i, block in enumerate(blocks):
        if block.role == "heading":
            section = _section(block.text)
        reason = None
        if block.role == "author":
            reason = section or (_reason(block.text) if i in near else None)
        if reason:
            found[reason] += 1
        made.append(replace(block, role="apparatus") if reason else block)
    # Where nothing else is left, the text is about just these things.
    if found and not any(b.role == "author" for b in made):
        return blocks, []
    return made, [
        Note("left out", f"{what}: {count(n, 'paragraph')}, kept and counted for nobody")
        for what, n in found.items()
    ]


def _section(heading: str) -> str | None:
    words = " ".join(heading.split()).strip(" :.#").lower()
    return next((what for what, pattern in _SECTIONS.items() if pattern.fullmatch(words)), None)


def _reason(text: str) -> str | None:
    if len(text) > _MAX_WORDS * 12 or len(text.split()) > _MAX_WORDS:
        return None
    return next((what for what, pattern in _WORDS.items() if pattern.search(text)), None)
