"""Block quotations are not the author's words, whether a style says so or only the margin.

``fixtures/quoted`` is one page as fourteen programs and formats write it; ``quoted.html`` is what they were made of.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from themekit import readers
from themekit.readers import quotations
from themekit.readers.document import NOBODYS
from themekit.readers.prose import Block

QUOTED = Path(__file__).parent / "fixtures" / "quoted"
BEGINS, ENDS = "A door is what a dog is perpetually", "could tell me when I asked."


@pytest.mark.parametrize("name", sorted(path.name for path in QUOTED.iterdir()))
def test_a_block_quotation_is_nobodys(name):
    (document,) = readers.read_file((QUOTED / name).read_bytes(), name)
    parts = {role in NOBODYS: "" for role in ("quoted", "author")}
    for turn in document.turns:
        parts[turn.role in NOBODYS] += " " + " ".join(document.text[turn.start : turn.end].split())
    assert BEGINS in parts[True]
    assert ENDS in parts[True]
    assert "dog" not in parts[False]
    # The paragraphs around it and the list are the author's.
    for own in (
        "I mended the gate",
        "So I took the long screws",
        "A list item",
        "until it wraps",
        "By evening",
    ):
        assert own in parts[False]


@pytest.mark.parametrize(
    ("indents", "quoted"),
    [
        ([0, 36, 0], [False, True, False]), ([36, 36, 36], [False] * 3), ([36, 72, 36], [False, True, False]),
        ([0, 8, 0], [False] * 3), ([0, None, 0], [False] * 3), ([0, 36, 36], [False] * 3), ([], []),
    ],
)  # fmt: skip
def test_what_is_set_in_from_where_most_of_the_text_stands(indents, quoted):
    assert quotations.are_quoted(indents, [20] * len(indents)) == quoted


def test_headings_are_not_quoted():
    blocks = [Block("One two three " * 9), Block("A heading", "heading"), Block("Four five six " * 9)]
    assert quotations.set_in(blocks, [0.0, 36.0, 0.0]) == blocks


@pytest.mark.parametrize("name", ["Zitat", "quote", "pullquote", "MsoQuote", "wp-block-quote", "block_text"])
def test_classes_of_quotations_in_pages(name):
    page = (
        f"<p>I mended the gate before breakfast.</p><p class='{name}'>A door is a door.</p><p>So it is.</p>"
    )
    (document,) = readers.read_file(page.encode(), "a.html")
    assert ("quoted" in {t.role for t in document.turns}) == (name != "Zitat")
