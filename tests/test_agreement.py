"""Stability: what stays when seed, encoder, passage length or documents change, on authors whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import agreement
from themekit.agreement import RUN_COLUMNS, stability

CONCEPTS = [
    "repair",
    "chance",
    "competition",
    "agency",
    "freedom",
    "memory",
    "trust",
    "leverage",
    "patience",
    "compression",
]


@pytest.fixture(scope="module")
def people(corpora):
    """Seven people of the shipped corpora whose themes are among the candidates."""
    gold = {
        row["author"]: row["theme"]
        for row in json.loads((corpora / "gold.json").read_text(encoding="utf-8"))["authors"]
    }
    names = {theme: author for author, theme in gold.items() if theme in CONCEPTS}
    folders = {folder.name: folder for folder in (corpora / "essays").iterdir()}
    own = [f for name, f in sorted(folders.items()) if name.replace("-", " ").title() in names.values()]
    own = [f for f in own if len(list(f.iterdir())) == 8][:7]
    assert len(own) == 7
    return themekit.read(*own)


@pytest.fixture(scope="module")
def result(people):
    return themekit.mine(people, encoder="static", concepts=CONCEPTS, n_permutations=500)


@pytest.fixture(scope="module")
def found(result):
    return stability(result, seeds=(0, 1, 2), lengths=(3,), n_left_out=5)


def test_each_variation_is_a_run_of_each_author(result, found):
    assert list(found.runs.columns) == RUN_COLUMNS
    counts = found.runs.groupby("varied")["value"].nunique()
    # Seed 0 and the encoder are the result's own and vary nothing.
    assert counts.to_dict() == {"document": 5, "length": 1, "seed": 2}
    assert found.runs.groupby("author").size().eq(8).all()
    assert found.summary["author"].tolist() == result.authors["author"].tolist()


def test_what_is_the_same_is_counted_as_the_same(result, found):
    told = result.summary().set_index("author")
    runs = found.runs
    assert (runs["same_verdict"] == (runs["verdict"] == runs["author"].map(told["verdict"]))).all()
    assert (runs["same_leading"] == (runs["leading"] == runs["author"].map(told["leading"]))).all()
    assert (runs["same_leading"] == (runs["rank_of_usual"] == 1)).all()
    assert runs["rank_of_usual"].between(1, len(CONCEPTS)).all()
    np.testing.assert_allclose(
        found.summary.set_index("author")["same_leading"], runs.groupby("author")["same_leading"].mean()
    )


def test_a_seed_changes_no_effect_and_leaving_out_does(result, found):
    told = result.summary().set_index("author")["effect"]
    by_seed = found.runs[found.runs["varied"] == "seed"]
    np.testing.assert_allclose(by_seed["effect"], by_seed["author"].map(told))
    without = found.runs[found.runs["varied"] == "document"]
    assert (without["effect"] - without["author"].map(told)).abs().max() > 0.05


def test_what_is_strong_stays(result, found):
    strong = result.summary().query("verdict == 'found' and effect > 2")["author"]
    assert len(strong) >= 2
    shares = found.summary.set_index("author").loc[strong, "same_leading"]
    assert shares.mean() > 0.85


def test_the_line_says_the_counts(found):
    author = found.summary["author"].iloc[0]
    own = found.runs[found.runs["author"] == author]
    line = found.line(author)
    assert line.startswith(
        f"Stability: the verdict is the same in {own['same_verdict'].sum()} of 8 runs (another seed "
    )
    assert "without some document" in line
    assert f"{found.summary['leading'].iloc[0]} leads in {own['same_leading'].sum()} of 8 runs" in line
    assert "7 authors, 56 runs" in repr(found)
    assert author in found._repr_html_()
    with pytest.raises(KeyError, match=r"seen author 'Zoe'; expected one of those looked at; see"):
        found.line("Zoe")


def test_some_authors_only(result):
    name = result.authors["author"].iloc[2]
    one = stability(result, authors=[name.upper()], seeds=(4,), lengths=(), encoders=(), n_left_out=2)
    assert one.runs["author"].unique().tolist() == [name]
    assert len(one.runs) == 3


def test_the_same_again(result, found):
    again = stability(result, seeds=(0, 1, 2), lengths=(3,), n_left_out=5)
    pd.testing.assert_frame_equal(again.runs, found.runs)


def test_a_loaded_result_and_a_corpus_give_the_same(people, result, tmp_path):
    options = {"seeds": (1,), "lengths": (), "n_left_out": 1}
    result.save(tmp_path / "kept")
    loaded = stability(themekit.load(tmp_path / "kept"), **options)
    pd.testing.assert_frame_equal(loaded.runs, stability(result, **options).runs)
    mined = stability(people, encoders=["static"], **options)
    assert set(mined.runs["varied"]) == {"seed", "document"}


def test_joined_passages_are_pairs_within_a_contribution(result):
    vectors = np.eye(len(result.passages), dtype=np.float32)
    passages, joined = agreement._joined(result.passages, vectors)
    per = result.passages.groupby(["document_id", "author"]).size()
    assert len(passages) == ((per + 1) // 2).sum()
    np.testing.assert_allclose(np.linalg.norm(joined, axis=1), 1, atol=1e-6)
    members = joined > 0
    assert set(members.sum(axis=1)) <= {1, 2}
    of = result.passages["document_id"].to_numpy()
    assert all(len(set(of[row])) == 1 for row in members)
    assert (passages["document_id"].to_numpy() == of[members.argmax(axis=1)]).all()


def test_own_concepts_and_backgrounds_are_asked_for(people, result):
    own = themekit.concepts.choose({"salt": "Things keep because of what stings in them."})
    mined = themekit.mine(people, encoder="static", concepts=own, n_permutations=50)
    options = {"seeds": (1,), "lengths": (), "n_left_out": 0}
    with pytest.raises(
        ValueError, match=r"seen concepts of your own \(salt\).*; expected them here, too; pass"
    ):
        stability(mined, **options)
    assert stability(mined, concepts=own, **options).runs["leading"].eq("salt").all()
    others = themekit.background.build(people, themekit.find_encoder("static"), name="theirs")
    mined = themekit.mine(
        people, encoder="static", concepts="repair,chance", background=others, n_permutations=50
    )
    with pytest.raises(
        ValueError, match=r"seen a result with a background of your own \(theirs\); expected it here, too"
    ):
        stability(mined, **options)
    assert len(stability(mined, background=others, **options).runs) == 7
