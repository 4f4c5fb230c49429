"""Topics: never a crash, the same under any order, and described by BERTopic exactly as they are."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from themekit.topics import cluster, describe, map_layout, n_topics_for, names_in, topic_ids

SUBJECTS = {
    "bread": ("bread", "oven", "flour", "dough", "yeast", "crust", "loaf", "baker"),
    "boats": ("boat", "sail", "harbour", "rudder", "anchor", "tide", "mast", "hull"),
    "chess": ("chess", "rook", "pawn", "bishop", "gambit", "endgame", "board", "opening"),
}
FILLER = ("the", "and", "of", "a", "with", "they", "was", "not", "which", "from")


def blobs(n, n_centres=5, n_dimensions=12, seed=0):
    """Return unit vectors around a few centres, and the centre of each."""
    rng = np.random.default_rng(seed)
    centres = np.eye(n_dimensions)[:n_centres]
    which = rng.integers(n_centres, size=n)
    vectors = centres[which] + rng.normal(scale=0.1, size=(n, n_dimensions))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), which


def same_partition(one, other):
    """Say whether two numberings put the same passages together."""
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


@pytest.fixture(scope="module")
def written():
    """Passages on three subjects, with people in them and function words throughout."""
    rng = np.random.default_rng(0)
    texts, subjects = [], []
    for i in range(90):
        subject = list(SUBJECTS)[i % 3]
        words = [*rng.choice(SUBJECTS[subject], 8), *rng.choice(FILLER, 12)]
        rng.shuffle(words)
        texts.append(f"There {' '.join(words)}, Maud said, and then Henrik laughed.")
        subjects.append(i % 3)
    return texts, np.array(subjects)


@pytest.fixture(scope="module")
def described(written):
    texts, subjects = written
    vectors = np.eye(3)[subjects]
    return describe(texts, cluster(vectors, n_topics=3), vectors)


@pytest.mark.parametrize("n", [1, 2, 5, 9, 10, 30, 300, 3000])
def test_any_number_of_passages_gets_topics(n):
    vectors, _ = blobs(n)
    topics = cluster(vectors)
    assert topics.shape == (n,)
    assert topics.min() == 0  # no class for what fits nowhere
    assert set(topics.tolist()) == set(range(topics.max() + 1))
    assert topics.max() + 1 <= n_topics_for(n)
    sizes = np.bincount(topics)
    assert (np.diff(sizes) <= 0).all()  # numbered by falling size


def test_no_passage_is_no_topic():
    assert len(cluster(np.zeros((0, 4)))) == 0


def test_planted_clusters_are_found():
    vectors, which = blobs(200)
    assert same_partition(cluster(vectors, n_topics=5), which)


@pytest.mark.parametrize("n", [2, 5, 30, 300, 3500])
def test_order_does_not_matter(n):
    vectors, _ = blobs(n, seed=n)
    topics = cluster(vectors)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(n)
        np.testing.assert_array_equal(cluster(vectors[order]), topics[order])


def test_order_does_not_matter_where_passages_repeat():
    vectors, _ = blobs(60)
    vectors = np.concatenate([vectors, vectors[:30], vectors[:10]])
    topics = cluster(vectors)
    np.testing.assert_array_equal(topics[:30], topics[60:90])  # the same text, the same topic
    order = np.random.default_rng(1).permutation(len(vectors))
    np.testing.assert_array_equal(cluster(vectors[order]), topics[order])


def test_the_same_in_another_process():
    code = (
        "import numpy as np, hashlib; from themekit.topics import cluster\n"
        "v = np.random.default_rng(0).normal(size=(400, 8)).astype('float32')\n"
        "print(hashlib.sha256(cluster(v).tobytes()).hexdigest())"
    )
    vectors = np.random.default_rng(0).normal(size=(400, 8)).astype("float32")
    here = hashlib.sha256(cluster(vectors).tobytes()).hexdigest()
    for threads in ("1", "2"):
        environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        there = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        assert there.stdout.strip() == here


@pytest.mark.parametrize("n", [1, 2, 30, 300])
def test_identical_passages_are_one_topic_without_a_warning(n):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(cluster(np.ones((n, 4)) / 2).tolist()) == {0}


def test_two_different_passages_among_many_copies():
    vectors = np.repeat(np.eye(4)[:2], [200, 100], axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cluster(vectors).tolist() == [0] * 200 + [1] * 100


def test_ids_are_strings_that_sort():
    assert topic_ids(np.array([0, 9, 41])) == ["t001", "t010", "t042"]


def test_bertopic_has_exactly_our_assignments(written, described):
    topics = cluster(np.eye(3)[written[1]], n_topics=3)
    frame, model = described
    assert same_partition(np.array(model.topics_), topics)
    assert frame["topic_id"].tolist() == topic_ids(np.arange(3))
    assert frame["n_passages"].tolist() == np.bincount(topics).tolist()


def test_bertopic_has_our_assignments_where_sizes_tie_and_are_many():
    # Forty topics of which many have the same size, which BERTopic numbers in an order of its own.
    topics = np.random.default_rng(0).permutation(np.repeat(np.arange(40), np.repeat([3, 2], 20)))
    texts = [f"word{t} other{t} thing{i}" for i, t in enumerate(topics)]
    frame, model = describe(texts, topics)
    assert same_partition(np.array(model.topics_), topics)
    assert -1 not in model.topics_
    for row, t in zip(frame.itertuples(), range(40), strict=True):
        assert row.topic_id == f"t{t + 1:03d}"
        assert f"word{t}" in row.keywords.split(", ")  # described by its own words, not by its neighbour's


def test_keywords_are_of_the_subject_and_neither_function_words_nor_names(written, described):
    _, subjects = written
    topics = cluster(np.eye(3)[subjects], n_topics=3)
    frame, _ = described
    for row in frame.itertuples(index=False):
        t = int(row.topic_id[1:]) - 1
        subject = list(SUBJECTS)[subjects[np.flatnonzero(topics == t)[0]]]
        words = row.keywords.split(", ")
        assert set(words[:8]) == set(SUBJECTS[subject])
        assert not {"maud", "henrik", *FILLER} & set(words)
        assert set(row.label.split(", ")) <= set(SUBJECTS[subject])


def test_labels_differ_between_topics_with_the_same_words():
    texts = ["bread oven flour crust"] * 6 + ["bread oven flour yeast"] * 5
    frame, _ = describe(texts, np.repeat([0, 1], [6, 5]))
    assert frame["label"].nunique() == 2


@pytest.mark.parametrize(
    "texts",
    [
        ["the and of"],
        ["..."],
        ["", ""],
        ["Maud. Maud."],
        ["名前 は 猫", "名前"],
        ["12 34", "56"],
        ["one word"] * 3,
    ],
)
def test_texts_with_nothing_to_name_get_a_label_all_the_same(texts):
    frame, _ = describe(texts, np.zeros(len(texts), dtype=np.int64))
    assert frame["label"].str.len().gt(0).all()
    assert frame["n_passages"].tolist() == [len(texts)]


def test_letters_of_every_language_stay():
    frame, _ = describe(["naïve 名前猫 Bäckerei"] * 3 + ["déjà"], np.array([0, 0, 0, 1]))
    assert {"naïve", "名前猫", "bäckerei"} <= set(frame["keywords"][0].lower().split(", "))
    assert frame["label"][1] == "déjà"


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_passages_are_described(n):
    frame, _ = describe([f"bread number{i}" for i in range(n)], np.zeros(n, dtype=np.int64))
    assert "bread" in frame["keywords"].item()


def test_names_stand_capitalised_within_sentences():
    texts = ["We went with Maud to Sofia.", "The Maud of then, and Will came.", "I will not. He will, too."]
    assert names_in(texts) == {"maud", "sofia"}


def test_warnings_of_others_are_left_as_they_were(described):
    # BERTopic switches them off for the whole process when it is imported.
    with pytest.warns(UserWarning, match="still heard"):
        warnings.warn("still heard", UserWarning, stacklevel=1)


@pytest.mark.parametrize("n", [1, 2, 4, 5, 16, 40])
def test_map_layout_of_any_size(n):
    vectors, _ = blobs(n)
    layout = map_layout(vectors)
    assert layout.shape == (n, 2)
    assert np.isfinite(layout).all()


def test_map_layout_is_the_same_twice_and_of_identical_passages():
    vectors, _ = blobs(40)
    np.testing.assert_array_equal(map_layout(vectors, seed=1), map_layout(vectors, seed=1))
    assert np.isfinite(map_layout(np.ones((20, 4)) / 2)).all()
