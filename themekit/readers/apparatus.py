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
_MAX_ENTRY_WORDS = 12
_SECTIONS = {
    "notes": re.compile(
        r"(?:(?:foot|end)?notes?|references|sources|citations)(?:,? (?:and|&) (?:notes?|references|sources|citations|further reading))?"
        r"|bibliography|works cited|(?:further|recommended|suggested) reading|appendix:? sources|colophon|disclosures?|corrections?|credits|(?:image|photo) credits?",
        re.IGNORECASE,
    ),
    "a table of contents": re.compile(
        r"(?:table of )?contents|in this (?:article|essay|post|issue|piece)|on this page|jump to|toc",
        re.IGNORECASE,
    ),
    "what a site puts below its texts": re.compile(
        r"related|(?:related|more|recent|popular|latest)(?: posts| articles| essays| stories| from.*| by.*| reading)|you (?:might|may) also (?:like|enjoy).*"
        r"|(?:keep|continue) reading|read (?:next|more|on)|share|share this.*|(?:\d+ )?(?:comments?|responses?|thoughts?)(?: on .*)?|about (?:the author|me|us)"
        r"|(?:about )?the author|subscribe.*|(?:join )?(?:the |our |my )?newsletter|leave a (?:reply|comment)|backlinks|linked mentions|tags|categories|archives?"
        r"|follow(?: me| us)?|stay in touch|get in touch|contact|support (?:this|my|our|the) .*|(?:editor|author)[’']s note",
        re.IGNORECASE,
    ),
    "thanks": re.compile(r"acknowledge?ments?|thanks(?: to.*)?|with thanks", re.IGNORECASE),
}
# Words that somebody may write in an essay, too, count only where the paragraph begins with them or is nothing else.
_WORDS = {
    "a call to subscribe": re.compile(
        r"^subscribe\b|\bsubscribe (?:to (?:my|our|the|this)|now|here|for|below|by|via|today)\b|\bto subscribe\b|\bunsubscribe\b"
        r"|\b(?:my|our|this|free|weekly|monthly) newsletter\b|\bsign(?:ed)? up (?:for|to|here|at)\b|\bmailing list\b|\brss feed\b"
        r"|\bfollow (?:me|us) on\b|\bshare this (?:post|article|page)\b|\bif you (?:liked|enjoyed|found) this\b"
        r"|\bbuy me a coffee\b|\bpatreon\b|\bback to (?:top|index|home|(?:the|my) (?:list|index|essays|archive))\b|\bview (?:this|it)(?: \w+)? in (?:your|a) browser\b"
        r"|\bdiscuss(?:ion)? (?:this )?on (?:hacker news|twitter|reddit)\b|\breader-supported\b"
        r"|^(?:join|get) .{1,60}\b(?:e-?mail|inbox|readers)\b|^you(?:’|'| a)re receiving this\b|^(?:welcome|hello) to the [\d,]+ new (?:readers|subscribers)"
        r"|^(?:enjoyed|liked|like|loved) (?:this|what you)\b.{0,80}$|^(?:support|follow) \w+ (?:\w+ )?on\b.{0,60}$|^(?:support|buy) my \w+.{0,60}$"
        r"|^(?:hi|hello|dear) (?:friends|readers|all|everyone)\b.{0,60}\bissue\b",
        re.IGNORECASE,
    ),
    "thanks": re.compile(
        r"^(?:\W*(?:many |special |my )*thanks (?:are due |go )?to|thank you to|(?:with )?(?:special |many )?thanks to|i(?:'m|’m| am) (?:grateful|indebted) to(?= (?:(?:all )?(?:my|our|the|those) )?(?:(?-i:[A-Z])|editors?|friends?|readers?|people|many|everyone))|my thanks (?:go )?to"
        r"|i(?:'d|’d| would) like to thank)\b"
        r".*\b(?:reading|drafts?|comments?|editing|edited|editors?|feedback|proofread\w*|suggestions|conversations?|(?:this|the) (?:essay|piece|post|article))\b"
        # Thanks to people by their names, and no verb.
        r"|^\W*(?:(?:many |special |my )*(?:thanks|thank you) to) (?:(?:(?-i:[A-Z][\w.'’-]*)|and|&|my|editors?|friends?)(?:[ ,]+|$))+$",
        re.IGNORECASE | re.DOTALL,
    ),
    "a notice": re.compile(
        r"©|\(c\) (?:19|20)\d\d|^copyright (?:©|\(c\)|by|(?:19|20)\d\d)|\ball rights reserved\b|\bcreative commons\b"
        r"|^(?:this (?:essay|article|post|piece|text|interview|transcript)|(?:an? )?(?:earlier|shorter|longer)? ?version(?: of this (?:essay|article|post|piece|text))?|originally|first)"
        r" (?:\w+ ){0,4}(?:published|appeared|posted|transcribed|edited|generated)\b"
        r"|^a version of this .{1,60}\b(?:published|appeared|posted)\b|^(?:re)?printed (?:with|by) permission\b"
        r"|\blightly edited\b|\bedited for (?:length|clarity)\b|^(?:posted|published|filed|tagged|tags|last (?:updated|modified))\b.{0,80}$"
        r"|^(?:edited|translated|photo(?:graph)?s?|cover image|illustrations?|image|artwork|banner)(?: by|:| ©)\s?.{1,60}$|^\[(?:image|photo|figure|picture)\b.{0,80}\]$"
        r"|^(?:all )?(?:views|opinions) (?:expressed )?(?:here )?are\b.{0,60}$|^comments are closed\b|^leave a (?:comment|reply)\b.{0,20}$"
        r"|^(?:read more|next|previous|next post|previous post|older|newer|up next|read next)\s?:.{1,80}$|^(?:←|→|«|»|&larr;).{0,60}$"
        r"|^(?:send me an |you can )?e-?mail (?:me )?(?:at )?\S+@\S+\W*$|^(?:estimated )?reading time\b.{0,30}$|^this is part \w+ of (?:a|the)\b.{0,80}$"
        r"|^transcribed by https?:|^transcript by rev\b",
        re.IGNORECASE,
    ),
    "about the author": re.compile(
        # In the third person, and with what such lines have.
        r"^(?-i:(?:[A-Z][\w.'’-]+ ){2,4})(?:is|was|lives|writes|works|teaches) .{0,200}\b(?:writer|author|essayist|journalist|editor|novelist|poet|professor|lives in|based in|latest book"
        r"|most recent book|is the author of)\b.{0,200}$",
        re.IGNORECASE | re.DOTALL,
    ),
    "notes": re.compile(r"[↩⏎]\W*$"),
    "contents": re.compile(
        r"(?:.*(?:\.\s?){4,}\s*\d+\s*(?:\n|$))+|(?:\d{0,2}\.?\s*\S[^\n]{1,70}[ \t]\d{1,3}\s*(?:\n|$)){3,}"
    ),
}


def set_apart(blocks: list[Block]) -> tuple[list[Block], list[Note]]:
    """Give paragraphs that are not the text's own to nobody; say how many there were of each kind."""
    found: Counter[str] = Counter()
    own = [i for i, b in enumerate(blocks) if b.role == "author"]
    near = {*own[:_N_TOP], *own[-_N_END:]}
    first = next((n for n, i in enumerate(own) if len(blocks[i].text.split()) > _MAX_ENTRY_WORDS), 0)
    contents = set(own[:first]) if _is_contents(blocks, own[:first]) else set()
    section: str | None = None
    made = []
    for i, block in enumerate(blocks):
        if block.role == "heading":
            section = _section(block.text)
        reason = None
        if block.role == "author":
            reason = section or (_reason(block.text) if i in near else None)
            reason = reason or ("a table of contents" if i in contents else None)
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


def _is_contents(blocks: list[Block], places: list[int]) -> bool:
    """Say whether short paragraphs before the first long one name the headings that follow."""
    names = {_plain(block.text) for block in blocks if block.role == "heading"}
    return len(places) > 1 and sum(_plain(blocks[i].text) in names for i in places) > len(places) / 2


def _plain(words: str) -> str:
    return re.sub(r"[\W\d_]+", " ", words).strip().casefold()


def _section(heading: str) -> str | None:
    words = " ".join(heading.split()).strip(" :.#").lower()
    return next((what for what, pattern in _SECTIONS.items() if pattern.fullmatch(words)), None)


def _reason(text: str) -> str | None:
    if len(text) > _MAX_WORDS * 12 or len(text.split()) > _MAX_WORDS:
        return None
    return next((what for what, pattern in _WORDS.items() if pattern.search(text)), None)
