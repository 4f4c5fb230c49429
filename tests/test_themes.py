"""The estimator on planted truth: vectors in which a theme, a topic or a kind was put by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from themekit.themes import (
    AUTHOR_COLUMNS,
    THEME_COLUMNS,
    ThemeEstimator,
    contribution_scores,
    nearest_topics,
    topic_residuals,
)

CONCEPTS = list("abcdefgh")
N_DIMENSIONS = 24
DIRECTIONS = np.eye(N_DIMENSIONS)[: len(CONCEPTS)]
AUTHORS = ["Ann", "Bo", "Cy", "Di", "Ed", "Flo"]


def write(
    seed=0, *, authors=AUTHORS, n_documents=8, n_passages=9, themes=None, n_topics=4, kinds=None, spread=0.0
):
    """Make random passages; ``themes`` shifts authors along a concept, ``spread`` whole documents."""
    rng = np.random.default_rng(seed)
    rows, vectors, topics = [], [], []
    centres = rng.normal(size=(n_topics, N_DIMENSIONS))
    centres[:, : len(CONCEPTS)] = 0  # what a passage is about says nothing of the concepts
    for author in authors:
        for i in range(n_documents):
            kind = kinds(author, i) if kinds else "essay"
            own = rng.normal(scale=spread, size=N_DIMENSIONS) if spread else 0.0
            for _ in range(n_passages):
                topic = int(rng.integers(n_topics))
                vector = rng.normal(size=N_DIMENSIONS) + centres[topic] + own
                for concept, shift in (themes or {}).get(author, {}).items():
                    vector[CONCEPTS.index(concept)] += shift
                if kind == "interview":
                    vector[0] += 3.0  # people who talk sound like concept a, whoever they are
                rows.append((f"{author}-{i}", author, kind))
                vectors.append(vector)
                topics.append(topic)
    frame = pd.DataFrame(rows, columns=["document_id", "author", "kind"])
    vectors = np.array(vectors)
    return frame, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.array(topics)


def fit(frame, vectors, topics, background=None, *, n_words=500, **options):
    """Fit the estimator on what :func:`write` made."""
    contributions = frame.drop_duplicates(["document_id", "author"]).assign(n_words=n_words)
    contributions["year"] = 2000.0 + contributions["document_id"].str.rsplit("-").str[-1].astype(int)
    options = {"n_permutations": 400, "n_bootstrap": 100} | options
    return ThemeEstimator(**options).fit(
        frame[["document_id", "author"]].reset_index(drop=True),
        vectors,
        topics,
        DIRECTIONS,
        CONCEPTS,
        contributions,
        background,
    )


def of(frame, author):
    """Return one author's rows."""
    return frame[frame["author"] == author].reset_index(drop=True)


@pytest.fixture(scope="module")
def planted():
    """Ann comes back to c and Bo to f; nobody else to anything."""
    return fit(*write(1, themes={"Ann": {"c": 1.5}, "Bo": {"f": 1.5}}), n_permutations=2000)


def test_planted_themes_are_found_and_lead(planted):
    found = planted.authors_.set_index("author")
    assert found.loc["Ann", ["verdict", "meta_theme"]].tolist() == ["found", "c"]
    assert found.loc["Bo", ["verdict", "meta_theme"]].tolist() == ["found", "f"]
    for author, concept in (("Ann", "c"), ("Bo", "f")):
        first = of(planted.themes_, author).iloc[0]
        assert (first["concept"], first["rank"]) == (concept, 1)
        assert first["p_value"] < 0.01
        assert 0 < first["low"] < first["effect"] < first["high"]
        assert first["document_share"] >= 0.75


def test_authors_without_a_theme_get_none(planted):
    rest = planted.authors_[~planted.authors_["author"].isin(["Ann", "Bo"])]
    assert rest["verdict"].tolist() == ["none"] * 4
    assert rest["meta_theme"].isna().all()
    assert rest["reason"].str.len().gt(10).all()


def profiles(seed, **planted):
    """Everybody lies somewhat off everybody else in every concept; ``planted`` adds to it."""
    rng = np.random.default_rng([7, seed])
    shifts = {a: {c: float(rng.normal(scale=0.5)) for c in CONCEPTS} for a in AUTHORS}
    for author, (concept, shift) in planted.items():
        shifts[author][concept] = shift
    return shifts


def test_that_people_differ_in_everything_is_not_a_theme():
    verdicts = pd.concat(
        fit(*write(seed, themes=profiles(seed)), seed=seed, n_permutations=200).authors_ for seed in range(12)
    )
    told = verdicts["reason"].str.contains("authors differ so much anyway", na=False)
    more_than_chance = (verdicts["q_value"] <= 0.05).mean()
    assert more_than_chance > 0.6
    assert told.mean() > more_than_chance / 2
    assert (verdicts["verdict"] == "found").mean() <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / len(verdicts))


def test_a_theme_stands_out_among_people_who_differ_in_everything():
    hits = []
    for seed in range(6):
        made = fit(
            *write(seed, themes=profiles(seed, Ann=("c", 2.5))), seed=seed, n_permutations=200
        ).authors_.set_index("author")
        hits.append(made.loc["Ann", "meta_theme"] == "c")
    assert np.mean(hits) >= 0.8


def test_tables_are_as_the_design_says(planted):
    themes, authors = planted.themes_, planted.authors_
    assert list(themes.columns)[: len(THEME_COLUMNS)] == THEME_COLUMNS
    assert list(authors.columns)[: len(AUTHOR_COLUMNS)] == AUTHOR_COLUMNS
    assert len(themes) == len(AUTHORS) * len(CONCEPTS)
    for author in AUTHORS:
        own = of(themes, author)
        assert own["rank"].tolist() == list(range(1, len(CONCEPTS) + 1))
        assert own["effect"].is_monotonic_decreasing
        assert own["document_share"].between(0, 1).all()
        assert own["p_value"].between(1 / 2001, 1).all()
    assert authors["missing"].map(json.loads).map(len).eq(0).all()
    assert len(planted.document_scores_) == len(AUTHORS) * 8 * len(CONCEPTS)


def test_shares_topics_and_years_are_counted_over_the_documents_that_show(planted):
    for row in planted.themes_.itertuples(index=False):
        shown = planted.document_scores_.query("author == @row.author and concept == @row.concept and shows")
        assert row.document_share == pytest.approx(len(shown) / 8)
        years = sorted(2000 + int(d.rsplit("-", 1)[1]) for d in shown["document_id"])
        assert [row.first_year, row.last_year] == [years[0], years[-1]] if years else pd.isna(row.first_year)
        assert (row.n_topics > 0) == bool(years)


def test_a_document_shows_a_theme_above_the_upper_quartile_of_the_others(planted):
    # In documents of others about a quarter shows any concept; in Ann's most show c.
    shows = planted.document_scores_.set_index(["author", "concept"])["shows"]
    quiet = [(a, c) for a in AUTHORS[2:] for c in "abdegh"]
    assert 0.15 < np.mean([shows[pair].mean() for pair in quiet]) < 0.35
    assert shows["Ann", "c"].mean() > 0.7


def mixed(author, i):
    """Half of what the first three authors do is talk."""
    return "interview" if author in AUTHORS[:3] and i % 2 else "essay"


@pytest.mark.parametrize("kinds", [None, mixed])
def test_p_values_are_uniform_when_nobody_has_a_theme(kinds):
    # Documents differ (spread) and passages of one document are alike: a test that took passages for the unit
    # would put most p below 0.05 here, one that mixed kinds would call the way of talking a theme. The
    # smallest adjusted p of an author is exact, so uniform.
    smallest = []
    for seed in range(120):
        data = write(
            1000 + seed, authors=AUTHORS[:4], n_documents=4 + seed % 3, n_passages=6, spread=1.0, n_topics=3,
            kinds=kinds,
        )  # fmt: skip
        themes = fit(*data, n_permutations=199, n_bootstrap=2, seed=seed).themes_
        smallest += themes.groupby("author")["p_value"].min().tolist()
    smallest = np.array(smallest)
    assert np.isfinite(smallest).all()
    assert np.mean(smallest <= 0.05) < 0.09
    assert np.mean(smallest <= 0.05) > 0.015
    assert 0.4 < np.mean(smallest <= 0.5) < 0.6
    assert 0.44 < smallest.mean() < 0.56


def test_nothing_is_found_where_nobody_has_a_theme():
    verdicts = []
    for seed in range(40):
        data = write(5000 + seed, n_documents=6, n_passages=6, spread=1.0)
        verdicts += fit(*data, n_permutations=199, n_bootstrap=2).authors_["verdict"].tolist()
    assert set(verdicts) <= {"found", "none"}
    assert verdicts.count("found") / len(verdicts) < 0.03


def test_contributions_are_the_unit_not_passages():
    # The same passages written out six times are no more evidence.
    frame, vectors, topics = write(7, themes={"Ann": {"c": 0.4}}, spread=0.7)
    once = fit(frame, vectors, topics, shrinkage=10.0).themes_
    many = np.repeat(np.arange(len(frame)), 6)
    repeated = fit(frame.iloc[many], vectors[many], topics[many], shrinkage=60.0).themes_
    merged = once.merge(repeated, on=["author", "concept"])
    np.testing.assert_allclose(merged["effect_x"], merged["effect_y"], atol=0.15)
    np.testing.assert_allclose(merged["p_value_x"], merged["p_value_y"], atol=0.15)
    assert once["p_value"].between(0.05, 0.9).sum() > 5  # so that there is something to compare


def test_one_long_document_is_not_a_theme():
    frame, vectors, topics = write(8)
    rows = frame["document_id"].eq("Ann-0").to_numpy()
    vectors[rows, 2] += 3
    many = np.r_[np.arange(len(frame)), np.tile(np.flatnonzero(rows), 30)]
    fitted = fit(frame.iloc[many], vectors[many], topics[many])
    row = of(fitted.authors_, "Ann").iloc[0]
    assert row["verdict"] == "none"
    themes = of(fitted.themes_, "Ann").set_index("concept")
    assert themes.loc["c", "p_value"] > 0.02


def test_a_spread_that_is_small_by_chance_makes_no_effect_of_nothing():
    # Nobody has a theme, and the spread of six texts by others is uncertain. Were it known, the largest of eight
    # effects would be about 1.3; with each concept's own spread it is 2.2.
    largest = [
        of(fit(*write(60 + seed, authors=["Ann", "Bo", "Cy"], n_documents=3)).themes_, "Ann")["effect"]
        .abs()
        .max()
        for seed in range(20)
    ]
    assert np.mean(largest) < 1.8


@pytest.mark.parametrize("seed", [0, 1])
def test_order_of_passages_and_contributions_does_not_matter(seed):
    frame, vectors, topics = write(9, themes={"Di": {"b": 1.0}})
    shuffled = np.random.default_rng(seed).permutation(len(frame))
    one = fit(frame, vectors, topics)
    other = fit(frame.iloc[shuffled], vectors[shuffled], topics[shuffled])
    pd.testing.assert_frame_equal(one.themes_, other.themes_, rtol=1e-9)
    pd.testing.assert_frame_equal(one.authors_, other.authors_, rtol=1e-9)
    np.testing.assert_allclose(one.passage_scores_[shuffled], other.passage_scores_, atol=1e-9)


def test_names_of_authors_do_not_matter():
    frame, vectors, topics = write(10, themes={"Di": {"b": 1.0}})
    new = dict(zip(AUTHORS, ["Zoe", "Yves", "Xi", "Wu", "Vic", "Una"], strict=True))
    one = fit(frame, vectors, topics)
    other = fit(frame.assign(author=frame["author"].map(new)), vectors, topics)
    themes = one.themes_.assign(author=one.themes_["author"].map(new))
    merged = themes.merge(other.themes_, on=["author", "concept"], validate="1:1")
    assert len(merged) == len(themes)
    for column in ("rank", "effect", "p_value", "document_share", "n_topics"):
        np.testing.assert_allclose(merged[f"{column}_x"], merged[f"{column}_y"], atol=1e-9)
    np.testing.assert_allclose(merged["low_x"], merged["low_y"], atol=0.4)  # drawn by lot, from the name
    verdicts = one.authors_.assign(author=one.authors_["author"].map(new)).set_index("author")["verdict"]
    assert verdicts.sort_index().to_dict() == other.authors_.set_index("author")["verdict"].to_dict()


def test_same_seed_same_tables_and_another_seed_differs():
    data = write(11)
    one, again, other = fit(*data, seed=3), fit(*data, seed=3), fit(*data, seed=4)
    pd.testing.assert_frame_equal(one.themes_, again.themes_)
    assert not one.themes_["p_value"].equals(other.themes_["p_value"])
    assert one.themes_["effect"].equals(other.themes_["effect"])


def on_topic(data, rows, topic):
    """Put passages on a topic that lies partly in the direction of concept b."""
    _, vectors, topics = data
    vectors[rows] = vectors[rows] * 0.95 + 0.3 * DIRECTIONS[1]
    topics[rows] = topic


def test_the_topic_that_an_author_owns_is_not_their_theme():
    # Flo alone writes about topic 9, in three of eight documents.
    found = []
    for seed in range(10):
        data = write(100 + seed)
        on_topic(data, data[0]["document_id"].isin(["Flo-0", "Flo-1", "Flo-2"]).to_numpy(), 4)
        found.append(of(fit(*data).authors_, "Flo")["meta_theme"].item())
    assert found.count("b") <= 1


def test_a_topic_that_everybody_shares_is_nobodys_theme():
    # All write on topic 1: Flo nearly always, the others in a third of their passages.
    found, left = [], []
    for seed in range(10):
        data = write(200 + seed)
        share = np.where(data[0]["author"] == "Flo", 0.9, 0.3)
        rows = np.random.default_rng(seed).random(len(share)) < share
        data[2][~rows & (data[2] == 1)] = 0
        on_topic(data, rows, 1)
        fitted = fit(*data)
        found += fitted.authors_["meta_theme"].tolist()
        left.append(of(fitted.themes_, "Flo").set_index("concept").loc["b", "effect"])
    assert found.count("b") <= 1
    # What is shared goes out: without the topics the effect would be more than three standard deviations.
    assert np.mean(left) < 1


def test_the_theme_of_the_only_writer_on_a_topic_is_not_erased():
    # Half of what Flo writes is on a topic of her own, and she sees all of it through c.
    frame, vectors, topics = write(14, themes={"Flo": {"c": 1.5}})
    own = np.flatnonzero(frame["author"] == "Flo")[::2]
    topics[own] = topics.max() + 1
    row = of(fit(frame, vectors, topics, n_permutations=2000).authors_, "Flo").iloc[0]
    assert (row["verdict"], row["meta_theme"]) == ("found", "c")


def test_the_effect_of_who_shares_no_topic_is_whole():
    # Everything that Flo writes is on a topic of her own. Whoever took its mean from her passages would take
    # her way of seeing out with it; there is too little overlap for a verdict, but the effect stands.
    data = write(400, themes={"Flo": {"c": 1.0}}, n_passages=20)
    data[2][(data[0]["author"] == "Flo").to_numpy()] = 4
    first = of(fit(*data).themes_, "Flo").iloc[0]
    assert first["concept"] == "c"
    assert first["effect"] > 1.5


def test_residuals_leave_the_author_out():
    frame, vectors, topics = write(15)
    codes = frame["author"].map({a: i for i, a in enumerate(AUTHORS)}).to_numpy()
    before = topic_residuals(vectors, topics, codes)
    changed = vectors.copy()
    changed[np.flatnonzero(codes == 2)[1:]] *= -1  # whatever else Cy writes
    after = topic_residuals(changed, topics, codes)
    first = np.flatnonzero(codes == 2)[0]
    np.testing.assert_allclose(before[first], after[first])
    assert not np.allclose(before[codes == 1], after[codes == 1])  # it counts for the others
    together = topic_residuals(vectors, topics, codes, leave_out=False)
    assert not np.allclose(together[first], topic_residuals(changed, topics, codes, leave_out=False)[first])


def test_residuals_without_shrinkage_are_what_lies_beyond_the_topic():
    vectors = np.array([[1.0, 0.0], [1.0, 2.0], [5.0, 0.0], [5.0, 4.0]])
    residuals = topic_residuals(
        vectors, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), shrinkage=0.0, leave_out=False
    )
    np.testing.assert_allclose(residuals, [[0, -1], [0, 1], [0, -1], [0, 1]], atol=1e-12)


def test_contribution_scores_lean_to_the_high_passages():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(40, 3))
    contributions = rng.permutation(np.repeat(np.arange(4), 10))
    found = contribution_scores(scores, contributions)
    assert found.shape == (4, 3)
    for i in range(4):
        own = scores[contributions == i]
        assert (own.mean(axis=0) < found[i]).all()
        assert (found[i] < own.max(axis=0)).all()
    shuffled = rng.permutation(40)
    np.testing.assert_allclose(contribution_scores(scores[shuffled], contributions[shuffled]), found)
    np.testing.assert_allclose(contribution_scores(scores + 2, contributions), found + 2)
    np.testing.assert_allclose(contribution_scores(scores[:1], np.zeros(1, int)), scores[:1])
    # A high passage that rises counts for more than a low one.
    up, down = scores.copy(), scores.copy()
    own = np.flatnonzero(contributions == 0)
    up[own[scores[own, 0].argmax()], 0] += 1
    down[own[scores[own, 0].argmin()], 0] -= 1
    assert (
        contribution_scores(up, contributions)[0, 0] - found[0, 0]
        > found[0, 0] - (contribution_scores(down, contributions)[0, 0])
    )


def test_nearest_topics_by_distance_to_the_mean():
    known = np.array([[0.0, 1.0], [0.2, 1.0], [1.0, 0.0]])
    found = nearest_topics(np.array([[0.9, 0.3], [0.1, 0.7]]), known, np.array([0, 0, 1]))
    assert found.tolist() == [1, 0]


def test_interviews_are_compared_with_interviews():
    fitted = fit(*write(16, kinds=mixed, themes={"Bo": {"d": 1.5}}), n_permutations=2000)
    verdicts = fitted.authors_.set_index("author")
    assert verdicts.loc["Bo", ["verdict", "meta_theme"]].tolist() == ["found", "d"]
    assert "a" not in verdicts["meta_theme"].tolist()


def test_the_way_of_talking_is_not_a_theme():
    # The mean over draws of the effect that is left of a shift worth more than two standard deviations.
    effects = [
        fit(*write(300 + seed, kinds=mixed), n_permutations=20, n_bootstrap=2)
        .themes_.query("concept == 'a'")
        .set_index("author")["effect"]
        for seed in range(20)
    ]
    assert pd.concat(effects, axis=1).mean(axis=1).abs().max() < 0.6


def test_kinds_that_nobody_shares_give_no_p():
    fitted = fit(*write(17, kinds=lambda author, _: "interview" if author == "Ann" else "essay"))
    ann = of(fitted.authors_, "Ann").iloc[0]
    assert ann["verdict"] == "insufficient"
    assert json.loads(ann["missing"])
    assert of(fitted.themes_, "Ann")["p_value"].isna().all()
    assert of(fitted.themes_, "Bo")["p_value"].notna().all()


def test_one_author_alone_is_ranked_and_told_what_is_missing():
    fitted = fit(*write(18, authors=["Ann"], themes={"Ann": {"c": 2.0}}))
    row = fitted.authors_.iloc[0]
    assert row["verdict"] == "insufficient"
    assert pd.isna(row["meta_theme"])
    assert "background" in json.loads(row["missing"])
    assert "background" in row["reason"]
    assert fitted.themes_["rank"].tolist() == list(range(1, 9))
    assert fitted.themes_["p_value"].isna().all()


@pytest.mark.parametrize(
    ("key", "options", "n_words"),
    [
        ("contributions", {"n_documents": 3}, 5000),
        ("words", {}, 100),
        ("topics", {"n_topics": 1}, 500),
        ("comparable contributions", {"n_documents": 6, "authors": ["Ann", "Bo"]}, 500),
    ],
)
def test_what_is_missing_is_said_with_what_there_is(key, options, n_words):
    fitted = fit(*write(19, themes={"Ann": {"c": 2.0}}, **options), n_words=n_words)
    row = of(fitted.authors_, "Ann").iloc[0]
    missing = json.loads(row["missing"])
    assert row["verdict"] == "insufficient"
    assert key in missing
    assert missing[key]["have"] < missing[key]["needed"]
    assert key in row["reason"]


def test_topics_that_nobody_shares_are_too_little_overlap():
    frame, vectors, topics = write(20, themes={"Ann": {"c": 2.0}})
    topics[frame["author"] == "Ann"] += topics.max() + 1
    row = of(fit(frame, vectors, topics).authors_, "Ann").iloc[0]
    assert row["verdict"] == "insufficient"
    assert "topic overlap" in json.loads(row["missing"])


@pytest.mark.parametrize("n_documents", [1, 2])
@pytest.mark.parametrize("authors", [["Ann"], ["Ann", "Bo"], AUTHORS])
@pytest.mark.parametrize("n_passages", [1, 2, 9])
def test_little_text_is_too_little_and_no_crash(n_documents, authors, n_passages):
    with np.errstate(all="raise", under="ignore"):
        fitted = fit(*write(21, authors=authors, n_documents=n_documents, n_passages=n_passages))
    assert fitted.authors_["verdict"].tolist() == ["insufficient"] * len(authors)
    assert len(fitted.themes_) == len(authors) * len(CONCEPTS)
    assert np.isfinite(fitted.passage_scores_).all()


def test_one_contribution_has_no_interval():
    themes = fit(*write(22, n_documents=1)).themes_
    assert themes["low"].isna().all()
    assert themes["high"].isna().all()


def test_authors_of_one_document_beside_one_who_wrote_many():
    frame, vectors, topics = write(23, themes={"Ann": {"c": 1.5}})
    keep = (frame["author"] == "Ann") | frame["document_id"].str.endswith(("-0", "-1"))
    fitted = fit(frame[keep], vectors[keep], topics[keep], n_permutations=2000)
    verdicts = fitted.authors_.set_index("author")
    assert verdicts.loc["Ann", ["verdict", "meta_theme"]].tolist() == ["found", "c"]
    assert verdicts["verdict"].tolist()[1:] == ["insufficient"] * 5


def test_identical_passages_everywhere():
    frame, vectors, topics = write(24)
    fitted = fit(frame, np.repeat(vectors[:1], len(frame), axis=0), np.zeros_like(topics))
    assert set(fitted.authors_["verdict"]) <= {"none", "insufficient"}
    assert np.isfinite(fitted.themes_["effect"]).all()


def test_years_may_be_missing():
    frame, vectors, topics = write(25)
    contributions = frame.drop_duplicates().assign(n_words=500, year=np.nan)
    fitted = ThemeEstimator(n_permutations=50, n_bootstrap=10).fit(
        frame[["document_id", "author"]], vectors, topics, DIRECTIONS, CONCEPTS, contributions
    )
    assert fitted.themes_["first_year"].isna().all()


def test_odd_names_of_authors():
    data = write(26, authors=["", "Ann\x1b[31m", "名前", "Ann\u202e"], n_documents=2)
    assert sorted(fit(*data).authors_["author"]) == sorted(["", "Ann\x1b[31m", "名前", "Ann\u202e"])
