"""Evidence: quotes for a theme are strong and spread, those against lie far, and absent means absent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from themekit.evidence import EVIDENCE_COLUMNS, N_ABSENT, N_AGAINST, N_FOR, find_evidence

CONCEPTS = ["repair", "chance"]
LONG = "word " * 20


def tables(*, n_documents=6, n_passages=6, seed=0, shows=lambda d: d % 2 == 0, authors=("Ann", "Bo")):
    """Make passages with random scores; which documents show what is given by hand."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"{a}-{d}:{p}", f"{a}-{d}", a, LONG)
        for a in authors
        for d in range(n_documents)
        for p in range(n_passages)
    ]
    passages = pd.DataFrame(rows, columns=["passage_id", "document_id", "author", "text"])
    topics = rng.integers(4, size=len(passages))
    scores = rng.normal(size=(len(passages), len(CONCEPTS)))
    themes = pd.DataFrame(
        [(a, c, r, 1.0) for a in authors for r, c in enumerate(CONCEPTS, start=1)],
        columns=["author", "concept", "rank", "effect"],
    )
    shown = pd.DataFrame(
        [(f"{a}-{d}", a, c, shows(d)) for a in authors for d in range(n_documents) for c in CONCEPTS],
        columns=["document_id", "author", "concept", "shows"],
    )
    return passages, topics, scores, CONCEPTS, themes, shown


def placed(given, found):
    """Join quotes with document and topic."""
    passages = given[0].assign(topic=given[1])
    return found.merge(passages.drop(columns="author"), on="passage_id", validate="m:1")


@pytest.mark.parametrize("seed", range(5))
def test_every_role_keeps_its_promise(seed):
    given = tables(seed=seed)
    found = find_evidence(*given)
    assert list(found.columns) == EVIDENCE_COLUMNS
    passages, _, scores, concepts, _, shown = given
    shows = shown.set_index(["document_id", "author", "concept"])["shows"]
    row_of = {p: i for i, p in enumerate(passages["passage_id"])}
    for (author, concept), frame in placed(given, found).groupby(["author", "concept"]):
        column = scores[:, concepts.index(concept)]
        own = column[(passages["author"] == author).to_numpy()]
        assert (frame["score"] == column[[row_of[p] for p in frame["passage_id"]]]).all()
        assert (passages.set_index("passage_id").loc[frame["passage_id"], "author"] == author).all()
        by_role = dict(list(frame.groupby("role")))
        assert set(by_role) == {"for", "against", "absent"}
        assert len(by_role["for"]) == N_FOR
        assert by_role["for"]["passage_id"].is_unique
        assert (by_role["for"]["score"] > 0).all()
        assert all(
            shows[d, author, concept] for d in by_role["for"]["document_id"]
        )  # never where it is absent
        showing = [
            a == author and shows[d, author, concept]
            for d, a in zip(passages["document_id"], passages["author"], strict=True)
        ]
        assert by_role["for"]["score"].iloc[0] == column[showing].max()  # the strongest comes first
        assert len(by_role["against"]) == N_AGAINST
        assert by_role["against"]["score"].iloc[0] == own.min()
        assert len(by_role["absent"]) == N_ABSENT
        assert by_role["absent"]["document_id"].is_unique
        for quote in by_role["absent"].itertuples():
            assert not shows[quote.document_id, author, concept]
            rows = (passages["document_id"] == quote.document_id).to_numpy()
            assert quote.score == column[rows].max()  # even the nearest passage is that far


def test_nothing_is_absent_where_every_document_shows_it():
    found = find_evidence(*tables(shows=lambda _: True))
    assert "absent" not in set(found["role"])


def test_nothing_is_called_absent_where_there_is_nobody_to_compare_with():
    given = tables()
    given[4].loc[given[4]["author"] == "Bo", "effect"] = np.nan
    found = find_evidence(*given)
    assert "absent" not in set(found.query("author == 'Bo'")["role"])
    assert "absent" in set(found.query("author == 'Ann'")["role"])
    assert "for" in set(found.query("author == 'Bo'")["role"])


def test_quotes_are_spread_over_documents_and_topics():
    # The ten best passages are in one document on one topic; the next best in others on others.
    given = tables(n_documents=6, n_passages=10, authors=("Ann",), shows=lambda _: True)
    passages, topics, scores, *_ = given
    number = passages["document_id"].str[-1].astype(int).to_numpy()
    topics[:] = number % 3
    scores[:, 0] = 6.0 - number + np.tile(np.linspace(0.5, 0, 10), 6)
    found = placed(given, find_evidence(*given)).query("concept == 'repair' and role == 'for'")
    assert found["topic"].tolist()[:3] == [0, 1, 2]  # one of each topic first
    assert found["document_id"].tolist()[:3] == ["Ann-0", "Ann-1", "Ann-2"]
    assert found["document_id"].nunique() == N_FOR  # then other documents, before any second of one


def test_quotes_from_elsewhere_only_where_no_document_shows_it():
    given = tables(shows=lambda _: False)
    assert "for" in set(find_evidence(*given)["role"])


def test_a_second_quote_of_a_document_only_when_there_is_no_other():
    given = tables(n_documents=1, n_passages=8, authors=("Ann",))
    given[2][:, 0] = np.arange(1.0, 9.0)
    found = find_evidence(*given).query("concept == 'repair' and role == 'for'")
    assert found["score"].tolist() == [8, 7, 6, 5, 4]


def test_scores_below_the_mean_are_no_quotes_for():
    given = tables()
    given[2][:, 0] = -np.abs(given[2][:, 0])
    found = find_evidence(*given).query("concept == 'repair'")
    assert "for" not in set(found["role"])


def test_scraps_are_not_quoted_unless_there_is_nothing_else():
    given = tables(authors=("Ann",))
    passages, _, scores, *_ = given
    passages.loc[:2, "text"] = "Yes."
    scores[:3] = 9.0
    assert not set(passages["passage_id"][:3]) & set(find_evidence(*given)["passage_id"])
    passages["text"] = "Yes."
    assert set(find_evidence(*given).query("role == 'for'")["passage_id"]) & set(passages["passage_id"][:3])


def test_only_the_first_themes_get_quotes():
    given = tables()
    assert set(find_evidence(*given, n_themes=1)["concept"]) == {"repair"}
    assert set(find_evidence(*given)["concept"]) == set(CONCEPTS)


def test_order_of_rows_does_not_matter():
    given = tables()
    order = np.random.default_rng(0).permutation(len(given[0]))
    shuffled = (given[0].iloc[order].reset_index(drop=True), given[1][order], given[2][order], *given[3:])
    pd.testing.assert_frame_equal(find_evidence(*given), find_evidence(*shuffled))


def test_one_passage():
    given = tables(n_documents=1, n_passages=1, authors=("Ann",))
    found = find_evidence(*given)
    assert set(found["passage_id"]) == {"Ann-0:0"}
