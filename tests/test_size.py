"""What is done anew and what is not, and what is done with many passages."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import themekit
from themekit import encoders, passages, topics
from themekit.encoders import HashingEncoder, StaticEncoder
from themekit.grid import GRID, to_grid


def made(n_documents=40):
    """Texts of two authors; every passage is its own."""
    texts = [
        " ".join(
            f"Number {i * 31 + j} of the gates was mended and hung again in the wet field by the river."
            for j in range(8)
        )
        for i in range(n_documents)
    ]
    return themekit.Corpus.from_texts(texts, author=["Ann", "Bo"] * (n_documents // 2))


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """A cache of its own, and what is embedded, split and clustered, counted."""
    monkeypatch.setenv("THEMEKIT_CACHE", str(tmp_path))
    count = {"texts": 0, "documents": 0, "trees": 0}
    encode, split, branches = StaticEncoder.encode, passages.split_documents, topics._branches

    def counting(name, n, original):
        def call(*given, **named):
            count[name] += n(given)
            return original(*given, **named)

        return call

    monkeypatch.setattr(
        StaticEncoder, "encode", counting("texts", lambda given: len(given[1]), encode), raising=True
    )
    monkeypatch.setattr(
        passages, "split_documents", counting("documents", lambda given: len(given[0]), split)
    )
    monkeypatch.setattr(topics, "_branches", counting("trees", lambda _: 1, branches))
    return count


def test_unchanged_texts_are_not_worked_on_again(counted):
    first = themekit.mine(made(), encoder="static")
    assert counted["texts"] == len(first.passages)
    assert counted["documents"] == 40
    assert counted["trees"] == 1
    done = dict(counted)
    assert themekit.mine(made(), encoder="static").to_json() == first.to_json()
    assert counted == done


@pytest.mark.parametrize(
    "changed",
    [{"concepts": ["repair", "memory"]}, {"seed": 7}, {"n_permutations": 50}, {"background": "none"}],
    ids=lambda changed: next(iter(changed)),
)
def test_other_settings_embed_and_cluster_nothing_anew(counted, changed):
    first = themekit.mine(made(), encoder="static")
    done = dict(counted)
    other = themekit.mine(made(), encoder="static", **changed)
    assert counted == done
    assert other.assignments.equals(first.assignments)
    assert other.settings != first.settings


def test_one_more_text_is_the_only_one_that_is_worked_on(counted):
    first = themekit.mine(made(), encoder="static")
    done = dict(counted)
    more = themekit.mine(made(42), encoder="static")
    assert counted["documents"] - done["documents"] == 2
    assert counted["texts"] - done["texts"] == len(more.passages) - len(first.passages)


def test_vectors_are_kept_as_integers_and_given_as_numbers():
    result = themekit.mine(made(2), encoder="static")
    assert result.on_grid.dtype == np.int16
    assert result.vectors.dtype == np.float32
    np.testing.assert_array_equal(result.vectors * GRID, result.on_grid)
    other = dataclasses.replace(result, vectors=-result.vectors)
    np.testing.assert_array_equal(other.on_grid, -result.on_grid)


def test_many_passages_are_described_by_some_of_each_topic():
    words = ["bread flour oven", "sea tide boat", "train ticket guard"]
    which = np.repeat([0, 1, 2], [300, 60, 6])
    texts = [f"{words[t]} {word}" for t, word in zip(which, ["north", "south"] * 183, strict=True)]
    vectors = to_grid(np.eye(8)[which] * 0.9 + np.random.default_rng(0).normal(size=(366, 8)) * 0.01)
    frame, model = topics.describe(texts, which, vectors, most=60)
    assert frame["n_passages"].tolist() == [300, 60, 6]
    assert len(model.topics_) == 20 + 20 + 6
    for told, own in zip(frame["keywords"], words, strict=True):
        assert set(own.split()) <= set(told.split(", "))


def test_above_a_number_of_passages_only_so_many_are_laid_out(monkeypatch):
    monkeypatch.setattr(topics, "DESCRIBED", 30)
    vectors = to_grid(np.random.default_rng(0).normal(size=(50, 8)) / 4)
    places = topics.map_layout(vectors)
    placed = np.isfinite(places).all(axis=1)
    assert placed.sum() == 30
    assert np.isnan(places[~placed]).all()
    order = np.random.default_rng(1).permutation(50)
    again = np.isfinite(topics.map_layout(vectors[order])).all(axis=1)
    np.testing.assert_array_equal(again, placed[order])


def test_a_fingerprint_tells_corpora_apart_and_not_where_they_lie():
    corpus = made(2)
    moved = dataclasses.replace(corpus, documents=corpus.documents.assign(source="elsewhere", entry="x"))
    assert corpus.fingerprint == moved.fingerprint
    documents = corpus.documents
    others = [
        documents.assign(title=""), documents.assign(date="1999"), documents.assign(author=documents["author"][::-1].to_numpy()),
        documents.assign(text=documents["text"].str[:-1]),
        documents.assign(document_id=documents["document_id"] + "1", author=documents["author"].str[1:]),
    ]  # fmt: skip
    prints = {dataclasses.replace(corpus, documents=other).fingerprint for other in others}
    assert len(prints | {corpus.fingerprint}) == len(others) + 1


def test_a_batch_has_no_bearing_on_a_vector():
    texts = made(4).documents["text"].tolist()
    encoder = encoders.find_encoder("static")
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)
    assert HashingEncoder(4).encode(texts).shape == (4, 4)


def test_long_work_says_how_far_it_is(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("THEMEKIT_CACHE", str(tmp_path))
    themekit.mine(made(2), encoder="static", progress=True)
    said = capsys.readouterr().err
    for what in ("splitting", "embedding", "scoring", "comparing"):
        assert what in said
    themekit.mine(made(2), encoder="static", progress=False)
    assert capsys.readouterr().err == ""
