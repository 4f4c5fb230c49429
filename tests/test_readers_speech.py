"""Captions and transcripts in JSON: who says what, and nothing twice."""

from __future__ import annotations

import json

import pytest

import themekit
from themekit import readers
from themekit.readers.document import NotATextError, UnreadableFileError


def read(text, name):
    (document,) = readers.read_file(text.encode(), name)
    return document


def said(document):
    return [(turn.label, document.text[turn.start : turn.end]) for turn in document.turns]


def vtt(*cues):
    times = (f"00:00:{i:02d}.000 --> 00:00:{i + 1:02d}.000" for i in range(60))
    return "WEBVTT\n\n" + "\n\n".join(f"{time}\n{cue}" for time, cue in zip(times, cues, strict=False)) + "\n"


def srt(*cues):
    return (
        "\n\n".join(
            f"{i}\n00:00:{i:02d},000 --> 00:00:{i + 1:02d},000\n{cue}" for i, cue in enumerate(cues, 1)
        )
        + "\n"
    )


# Captions


def test_voice_tags():
    document = read(
        vtt(
            "<v Ann Oakes>We mended the gate",
            "<v Ann Oakes>before breakfast.</v>",
            "<v.loud Bea>No, <i>I</i> did &amp; you know.",
        ),
        "a.vtt",
    )
    assert said(document) == [
        ("Ann Oakes", "We mended the gate before breakfast."),
        ("Bea", "No, I did & you know."),
    ]
    assert document.kind == "interview"


@pytest.mark.parametrize(("made", "name"), [(vtt, "a.vtt"), (srt, "a.srt")])
def test_a_name_stands_until_the_next(made, name):
    document = read(
        made("Ann: We mended", "the gate, note: at night.", "Bea: Did you?", "Ann: We did.", "Bea: Well."),
        name,
    )
    assert said(document) == [
        ("Ann", "We mended the gate, note: at night."), ("Bea", "Did you?"), ("Ann", "We did."), ("Bea", "Well."),
    ]  # fmt: skip


def test_a_colon_makes_no_speaker():
    document = read(
        srt("I will say one thing:", "Remember: the gate was shut.", "And it stayed shut."),
        "a.srt",
    )
    assert said(document) == [
        (None, "I will say one thing: Remember: the gate was shut. And it stayed shut."),
    ]
    assert document.turns[0].role == "unknown"
    assert document.notes[-1].detail == "speech without labels: speakers unknown, read as one voice"


def test_capitals_after_arrows_and_names_that_stand_once():
    document = read(
        srt(
            ">> IDA: We're live.",
            ">> ANNA McGRANN: So we are.",
            "It's cold. Remember: it is May.",
            "Note: it is late.",
            ">> IDA: Is it?",
        ),
        "a.srt",
    )
    assert said(document) == [
        ("IDA", "We're live."), ("ANNA McGRANN", "So we are. It's cold. Remember: it is May. Note: it is late."), ("IDA", "Is it?"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["Dima Gusakov | Lido", "Etan (Nimbus)", "pk910", "stokes", "Mark McGranaghan"]
)
def test_names_of_calls(name):
    document = read(
        vtt(f"{name}: We shipped it.", "Raúl Kripalani: When?", f"{name}: Today.", "Raúl Kripalani: Good."),
        "a.vtt",
    )
    assert [label for label, _ in said(document)] == [name, "Raúl Kripalani"] * 2


def test_rolling_captions_are_said_once():
    lines = [
        "so we went out early",
        "and the fog was down",
        "on the water like wool",
        "and nobody said a word",
        "not even my aunt",
    ]
    cues = []
    for before, line in zip(["", *lines], lines, strict=False):
        cues += [f"{before}\n<00:00:01.000><c>{line.replace(' ', '</c> <c>', 1)}</c>", f"{line}\n "]
    document = read(vtt(*cues), "a.vtt")
    assert document.text == " ".join(lines)
    assert document.notes[0].detail == "8 lines of rolling captions that repeat the one before"


def test_what_somebody_says_twice_stays():
    document = read(
        srt("No.", "No.", "I said no.", "And then I said", "nothing at all", "for a year"),
        "a.srt",
    )
    assert document.text == "No. No. I said no. And then I said nothing at all for a year"


def test_sounds_and_music_are_no_words():
    assert (
        read(srt("[door slams]", "♪ la la ♪", "(APPLAUSE)", "We went home."), "a.srt").text == "We went home."
    )


def test_captions_of_a_site():
    document = read(
        "0:00:01.000,0:00:02.000\nWe went home.\n\n0:00:02.000,0:00:03.000\nIt was late.\n",
        "a.sbv",
    )
    assert document.text == "We went home. It was late."


@pytest.mark.parametrize("text", ["WEBVTT\n", "WEBVTT\n\nNOTE nothing\n", "no cues at all"])
def test_captions_without_cues(text):
    with pytest.raises(UnreadableFileError, match="expected"):
        read(text, "a.vtt")


# JSON

ANN, BEA = "We mended the gate.", "Who asked you to?"

SHAPES = {
    "Podcasting 2.0": {"version": "1.0.0", "segments": [
        {"speaker": who, "startTime": i, "endTime": i + 1, "body": word}
        for i, (who, word) in enumerate([("Ann", w) for w in ANN.split()] + [("Bea", w) for w in BEA.split()])]},
    "WhisperX": {"segments": [
        {"start": 0, "end": 2, "text": f" {ANN}", "speaker": "Ann", "words": [{"word": w, "speaker": "Ann"} for w in ANN.split()]},
        {"start": 2, "end": 3, "text": f" {BEA}", "speaker": "Bea", "words": [{"word": w, "speaker": "Bea"} for w in BEA.split()]}],
        "word_segments": [{"word": "We"}]},
    "diarised words": {"segments": [
        {"speaker_id": "speaker-0", "speaker_name": "Ann", "wdlist": [{"word": f"{w} ", "start": 0.1} for w in ANN.split()]},
        {"speaker_id": "speaker-0", "speaker_name": "Bea", "wdlist": [{"word": f"{w} ", "start": 0.1} for w in BEA.split()]}]},
    "monologues": {"monologues": [
        {"speaker": "Ann", "elements": [{"type": "text", "value": ANN}]}, {"speaker": "Bea", "elements": [{"type": "text", "value": BEA}]}]},
    "utterances": {"utterances": [{"speaker": "Ann", "text": ANN}, {"speaker": "Bea", "text": BEA}]},
    "a bare list": [{"speaker": "Ann", "text": ANN}, {"speaker": "Bea", "text": BEA}],
    "inside results": {"results": {"utterances": [{"speaker": "Ann", "transcript": ANN}, {"speaker": "Bea", "transcript": BEA}]}},
}  # fmt: skip


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_transcripts_in_json(content):
    document = read(json.dumps(content), "a.json")
    assert said(document) == [("Ann", ANN), ("Bea", BEA)]


def test_whisper_knows_no_speakers(tmp_path):
    content = {
        "text": f" {ANN} {BEA}",
        "segments": [{"id": 0, "text": f" {ANN}", "words": [{"word": " We"}]}, {"id": 1, "text": f" {BEA}"}],
    }
    (tmp_path / "tape.json").write_text(json.dumps(content))
    corpus = themekit.read(tmp_path)
    assert corpus.documents["text"].item() == f"{ANN} {BEA}"
    assert corpus.turns["author"].tolist() == ["unknown (tape.json)"]


def test_speakers_by_number_belong_to_their_file(tmp_path):
    content = {"utterances": [{"speaker": 0, "text": ANN}, {"speaker": 1, "text": "I did not ask for it."}]}
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(content).replace("gate", name))
    authors = themekit.read(tmp_path).contributions["author"].tolist()
    assert authors == [
        "Speaker 0 (a.json)",
        "Speaker 0 (b.json)",
        "Speaker 1 (a.json)",
        "Speaker 1 (b.json)",
    ] or set(authors) == {
        "Speaker 0 (a.json)",
        "Speaker 1 (a.json)",
        "Speaker 0 (b.json)",
        "Speaker 1 (b.json)",
    }


@pytest.mark.parametrize(
    "content",
    ['{"name": "package", "version": "1.0"}', "[1, 2, 3]", '"words"', '{"segments": 5}'],
)
def test_json_that_is_no_transcript_is_left_out(tmp_path, content):
    with pytest.raises(NotATextError, match="JSON that is no transcript"):
        read(content, "a.json")
    (tmp_path / "a.json").write_text(content)
    (tmp_path / "b.txt").write_text("A text.")
    corpus = themekit.read(tmp_path)
    assert corpus.problems.empty
    assert corpus.account.set_index("source")["action"].iloc[0] == "left out"


@pytest.mark.parametrize("content", ["{broken", "[" * 100_000])
def test_json_that_is_broken_is_named(content):
    with pytest.raises(UnreadableFileError, match="seen no JSON in it"):
        read(content, "a.json")


# From the wild

SPEAKERS = {
    "ableplayer/itaccess_captions_en": ("vtt", 4, 8), "podcast-namespace/example.vtt": ("vtt", 2, 2),
    "podcast-namespace/example.html": ("html", 3, 3),
    "podcast-namespace/example.json": ("json", 2, 2), "metamuse/66-business-of-apps": ("json", 3, 3),
    "whisper-json/whisper_output": ("json", 1, 1), "ethereum-pm/2026-02-05_174_transcript": ("vtt", 5, 60),
}  # fmt: skip


@pytest.mark.shared
def test_captions_and_json_from_the_wild(shared_corpora):
    corpus = themekit.read(shared_corpora / "interviews", interviewers=True)
    assert corpus.problems.empty
    n_speakers = corpus.turns.groupby("document_id")["author"].nunique()
    for document, (_, least, most) in SPEAKERS.items():
        assert least <= n_speakers[document] <= most, document
    by_id = corpus.documents.set_index("document_id")
    # The same talk as subtitles and as a page comes out as the same text.
    dropped = corpus.account[corpus.account["action"] == "dropped"].set_index("source")["detail"]
    same = dropped[dropped.index.str.endswith("podcast-namespace/example.srt")].item()
    assert same.endswith("podcast-namespace/example.html: counted once")
    assert by_id.loc["ethereum-pm/2026-02-05_174_transcript", "date"] == "2026-02-05"
    for name in ("Markus Müller-Simhofer", "Adam Wolf", "Adam Wiggins", "Justin Traglia", "stokes"):
        assert name in set(corpus.turns["author"])
