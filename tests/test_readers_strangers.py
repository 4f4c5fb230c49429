"""Files as writing programs export them and as people type them: what each says of title, author and date is found.

The forms are those of ``benchmarks/strangers.py``, which has real programs write more of them.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from themekit import readers
from themekit.readers import markdown, masthead
from themekit.readers.prose import About, Block

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))
strangers = importlib.import_module("strangers")
sys.path.pop()

# What these say is not found, and is not claimed: a table of facts in Markdown, a year in brackets after the title, a
# blog whose name is its writer's.
NOT_FOUND = {"table-of-facts.md", "brackets.txt", "write-as.html"}
TEXTS = list(strangers.essays())


@pytest.mark.parametrize("name", sorted(set(strangers.PLAIN) - NOT_FOUND))
def test_title_author_and_date(tmp_path, name):
    essay = TEXTS[(5 * len(name) + 2) % len(TEXTS)]
    stranger = strangers._plain(name, strangers.PLAIN[name], essay)
    (tmp_path / name).write_text(stranger.content, encoding="utf-8")
    assert strangers.wrong(tmp_path, stranger) == {}


@pytest.mark.parametrize("name", sorted(strangers.JOURNALS))
def test_each_entry_of_a_journal_is_a_document_of_its_day(tmp_path, name):
    stranger = strangers._journal(name, *strangers.JOURNALS[name], TEXTS[3:8])
    (tmp_path / stranger.name).write_text(stranger.content, encoding="utf-8")
    assert strangers.wrong(tmp_path, stranger) == {}


@pytest.mark.parametrize("name", sorted(NOT_FOUND))
def test_what_is_not_found_is_not_made_up(tmp_path, name):
    stranger = strangers._plain(name, strangers.PLAIN[name], TEXTS[0])
    (tmp_path / name).write_text(stranger.content, encoding="utf-8")
    assert {seen for field, (_, seen) in strangers.wrong(tmp_path, stranger).items() if field != "title"} == {
        None
    }


def test_fields_above_prose_are_fields_only_where_they_name_it():
    text = "Look: I was wrong.\nStill: it was late.\n\nThe gate hung by one hinge, and nobody mended it.\n"
    assert markdown.front_matter(text) == ({}, text, [])


def test_what_is_changed_later_is_no_date():
    (document,) = readers.read_file(b"---\nlastmod: 2024-05-03\n---\n\nI mended the gate.\n", "a.md")
    assert document.date is None


def test_a_name_under_the_closing_of_a_letter_is_its_writers():
    words = " ".join(["I mended the gate before breakfast, and nobody thanked me."] * 9)
    for closing in ("Yours ever,", "With love", "Sincerely,", "Best wishes,"):
        about, _, _ = masthead.taken(
            About(), [Block("Dear Noor,"), Block(words), Block(closing), Block("Ann Oakes")]
        )
        assert about.author == "Ann Oakes"
    about, _, _ = masthead.taken(About(), [Block(words), Block("I thought of"), Block("Ann Oakes")])
    assert about.author is None
