"""The result: kept and loaded whole, written as the contract says, shown without harm."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import themekit
from themekit.result import TABLES, UnknownAuthorError, UnknownConceptError
from themekit.store import StoreError, write_text
from themekit.wording import visible

HOSTILE = '<script>alert(1)</script>\x1b[31m\u202eeve & "co"'
SENTENCES = (
    "I took the {a} apart on the kitchen table and laid the {b} in a row.",
    "By evening the {b} sat where it had sat before, and the {a} ran again.",
    "Nobody had asked me to, but a {a} that is broken keeps me awake at night.",
    "My sister brought the {b} round on Sunday and we looked at it together.",
    "There is a {a} in every house that somebody has given up on too early.",
    "We walked along the {b} until the light went, talking about the {a}.",
)
THINGS = ("radio", "gate", "clock", "bicycle", "roof", "boat", "lamp", "kettle", "violin", "wall")


def essay(seed):
    """Return some two hundred words that differ from essay to essay."""
    rng = np.random.default_rng(seed)
    picked = [SENTENCES[i] for i in rng.integers(len(SENTENCES), size=16)]
    return "\n\n".join(s.format(a=rng.choice(THINGS), b=rng.choice(THINGS)) for s in picked)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three authors with six essays each over some years, one interview, one letter without a date."""
    root = tmp_path_factory.mktemp("texts")
    for a, author in enumerate(["Ann Ames", "Bo Berg", "Çelik Ünal"]):
        for i in range(6):
            head = f'---\ntitle: "On {THINGS[i]}s <b>&"\nauthor: "{author}"\ndate: {2010 + i}-0{i + 1}-11\n---\n\n'
            (root / f"{author.split()[0].lower()}-{i}.md").write_text(
                head + essay(10 * a + i), encoding="utf-8"
            )
    (root / "talk.md").write_text(
        "---\nkind: interview\ndate: 2014\n---\n\n"
        + "\n\n".join(f"**Interviewer:** And then?\n\n**Ann Ames:** {essay(100 + i)}".replace("\n\n", "\n\n", 1) for i in range(2)),
        encoding="utf-8",
    )  # fmt: skip
    (root / "undated.txt").write_text(essay(77), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def result(folder):
    return themekit.mine(themekit.read(folder), encoder="static", n_permutations=200)


def test_every_table_is_there_with_its_columns(result):
    columns = {
        "documents": "document_id author title date date_source kind source entry text",
        "turns": "document_id turn author role start end",
        "passages": "passage_id document_id author position start end text n_tokens",
        "topics": "topic_id label keywords n_passages",
        "assignments": "passage_id topic_id weight",
        "layout": "passage_id x y",
        "authors": "author n_documents n_words verdict reason missing meta_theme q_value",
        "themes": "author concept rank effect low high p_value document_share n_topics first_year last_year",
        "document_scores": "document_id author concept score shows",
        "evidence": "author concept passage_id role score",
    }
    for name, expected in columns.items():
        assert list(getattr(result, name).columns)[: len(expected.split())] == expected.split(), name
    assert set(columns) <= set(TABLES)


def test_tables_refer_to_one_another(result):
    passages = set(result.passages["passage_id"])
    assert result.passages["passage_id"].is_unique
    assert set(result.evidence["passage_id"]) <= passages
    assert set(result.assignments["passage_id"]) == passages == set(result.layout["passage_id"])
    assert set(result.assignments["topic_id"]) == set(result.topics["topic_id"])
    counts = result.assignments["topic_id"].value_counts()
    assert dict(zip(result.topics["topic_id"], result.topics["n_passages"], strict=True)) == counts.to_dict()
    assert result.assignments["weight"].between(0, 1).all()
    assert set(result.passages["author"]) == set(result.authors["author"]) == set(result.themes["author"])
    assert set(result.passages["document_id"]) <= set(result.documents["document_id"])
    assert set(result.themes["concept"]) == set(result.concepts["concept"])
    assert set(result.authors["verdict"]) <= {"found", "none", "insufficient"}
    assert (result.authors["meta_theme"].notna() == (result.authors["verdict"] == "found")).all()


def test_a_round_trip_is_equal_in_every_table(result, tmp_path):
    again = themekit.load(result.save(tmp_path / "kept"))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name), obj=name)
        assert getattr(again, name).dtypes.equals(getattr(result, name).dtypes), name
    assert again.settings == result.settings
    assert again.to_json() == result.to_json()
    author = result.authors["author"][0]
    assert str(again.portrait(author)) == str(result.portrait(author))


def test_saving_again_replaces_and_leaves_other_files_alone(result, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    result.save(tmp_path)
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    result.save(tmp_path)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == before
    assert before["notes.txt"] == b"mine"
    parts = {"result.json", "arrays.safetensors", *(f"{name}.parquet" for name in TABLES)}
    assert set(before) == {"notes.txt"} | parts


def test_another_schema_is_refused_by_name(result, tmp_path):
    manifest = result.save(tmp_path) / "result.json"
    content = json.loads(manifest.read_text(encoding="utf-8")) | {"schema": "themekit/result/99"}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(
        StoreError, match=r"seen schema 'themekit/result/99'.*expected 'themekit/result/1'; mine"
    ):
        themekit.load(tmp_path)


def test_a_folder_that_holds_no_result_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"seen no result\.json in .*; expected .*; check the path"):
        themekit.load(tmp_path)
    with pytest.raises(StoreError, match=r"seen no result\.json"):
        themekit.load(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["{", "", "[]", '"x"'])
def test_a_broken_manifest_is_refused(result, tmp_path, content):
    (result.save(tmp_path) / "result.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match=r"seen .*; expected .*; mine"):
        themekit.load(tmp_path)


@pytest.mark.parametrize("name", ["themes.parquet", "arrays.safetensors"])
def test_a_missing_part_is_refused(result, tmp_path, name):
    (result.save(tmp_path) / name).unlink()
    with pytest.raises(StoreError, match=rf"seen no {re.escape(name)} in .*; expected .*; mine"):
        themekit.load(tmp_path)


def test_nothing_is_pickled(result, tmp_path):
    for file in result.save(tmp_path).iterdir():
        assert b"pickle" not in file.read_bytes().replace(b'"pickle', b"")
        assert file.suffix in {".parquet", ".json", ".safetensors"}


# JSON


@pytest.fixture(scope="module")
def portraits(result):
    return json.loads(result.to_json())


def test_json_has_every_key_of_the_contract(portraits):
    assert list(portraits) == ["schema", "settings", "documents", "authors", "topics"]
    assert portraits["schema"] == "themekit/portraits/1"
    assert {"version", "encoder", "seed", "catalogue", "background"} <= set(portraits["settings"])
    for document in portraits["documents"]:
        assert {"document_id", "source", "entry", "title", "author", "date", "kind", "sha256"} <= set(
            document
        )
    for author in portraits["authors"]:
        assert {
            "author", "n_documents", "n_words", "verdict", "reason", "missing", "meta_theme", "q_value", "themes"
        } <= set(author)  # fmt: skip
        assert isinstance(author["missing"], dict)
        for theme in author["themes"]:
            assert {
                "concept", "rank", "effect", "low", "high", "p_value", "document_share", "n_topics", "first_year",
                "last_year", "evidence"
            } <= set(theme)  # fmt: skip
            for quote in theme["evidence"]:
                assert {
                    "passage_id", "document_id", "source", "start", "end", "quote", "role", "topic_id", "date", "score"
                } <= set(quote)  # fmt: skip
                assert quote["role"] in {"for", "against", "absent"}
    for topic in portraits["topics"]:
        assert {"topic_id", "label", "keywords", "n_passages"} <= set(topic)


def test_json_ranks_every_candidate_with_evidence_for_the_first_five(portraits, result):
    for author in portraits["authors"]:
        ranks = [theme["rank"] for theme in author["themes"]]
        assert ranks == list(range(1, len(result.concepts) + 1))
        assert all(theme["evidence"] for theme in author["themes"][:5])
        effects = [theme["effect"] for theme in author["themes"]]
        assert effects == sorted(effects, reverse=True)


def test_every_quote_is_the_slice_it_claims_to_be(portraits, result):
    texts = result.documents.set_index("document_id")["text"]
    quotes = [q for a in portraits["authors"] for t in a["themes"] for q in t["evidence"]]
    assert len(quotes) > 50
    for quote in quotes:
        assert texts[quote["document_id"]][quote["start"] : quote["end"]] == quote["quote"]
        assert quote["quote"].strip()


def test_a_quote_stands_in_its_file(portraits, folder):
    for quote in (q for a in portraits["authors"] for t in a["themes"][:2] for q in t["evidence"]):
        name = quote["source"].rsplit("/", 1)[1]
        content = " ".join((folder / name).read_text(encoding="utf-8").split())
        assert " ".join(quote["quote"].split()) in content


def test_quotes_are_the_authors_own(portraits, result):
    author_of = result.passages.set_index("passage_id")["author"]
    for author in portraits["authors"]:
        quoted = {q["passage_id"] for t in author["themes"] for q in t["evidence"]}
        assert set(author_of[list(quoted)]) == {author["author"]}
    assert "Interviewer" not in [a["author"] for a in portraits["authors"]]


def test_hashes_are_of_the_texts(portraits, result):
    for document, text in zip(portraits["documents"], result.documents["text"], strict=True):
        assert document["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_numbers_have_six_significant_digits_and_there_is_no_time(result):
    text = result.to_json()
    for number in re.findall(r"(?<=: )-?\d+\.\d+(?:e-?\d+)?(?=[,\n])", text):
        assert float(number) == float(f"{float(number):.6g}")
    assert "NaN" not in text
    assert "Infinity" not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT", text)
    assert text.endswith("}\n")
    assert "Çelik Ünal" in text  # letters stay letters


def test_the_same_bytes_twice(folder, result):
    again = themekit.mine(themekit.read(folder), encoder="static", n_permutations=200)
    assert again.to_json() == result.to_json()


def test_the_same_bytes_in_another_process_and_from_files_in_another_order(folder, result, tmp_path):
    code = (
        "import sys, themekit\n"
        "r = themekit.mine(themekit.read(*sys.argv[1:]), encoder='static', n_permutations=200)\n"
        "sys.stdout.buffer.write(r.to_json().encode())"
    )
    files = sorted(folder.iterdir(), reverse=True)
    one_by_one = themekit.mine(themekit.read(*sorted(folder.iterdir())), encoder="static", n_permutations=200)
    environment = os.environ | {
        "THEMEKIT_CACHE": str(tmp_path), "PYTHONHASHSEED": "3", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, files)], capture_output=True, check=True, env=environment
    )
    assert (
        hashlib.sha256(done.stdout).hexdigest() == hashlib.sha256(one_by_one.to_json().encode()).hexdigest()
    )


def test_the_same_findings_wherever_the_folder_lies(folder, result, tmp_path):
    shutil.copytree(folder, tmp_path / folder.name)
    moved = themekit.mine(themekit.read(tmp_path / folder.name), encoder="static", n_permutations=200)
    pd.testing.assert_frame_equal(moved.themes, result.themes)
    assert moved.settings == result.settings


def test_write_text_is_whole_or_not_at_all(tmp_path):
    file = tmp_path / "deep" / "out.json"
    write_text("ü\n", file)
    assert file.read_bytes() == "ü\n".encode()
    with pytest.raises(UnicodeEncodeError):
        write_text("\udce9", file)
    assert file.read_bytes() == "ü\n".encode()
    assert [f.name for f in file.parent.iterdir()] == ["out.json"]


# Portraits and how things are shown


def test_a_portrait_says_what_the_tables_say(result):
    for row in result.authors.itertuples():
        portrait = result.portrait(row.author)
        leading = result.themes.query("author == @row.author and rank == 1")["concept"].item()
        assert (portrait.author, portrait.verdict, portrait.leading) == (row.author, row.verdict, leading)
        assert (portrait.meta_theme is not None) == (row.verdict == "found")
        text = str(portrait)
        assert text.startswith(f"{row.author}: ")
        assert portrait.gloss.split()[0] in text
        assert "next: " in text
        assert "encoder static" in text
        assert "nan" not in text
        for quote in portrait.quotes.query("role == 'for'")["quote"]:
            assert " ".join(quote.split())[:40] in text
        assert max(map(len, text.splitlines())) <= 200
        shown = portrait._repr_html_()
        assert leading in shown
        assert "nan" not in shown


@pytest.mark.parametrize("ask", ["quotes", "thread_frame"])
def test_an_unknown_concept_is_an_error_with_near_names(result, ask):
    author = result.authors["author"].iloc[0]
    with pytest.raises(
        UnknownConceptError, match=r"seen concept 'repiar'; expected one of the .*repair.*result\.concepts"
    ):
        getattr(result, ask)(author, "repiar")


def test_a_name_is_found_without_case_and_an_unknown_one_with_near_names(result):
    assert result.portrait("ann ames").author == "Ann Ames"
    with pytest.raises(UnknownAuthorError) as caught:
        result.portrait("Ann Aimes")
    message = str(caught.value)
    assert message.startswith("seen author 'Ann Aimes'; expected one of ")
    assert "Ann Ames" in message
    assert message.endswith("see result.authors")


def test_quotes_can_be_had_by_theme_and_role(result):
    author = result.authors["author"][0]
    frame = result.quotes(author)
    assert set(frame["author"]) == {author}
    concept = frame["concept"].iloc[0]
    some = result.quotes(author, concept, "for")
    assert set(some["concept"]) == {concept}
    assert set(some["role"]) == {"for"}
    assert 0 < len(some) < len(frame)


def test_frames_for_charts(result):
    author = result.authors["author"][0]
    assert len(result.map_frame()) == len(result.passages)
    thread = result.thread_frame(author)
    own = result.passages[result.passages["author"] == author]
    assert thread["n_passages"].sum() == len(own)
    assert set(thread["document_id"]) == set(own["document_id"])
    leading = result.themes.query("author == @author and rank == 1")["concept"].item()
    assert set(thread["concept"]) == {leading}
    assert len(result.summary()) == len(result.authors)


@pytest.fixture(scope="module")
def hostile():
    """An author, titles and texts that would run, steer a terminal, or turn a line around."""
    texts = [
        f"<img src=x onerror=alert({i})> \x1b]0;owned\x07 I mended it again, \u202eand it held. " * 4
        for i in range(3)
    ]
    corpus = themekit.Corpus.from_texts(
        texts, author=HOSTILE, titles=["<script>x</script>\x1b[2J", "</h3><b>", "\u2066t"], dates=["2019"] * 3
    )
    return themekit.mine(corpus, encoder="static", n_permutations=20)


def test_what_is_hostile_is_escaped_in_html(hostile):
    author = hostile.authors["author"].item()
    for shown in (hostile._repr_html_(), hostile.portrait(author)._repr_html_()):
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<b>&" not in shown
        assert "&lt;script&gt;" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_what_is_hostile_is_shown_as_codes_in_text(hostile):
    author = hostile.authors["author"].item()
    portrait = hostile.portrait(author)
    for text in (str(portrait), repr(portrait), repr(hostile)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert r"\x1b[31m" in str(portrait)
    assert r"\u202e" in str(portrait)


def test_hostile_results_are_kept_too(hostile, tmp_path):
    again = themekit.load(hostile.save(tmp_path))
    assert again.authors["author"].item() == hostile.authors["author"].item()
    assert json.loads(hostile.to_json())["authors"][0]["author"] == hostile.authors["author"].item()


def test_visible():
    assert visible("a\n b\tc") == "a b c"
    assert visible("\x1b[31m") == r"\x1b[31m"
    assert visible("na\u00efve \u540d") == "na\u00efve \u540d"
    assert visible("\u200f\ufeff") == r"\u200f\ufeff"
    assert visible("\udce9") == r"\udce9"


def test_repr_is_one_line_and_html_has_a_row_for_each_author(result):
    assert repr(result).startswith("<Result: ")
    assert "\n" not in repr(result)
    shown = result._repr_html_()
    assert shown.count("<tr>") == 1 + len(result.authors)


def test_a_loaded_result_has_its_vectors_and_its_map(result, tmp_path):
    again = themekit.load(result.save(tmp_path))
    for name in ("vectors", "directions", "passage_scores"):
        np.testing.assert_array_equal(getattr(again, name), getattr(result, name))
    pd.testing.assert_frame_equal(again.map_frame(), result.map_frame())
