"""The explorer without a browser: what picking does to all its parts. With one: ``test_browser_notebooks.py``."""

from __future__ import annotations

import hostile_result
import pandas as pd
import polars as pl
import pytest

import themekit
from themekit.concepts import ConceptError
from themekit.explorer import concept_from


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture
def view(result):
    return themekit.explore(result)


def test_it_begins_with_the_clearest_author_and_a_quote(view, result):
    assert view.picked["author"].tolist() == [hostile_result.AUTHORS[0]]
    assert view.picked["passage_id"].isin(result.evidence["passage_id"]).all()


def test_what_is_picked_moves_everything(view, result):
    rows = result.passages.iloc[[5, 4, 20]]
    view.pick(rows["passage_id"])
    assert sorted(view.picked["passage_id"]) == sorted(rows["passage_id"])
    assert view._map.params.shown == rows["passage_id"].tolist()
    assert set(view._thread.params.shown) == set(rows["document_id"])
    assert view._count.value == "3 picked"
    assert view._page.content.count("<mark>") == (rows["document_id"] == rows["document_id"].iloc[0]).sum()


def test_the_page_is_the_document_of_the_first_and_holds_no_markup_of_its_own(view, result):
    for passage in result.passages.itertuples():
        view.pick([passage.passage_id])
        content = view._page.content
        assert "<script" not in content
        assert "<img" not in content
        assert "\u202e" not in content
        assert content.count("<mark>") == 1


def test_nothing_picked_is_said(view):
    view.pick([])
    assert view.picked.empty
    assert "Pick a passage" in view._page.content
    assert view._quotes.value is None


def test_another_author_has_another_thread_and_other_quotes(view, result):
    before, other = view._thread, hostile_result.AUTHORS[1]
    view._author.value = other
    assert view._thread is not before
    assert view.picked["author"].tolist() == [other]
    quoted = {passage_id for _, passage_id in view._quotes.options}
    whose = result.passages.set_index("passage_id").loc[list(quoted), "author"]
    assert set(whose) == {other}


def test_another_theme_has_another_thread(view):
    view._concept.value = view._concept.options[-1]
    assert view._thread.chart.to_dict()["description"]
    assert view._concept.options[-1] in str(view._thread.chart.to_dict()["description"]).lower()


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame])
def test_from_a_table_to_a_concept_that_can_be_mined_with(table, result):
    picked = table({"text": result.passages["text"].head(4).tolist()})
    concept = concept_from(picked, "upkeep", "Seeing what  wants\nlooking after.")
    assert concept.gloss == "Seeing what wants looking after."
    corpus = themekit.Corpus.from_texts(["We mended the gate again. It held."], author="Ann")
    mined = themekit.mine(corpus, encoder="static", concepts=["play", concept])
    assert set(mined.themes["concept"]) == {"play", "upkeep"}


def test_no_passage_makes_no_concept(view):
    view.pick([])
    with pytest.raises(ConceptError, match=r"seen no passage; expected some .*; pick them in the explorer"):
        concept_from(view.picked, "a", "b")
