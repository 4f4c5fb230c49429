"""Threads without a name: found where one is planted beyond the concepts, not where a concept or nothing is; words; keeping."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

import themekit
from themekit import threads
from themekit.concepts import Concept

WARM = "warm warmth heat cold frost stove hearth thaw chilly freezing boiler radiator".split()  # noqa: SIM905 - words, to be read
SENTENCES = [sentence for concept in themekit.catalogue() for sentence in concept.exemplars.values()]
PLAIN = (
    "house",
    "street",
    "window",
    "table",
    "letter",
    "garden",
    "river",
    "bottle",
    "paper",
    "wagon",
    "ladder",
    "basket",
)


def written(rng, n, *, share, words):
    """Return a document of ``n`` sentences on anything, of which ``share`` have some of these words beside them."""
    sentences = []
    for sentence in rng.choice(SENTENCES, n):
        said = (
            f"It was {rng.choice(words)}, {rng.choice(words)} and {rng.choice(words)}."
            if rng.random() < share
            else ""
        )
        sentences += [str(sentence), said]
    return " ".join(sentences)


def planted(seed, *, shares):
    """Mine authors with eight documents each, of whom each has a share of passages with words of warmth."""
    rng = np.random.default_rng(seed)
    texts, authors, dates = [], [], []
    for author, share in shares.items():
        for year in range(8):
            texts.append(written(rng, 60, share=share, words=WARM))
            authors.append(author)
            dates.append(f"{2010 + year}")
    corpus = themekit.Corpus.from_texts(texts, author=authors, dates=dates)
    return themekit.mine(corpus, encoder="static", n_permutations=50)


@pytest.fixture(scope="module")
def warm():
    return planted(0, shares={"Ann": 0.5, "Bo": 0.0, "Cy": 0.0, "Di": 0.0})


@pytest.fixture(scope="module")
def one_text():
    return themekit.mine(themekit.Corpus.from_texts(["We mended the gate."], author="Ann"), encoder="static")


def test_a_planted_thread_is_offered_with_its_words_and_others_get_none(warm):
    frame = threads.find(warm, n_permutations=500).set_index("author")
    ann = frame.loc["Ann"]
    assert ann["verdict"] == "offered"
    assert set(ann["thread"].split(", ")) & set(WARM)
    assert ann["low"] > 0
    assert ann["document_share"] == 1
    assert (ann["first_year"], ann["last_year"]) == (2010, 2017)
    assert (frame.drop("Ann")["verdict"] == "none").all()
    assert frame.drop("Ann")["reason"].str.startswith("what leads, ").all()


def test_quotes_show_it_and_are_spread_over_documents(warm):
    quotes = threads.quotes(warm, "ann", n=8)
    assert quotes["quote"].str.lower().str.contains("|".join(WARM)).mean() == 1
    assert quotes["document_id"].nunique() == 8
    assert (quotes["role"] == "for").all()
    texts = warm.documents.set_index("document_id")["text"]
    assert all(texts[q.document_id][q.start : q.end] == q.quote for q in quotes.itertuples())
    assert (quotes["score"].diff().dropna() <= 0).all()


def test_the_words_of_the_thread_come_first(warm):
    words = threads.words(warm, "Ann")
    assert len(set(words["word"].head(5)) & set(WARM)) >= 4
    assert (words["z"] >= 2).all()
    assert words["closeness"].is_monotonic_decreasing


def test_what_a_concept_explains_is_no_thread(warm):
    """Given the same direction as a concept of one's own, nothing is left to offer."""
    concept = Concept(
        "warmth", "Seeing where the heat is.", exemplars={f"own {i}": w for i, w in enumerate(WARM)}
    )
    assert threads.find(warm, "Ann", n_permutations=300)["verdict"].item() == "offered"
    after = threads.find(warm, "Ann", concepts=[concept], n_permutations=300).iloc[0]
    assert after["verdict"] != "offered" or set(after["thread"].split(", ")).isdisjoint(WARM)


def test_one_document_makes_no_thread():
    rng = np.random.default_rng(3)
    texts = [
        written(rng, 60, share=1.0 if (a, d) == ("Ann", 3) else 0.0, words=WARM)
        for a in ("Ann", "Bo", "Cy")
        for d in range(8)
    ]
    corpus = themekit.Corpus.from_texts(texts, author=np.repeat(["Ann", "Bo", "Cy"], 8).tolist())
    frame = threads.find(themekit.mine(corpus, encoder="static", n_permutations=20), n_permutations=300)
    assert (frame["verdict"] != "offered").all()


@pytest.mark.slow
def test_under_shuffled_authorship_p_values_are_uniform(corpora):
    """The search over directions and the choice of concepts are part of the test."""
    result = themekit.mine(themekit.read(corpora / "essays"), encoder="static", n_permutations=20)
    space = threads._space(result, ())
    rng = np.random.default_rng(0)
    null = np.sort(
        [threads._least(space, rng.choice(space.n, 8, replace=False))[0].max() for _ in range(1000)]
    )
    drawn = [threads._least(space, rng.choice(space.n, 8, replace=False))[0].max() for _ in range(400)]
    p_values = 1 - np.searchsorted(null, drawn) / len(null)
    assert 0.025 <= (p_values <= 0.05).mean() <= 0.085
    assert abs(p_values.mean() - 0.5) < 0.05


def test_the_same_twice_and_in_any_order(warm):
    again = planted(0, shares={"Ann": 0.5, "Bo": 0.0, "Cy": 0.0, "Di": 0.0})
    pd.testing.assert_frame_equal(
        threads.find(warm, n_permutations=200), threads.find(again, n_permutations=200)
    )


def test_too_little_says_what_is_missing(one_text):
    frame = threads.find(one_text)
    assert list(frame.columns) == threads.THREAD_COLUMNS
    assert frame["verdict"].item() == "insufficient"
    assert "contributions: 1, needed" in frame["reason"].item()
    assert threads.quotes(one_text, "Ann").empty
    with pytest.raises(ValueError, match=r"seen no thread of 'Ann' to keep; expected .*; see"):
        threads.keep(one_text, "Ann", "warmth", "Seeing where the heat is.")


def test_a_thread_is_kept_written_and_mined_with(warm, tmp_path):
    concept = threads.keep(warm, "Ann", "warmth", "Seeing where\n the heat is.", n=4)
    assert concept.gloss == "Seeing where the heat is."
    assert len(concept.exemplars) == 4
    path = threads.write([concept], tmp_path / "own.yml")
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["warmth"]["gloss"] == concept.gloss
    corpus = themekit.Corpus(warm.documents, warm.turns, warm.account)
    (own,) = themekit.concepts.choose(path)
    assert own == concept
    candidates = [*themekit.catalogue()[:20], own]
    themes = themekit.mine(corpus, encoder="static", concepts=candidates, n_permutations=50).themes
    first = themes[themes["rank"] == 1].set_index("author")["concept"]
    assert first["Ann"] == "warmth"
    assert (first.drop("Ann") != "warmth").all()


class TestLogOdds:
    def test_a_word_that_comes_with_the_topic_is_not_distinctive(self):
        """Ann writes of boats nine times in ten and others one in ten; within boats all say "sail" alike."""
        rng = np.random.default_rng(0)
        tokens, is_own, topics, documents = [], [], [], []
        for own in (True, False):
            for i in range(400):
                on_boats = rng.random() < (0.9 if own else 0.1)
                words = ["sail" if on_boats else "seed", *rng.choice(PLAIN, 6)]
                if own and i % 4 == 0:
                    words.append("warm")
                tokens.append(words)
                is_own.append(own)
                topics.append(int(on_boats))
                documents.append(f"{own} {i // 40}")
        frame = threads.log_odds(tokens, np.array(is_own), np.array(topics), np.array(documents)).set_index(
            "word"
        )
        assert frame.index[0] == "warm"
        assert frame.loc["warm", "z"] > 3
        assert abs(frame.loc["sail", "z"]) < 2
        assert abs(frame.loc["seed", "z"]) < 2
        assert frame.loc["warm", "document_share"] == 1

    def test_z_is_about_normal_where_all_write_alike(self):
        rng = np.random.default_rng(1)
        tokens = [list(rng.choice(PLAIN, 40)) for _ in range(200)]
        frame = threads.log_odds(tokens, np.arange(200) % 4 == 0, np.arange(200) % 3, np.arange(200))
        assert (frame["z"].abs() > 2).mean() <= 0.15
        assert 0.5 < frame["z"].std() < 1.3

    def test_a_topic_on_which_nobody_else_writes_is_left_out(self):
        tokens = [["own", "same"]] * 10 + [["same", "other"]] * 10 + [["secret", "same"]] * 10
        is_own = np.r_[np.ones(10), np.zeros(10), np.ones(10)].astype(bool)
        frame = threads.log_odds(tokens, is_own, np.repeat([0, 0, 1], 10), np.arange(30)).set_index("word")
        assert frame.loc["secret", "n"] == 0
        assert frame.loc["own", "n"] == 10

    @pytest.mark.parametrize("is_own", [np.ones(2, bool), np.zeros(2, bool)])
    def test_with_nobody_to_compare_with_there_is_no_table(self, is_own):
        assert threads.log_odds([["a"], ["b"]], is_own, np.zeros(2), np.arange(2)).empty


def test_a_word_of_one_document_is_not_among_the_authors_words(warm):
    passages = warm.passages.copy()
    first = (passages["author"] == "Ann") & (
        passages["document_id"] == passages.loc[passages["author"] == "Ann", "document_id"].iloc[0]
    )
    passages.loc[first, "text"] += " zeppelin zeppelin zeppelin"
    counted = threads.log_odds(
        [threads._tokens(t) for t in passages["text"]], (passages["author"] == "Ann").to_numpy(),
        warm.assignments["topic_id"].to_numpy(), passages["document_id"].to_numpy(),
    )  # fmt: skip
    assert counted.set_index("word").loc["zeppelin", "z"] > 2
    from dataclasses import replace

    assert "zeppelin" not in set(threads.words(replace(warm, passages=passages), "Ann", n=500)["word"])


def test_words_are_counted_without_contractions():
    assert threads._tokens("We couldn't; the Café’s WARM, no?") == ["the", "warm"]
