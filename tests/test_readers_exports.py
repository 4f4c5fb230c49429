"""Transcripts as Otter, Zoom, Teams and Rev export them, one conversation in each known shape.

The shapes are those of public transcripts and of parsers written for them; the words are ours.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from themekit import readers

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
SAID = [
    "Where did you learn to row?",
    "On the canal, in a boat that leaked. You bailed and you rowed.",
    "And later?",
    "Later I had better boats and learned less.",
]
# What an export calls the two who speak, where it does not know their names.
NAMES = {
    "otter-unknown.txt": ("Unknown Speaker", "Tom Hale"),
    "rev-speakers.txt": ("Speaker 1", "Speaker 2"),
    "rev.srt": ("Speaker 1", "Speaker 2"),
}
LABELLED = sorted(
    path.name for path in EXPORTS.iterdir() if path.name not in {"otter-times.txt", "zoom-chat.txt"}
)


@pytest.mark.parametrize("name", LABELLED)
def test_who_says_what(name):
    (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
    asks, answers = NAMES.get(name, ("Ida Berg", "Tom Hale"))
    spoken = [turn for turn in document.turns if turn.label]
    assert [(turn.label, turn.role) for turn in spoken] == [(asks, "interviewer"), (answers, "guest")] * 2
    for turn, words in zip(spoken, SAID, strict=True):
        said = " ".join(document.text[turn.start : turn.end].split())
        assert said.removesuffix(" [inaudible 00:01:02]") == words
    assert document.kind == "interview"


def test_title_and_date_of_an_otter_export():
    for name in ("otter-head.txt", "otter.docx"):
        (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
        assert (document.title, document.date) == ("Rowing with Tom", "2022-03-21")


@pytest.mark.parametrize("name", ["otter.txt", "otter-one.txt", "rev.docx", "rev-tabs.docx"])
def test_what_the_program_adds_is_nobodys(name):
    (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
    own = " ".join(document.text[t.start : t.end] for t in document.turns if t.label)
    assert all(word not in own for word in ("otter.ai", "exported", "Completed", "Rev.com"))
