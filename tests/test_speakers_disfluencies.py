"""What people say while they think feeds no topic, label or theme, and stays in quotes."""

from __future__ import annotations

import pandas as pd
import pytest

import themekit
from themekit import topics
from themekit.disfluencies import WORDS, fluent, without


@pytest.mark.parametrize(("said", "left"), [
    ("I, um, went home.", "I, went home."),
    ("Um, I went. Uh... it was late.", "I went. it was late."),
    ("It was, like, a barn.", "It was, a barn."),
    ("It was, you know, late.", "It was, late."),
    ("You know, it was late. I mean, very late.", "It was late. Very late."),
    ("Yeah, so, like, I ran.", "So, I ran."),
    ("I was, I was a gardener.", "I was a gardener."),
    ("the the river and and the sea", "the river and the sea"),
    ("W-we went [laughs] down (laughter) there.", "we went down there."),
    ("we were like running you know to the the boat i mean", "we were running to the boat"),
    ("He ran like a hare, and I like hares.", "He ran like a hare, and I like hares."),
    ("Do you know the man? I know what you mean.", "Do you know the man? I know what you mean."),
    ("it looks like rain and i feel like going you know what that is", "it looks like rain and i feel like going you know what that is"),
    ("A re-entry of the co-op.", "A re-entry of the co-op."),
    ("Uh-huh.", "Uh-huh."),
    ("", ""),
])  # fmt: skip
def test_what_is_left(said, left):
    assert without(said) == left


def test_writing_is_left_alone():
    passages = pd.DataFrame({"document_id": ["a", "b"], "text": ["Um, so it was.", "Um, so it was."]})
    documents = pd.DataFrame({"document_id": ["a", "b"], "kind": ["essay", "talk"]})
    assert fluent(passages, documents) == ["Um, so it was.", "so it was."]


def test_passages_keep_what_was_said(tmp_path):
    (tmp_path / "a.txt").write_text(
        "Ida Berg: Why, um, why doors?\n\nTom Hale: Well, um, I, you know, I like like doors.\n\n" * 3,
        encoding="utf-8",
    )
    corpus = themekit.read(tmp_path)
    passages = themekit.split_passages(corpus, themekit.find_encoder("static"))
    text = corpus.documents["text"].item()
    assert all(text[p.start : p.end] == p.text for p in passages.itertuples())
    assert "um, I, you know, I like like doors" in passages["text"].iloc[0]


@pytest.mark.slow
def test_no_topic_is_labelled_with_them():
    import numpy as np

    texts = [
        f"Um, yeah, I mean, like, the {thing} was, you know, um, kind of broken, like, and I, uh, mended the {thing}, right?"
        for thing in ("gate", "boat", "clock", "kettle") * 5
    ]
    frame, _ = topics.describe(texts, np.arange(len(texts)) % 2)
    keywords = {word for row in frame["keywords"] for word in row.split(", ")}
    assert not keywords & WORDS
    assert keywords & {"gate", "boat", "clock", "kettle"}
