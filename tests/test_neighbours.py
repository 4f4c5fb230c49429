"""Neighbours: concepts found by a word, laid side by side, and those of one's own held against the catalogue's."""

from __future__ import annotations

import numpy as np
import pytest

import themekit
from themekit import concepts, neighbours
from themekit.concepts import ConceptError


def exemplars(name):
    """The catalogue's sentences for a concept."""
    return dict(concepts.choose(name)[0].exemplars)


def test_a_word_finds_the_concept_that_has_it_as_a_synonym():
    for word, name in (("mending", "repair"), ("luck", "chance"), ("Repair", "repair")):
        found = neighbours.search(word)
        assert found["concept"].iloc[0] == name
        assert found["has_word"].iloc[0]
        assert len(found) == 10
    assert not neighbours.search("zzyzx")["has_word"].any()


def test_a_sentence_finds_what_it_says():
    found = neighbours.search("Broken things are put right again and hold better than before.", n=5)
    assert "repair" in set(found["concept"])
    assert found["similarity"].is_monotonic_decreasing


def test_side_by_side_a_borrowed_sentence_leans_to_where_it_belongs():
    own = exemplars("repair")
    own["cooking"] = exemplars("competition")["cooking"]
    changed = concepts.choose({"mixed": {"gloss": "Mending what broke.", "exemplars": own}})[0]
    frame = neighbours.compare(changed, "competition", encoder="static").set_index("what")
    assert frame.loc["cooking", "mixed"] == frame.loc["cooking", "competition"]
    assert frame.loc["cooking", "mixed leans"] < 0
    assert (frame["mixed leans"].drop(["gloss", "cooking"]) > 0).sum() >= 8
    assert -1 < frame.attrs["similarity"] < 0.6


def test_another_name_for_a_concept_of_the_catalogue_is_told():
    half = dict(list(exemplars("repair").items())[:8])
    row = neighbours.check(
        {"mendingness": {"gloss": "Broken things are put right.", "exemplars": half}}, encoder="static"
    ).iloc[0]
    assert (row["concept"], row["nearest"], row["n_exemplars"]) == ("mendingness", "repair", 8)
    assert not row["is_apart"]
    assert row["similarity"] > neighbours.TOO_NEAR
    assert "take repair" in row["advice"]


def test_a_mixture_is_taken_for_something_else_and_advice_names_it():
    # Four sentences are its own, eight show competition.
    mixed = exemplars("competition")
    mixed |= {d: exemplars("repair")[d] for d in list(mixed)[:4]}
    row = neighbours.check(
        {"mixed": {"gloss": "Neither this nor that.", "exemplars": mixed}}, encoder="static"
    ).iloc[0]
    assert not row["is_apart"]
    assert row["taken_for"] == "competition"
    assert row["n_taken"] > 6 or row["nearest"] == "competition"


def test_concepts_of_the_catalogue_are_told_apart_and_a_gloss_is_a_start():
    frame = neighbours.check(["repair", "competition", "chance", "memory"], encoder="static").set_index(
        "concept"
    )
    assert frame["is_apart"].all()
    assert frame["n_first"].between(0, 12).all()
    assert (frame["median_rank"] <= 5).all()
    row = neighbours.check({"tenderness": "Touching things as if they could break."}, encoder="static").iloc[
        0
    ]
    assert row["is_apart"]
    assert np.isnan(row["median_rank"])
    assert "write a sentence" in row["advice"]


def test_few_exemplars_are_called_few():
    few = dict(list(exemplars("humour").items())[:4])
    row = neighbours.check(
        {"humour": {"gloss": "The comic side of it.", "exemplars": few}}, encoder="static"
    ).iloc[0]
    assert row["n_exemplars"] == 4
    assert ("write some more" in row["advice"]) == row["is_apart"]


def test_one_exemplar_alone_cannot_be_held_out():
    row = neighbours.check(
        {"salt": {"gloss": "What stings keeps.", "exemplars": ["The ham hung in brine until March."]}},
        encoder="static",
    ).iloc[0]
    assert (row["n_exemplars"], row["n_first"], row["taken_for"]) == (1, 0, None)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: neighbours.search("  "), r"seen no text; expected a word or a sentence; write"),
        (lambda: neighbours.compare("repair", "repair"), r"seen 'repair' twice; expected two concepts; see"),
        (lambda: neighbours.compare("repair", "chanse"), r"seen concept 'chanse'.*chance"),
        (lambda: neighbours.check("repair,memmory"), r"seen concept 'memmory'.*memory"),
    ],
)
def test_errors_say_what_was_seen_and_what_to_do(call, said):
    with pytest.raises(ConceptError, match=said):
        call()


def test_it_is_a_public_name():
    assert themekit.neighbours is neighbours
