"""Passages: slices of one turn, short enough for the encoder, long enough to say something."""

from __future__ import annotations

import random

import pytest

import themekit
from themekit.corpus import Corpus
from themekit.encoders import HashingEncoder
from themekit.passages import MAX_WORDS, MIN_WORDS, N_SENTENCES, split_passages

COLUMNS = ["passage_id", "document_id", "author", "position", "start", "end", "text", "n_tokens"]
WORDS = [
    "gate",
    "hinge",
    "lamp",
    "quay",
    "rope",
    "moss",
    "kettle",
    "owl",
    "river",
    "bread",
    "coat",
    "ladder",
    "winter",
    "bell",
    "stair",
]


def prose(n_sentences, seed=0, stop="."):
    rng = random.Random(seed)
    return " ".join(
        " ".join(rng.choices(WORDS, k=rng.randint(4, 20))).capitalize() + stop for _ in range(n_sentences)
    )


def check(corpus, passages, encoder):
    """Assert what holds for the passages of any corpus."""
    texts = dict(zip(corpus.documents["document_id"], corpus.documents["text"], strict=True))
    assert list(passages) == COLUMNS
    assert passages["passage_id"].is_unique
    assert (passages["n_tokens"] <= encoder.max_tokens).all()
    assert passages["n_tokens"].tolist() == list(encoder.count_tokens(passages["text"].tolist()))
    turns = corpus.turns.dropna(subset=["author"])
    for row in passages.itertuples():
        assert texts[row.document_id][row.start : row.end] == row.text == row.text.strip()
        inside = turns[
            (turns["document_id"] == row.document_id)
            & (turns["start"] <= row.start)
            & (row.end <= turns["end"])
        ]
        assert inside["author"].tolist() == [row.author]
    for turn in turns.itertuples():
        mine = passages[
            (passages["document_id"] == turn.document_id)
            & passages["start"].between(turn.start, turn.end - 1)
        ]
        assert "".join("".join(mine["text"]).split()) == "".join(
            texts[turn.document_id][turn.start : turn.end].split(),
        )


def test_sentences_are_packed(hashing_encoder):
    corpus = Corpus.from_texts([prose(30)], author="Ann")
    passages = split_passages(corpus, hashing_encoder)
    check(corpus, passages, hashing_encoder)
    n_words = passages["text"].str.split().str.len()
    assert n_words.max() <= MAX_WORDS
    assert n_words[:-1].min() >= MIN_WORDS
    assert passages["text"].str.count(r"\.").median() == N_SENTENCES
    assert passages["position"].tolist() == list(range(len(passages)))
    assert passages["passage_id"][0] == "text-0001:0000"


@pytest.mark.parametrize(
    "text",
    [
        "One word.", "Why?", "no stop at all", "um so we went and " * 400, "word, " * 500, "x" * 5000,
        "A long period; it goes on, and it goes on: " * 60 + ".", "Ha. " * 300, "\n\n  Spaced.   \n\n\n Out. \n",
        "Dr. Mills met Mrs. Ames at 5 p.m. on St. John's Rd. They spoke. " * 9, "“Who?” he said. ‘You,’ said I. " * 30,
        "我们在河边修了一座桥。它很小。没有人注意到。" * 60, "\u202e.\u200b" * 50, "😀 " * 300,
    ],
)  # fmt: skip
def test_anything_is_split_into_what_it_was(text, hashing_encoder):
    corpus = Corpus.from_texts([text], author="Ann")
    passages = split_passages(corpus, hashing_encoder)
    check(corpus, passages, hashing_encoder)
    assert passages["text"].str.split().str.len().max() <= MAX_WORDS


@pytest.mark.parametrize("seed", range(5))
def test_no_passage_crosses_a_turn_or_exceeds_a_narrow_encoder(seed):
    rng = random.Random(seed)
    names = ["Ida Berg", "Tom Hale", "Una Moss"]
    talk = "\n\n".join(f"{names[i % 3]}: {prose(rng.randint(1, 12), seed + i)}" for i in range(20))
    from themekit.corpus import _assemble
    from themekit.readers import plain
    from themekit.readers.found import Found, attribute, made_up

    found = Found(plain.read(talk.encode(), "talk.txt")[0], made_up("talk"))
    corpus = _assemble([attribute(found, None, from_folders=False)], [], interviewers=True)
    assert corpus.turns["author"].nunique() == 3
    encoder = HashingEncoder(max_tokens=12)
    check(corpus, split_passages(corpus, encoder), encoder)


def test_what_the_encoder_would_cut_is_split_and_counted(caplog):
    corpus = Corpus.from_texts([prose(30)], author="Ann")
    encoder = HashingEncoder(max_tokens=20)
    with caplog.at_level("INFO", logger="themekit.passages"):
        passages = split_passages(corpus, encoder)
    check(corpus, passages, encoder)
    assert "passages exceeded the 20 tokens that the encoder reads; they were split, not cut" in caplog.text


def test_a_closing_quotation_mark_stays_with_its_sentence(hashing_encoder):
    said = "She said to me that it was time to find another job, another town, and for all I knew another name for the dog."
    corpus = Corpus.from_texts([f'"{said}" We followed. ' * 6], author="Ann")
    passages = split_passages(corpus, hashing_encoder)
    check(corpus, passages, hashing_encoder)
    assert len(passages) > 2
    assert passages["text"].str.count('"').mod(2).eq(0).all()


def test_speech_without_stops_is_cut_at_the_joints(hashing_encoder):
    text = (
        "we put the boats out early and then the fog came so we waited but nobody came because it was a holiday "
        * 20
    )
    corpus = Corpus.from_texts([text.strip()], author="Ann")
    passages = split_passages(corpus, hashing_encoder)
    check(corpus, passages, hashing_encoder)
    first_words = passages["text"][1:].str.split().str[0]
    assert first_words.isin(["and", "then", "so", "but", "because", "we"]).mean() > 0.8
    assert passages["text"].str.split().str.len().between(15, MAX_WORDS).all()


def test_turns_that_are_nobodys_give_no_passages(tmp_path, hashing_encoder):
    quoted = "Somebody else wrote this sentence long ago."
    (tmp_path / "a.md").write_text(
        f"Mine is the first paragraph here.\n\n> {quoted}\n\nAnd the last one is mine.",
    )
    corpus = themekit.read(tmp_path)
    passages = split_passages(corpus, hashing_encoder)
    check(corpus, passages, hashing_encoder)
    assert quoted in corpus.documents["text"].item()
    assert passages["text"].tolist() == ["Mine is the first paragraph here.", "And the last one is mine."]


def test_a_corpus_in_which_nobody_speaks_has_no_passages(tmp_path, hashing_encoder):
    (tmp_path / "a.md").write_text("> Only a quotation stands here.")
    passages = split_passages(themekit.read(tmp_path), hashing_encoder)
    assert list(passages) == COLUMNS
    assert passages.empty


def test_what_the_encoder_cannot_read_is_left_out_and_said(caplog):
    german = "Wir haben das Tor nach dem Frühstück repariert, und niemand hat uns dafür gedankt. " * 5
    corpus = Corpus.from_texts([prose(10), german], author="Ann")
    encoder = HashingEncoder()
    assert split_passages(corpus, encoder)["document_id"].nunique() == 2
    encoder.languages = frozenset({"en"})
    passages = split_passages(corpus, encoder)
    assert passages["document_id"].unique().tolist() == ["text-0001"]
    assert (
        "1 documents are in a language that hashing-16 does not read, and are left out: text-0002 (de)"
        in caplog.text
    )


def test_the_shipped_corpora(corpora, hashing_encoder):
    corpus = themekit.read(corpora)
    check(corpus, split_passages(corpus, hashing_encoder), hashing_encoder)


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["interviews", "seeds"])
def test_real_texts(shared_corpora, folder, hashing_encoder):
    corpus = themekit.read(shared_corpora / folder)
    check(corpus, split_passages(corpus, hashing_encoder), hashing_encoder)
