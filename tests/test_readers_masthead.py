"""Title, author and date where nothing but the lines around a text says them.

``fixtures/wild`` holds files by some thirty programs and pages of fifteen kinds of site, as ``benchmarks/reading.py
--layouts`` writes them; ``gold.json`` is what each says of itself, known before any was read, and null what none says.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

import themekit
from themekit.readers import dates, html, masthead, package, plain
from themekit.readers.prose import About, Block

ROOT = Path(__file__).resolve().parent.parent
WILD = Path(__file__).parent / "fixtures" / "wild"
BODY = (
    "I mended the gate before breakfast. It had hung by one hinge since March, and nobody thanked me for it at all. "
    * 3
)


def layouts():
    """The layouts of the benchmark, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("layouts", ROOT / "benchmarks" / "layouts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["layouts"] = module
    spec.loader.exec_module(module)
    return module


def is_right(seen, said, account):
    """What a file does not say is right where nothing is claimed; some programs make their own apostrophes."""
    claims_author = not account["detail"].str.startswith("names no author").any()
    claims_date = seen["date_source"] not in {None, "document properties", "package"}
    title, author = (str(seen[f]).replace("’", "'") for f in ("title", "author"))
    return {
        "title": title == said["title"].replace("’", "'"),
        "author": author == said["author"].replace("’", "'") if said["author"] else not claims_author,
        "date": seen["date"] == said["date"] if said["date"] else not claims_date,
    }


def test_98_of_100_files_by_many_programs(tmp_path):
    gold = json.loads((WILD / "gold.json").read_text(encoding="utf-8"))
    wrong = []
    for i, (name, said) in enumerate(gold.items()):
        # A name that says nothing.
        file = tmp_path / f"document-{i:03d}{Path(name).suffix}"
        file.write_bytes((WILD / name).read_bytes())
        corpus = themekit.read(file)
        right = is_right(corpus.documents.iloc[0], said, corpus.account)
        wrong += [(name, field, said[field]) for field, ok in right.items() if not ok]
    assert len(gold) >= 100
    assert len({name for name, _, _ in wrong}) <= 0.02 * len(gold), wrong


@pytest.mark.parametrize("suffix", ["txt", "html"])
def test_every_layout_is_read_right(tmp_path, suffix):
    made = layouts()
    essays = list(made.essays())
    write = made.as_text if suffix == "txt" else made.as_html
    wrong = []
    for i, layout in enumerate(made.LAYOUTS):
        page = made.laid_out(essays[i % len(essays)], layout)
        file = tmp_path / f"document-{i:02d}.{suffix}"
        file.write_text(write(page), encoding="utf-8")
        corpus = themekit.read(file)
        right = is_right(corpus.documents.iloc[0], page.gold._asdict(), corpus.account)
        # Plain text marks neither headings nor quotations.
        if not all(right.values()) and not (
            suffix == "txt" and layout in {"epigraph", "someone else's words"}
        ):
            wrong.append((layout, page.gold, corpus.documents.iloc[0][["title", "author", "date"]].tolist()))
    assert not wrong


@pytest.mark.parametrize(
    ("line", "author", "date"),
    [
        ("By Ann Oakes", "Ann Oakes", None), ("BY ANN OAKES", "ANN OAKES", None), ("by Ann Oakes and Bea Moss", "Ann Oakes and Bea Moss", None),
        ("By June Marsh", "June Marsh", None), ("Written by Leila al-Haddad", "Leila al-Haddad", None), ("Author: Plato", "Plato", None),
        ("An essay by Jean-Luc Achard", "Jean-Luc Achard", None), ("By Ann Oakes, Ph.D.", "Ann Oakes, Ph.D.", None),
        ("Posted on March 21, 2019 by Ann Oakes", "Ann Oakes", "2019-03-21"), ("Ann Oakes · Mar 21, 2019 · 5 min read", "Ann Oakes", "2019-03-21"),
        ("Ann Oakes, Lisbon, March 2019", "Ann Oakes", "2019-03"), ("21st of March 2019", None, "2019-03-21"), ("Spring 2019", None, "2019"),
        ("The Marram Review, No. 14, Spring 2019", None, "2019"), ("San Francisco, March 2019", None, "2019-03"), ("03/04/2019", None, "2019"),
    ],
)  # fmt: skip
def test_lines_that_say_who_and_when(line, author, date):
    said = masthead._said(line)
    assert (said.author, said.date) == (author, date)


@pytest.mark.parametrize(
    "line",
    ["By Tuesday I was late", "By the Sea", "By Hand", "For Maud Okafor", "In March 1903 I walked", "From 1903 to 1907", "The Gate House",
     "It was 1987", "© 2019 Ann Oakes", "The winter of 1903 was cold and long", "Nobody came by", ""],
)  # fmt: skip
def test_lines_that_say_nothing_of_the_kind(line):
    assert masthead._said(line) is None


def test_what_the_file_says_goes_before_the_lines():
    about = About(title="Tides", author="Bea Moss", date="1999", date_source="front matter")
    made, blocks, _ = masthead.taken(
        about, [Block("Gates", "heading"), Block("By Ann Oakes"), Block("21 March 2019"), Block(BODY)]
    )
    assert (made.title, made.author, made.date) == ("Tides", "Bea Moss", "1999")
    assert [b.role for b in blocks] == ["heading", "apparatus", "apparatus", "author"]


def test_a_date_above_the_text_goes_before_when_the_file_was_made():
    about = About(date="2026-01-02", date_source="document properties")
    made, _, _ = masthead.taken(
        about, [Block("Gates", "heading"), Block("By Ann Oakes, 21 March 2019"), Block(BODY)]
    )
    assert (made.date, made.date_source) == ("2019-03-21", "title block")


@pytest.mark.parametrize(("made_on", "date"), [("2026-01-02", "2019-03-21"), ("2018-05-06", "2018-05-06")])
def test_a_date_below_the_text_counts_where_the_file_is_a_later_copy(made_on, date):
    about = About(date=made_on, date_source="document properties")
    made, _, _ = masthead.taken(about, [Block(BODY), Block(BODY), Block("Lisbon, 21 March 2019")])
    assert made.date == date


def test_a_name_below_a_quotation_is_not_the_authors():
    made, blocks, _ = masthead.taken(
        About(), [Block(BODY), Block("A door is a door.", "quoted"), Block("— Ogden Nash")]
    )
    assert made.author is None
    assert blocks[-1].role == "author"


def test_a_byline_in_the_middle_of_a_text_is_the_texts_own():
    made, _, _ = masthead.taken(About(), [Block(BODY), Block("By Ann Oakes"), *[Block(BODY)] * 5])
    assert made.author is None


def test_who_asks_and_who_is_asked_is_left_to_those_who_know():
    blocks = [Block("Interviewer: Ida Berg"), Block("By Ann Oakes"), Block(BODY)]
    assert masthead.taken(About(), blocks) == (About(), blocks, [])


def test_an_update_is_not_when_a_text_was_written():
    text = f"Gates\n\nLast updated: 3 May 2024\n\nPublished: 21 March 2019\n\n{BODY}"
    (document,) = plain.read(text.encode(), "a.txt")
    assert document.date == "2019-03-21"


@pytest.mark.parametrize(
    "title",
    ["a.html", "Untitled", "Unknown Title", "(anonymous)", "Microsoft Word - draft 3.docx", "\u200e", ""],
)
def test_what_programs_put_where_nobody_gave_a_title(title):
    assert package.said(title) is None
    page = f"<html><head><title>{title}</title></head><body><h1>The Gate</h1><p>{BODY}</p></body></html>"
    assert html.read(page.encode(), "b.html")[0].title == "The Gate"


def test_a_title_that_is_the_files_name_gives_way_to_a_heading():
    page = f"<html><head><title>notes-3</title></head><body><h1>The Gate</h1><p>{BODY}</p></body></html>"
    assert html.read(page.encode(), "notes-3.html")[0].title == "The Gate"


@pytest.mark.parametrize(
    ("line", "date", "rest"),
    [("on 21 March 2019, 10:15 am", "2019-03-21", "on |"), ("2019-03-21T10:00:00Z", "2019-03-21", "|"), ("1903 and 1907", None, "1903 and 1907"),
     ("No. 1903/4", None, "No. 1903/4"), ("30 February 2019", "2019", "|"), ("nothing", None, "nothing")],
)  # fmt: skip
def test_a_date_within_a_line(line, date, rest):
    assert dates.within(line) == (date, rest)
