"""Transcripts as Otter, Zoom, Teams, Rev, Descript, Trint, Sonix and services of speech recognition export them.

The shapes are those of public transcripts and of parsers written for them; the words are ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from themekit import readers
from themekit.readers.document import NotATextError

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
    "rev.json": ("Speaker 0", "Speaker 1"),
    "deepgram.json": ("Speaker 0", "Speaker 1"),
    "deepgram-utterances.json": ("Speaker 0", "Speaker 1"),
    "assemblyai.json": ("Speaker A", "Speaker B"),
    "aws.json": ("spk_0", "spk_1"),
    "aws-old.json": ("spk_0", "spk_1"),
}
# Who speaks stands in none of these.
ONE_VOICE = ["otter-times.txt", "whisper-times.txt", "youtube-times.txt", "aws-one-voice.json"]
LABELLED = sorted(
    path.name for path in EXPORTS.iterdir() if path.name not in {*ONE_VOICE, "zoom-chat-answers.txt"}
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


@pytest.mark.parametrize("name", ONE_VOICE)
def test_without_names_it_is_one_voice_that_nobody_knows(name):
    (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
    assert [(turn.label, turn.role) for turn in document.turns] == [(None, "unknown")]
    assert document.kind == "talk"
    assert "otter" not in document.text
    assert not any(c.isdigit() for c in document.text)
    assert any("one voice" in note.detail for note in document.notes)


def test_the_hours_of_a_day_are_no_time_stamps():
    text = (
        "7:30\nI rose and fed the hens.\n\n9:00\nThe boat was mended.\n\n12:00\nNobody came, and I rowed.\n"
    )
    (document,) = readers.read_file(text.encode(), "day.txt")
    assert document.kind == "essay"
    assert document.text.startswith("7:30 I rose")


def test_what_a_chat_repeats_of_another_message_is_not_said_again():
    (document,) = readers.read_file((EXPORTS / "zoom-chat-answers.txt").read_bytes(), "zoom-chat-answers.txt")
    said = [(turn.label, document.text[turn.start : turn.end]) for turn in document.turns]
    assert said == [
        ("Ida Berg", "Where did you learn to row?"), ("Tom Hale", "On the canal, in a boat that leaked."),
        ("Ida Berg", "And later?"), ("Tom Hale", "Later I had better boats: and learned less."),
    ]  # fmt: skip
    assert any(
        note.action == "dropped" and "what 2 messages of the chat" in note.detail for note in document.notes
    )


def test_two_channels_are_ordered_by_the_clock():
    heard = [[("Where", 0.1), ("then?", 0.4), ("Ah.", 2.0)], [("There", 1.1), ("it", 1.4), ("is.", 1.7)]]
    channels = [
        {"alternatives": [{"words": [{"word": word, "start": start} for word, start in words]}]}
        for words in heard
    ]
    content = json.dumps({"results": {"channels": channels}}).encode()
    (document,) = readers.read_file(content, "call.json")
    said = [(turn.label, document.text[turn.start : turn.end]) for turn in document.turns]
    assert said == [("Channel 1", "Where then?"), ("Channel 2", "There it is."), ("Channel 1", "Ah.")]


def test_the_last_result_of_google_is_not_read_twice():
    words = [
        {"word": w, "speakerTag": tag} for w, tag in (("Where?", 1), ("There", 2), ("it", 2), ("is.", 2))
    ]
    results = [
        {"alternatives": [{"transcript": "Where? There it is.", "words": [{"word": "Where?"}]}]},
        {"alternatives": [{"words": words}]},
    ]
    (document,) = readers.read_file(json.dumps({"results": results}).encode(), "call.json")
    said = [(turn.label, document.text[turn.start : turn.end]) for turn in document.turns]
    assert said == [("Speaker 1", "Where?"), ("Speaker 2", "There it is.")]


def test_lists_that_hold_no_words_are_no_transcript():
    with pytest.raises(NotATextError):
        readers.read_file(json.dumps({"items": [{"value": 3}, {"value": 4}]}).encode(), "a.json")


def test_title_and_date_of_an_export():
    for name in ("otter-head.txt", "otter.docx", "teams.txt", "teams.docx"):
        (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
        assert (document.title, document.date) == ("Rowing with Tom", "2022-03-21")


@pytest.mark.parametrize("name", ["otter.txt", "otter-one.txt", "rev.docx", "rev-tabs.docx"])
def test_what_the_program_adds_is_nobodys(name):
    (document,) = readers.read_file((EXPORTS / name).read_bytes(), name)
    own = " ".join(document.text[t.start : t.end] for t in document.turns if t.label)
    assert all(word not in own for word in ("otter.ai", "exported", "Completed", "Rev.com"))
