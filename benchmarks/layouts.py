"""Essays as people lay them out: titles, bylines and dates in the forms and places where they stand in the wild.

A layout is a list of paragraphs, each with what it is (a title, a line above or below the text, the text itself), and
what it says of title, author and date, which is known before anything is read. :mod:`reading` has real programs write
them. The texts are those of the development corpus; the names are made up and chosen to be hard.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
NAMES = (
    "Ann Oakes", "Noor van Dijk", "Leila al-Haddad", "J. K. Marsh", "María José O’Neil", "Jean-Luc Achard", "Zoë Ødegård",
    "Rosalind Oyelaran-Smith", "Ivo de la Cruz", "Tom D. Hale", "Yusra Idris", "Shauna McKelly", "Søren von Amsel", "R. W. Claes",
)  # fmt: skip

# What each layout has above the text and below it. ``#`` marks the title, ``##`` a subtitle, ``*`` a title in bold.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "by, date": ("# $title", "By $author", "$day $month $year", "$body"),
    "date, by": ("# $title", "$month $day, $year", "by $author", "$body"),
    "name alone, month": ("# $title", "$author", "$month $year", "$body"),
    "by and date in one line": ("# $title", "By $author | $month $day, $year", "$body"),
    "minutes to read": ("# $title", "$author · $mon $day, $year · 5 min read", "$body"),
    "posted on, by": ("# $title", "Posted on $month $day, $year by $author", "$body"),
    "posted by, on": ("# $title", "Posted by $author on $day $month $year", "$body"),
    "written by, published": ("# $title", "Written by $author", "Published $day $month $year", "$body"),
    "weekday above, name below": ("# $title", "$weekday, $day $month $year", "$body", "— $author"),
    "title in words, place and month below": ("$title", "By $author", "$body", "Lisbon, $month $year"),
    "bold title": ("* $title", "By $author", "$year-$mm-$dd", "$body"),
    "capitals": ("$capitals", "by $author", "$day $month $year", "$body"),
    "subtitle": ("# $title", "## On what is kept", "By $author", "Published: $year-$mm-$dd", "$body"),
    "fields": ("Title: $title", "Author: $author", "Date: $day $month $year", "$body"),
    "fields below the title": ("# $title", "Author: $author", "Date: $month $day, $year", "$body"),
    "name and date in one line": ("# $title", "$author, $day $month $year", "$body"),
    "date, dash, name": ("# $title", "$month $day, $year — $author", "$body"),
    "by, with month": ("# $title", "By $author, $month $year", "$body"),
    "date above the title": ("$weekday, $month $day, $year", "# $title", "By $author", "$body"),
    "name above the title": ("$author", "# $title", "$day $month $year", "$body"),
    "title by name": ("# $title, by $author", "$month $year", "$body"),
    "bracketed date": ("# $title", "by $author", "($day $month $year)", "$body"),
    "updated and published": ("# $title", "By $author", "Published: $month $day, $year", "Last updated: 3 May 2024", "$body"),
    "short month with a stop": ("# $title", "By $author", "$mon. $day, $year", "$body"),
    "season": ("# $title", "By $author", "Spring $year", "$body"),
    "year alone": ("# $title", "$author", "$year", "$body"),
    "an essay by": ("# $title", "An essay by $author", "$nth of $month $year", "$body"),
    "all below": ("# $title", "$body", "$author", "Lisbon, $day $month $year"),
    "slashes": ("# $title", "By $author", "$dd/$mm/$year", "$body"),
    "name and place": ("# $title", "By $author in Lisbon", "$day $month $year", "$body"),
    "epigraph": ("# $title", "By $author", "$day $month $year", "> A door is what a dog is on the wrong side of.", "> — Ogden Nash", "$body"),
    # These were written after the reader was; three of them have changed it since (156 of 184 right when first read).
    "words and pictures": ("# $title", "Words by $author", "Pictures by nobody", "$mon $day, $year", "$body"),
    "date and time": ("# $title", "$weekday, $day $month $year, 10:15", "Posted by $author", "$body"),
    "first published": ("# $title", "$author", "First published in $month $year", "$body"),
    "all in one paragraph": ("# $title", "$author $dot $month $year", "$body"),
    "essay, then name": ("Essay", "# $title", "By $author", "$day.$mm.$year", "$body"),
    "standfirst": ("# $title", "What happened when we tried to keep everything, and who had to carry it.", "By $author", "Published $month $day, $year", "$body"),
    "at the end, with a dash": ("# $title", "$body", "– $author, $month $year"),
    "at the end, copyright": ("# $title", "By $author", "$day $month $year", "$body", "© 2023 The Marram Review. All rights reserved."),
    "about the author below": ("# $title", "by $author", "$month $year", "$body", "$author lives in Lisbon and keeps bees."),
    "comma, no year's comma": ("# $title", "$author", "$month $day $year", "$body"),
    "capitals for the name": ("# $title", "BY $capitalname", "$day $month $year", "$body"),
    "series": ("# $title", "Part two of three", "By $author", "$day $month $year", "$body"),
    "journal and number": ("# $title", "by $author", "The Marram Review, No. 14, Spring $year", "$body"),
    "delivered": ("# $title", "A talk by $author", "Delivered on $day $month $year", "$body"),
    "to, from": ("# $title", "From: $author", "Date: $day $month $year", "$body"),
    # What must not be taken for an author or a date.
    "place names": ("# $title", "New York", "$body"),
    "a year in the text": ("# $title", "It was 1987, and nobody had a key.", "$body", "That was in March 1990."),
    "nothing said": ("# $title", "$body"),
    "dedication": ("# $title", "For Maud Okafor", "$body"),
    "someone else's words": ("# $title", "> A door is what a dog is on the wrong side of.", "> — Ogden Nash", "$body"),
    "sections": ("# $title", "$body", "## Maud Okafor", "$more", "## June 1987", "$more"),
}  # fmt: skip
_SAYS_NOTHING = frozenset(
    {"place names", "a year in the text", "nothing said", "dedication", "someone else's words", "sections"}
)


class Gold(NamedTuple):
    """What a file says of itself; ``None`` is what it does not say and nobody may invent."""

    title: str
    author: str | None
    date: str | None


@dataclass(frozen=True)
class Essay:
    """A text of the development corpus under a name of ours."""

    title: str
    author: str
    date: dt.date
    paragraphs: list[str]

    @property
    def words(self) -> dict[str, str]:
        """What may stand in a layout or a page."""
        day = self.date
        last = {1: "st", 2: "nd", 3: "rd"}.get(
            0 if 10 < day.day < 14 else day.day % 10, "th"
        )  # codespell:ignore nd
        return {
            "title": self.title, "capitals": self.title.upper(), "capitalname": self.author.upper(), "dot": "·", "author": self.author, "day": str(day.day), "dd": f"{day:%d}",
            "mm": f"{day:%m}", "month": f"{day:%B}", "mon": f"{day:%b}", "year": str(day.year), "weekday": f"{day:%A}",
            "iso": day.isoformat(), "nth": f"{day.day}{last}", "slug": re.sub(r"\W+", "-", self.title.lower()).strip("-"),
            "handle": re.sub(r"\W+", "", self.author.lower()),
        }  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One essay in one layout: ``(what it is, words)`` for each paragraph, and what it says of itself."""

    layout: str
    paragraphs: list[tuple[str, str]]
    gold: Gold


def essays() -> Iterator[Essay]:
    """Yield essays of the development corpus, each under another name and on another day."""
    for i, path in enumerate(sorted((HERE / "development").glob("*/*.md"))):
        head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
        said = dict(re.findall(r'^(\w+): "?(.*?)"?$', head, re.MULTILINE))
        date = dt.date.fromisoformat(said["date"])
        # A day after the twelfth, so that no order of figures is in doubt.
        yield Essay(
            said["title"], NAMES[i % len(NAMES)], date.replace(day=13 + i % 15), body.strip().split("\n\n")
        )


def laid_out(essay: Essay, layout: str) -> Page:
    """Lay out an essay."""
    made: list[tuple[str, str]] = []
    for template in LAYOUTS[layout]:
        mark, _, rest = template.partition(" ")
        kind = {"#": "title", "##": "subtitle", "*": "bold", ">": "quote"}.get(mark)
        if template in {"$body", "$more"}:
            half = len(essay.paragraphs) // 2
            made += [
                ("body", p) for p in (essay.paragraphs if template == "$body" else essay.paragraphs[half:])
            ]
        else:
            made.append((kind or "line", Template(rest if kind else template).substitute(essay.words)))
    return Page(layout, made, _gold(essay, layout))


def _gold(essay: Essay, layout: str) -> Gold:
    form = " ".join(LAYOUTS[layout])
    title = essay.words["capitals"] if "$capitals " in form else essay.title
    author = essay.words["capitalname"] if "$capitalname" in form else essay.author
    if layout in _SAYS_NOTHING:
        return Gold(title, None, None)
    has_day, has_month = re.search(r"\$(?:day|dd|nth)\b", form), re.search(r"\$(?:mm|mon|month)\b", form)
    date = essay.date.isoformat() if has_day else f"{essay.date:%Y-%m}" if has_month else str(essay.date.year)
    return Gold(title, author, date)


def as_text(page: Page) -> str:
    """Write a page as plain text."""
    return "\n\n".join(f"    {words}" if kind == "quote" else words for kind, words in page.paragraphs) + "\n"


def as_markdown(page: Page) -> str:
    """Write a page as Markdown without front matter."""
    marks = {"title": "# ", "subtitle": "## ", "quote": "> "}
    # A name such as "J. K. Marsh" or a date would begin a list.
    lines = [
        f"**{words}**"
        if kind == "bold"
        else marks.get(kind, "") + re.sub(r"^(\w{1,2})([.)])", r"\1\\\2", words)
        for kind, words in page.paragraphs
    ]
    return "\n\n".join(lines) + "\n"


def as_html(page: Page, *, heading: str = "h1") -> str:
    """Write a page as a bare HTML file whose head says nothing; ``heading`` is what a title stands in."""
    tags = {"title": heading, "subtitle": "h2", "quote": "blockquote"}
    lines = []
    for kind, words in page.paragraphs:
        tag, inner = tags.get(kind, "p"), escape(words, quote=False)
        lines.append(f"<{tag}>{f'<b>{inner}</b>' if kind == 'bold' else inner}</{tag}>")
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title></title></head><body>\n{chr(10).join(lines)}\n</body></html>\n'


def web_pages(essay: Essay) -> Iterator[tuple[str, str, Gold]]:
    """Yield ``(kind of site, page, what it says)``, as the programs that make sites write them."""
    paragraphs = [escape(p, quote=False) for p in essay.paragraphs]
    body, breaks = "\n".join(f"<p>{p}</p>" for p in paragraphs), "<br /><br />\n".join(paragraphs)
    words = {k: escape(v) for k, v in essay.words.items()}
    for path in sorted((HERE / "pages").glob("*.html")):
        page = Template(path.read_text(encoding="utf-8")).substitute(words, body=body, breaks=breaks)
        date = f"{essay.date:%Y-%m}" if path.stem.endswith("-month") else essay.date.isoformat()
        yield (
            path.stem,
            page,
            Gold(essay.title, None if path.stem.endswith("-nobody") else essay.author, date),
        )
