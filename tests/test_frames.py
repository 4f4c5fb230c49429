"""Frames: what the charts draw follows from the result's tables, and says what is planted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit import charts, frames


@pytest.fixture(scope="module")
def result(corpora):
    mined = themekit.mine(themekit.read(corpora / "essays"), encoder="static")
    # Laying a map out takes half a minute and is tested elsewhere; loading a result sets it like this, too.
    places = np.random.default_rng(0).normal(size=(len(mined.passages), 2))
    mined.__dict__["layout"] = pd.DataFrame(
        {"passage_id": mined.passages["passage_id"], "x": places[:, 0], "y": places[:, 1]}
    )
    return mined


@pytest.fixture(scope="module")
def alone():
    corpus = themekit.Corpus.from_texts(
        ["We mended the gate again. It held.", "The boat leaks."], author="Ann"
    )
    return themekit.mine(corpus, encoder="static")


@pytest.fixture(scope="module")
def found(result):
    """The author whose theme is the most certain."""
    return result.authors.sort_values(["q_value", "author"])["author"].iloc[0]


def test_documents_are_those_of_corpus_and_result_alike(result, corpora):
    frame = frames.documents_frame(result)
    pd.testing.assert_frame_equal(frame, frames.documents_frame(themekit.read(corpora / "essays")))
    words = frame.groupby("author")["n_words"].sum()
    assert words.to_dict() == result.authors.set_index("author")["n_words"].to_dict()


def test_topics_count_each_passage_once(result):
    frame = frames.topics_frame(result)
    assert frame["n_passages"].sum() == len(result.passages)
    one = frame.iloc[0]
    inside = result.passages.merge(result.assignments, on="passage_id").query("topic_id == @one.topic_id")
    assert (
        one["n_leading"]
        == inside["author"].value_counts().max()
        == (inside["author"] == one["leading_author"]).sum()
    )
    assert one["n_authors"] == inside["author"].nunique()
    assert one["n_documents"] == inside["document_id"].nunique()


def test_topics_over_time_are_the_topics_of_the_result(result):
    """BERTopic numbers topics anew; the counts by year must be ours all the same."""
    frame = frames.topics_over_time_frame(result)
    dates = result.documents.set_index("document_id")["date"]
    ours = result.passages.merge(result.assignments, on="passage_id")
    ours = ours.assign(period=ours["document_id"].map(dates).str[:4].astype(int))
    expected = ours.groupby(["topic_id", "period"]).size()
    told = frame[frame["n_passages"] > 0].set_index(["topic_id", "period"])["n_passages"]
    assert told.sort_index().to_dict() == expected.to_dict()
    assert (
        frame.groupby("period")["n_passages"]
        .sum()
        .equals(frame.groupby("period")["n_of_period"].first().rename("n_passages"))
    )
    assert len(frame) == frame["topic_id"].nunique() * frame["period"].nunique()


def test_without_dates_there_are_no_periods(alone):
    assert frames.topics_over_time_frame(alone).empty
    assert (
        charts.topics_over_time(frames.topics_over_time_frame(alone))
        .to_dict()["title"]["text"]
        .startswith("No ")
    )


@pytest.mark.parametrize(("span", "expected"), [(1, 1), (16, 1), (17, 2), (80, 5), (81, 10), (500, 50)])
def test_periods_are_round_and_few(span, expected):
    assert frames._period(np.array([1900.0, 1900.0 + span - 1])) == expected


def test_topic_hierarchy_is_one_tree_over_all_topics(result):
    frame = frames.topic_hierarchy_frame(result)
    topics = frame[frame["topic_id"].notna()]
    assert set(topics["topic_id"]) == set(result.topics["topic_id"])
    assert len(frame) == 2 * len(topics) - 1
    (root,) = frame.loc[frame["parent_id"].isna(), "node_id"]
    parent = dict(zip(frame["node_id"], frame["parent_id"], strict=True))
    distance = dict(zip(frame["node_id"], frame["distance"], strict=True))
    for node in topics["node_id"]:
        while node != root:
            assert distance[parent[node]] >= distance[node] - 1e-9
            node = parent[node]  # noqa: PLW2901 - upwards
    sizes = frame.set_index("node_id")["n_passages"]
    assert sizes[root] == len(result.passages)
    assert sizes[frame.loc[frame["parent_id"] == root, "node_id"]].sum() == len(result.passages)


def test_one_topic_is_a_tree(alone):
    frame = frames.topic_hierarchy_frame(alone)
    assert frame["topic_id"].tolist() == ["t001"]


def test_chance_reaches_as_far_as_the_test_says(result):
    """What leads passes the test where it is beyond what chance reaches, but for a little at the edge."""
    n_told = 0
    for author in result.authors["author"]:
        first = frames.certainty_frame(result, author).iloc[0]
        if abs(first["effect"] - first["chance"]) > 0.15:
            assert (first["p_value"] <= 0.05) == (first["effect"] > first["chance"]), author
            n_told += 1
    assert n_told >= 5


def test_chance_reaches_farther_where_there_is_less(result):
    """Of an author with fewer documents chance says more."""
    author = result.authors["author"].iloc[0]
    own = result.document_scores["document_id"][result.document_scores["author"] == author].unique()[:3]
    scores = result.document_scores
    fewer = dataclasses.replace(
        result, document_scores=scores[(scores["author"] != author) | scores["document_id"].isin(own)]
    )
    assert frames._chance(fewer, author)[0] > frames._chance(result, author)[0]


def test_the_limit_of_chance_stands_between_what_passes_and_what_does_not(result):
    n_told = 0
    for author in result.authors["author"]:
        frame = frames.certainty_frame(result, author).dropna(subset=["effect", "p_value", "chance"])
        passes = frame["p_value"] <= 0.05
        if passes.any() and frame.loc[~passes, "effect"].max() < frame.loc[passes, "effect"].min():
            assert ((frame["effect"] > frame["chance"]) == passes).all(), author
            n_told += 1
    assert n_told >= 5


@pytest.mark.parametrize(
    ("chance", "effects", "p_values", "expected"),
    [
        (1.0, [2.0, 0.5], [0.01, 0.8], 1.0),
        (0.4, [2.0, 0.5], [0.01, 0.8], 1.25),
        (2.4, [2.0, 0.5], [0.01, 0.8], 1.25),
        (0.9, [1.0, 0.5], [0.06, 0.8], 1.05),
        (1.2, [1.0, 1.5], [0.01, 0.01], 0.95),
        (1.0, [2.0, 2.5], [0.01, 0.06], 1.0),  # no limit agrees
    ],
)
def test_a_limit_is_moved_only_where_the_test_says_so(chance, effects, p_values, expected):
    own = pd.DataFrame({"effect": effects, "p_value": p_values})
    assert frames._agreeing(chance, own) == pytest.approx(expected)


def test_nobody_to_compare_with_is_no_chance(alone):
    frame = frames.certainty_frame(alone, "Ann")
    assert frame["chance"].isna().all()
    assert "too little" in charts.certainty(frame).to_dict()["description"] or frame["effect"].isna().all()


def test_orbit_has_every_document_and_its_level_among_them(result, found):
    frame = frames.orbit_frame(result, found)
    own = result.document_scores[result.document_scores["author"] == found]
    assert set(frame["document_id"]) == set(own["document_id"])
    assert frame["date"].tolist() == sorted(frame["date"])
    assert frame["level"].between(frame["score"].min(), frame["score"].max()).all()
    assert (frame["low"] <= frame["level"] + 1e-9).all()
    assert (frame["level"] <= frame["high"] + 1e-9).all()
    pd.testing.assert_frame_equal(frame, frames.orbit_frame(result, found))


def test_an_orbit_keeps_documents_without_a_date_and_reads_partial_ones(result, found):
    own = result.documents["author"] == found
    dates = result.documents["date"].where(~own, None)
    dates.loc[own.idxmax()] = "1903"
    undated = dataclasses.replace(result, documents=result.documents.assign(date=dates))
    frame = frames.orbit_frame(undated, found)
    assert frame["date"].iloc[0] == "1903"
    assert frame["level"].notna().tolist() == [True] + [False] * (len(frame) - 1)
    assert (
        frames.orbit_frame(dataclasses.replace(result, documents=result.documents.assign(date=None)), found)[
            "level"
        ]
        .isna()
        .all()
    )


def test_passages_are_scored_as_when_mined(result, found):
    """Evidence was scored when the corpus was mined; the same passages have the same scores now."""
    concept = result.themes.query("author == @found and rank == 1")["concept"].item()
    frame = frames.forms_frame(result, found).set_index("passage_id")
    evidence = result.evidence[(result.evidence["author"] == found) & (result.evidence["concept"] == concept)]
    assert len(evidence) >= 5
    assert frame.loc[evidence["passage_id"], "score"].to_numpy() == pytest.approx(
        evidence["score"].to_numpy(), abs=1e-5
    )


def test_a_loaded_result_has_the_same_frames(result, found, tmp_path):
    again = themekit.load(result.save(tmp_path))
    pd.testing.assert_frame_equal(frames.forms_frame(again, found), frames.forms_frame(result, found))


def test_each_topic_has_one_quote_and_it_is_the_strongest_where_the_theme_shows(result, found):
    frame = frames.forms_frame(result, found)
    quoted = frame[frame["quote"].notna()]
    assert quoted["topic_id"].is_unique
    assert set(quoted["topic_id"]) == set(frame["topic_id"])
    texts = result.passages.set_index("passage_id")["text"]
    assert (quoted["quote"] == quoted["passage_id"].map(texts)).all()
    for row in quoted.itertuples():
        shown = frame[(frame["topic_id"] == row.topic_id) & frame["shows"]]
        assert row.shows or shown.empty


def test_a_document_is_read_in_its_order(result, found):
    document = result.passages.loc[result.passages["author"] == found, "document_id"].iloc[0]
    frame = frames.reading_frame(result, document)
    assert frame["position"].tolist() == sorted(frame["position"])
    assert (
        frame["text"].tolist()
        == result.passages.loc[result.passages["document_id"] == document, "text"].tolist()
    )
    with pytest.raises(
        ValueError, match=r"seen the document 'none such'; expected one of .*; see result.documents"
    ):
        frames.reading_frame(result, "none such")


def test_passages_have_their_scores_on_concepts_of_ones_own():
    texts = ["We mended the gate again, and it held.", "The boat sank, and nobody was surprised by it."]
    corpus = themekit.Corpus.from_texts(texts, author="Ann")
    result = themekit.mine(corpus, encoder="static", concepts={"mending": "Making whole what is broken."})
    frame = frames.forms_frame(result, "Ann").merge(result.passages[["passage_id", "text"]], on="passage_id")
    assert frame.loc[frame["score"].idxmax(), "text"] == texts[0]


def test_authors_with_the_same_themes_are_kin(result):
    """Give one author the scores of another: of all pairs they are the most alike, beyond chance."""
    first, second = result.authors["author"].iloc[:2]

    def copied(table, keys):
        own = table[table["author"] == first].sort_values(keys).reset_index(drop=True)
        other = table[table["author"] == second].sort_values(keys).reset_index(drop=True)
        column = "effect" if "effect" in table else "score"
        return pd.concat(
            [table[table["author"] != second], other.assign(**{column: own[column]})], ignore_index=True
        )

    planted = dataclasses.replace(
        result,
        themes=copied(result.themes, ["concept"]),
        document_scores=copied(result.document_scores, ["document_id", "concept"]),
    )
    frame = frames.kinship_frame(planted).set_index(["author", "other"])
    assert frame["similarity"].idxmax() == (first, second)
    assert frame.loc[(first, second), "similarity"] == pytest.approx(1)
    assert frame.loc[(first, second), "p_value"] <= 0.05
    assert "are most alike" in " ".join(
        np.atleast_1d(charts.kinship(frame.reset_index()).to_dict()["title"]["text"])
    )


def test_kinship_has_every_pair_once(result):
    frame = frames.kinship_frame(result)
    n = len(result.authors)
    assert len(frame) == n * (n - 1) // 2
    assert (frame["author"] < frame["other"]).all()
    assert frames.kinship_frame(dataclasses.replace(result, authors=result.authors.head(1))).empty


def test_all_charts_draw_what_a_result_gives(result, found):
    """From a result to each chart, the name of the author where it belongs."""
    other = next(name for name in result.authors["author"] if name != found)
    document = result.passages.loc[result.passages["author"] == found, "document_id"].iloc[0]
    drawn = {
        "corpus_overview": charts.corpus_overview(frames.documents_frame(result)),
        "topic_overview": charts.topic_overview(frames.topics_frame(result)),
        "topics_over_time": charts.topics_over_time(frames.topics_over_time_frame(result)),
        "topic_hierarchy": charts.topic_hierarchy(frames.topic_hierarchy_frame(result)),
        "topic_map": charts.topic_map(frames.map_frame(result), texts="snippet"),
        "fingerprint": charts.fingerprint(result.themes, result.authors),
        "certainty": charts.certainty(frames.certainty_frame(result, found)),
        "thread": charts.thread(result.thread_frame(found)),
        "orbit": charts.orbit(frames.orbit_frame(result, found)),
        "forms": charts.forms(frames.forms_frame(result, found)),
        "pair": charts.pair(frames.pair_frame(result, found, other)),
        "kinship": charts.kinship(frames.kinship_frame(result)),
        "reading_page": charts.reading_page(frames.reading_frame(result, document)),
        "portrait": charts.portrait(**frames.portrait_frames(result, found)),
    }
    assert set(drawn) == set(charts.__all__)
    for name in ("certainty", "thread", "orbit", "pair", "portrait"):
        assert found in " ".join(np.atleast_1d(drawn[name].to_dict()["title"]["text"])), name


def test_every_chart_draws_an_author_alone(alone):
    document = alone.passages["document_id"].iloc[0]
    drawn = [
        charts.corpus_overview(frames.documents_frame(alone)),
        charts.topic_overview(frames.topics_frame(alone)),
        charts.topic_hierarchy(frames.topic_hierarchy_frame(alone)),
        charts.certainty(frames.certainty_frame(alone, "Ann")),
        charts.orbit(frames.orbit_frame(alone, "Ann")),
        charts.forms(frames.forms_frame(alone, "Ann")),
        charts.kinship(frames.kinship_frame(alone)),
        charts.reading_page(frames.reading_frame(alone, document)),
        charts.portrait(**frames.portrait_frames(alone, "Ann")),
    ]
    for chart in drawn:
        assert len(chart.to_dict()["description"]) >= 60
