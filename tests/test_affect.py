"""Affect: borne out where planted, silence where not or where there is too little; the lexicon reads as it should."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import ROOT

import themekit
from themekit import affect


def smooth(rng, n, correlation):
    noise = rng.normal(size=n)
    for i in range(1, n):
        noise[i] = correlation * noise[i - 1] + np.sqrt(1 - correlation**2) * noise[i]
    return noise


@pytest.mark.parametrize("correlation", [0.0, 0.5])
@pytest.mark.parametrize("n", [12, 24, 48])
def test_unrelated_series_are_seldom_borne_out(n, correlation):
    rng = np.random.default_rng(n)
    answers = [
        affect.associate(smooth(rng, n, correlation), smooth(rng, n, correlation))["answer"]
        for _ in range(200)
    ]
    # 5 in 100 are meant; three standard errors are 4.6
    assert np.mean([a in {"borne out", "the reverse"} for a in answers]) <= 0.1


def test_two_series_that_only_rise_together_prove_nothing():
    rng = np.random.default_rng(0)
    answers = [
        affect.associate(np.arange(30) / 5 + rng.normal(size=30), np.arange(30) / 5 + rng.normal(size=30))[
            "answer"
        ]
        for _ in range(100)
    ]
    assert np.mean([a in {"borne out", "the reverse"} for a in answers]) <= 0.12


def test_what_is_planted_is_found_with_its_sign_and_covered():
    rng = np.random.default_rng(1)
    told = []
    for _ in range(100):
        x = rng.normal(size=40)
        told.append(affect.associate(x, -(x + rng.normal(size=40))))
    assert np.mean([t["answer"] == "the reverse" for t in told]) >= 0.85
    covered = [t["low"] <= -0.69 <= t["high"] for t in told]  # Spearman of a normal pair with r = 0.71
    assert np.mean(covered) >= 0.88


def test_a_long_series_without_association_says_no():
    rng = np.random.default_rng(2)
    assert affect.associate(rng.normal(size=400), rng.normal(size=400))["answer"] == "no"


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (np.arange(4.0), np.arange(4.0), "4 documents that can be compared, needed 12"),
        (np.ones(20), np.random.default_rng(0).normal(size=20), "the same in all documents"),
    ],
)
def test_too_little_cannot_be_told(x, y, reason):
    told = affect.associate(x, y)
    assert told["answer"] == "cannot be told"
    assert reason in told["reason"]
    assert np.isnan(told["association"])


@pytest.fixture(scope="module")
def life():
    own = themekit.read(ROOT / "benchmarks" / "years")
    others = themekit.read(ROOT / "benchmarks" / "development" / "ivo-marek")
    both = [own.documents, others.documents]
    corpus = themekit.Corpus.from_texts(
        [t for d in both for t in d["text"]], author=[a for d in both for a in d["author"]],
        dates=[a for d in both for a in d["date"]],
    )  # fmt: skip
    return themekit.mine(corpus, encoder="static", n_permutations=20)


SAD = {
    "sad",
    "miserable",
    "horrid",
    "ugly",
    "lonely",
    "wretched",
    "awful",
    "angry",
    "ashamed",
    "afraid",
    "frightened",
}


def gladness(texts):
    """Minus one for each sad word: a measure that these tests can be sure of."""
    return [-len(SAD & set(text.lower().replace(",", " ").replace(".", " ").split())) for text in texts]


def test_the_claims_of_a_life_that_was_written_to_bear_them_out(life):
    frame = affect.claims(life, "Walter Ansty", "measurement", measure=gladness)
    assert list(frame.columns) == affect.CLAIM_COLUMNS
    assert len(frame) == 3
    frame = frame.set_index("claim")
    near = frame.loc["it is pleasant near the theme"]
    assert near["answer"] == "borne out"
    assert near["low"] > 0
    assert near["n"] == 24
    assert frame.loc["change is hard where one moves away from the theme", "n"] == 23


def test_partial_dates_leave_the_pace_untold():
    corpus = themekit.Corpus.from_texts(
        [f"We mended gate {i} again." for i in range(14)],
        author="Ann",
        dates=[f"{2000 + i}" for i in range(14)],
    )
    frame = affect.claims(themekit.mine(corpus, encoder="static"), "Ann", measure=gladness).set_index("claim")
    pace = frame.loc["time flies near the theme"]
    assert pace["answer"] == "cannot be told"
    assert "dated to the month or year only" in pace["reason"]


def test_affect_of_a_document_is_the_mean_of_the_authors_own_passages():
    corpus = themekit.Corpus.from_texts(
        ["One two. " * 60, "Three."], author=["Ann", "Bo"], dates=["2001", None]
    )
    result = themekit.mine(corpus, encoder="static")
    frame = affect.by_document(result, "Ann", measure=lambda texts: range(len(texts)))
    own = result.passages[result.passages["author"] == "Ann"]
    assert frame["n_passages"].item() == len(own)
    assert frame["affect"].item() == (len(own) - 1) / 2


def test_without_the_library_one_is_told_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "textblob", None)
    with pytest.raises(
        affect.AffectLibraryError, match=r"seen no TextBlob; expected it.*install it with  pip install"
    ):
        affect.polarity(["good"])


def test_the_lexicon_tells_good_from_bad_and_hears_a_not():
    pytest.importorskip("textblob", reason="optional: themekit[affect]")
    good, bad, negated, plain = affect.polarity(
        [
            "A delightful, happy day.",
            "A horrible, miserable day.",
            "It was not good.",
            "The table has four legs.",
        ]
    )
    assert good > 0.3
    assert bad < -0.3
    assert negated < 0
    assert plain == 0
