"""Contrasts on planted truth: scores in which a difference, an author or a kind was put by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import contrasts
from themekit.contrasts import CONTRAST_COLUMNS, ContrastError
from themekit.result import UnknownAuthorError

CONCEPTS = list("abcdefgh")


def write(monkeypatch, seed=0, *, people=("Ann", "Bo", "Cy"), n=12, kinds=("essay",), own=0.0, put=()):
    """Make contributions of people: ``own`` is how much each differs, ``put`` adds (who, kind, from, concept, how much)."""
    rng = np.random.default_rng(seed)
    rows, scores = [], []
    for person in people:
        habit = rng.normal(scale=own, size=len(CONCEPTS)) if own else 0.0
        for kind in kinds:
            for i in range(n):
                score = rng.normal(size=len(CONCEPTS)) + habit
                for who, which, begin, concept, much in put:
                    if person in who and kind in which and i >= begin:
                        score[CONCEPTS.index(concept)] += much
                rows.append((f"{person}-{kind}-{i:02d}", person, kind, f"{2010 + i}-05"))
                scores.append(score)
    documents = pd.DataFrame(rows, columns=["document_id", "author", "kind", "date"])
    order = documents.sort_values("document_id").index
    documents, scores = documents.loc[order].reset_index(drop=True), np.array(scores)[order]
    space = contrasts._Space(
        documents["document_id"].to_numpy(dtype=object), documents["author"].to_numpy(dtype=object),
        documents["kind"].to_numpy(dtype=object), scores, CONCEPTS, np.arange(len(scores)), np.zeros(len(scores), dtype=int),
    )  # fmt: skip
    monkeypatch.setattr(contrasts, "_space", lambda *_: space)
    return SimpleNamespace(settings={"seed": 0}, documents=documents, _known=lambda name: name)


def test_a_planted_difference_leads_with_its_size_and_is_certain(monkeypatch):
    result = write(monkeypatch, n=20, put=[(("Ann",), ("essay",), 0, "c", 2.0)])
    frame = contrasts.authors(result, "Ann", "Bo")
    assert list(frame.columns) == CONTRAST_COLUMNS
    first = frame.iloc[0]
    assert (first["concept"], first["rank"], first["unit"]) == ("c", 1, "document")
    assert first["low"] < 2.0 < first["high"]
    assert first["low"] > 0
    assert first["p_value"] < 0.01
    assert (frame["p_value"].iloc[1:] > 0.05).all()
    assert frame["effect"].abs().is_monotonic_decreasing


def test_exchanging_the_sides_turns_the_sign(monkeypatch):
    result = write(monkeypatch, kinds=("essay", "letter"), put=[(("Ann",), ("essay",), 0, "c", 1.0)])
    one = contrasts.authors(result, "Ann", "Bo").set_index("concept")
    two = contrasts.authors(result, "Bo", "Ann").set_index("concept").loc[one.index]
    np.testing.assert_allclose(one["effect"], -two["effect"])
    np.testing.assert_allclose(one["p_value"], two["p_value"], atol=0.03)


def test_a_kind_is_not_taken_for_a_person(monkeypatch):
    # Letters show a, whoever writes them, and Ann writes many more of them.
    result = write(
        monkeypatch, n=12, kinds=("essay", "letter"), put=[(("Ann", "Bo", "Cy"), ("letter",), 0, "a", 4.0)]
    )
    space = contrasts._space()
    few = [
        (a == "Bo" and k == "letter") and int(d[-2:]) > 2
        for d, a, k in zip(space.document, space.author, space.kind, strict=True)
    ]
    groups = {
        d: a
        for d, a, out in zip(space.document, space.author, few, strict=True)
        if a in {"Ann", "Bo"} and not out
    }
    frame = contrasts.groups(result, groups).set_index("concept")
    assert abs(frame.loc["a", "effect"]) < 1
    assert frame.loc["a", "p_value"] > 0.05


def test_where_no_kind_is_shared_there_is_no_effect_and_no_p(monkeypatch):
    result = write(monkeypatch, kinds=("essay", "letter"), put=[(("Ann",), ("letter",), 0, "a", 4.0)])
    space = contrasts._space()
    groups = {
        d: a for d, a, k in zip(space.document, space.author, space.kind, strict=True) if (a, k) in {("Ann", "letter"), ("Bo", "essay")}
    }  # fmt: skip
    frame = contrasts.groups(result, groups)
    assert frame[["effect", "low", "high", "p_value"]].isna().all(axis=None)
    assert frame["n_units"].eq(0).all()
    assert frame["n_documents"].eq(12).all()


def test_before_and_after_compares_each_with_themselves(monkeypatch):
    # Ann always shows a; from 2016 on everybody shows b.
    put = [(("Ann",), ("essay",), 0, "a", 5.0), (("Ann", "Bo", "Cy"), ("essay",), 6, "b", 2.0)]
    result = write(monkeypatch, put=put)
    frame = contrasts.periods(result, "2016").set_index("concept")
    assert frame.index[0] == "b"
    assert frame["unit"].eq("document within author").all()
    assert frame.loc["b", "p_value"] < 0.01
    assert frame.loc["b", "low"] > 0
    assert frame.loc["a", "p_value"] > 0.05
    one = contrasts.periods(result, "2016-05", author="Bo")
    assert one[["group", "other", "concept"]].iloc[0].tolist() == ["from 2016-05", "before 2016-05", "b"]
    assert one["n_documents"].iloc[0] == 6


def test_a_date_that_may_lie_on_either_side_is_left_out(monkeypatch):
    result = write(monkeypatch)
    result.documents.loc[result.documents["date"] == "2016-05", "date"] = "2016"
    assert contrasts.periods(result, "2016-03")["n_documents"].iloc[0] == 3 * 5
    assert contrasts.periods(result, "2016")["n_documents"].iloc[0] == 3 * 6


def test_whole_authors_are_the_unit_where_groups_are_made_of_them(monkeypatch):
    people = ("Ann", "Bo", "Cy", "Di", "Ed", "Flo")
    rejected = {"author": 0, "document": 0}
    for seed in range(60):
        result = write(monkeypatch, seed, people=people, n=8, own=1.0)
        sides = dict.fromkeys(people[:3], "x") | dict.fromkeys(people[3:], "y")
        for unit in rejected:
            frame = contrasts.groups(result, sides, unit=unit, n_permutations=200, n_bootstrap=10)
            assert frame["unit"].eq(unit).all()
            rejected[unit] += frame["p_value"].min() <= 0.05
        assert frame["n_units"].eq(24).all()
    assert rejected["author"] == 0  # three against three reach 0.1 at the least
    assert rejected["document"] > 30  # as if a person's texts were that many people
    auto = contrasts.groups(result, sides)
    assert auto["unit"].eq("author").all()
    assert auto["n_units"].eq(3).all()
    assert auto["p_value"].min() >= 0.09


def test_p_is_uniform_where_nothing_differs(monkeypatch):
    p = []
    for seed in range(200):
        result = write(monkeypatch, seed, people=("Ann", "Bo"), n=7, kinds=("essay", "letter"))
        p.append(contrasts.authors(result, "Ann", "Bo", n_permutations=200, n_bootstrap=10)["p_value"].min())
    assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.1
    assert 0.4 <= np.mean(np.array(p) <= 0.5) <= 0.6


def test_intervals_cover(monkeypatch):
    held = []
    for seed in range(150):
        result = write(monkeypatch, seed, n=6, put=[(("Ann",), ("essay",), 0, "c", 1.0)])
        row = contrasts.authors(result, "Ann", "Bo", n_permutations=2).set_index("concept").loc["c"]
        held.append(row["low"] <= 1.0 <= row["high"])
    assert 0.9 <= np.mean(held) <= 0.99


def test_one_document_on_a_side_has_no_interval(monkeypatch):
    result = write(monkeypatch, people=("Ann", "Bo"), n=4)
    only = {
        d: a
        for d, a in zip(result.documents["document_id"], result.documents["author"], strict=True)
        if a == "Bo" or d.endswith("00")
    }
    frame = contrasts.groups(result, only)
    assert frame[["low", "high"]].isna().all(axis=None)
    assert frame["p_value"].between(0.2, 1).all()  # one of five


def test_more_than_two_groups_give_each_pair(monkeypatch):
    result = write(monkeypatch)
    frame = contrasts.groups(result, "author")
    assert frame[["group", "other"]].drop_duplicates().to_numpy().tolist() == [
        ["Ann", "Bo"],
        ["Ann", "Cy"],
        ["Bo", "Cy"],
    ]
    some = contrasts.groups(result, "author", order=["Cy", "Ann"])
    assert some[["group", "other"]].drop_duplicates().to_numpy().tolist() == [["Cy", "Ann"]]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda r: contrasts.authors(r, "Ann", "Ann"), r"seen 'Ann' twice; expected two authors; .*periods"),
        (lambda r: contrasts.groups(r, "colour"), r"seen 'colour'; expected a column .*kind.*, or a mapping"),
        (lambda r: contrasts.groups(r, "kind"), r"seen 1 group \('essay'\); expected two or more; give"),
        (lambda r: contrasts.groups(r, {"Zoe": "x"}), r"seen 'Zoe'; expected a document_id or an author; see"),
        (lambda r: contrasts.groups(r, "author", order=["Ann", "Zoe"]), r"seen no document in 'Zoe'; expected .*'Bo'"),
        (lambda r: contrasts.periods(r, "soon"), r"seen the date 'soon'; expected a year, a month or a day; write"),
        (lambda r: contrasts.periods(r, "2050"), r"seen no document in 'from 2050'; expected"),
    ],
)  # fmt: skip
def test_errors_say_what_was_seen_and_what_to_do(monkeypatch, call, said):
    with pytest.raises(ContrastError, match=said):
        call(write(monkeypatch))


@pytest.fixture(scope="module")
def mined(corpora):
    """Three of the shipped authors."""
    folders = sorted((corpora / "essays").iterdir())[:3]
    return themekit.mine(
        themekit.read(*folders), encoder="static", concepts="repair, chance, competition, agency, freedom"
    )


def test_authors_of_a_result(mined):
    names = mined.authors["author"].tolist()
    frame = contrasts.authors(mined, names[0].upper(), names[1])
    assert frame["group"].eq(names[0]).all()
    assert set(frame["concept"]) == set(mined.concepts["concept"])
    assert frame["topic_overlap"].between(0.1, 1).all()
    pd.testing.assert_frame_equal(frame, contrasts.authors(mined, names[0], names[1]))
    with pytest.raises(UnknownAuthorError):
        contrasts.authors(mined, names[0], "Nobody at all")


def test_a_loaded_result_gives_the_same(mined, tmp_path):
    names = mined.authors["author"].tolist()
    mined.save(tmp_path / "kept")
    loaded = themekit.load(tmp_path / "kept")
    pd.testing.assert_frame_equal(
        contrasts.authors(loaded, names[0], names[1]), contrasts.authors(mined, names[0], names[1])
    )


def test_own_concepts_are_taken(corpora):
    own = themekit.concepts.choose(
        {"salt": "Things keep because of what stings in them.", "repair": "Mending."}
    )
    folders = sorted((corpora / "essays").iterdir())[:2]
    result = themekit.mine(themekit.read(*folders), encoder="static", concepts=own)
    names = result.authors["author"].tolist()
    assert set(contrasts.authors(result, *names)["concept"]) == {"salt", "repair"}
