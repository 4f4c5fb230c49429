"""The method note: what it says is what the result and the code hold."""

from __future__ import annotations

import re

import pytest
import yaml

import themekit
from themekit import method, themes
from themekit.concepts import catalogue
from themekit.method import method_note


@pytest.fixture(scope="module")
def result(corpora):
    """Three people, one of whom speaks."""
    folders = sorted((corpora / "essays").iterdir())[:2]
    speech = sorted((corpora / "interviews").iterdir())[:3]
    return themekit.mine(themekit.read(*folders, *speech), encoder="static", n_permutations=123, seed=7)


def test_counts_and_settings_are_those_of_the_result(result):
    text = method_note(result).text
    words = f"{result.authors['n_words'].sum():,} words"
    n_topics = result.assignments["topic_id"].nunique()
    for said in (
        f"{len(result.documents)} documents by {len(result.authors)} authors", words, f"{len(result.passages):,} passages",
        f"{n_topics} topics", f"{len(result.concepts)} concepts stood", "123 times", "seed 7",
        result.settings["encoder_key"], result.settings["catalogue"]["sha256"][:12], themekit.__version__, "3 interviews",
    ):  # fmt: skip
        assert said in text, said
    for verdict in ("found", "none", "insufficient"):
        assert str((result.authors["verdict"] == verdict).sum()) in text.split("Of 3 authors")[1]


def test_constants_are_those_of_the_code(result, monkeypatch):
    monkeypatch.setitem(themes.NEEDED, "words", 4321)
    monkeypatch.setattr(themes, "MIN_DOCUMENT_SHARE", 0.35)
    monkeypatch.setattr(method.passages, "N_SENTENCES", 4)
    text = method_note(result).text
    for said in ("4,321 words", "35%", "about four sentences"):
        assert said in text


def test_what_found_takes_and_what_essays_taught_is_said(result, root, monkeypatch):
    files = (root / "benchmarks" / "crossed").glob("*.yml")
    taught = {concept for file in files for concept in yaml.safe_load(file.read_text(encoding="utf-8"))}
    assert taught == {c.name for c in catalogue()[: len(taught)]}
    assert f"for the first {len(taught)} concepts of the catalogue" in method_note(result).text
    monkeypatch.setattr(themes, "STANDS_OUT_AT", 0.123)
    assert "a normal deviate at 0.123 over the number of candidates" in method_note(result).text


def test_every_work_that_is_cited_is_in_the_list_and_none_besides(result):
    note = method_note(result)
    for work in method._WORKS.values():
        assert (work.cited in note.text) == (work in note.references)
    assert note.references[-1].key == "themekit"
    assert "Model2Vec" in note.text
    listed = str(note).split("References")[1]
    assert len(listed.strip().splitlines()) == len(note.references)
    assert all(re.search(r"\(\d{4}\)\. ", line) for line in listed.strip().splitlines())


def test_bibtex_parses(result):
    entries = method_note(result).bibtex.strip().split("\n\n")
    for entry in entries:
        assert re.fullmatch(
            r"@(article|book|inproceedings|misc|software)\{\w+,\n(  \w+ = \{.+\},?\n)+\}", entry
        ), entry
        assert entry.count("{") == entry.count("}")
    assert len({entry.split(",")[0] for entry in entries}) == len(entries)


def test_who_was_compared_with_whom_is_said(corpora):
    one = min((corpora / "essays").iterdir())
    corpus = themekit.read(one)
    options = {"encoder": "static", "concepts": "repair,chance", "n_permutations": 20}
    assert "stood alone" in method_note(themekit.mine(corpus, **options)).text
    assert "nobody to compare with" in method_note(themekit.mine(corpus, background="none", **options)).text
    others = themekit.background.build(
        themekit.read(sorted((corpora / "essays").iterdir())[1]),
        themekit.find_encoder("static"),
        name="theirs",
    )
    assert (
        "given by the researcher (theirs)"
        in method_note(themekit.mine(corpus, background=others, **options)).text
    )


def test_own_concepts_are_named(corpora):
    one = min((corpora / "essays").iterdir())
    own = {"salt": "Things keep because of what stings in them."}
    text = method_note(themekit.mine(themekit.read(one), encoder="static", concepts=own)).text
    assert "1 concept stood as candidate" in text
    assert "(salt)" in text
    assert "a gloss alone" in text


def test_html_is_text(result):
    page = method_note(result)._repr_html_()
    assert "Westfall &amp; Young 1993" in page
