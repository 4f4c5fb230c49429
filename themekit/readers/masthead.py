"""What stands above a text and below it: its title, who wrote it and when, in the words that people use.

Documents without properties still say who wrote them: "By Ann Oakes", "Posted on 21 March 2019 by Ann Oakes",
"Ann Oakes | March 2019 | 5 min read", a name alone above a date, "— Ann Oakes" at the end. A line is
taken for such a line only where nothing in it is left over: a date, a name, and words that go with
them. A name alone needs a date beside it, or a dash before it at the end, because it may be anybody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from themekit.readers import dates, prose
from themekit.readers.document import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from themekit.readers.document import RawDocument
    from themekit.readers.prose import About, Block

_N_TOP = 9
_N_END = 3
_MAX_WORDS = 16
_MAX_TITLE_WORDS = 14
_MAX_NAME_WORDS = 7
_N_LINES = 5
_MIN_ENTRIES = 3
# A summary may stand between title and byline, as papers have it.
_N_STANDFIRST = 3
_MAX_STANDFIRST_WORDS = 60
_N_OTHERS = 2
# A date in these is what the file's maker put there; a date above the text is what its author says.
_OVERRULED = frozenset({None, "document properties", "package"})
_BREAKS = re.compile(r"\s*(?:[|·•∙⋅]|\s[-–—/~]+\s|^[-–—~]+\s*|\s*[-–—]+$|\s{3,})\s*")
_MAKES = r"(?:(?:an?|the) )?(?:essay|story|article|post|piece|column|talk|lecture|letter|memoir|reflections?|text|words|written|posted|published|contributed|told)"
_BY = re.compile(
    rf"(?:{_MAKES}[ :]+)?by[: ]\s*(?P<name>.+)|(?:authors?|text|words|writer|from|name)\s*:\s*(?P<field>.+)",
    re.IGNORECASE,
)
_TITLE_FIELD = re.compile(r"title\s*:\s*(\S.*)", re.IGNORECASE)
_PERSON_FIELD = re.compile(
    r"(?:interview(?:er|ee|ed by)|host|guest|speaker|moderator|participant)s?\s*:", re.IGNORECASE
)
_WHEN = re.compile(
    r"(?P<later>(?:last )?(?:updated|modified|revised|edited|changed|accessed)(?: on| at)?\s*:?)"
    r"|(?:(?:first|originally|this (?:essay|post|piece|article) was) )?(?:published|posted|written|created|filed|dated?|delivered|given|begun|finished)(?: (?:on|at|in))?\s*:?"
    r"|on|in|at",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?|(?:\d{1,2}h )?\d{1,2}m(?: \d{1,2}s)?|~?\d{1,3}[ -]?min(?:ute)?s?(?:\.?[ -]read(?:ing time)?)?|reading time:? .{1,20}|(?:about |approx\.? |c\. ?|~ ?)?[\d,]{1,7} words|\d{1,5} (?:comments?|likes|notes|views)|(?:leave a|no) comments?"
    r"|essays?|share|follow|listen|subscribe|(?:filed under|posted in|category|categories|tags?)[: ] ?.{1,40}|uncategori[sz]ed",
    re.IGNORECASE,
)
_MAX_WHERE_WORDS = 8
_SMALL = frozenset(
    (
        "of",
        "the",
        "and",
        "&",
        "in",
        "no",
        "vol",
        "nr",
        "issue",
        "pp",
        "p",
        "de",
        "la",
        "sur",
        "am",
        "on",
        "upon",
        "near",
    )
)
_BYLINE_PLACE = re.compile(r"^(?P<name>.+?)(?:,| in| at| for| from) (?P<place>[^\W\d_].{1,40})$")
_TITLE_BY = re.compile(r"(?P<title>.+?)\s*(?:,|:|\||[-–—])\s*(?:[Bb]y|BY)\s+(?P<name>.+)")
_SUFFIX = re.compile(r",? (?:ph\.?d|m\.?d|jr|sr|esq|mba|ma|msc|ii|iii|frs)\.?$", re.IGNORECASE)
_PARTICLES = frozenset(("de", "da", "do", "dos", "das", "di", "du", "del", "della", "der", "den", "van", "von", "zu", "la", "le", "el", "al",
                        "y", "e", "ten", "ter", "bin", "ibn", "af", "av", "of", "and", "&", "with"))  # fmt: skip
# No part of a name even after "by"; then, words that begin titles and sentences; then, words in the names of places and papers.
_NEVER = """the a in on of for to at this our your my monday tuesday wednesday thursday friday saturday sunday hand"""
_IN_TITLES = """
his her their its that these those what when where why how who which from with without against between before after above below under over out off
up down at as if not no all some any every each one two three four five six seven eight nine ten i we you he she it they is are was were be does did
can could should would please let part chapter book section volume essay essays letter letters note notes introduction preface prologue epilogue
afterword conclusion contents foreword appendix first second third last new old more most less only again about into through while during because
there here or but january february march july september october november december spring autumn winter dear home post draft interview transcript
dedication published posted updated
"""
_IN_PLACES = """
san santa los las buenos rio saint st port fort north south east west lake mount puerto hong kuala tel addis cape city town beach island street road
hall park bay hill hills valley county university college house square villa hospital school church press review magazine times
"""
_NO_PARTS = frozenset(_NEVER.split())
_NO_BARE_PARTS = _NO_PARTS | frozenset(_IN_TITLES.split()) | frozenset(_IN_PLACES.split())
_PROGRAMS = re.compile(
    r"transcribed by https?://\S+|transcript(?:ion)? by \S+\.com|this transcript was exported on .{1,80}|\S+ \(completed .{1,20}\)|.{2,60} (?:started|stopped) transcription|page \d+ of \d+",
    re.IGNORECASE,
)
# What Teams adds to a meeting's name.
_EXPORTED_TITLE = re.compile(r"(.{2,}?)[-_ ]\d{8}_\d{6}(?:UTC)?[-_ ]Meeting (?:Transcript|Recording)")
_QUOTATION = re.compile(r"[\"“‘«'][^\"”»]{,400}[\"”’»'][.,]?")
# What letters end with, above the name.
_CLOSING = re.compile(
    r"(?:(?:yours|your)\b[\w ]{0,30}|(?:(?:with|much|all my|all our|lots of|my) )*(?:love|thanks|gratitude|affection|warmth)(?: and [\w ]{1,20})?(?: to \w{2,12}(?: \w{2,12})?)?"
    r"|(?:very |most )?(?:sincerely|faithfully|truly|respectfully|affectionately|warmly|gratefully|fondly)(?: yours)?|(?:with )?(?:(?:best|kind|warm|warmest|kindest) )+(?:wishes|regards)?|regards"
    r"|cheers|as ever|as always|until next (?:time|week|month)|take care|onwards?)[,.!]?",
    re.IGNORECASE,
)
_MAX_PLACE_WORDS = 3
_STOP = re.compile(r"[.!?…:;,][\"'”’)\]]*$")


@dataclass(frozen=True)
class _Line:
    """A line near the edge of a text: which block it is of, and what it says."""

    block: int
    words: str
    is_heading: bool
    is_bold: bool
    said: _Said | None


@dataclass(frozen=True)
class _Said:
    """What a line says when nothing in it is left over.

    ``is_bare`` where a name stands there without a "by", ``is_labelled`` where words say what name or date are,
    ``is_later`` where the date is that of a change.
    """

    title: str | None = None
    author: str | None = None
    date: str | None = None
    is_bare: bool = False
    is_later: bool = False
    is_labelled: bool = False


_PASSED = _Said()


def taken(about: About, blocks: Sequence[Block]) -> tuple[About, list[Block], list[Note]]:
    """Take title, author and date from the lines above and below a text, where the file does not say.

    Parameters
    ----------
    about : About
        What the file says by itself; only a date of its properties is overruled.
    blocks : sequence of Block
        The text's paragraphs.

    Returns
    -------
    tuple of (About, list of Block, list of Note)
        The lines that say no more than that are given to nobody.

    Examples
    --------
    >>> from themekit.readers.prose import About, Block
    >>> lines = ["The Gate", "By Ann Oakes | 21 March 2019", "I mended it before breakfast, and nobody thanked me."]
    >>> about, _, _ = taken(About(), [Block(line) for line in lines])
    >>> about.title, about.author, about.date
    ('The Gate', 'Ann Oakes', '2019-03-21')
    """
    made = list(blocks)
    top = _top(made)
    if any(_PERSON_FIELD.match(line.words) for line in top):
        return about, made, []
    title = _title(top, made, about.title)
    about, apart, notes = _above(about, top, title)
    about, below, more = _below(about, made, first=len({line.block for line in top}))
    apart |= below
    shown = next((line.words for line in top if title and line.block == title[0]), None)
    about = replace(about, title=about.title or (title[1] if title else None))
    if (
        title
        and shown is not None
        and (about.title or "").casefold() in {title[1].casefold(), shown.casefold()}
    ):
        apart.add(title[0])
    return (
        about,
        [
            replace(b, role="apparatus") if i in apart and b.role == "author" else b
            for i, b in enumerate(made)
        ],
        [*notes, *more],
    )


def documents(blocks: Iterable[Block], about: About, notes: Sequence[Note] = ()) -> list[RawDocument]:
    """Make documents of paragraphs, as :func:`themekit.readers.prose.documents` does, with what stands above and below them taken."""
    blocks = _without_programs(list(blocks))
    if sum(_is_an_entry(block) for block in blocks) >= _MIN_ENTRIES:
        # A journal: each entry has its own head, and prose.documents finds them.
        return prose.documents(blocks, about, notes)
    # The name of one who speaks, alone above the first words and the last, is no byline.
    first = prose.first_turn(blocks)
    about, taken_from, more = taken(about, blocks if first is None else blocks[:first])
    if match := _EXPORTED_TITLE.fullmatch(about.title or ""):
        about = replace(about, title=match[1].strip())
    return prose.documents([*taken_from, *blocks[len(taken_from) :]], about, [*notes, *more])


def _without_programs(blocks: list[Block]) -> list[Block]:
    """Give nobody what Otter and Rev write above and below their transcripts."""
    edge = {*range(_N_END), *range(len(blocks) - _N_END, len(blocks))}
    return [
        replace(block, role="apparatus") if i in edge and _PROGRAMS.fullmatch(block.text.strip()) else block
        for i, block in enumerate(blocks)
    ]


def _is_an_entry(block: Block) -> bool:
    date, rest = dates.leading(block.text, "2000")
    return date is not None and (block.role == "heading" or not rest)


def _top(blocks: Sequence[Block]) -> list[_Line]:
    """Return the short lines above the text; quotations are passed over, and a longer paragraph ends them."""
    lines: list[_Line] = []
    for i, block in enumerate(blocks[:_N_TOP]):
        if block.role == "quoted":
            continue
        inside = [" ".join(line.split()) for line in block.text.split("\n")]
        parts = [" | ".join(re.split(r"\s{3,}", line.strip())) for line in block.text.split("\n")]
        n_longest = max(len(line.split()) for line in inside)
        if len(inside) > _N_LINES or n_longest > (_MAX_STANDFIRST_WORDS if i < _N_STANDFIRST else _MAX_WORDS):
            break
        is_heading = block.role == "heading"
        is_bold = bool(block.bold) and " ".join((block.bold or "").split()) == " ".join(inside)
        lines += [
            _Line(i, line, is_heading, is_bold, _said(part))
            for line, part in zip(inside, parts, strict=True)
            if line
        ]
    return lines


def _title(top: Sequence[_Line], blocks: Sequence[Block], known: str | None) -> tuple[int, str] | None:
    """Return the block and the words of the title: a heading, a bold line, or a short line that belongs to the others."""
    field = next((line for line in top if line.said and line.said.title), None)
    if field and field.said and field.said.title:
        return field.block, field.said.title
    lines = [line for line in top if not line.said or (line.said.is_bare and not line.said.date)]
    if known:
        return next(
            ((line.block, line.words) for line in lines if line.words.casefold() == known.casefold()), None
        )
    shown = [line for line in lines if line.is_heading] or [line for line in lines if line.is_bold]
    if shown:
        return shown[0].block, shown[0].words
    lines = [
        line
        for line in lines
        if not _STOP.search(line.words)
        and ":" not in line.words
        and len(line.words.split()) <= _MAX_TITLE_WORDS
    ]
    has_byline = any(line.said and line.said.author and not line.said.is_bare for line in top)
    if not has_byline and any(line.said and line.said.date for line in top):
        # A name alone is a title only where no other line can be.
        lines = [line for line in lines if not line.said] or lines
    first = _below_an_address(top, lines) or (lines[0] if lines else None)
    if first is None or any(line.block < first.block and not line.said and first is lines[0] for line in top):
        return None
    is_among = any(line.said and abs(line.block - first.block) <= 1 and line is not first for line in top)
    longest = max((len(b.text.split()) for b in blocks if b.role == "author"), default=0)
    if is_among or (first.block == 0 and longest > 2 * _MAX_TITLE_WORDS and "\n" not in blocks[0].text):
        return first.block, _without_marks(first.words)
    return None


def _without_marks(title: str) -> str:
    """Return a title without the stars or the quotation marks around it."""
    words = title.strip("*=~_ ")
    whole = re.fullmatch(r"[\"“‘«]([^\"“”‘«»]+)[\"”’»]", words)
    return (whole[1] if whole else words) or title


def _below_an_address(top: Sequence[_Line], lines: Sequence[_Line]) -> _Line | None:
    """Return the one line above "by Ann Oakes" where its writer's address stands above it, as in a manuscript."""
    by = next(
        (line for line in top if line.said and line.said.author and line.words[:3].lower() == "by "), None
    )
    n_first = sum(line.block == 0 for line in top)
    over = [line for line in lines if by is not None and line.block == by.block - 1 and not line.said]
    return over[0] if len(over) == 1 and over[0].block and n_first > 1 else None


def _above(
    about: About, top: Sequence[_Line], title: tuple[int, str] | None
) -> tuple[About, set[int], list[Note]]:
    """Take author and date from the lines above the text."""
    lines = [
        line
        for line in top
        if line.said and not (title and line.block == title[0] and line.words == title[1])
    ]
    # What stands below a paragraph of the text is the text's own.
    until = _first_of_text(top, title)
    lines = [line for line in lines if line.block < until]
    has_date = any(line.said.date for line in lines if line.said)
    authors = [
        line for line in lines if line.said and line.said.author and (not line.said.is_bare or has_date)
    ]
    days = [line for line in lines if line.said and line.said.date]
    first = sorted(days, key=lambda line: bool(line.said and line.said.is_later))
    used = {line.block for line in [*authors, *days, *(li for li in lines if li.said and not li.said.author)]}
    notes = []
    if (
        title
        and not about.author
        and not authors
        and (match := _TITLE_BY.fullmatch(title[1]))
        and is_name(match["name"])
    ):
        about = replace(
            about,
            author=match["name"],
            title=match["title"] if about.title in {None, title[1]} else about.title,
        )
        notes.append(Note("guessed", f"the line {title[1]!r} names the author"))
    if authors and not about.author and (said := authors[0].said):
        about = replace(about, author=said.author)
        notes.append(Note("guessed", f"the line {authors[0].words!r} names the author"))
    if (
        first
        and about.date_source in _OVERRULED | ({about.date_source} if about.date is None else set())
        and (said := first[0].said)
    ):
        about = replace(about, date=said.date, date_source="title block")
    blocks_of = {line.block for line in top if not line.said and not (title and line.words == title[1])}
    return about, used - blocks_of, notes


def _first_of_text(top: Sequence[_Line], title: tuple[int, str] | None) -> int:
    """Return the first block of the text itself.

    Beside title and headings one line may stand among those above it, and, where a byline
    or "Published" follows, a summary too.
    """
    others: list[int] = []
    first: int | None = None
    for line in top:
        if line.said:
            if (
                first is not None
                and not line.said.is_bare
                and len(set(others)) <= _N_OTHERS
                and line.said.is_labelled
            ):
                first = None
        elif not (line.is_heading or (title is not None and line.block == title[0])):
            others.append(line.block)
            if first is None and (len(others) > 1 or _STOP.search(line.words)):
                first = line.block
    return first if first is not None else top[-1].block + 1 if top else 0


def _below(about: About, blocks: Sequence[Block], first: int) -> tuple[About, set[int], list[Note]]:
    """Take author and date from the last lines, where nothing else says: "— Ann Oakes", a name above a date."""
    own = [i for i, b in enumerate(blocks) if b.role in {"author", "heading"} and i >= first][-_N_END:]
    lines = [
        _Line(i, words, is_heading=False, is_bold=False, said=_said(words, may_have_place=True))
        for i in own
        for words in [" ".join(line.split()) for line in blocks[i].text.split("\n")]
    ]
    lines = [
        replace(line, said=_PASSED)
        if not line.said and (_CLOSING.fullmatch(line.words) or _is_between(lines, i))
        else line
        for i, line in enumerate(lines)
    ]
    while lines and not all(line.said for line in lines):
        lines = lines[next(i for i, line in enumerate(lines) if not line.said) + 1 :]
    whole = {line.block for line in lines}
    has_date = any(line.said.date for line in lines if line.said)
    has_closing = any(_CLOSING.fullmatch(line.words) for line in lines)
    notes, used = [], set()
    for line in lines:
        said = line.said
        if said is None:
            continue
        above = blocks[line.block - 1] if line.block else None
        is_of_a_quotation = above is not None and (
            above.role == "quoted" or _QUOTATION.fullmatch(above.text.strip()) is not None
        )
        is_signed = not said.is_bare or has_date or line.words[:1] in "-–—~" or has_closing
        if said.author and not about.author and is_signed and not is_of_a_quotation:
            about = replace(about, author=said.author)
            notes.append(Note("guessed", f"the line {line.words!r} names the author"))
            used.add(line.block)
        if said.date and not said.is_later and (about.date is None or _is_before(said.date, about)):
            about = replace(about, date=said.date, date_source="text")
            used.add(line.block)
    return about, used & whole, notes


def _is_between(lines: Sequence[_Line], i: int) -> bool:
    """Say whether a line is no more than a place, and stands between a name and a date."""
    before, after = (lines[j].said if 0 <= j < len(lines) else None for j in (i - 1, i + 1))
    is_place = len(lines[i].words.split()) <= _MAX_PLACE_WORDS and _is_where(lines[i].words)
    return is_place and bool(before and before.author and after and after.date)


def _is_before(date: str, about: About) -> bool:
    """Say whether a date below a text is older than the file's own, which is then a later copy's."""
    return (
        about.date_source in _OVERRULED
        and about.date is not None
        and date[: len(about.date)] < about.date[: len(date)]
    )


def _said(line: str, *, may_have_place: bool = False) -> _Said | None:
    """Return what a line says of author and date, if it says nothing else."""
    if not line or len(line.split()) > _MAX_WORDS:
        return None
    if match := _TITLE_FIELD.fullmatch(line):
        return _Said(title=match[1])
    date, rest = dates.within(line)
    said = _Said(date=date)
    for part in (p.strip(" ,;()[]*_-–—~") for p in _BREAKS.split(rest)):
        words = part.strip(" ,;")
        if not words or _ASIDE.fullmatch(words):
            continue
        if (when := _WHEN.fullmatch(words)) and date:
            said = replace(said, is_later=bool(when["later"]), is_labelled=True)
        elif name := _author(words):
            said = replace(said, author=said.author or name, is_bare=False, is_labelled=True)
        elif is_name(words) and said.author is None:
            said = replace(said, author=words, is_bare=True)
        elif date and said.author is None and (name := _name_and_place(words)):
            said = replace(said, author=name, is_bare=True)
        elif not (date and words[0].isupper() and _is_where(words) and (may_have_place or "," in line)):
            return None
    is_something = said.author or said.date or _ASIDE.fullmatch(line.strip())
    return said if is_something else None


def _is_where(words: str) -> bool:
    """Say whether words before a date are a place, or a paper and its number: "The Marram Review, No. 14"."""
    parts = re.findall(r"[\w.'’&-]+", words)
    return len(parts) <= _MAX_WHERE_WORDS and all(
        part[0].isupper() or part[0].isdigit() or part.lower().strip(".") in _SMALL for part in parts
    )


def _author(words: str) -> str | None:
    """Return the name in "by Ann Oakes", "Written by Ann Oakes", "Author: Ann Oakes, Lisbon"; words before a name may say when."""
    begun = re.sub(rf"^(?:{_WHEN.pattern})\s+(?=by\b)", "", words, flags=re.IGNORECASE)
    match = _BY.fullmatch(begun)
    if not match:
        return None
    name = re.sub(r"\s+(?:on|in|at)$", "", (match["name"] or match["field"]).strip(" ,;:"))
    name = name if is_name(name, is_said=True) else _name_and_place(name) or name
    is_one = is_name(name, is_said=True) or (
        begun.lower().startswith("author") and _is_one_name(name, least=1)
    )
    return name if is_one else None


def _name_and_place(words: str) -> str | None:
    match = _BYLINE_PLACE.match(words)
    return match["name"] if match and is_name(match["name"]) else None


def is_name(words: str, *, is_said: bool = False) -> bool:
    """Say whether words can be a person's name: two of them or more, each with a capital, but for particles.

    With ``is_said`` something before them says that they are one, and several names may stand there.

    Examples
    --------
    >>> is_name("Ann de la Mare Oakes"), is_name("Leila al-Haddad"), is_name("J. K. Marsh")
    (True, True, True)
    >>> is_name("The Gate House"), is_name("Ann"), is_name("Ann went home")
    (False, False, False)
    """
    names = (
        re.split(r"\s*(?:,|;|&|\band\b)\s*", _SUFFIX.sub("", words)) if is_said else [_SUFFIX.sub("", words)]
    )
    no_parts = _NO_PARTS if is_said else _NO_BARE_PARTS
    has_none = not any(part.lower().strip(".") in no_parts and len(part) > 1 for part in words.split())
    return has_none and bool(names[0]) and all(_is_one_name(name) for name in names if name)


def _is_one_name(name: str, *, least: int = 2) -> bool:
    parts = name.split()
    if not least <= len(parts) <= _MAX_NAME_WORDS:
        return False
    return (
        all(_is_part(part) for part in parts)
        and any(len(part.strip(".")) > 1 for part in parts if part[0].isupper())
        and _has_capital(parts[-1])
    )


def _is_part(part: str) -> bool:
    return part.lower() in _PARTICLES or (
        _has_capital(part) and re.fullmatch(r"[^\W\d_]+(?:[.'’ʼ-][^\W\d_]*)*\.?", part) is not None
    )


def _has_capital(part: str) -> bool:
    """Say whether one of a name's parts begins with a capital: al-Haddad does."""
    return any(piece[:1].isupper() for piece in re.split(r"[-'’ʼ]", part))
