"""What is read from a folder, whose it is, and what the account says."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import themekit
from themekit.corpus import ACCOUNT_COLUMNS, DOCUMENT_COLUMNS, TURN_COLUMNS, Corpus, NothingToReadError
from themekit.readers import files

ESSAY = "I mended the gate before breakfast. It had hung by one hinge since March. Nobody thanked me, and I did not mind."
OTHER = "The boat came in late. We stood on the quay and counted the lamps. My aunt said that counting was a kind of prayer."


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a folder called ``desk`` and returns it."""

    def write(**contents):
        desk = tmp_path / "desk"
        desk.mkdir(exist_ok=True)
        for name, content in contents.items():
            path = desk / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return desk

    return write


def one(corpus):
    assert len(corpus.documents) == 1
    return corpus.documents.iloc[0]


def actions(corpus, source_ends):
    rows = corpus.account[corpus.account["source"].str.endswith(source_ends)]
    return dict(zip(rows["action"], rows["detail"], strict=True))


def authors(corpus):
    return sorted(corpus.contributions["author"].unique())


# Tables


def test_the_tables_have_the_columns_of_the_contract(folder):
    corpus = themekit.read(folder(**{"a.txt": ESSAY}))
    assert list(corpus.documents) == DOCUMENT_COLUMNS
    assert list(corpus.documents)[:9] == [
        "document_id",
        "author",
        "title",
        "date",
        "date_source",
        "kind",
        "source",
        "entry",
        "text",
    ]
    assert list(corpus.turns) == TURN_COLUMNS == ["document_id", "turn", "author", "role", "start", "end"]
    assert list(corpus.account) == ACCOUNT_COLUMNS == ["source", "entry", "action", "detail"]
    assert corpus.turns["start"].dtype == corpus.turns["end"].dtype == "int64"


def test_what_is_not_known_is_none(folder):
    corpus = themekit.read(folder(**{"a.txt": ESSAY, "2019-b.txt": OTHER}))
    undated = corpus.documents.set_index("document_id").loc["a"]
    assert undated["date"] is None
    assert undated["date_source"] is None
    assert undated["entry"] is None


def test_source_is_the_path_as_typed(folder, monkeypatch):
    desk = folder(**{"sea__a.txt": ESSAY})
    monkeypatch.chdir(desk.parent)
    assert one(themekit.read("desk"))["source"] == "desk/sea/a.txt"
    assert one(themekit.read("./desk/"))["source"] == "desk/sea/a.txt"
    assert one(themekit.read("desk/sea/a.txt"))["source"] == "desk/sea/a.txt"
    assert one(themekit.read(desk))["source"] == f"{desk.as_posix()}/sea/a.txt"


def test_ids_and_tables_do_not_depend_on_the_order_of_paths(folder):
    desk = folder(
        **{"x__a.txt": ESSAY, "y__a.txt": OTHER, "y__b.md": "Rain again. " * 5, "c.txt": "I swam. " * 9},
    )
    paths = [desk / "x", desk / "y", desk / "c.txt"]
    expected = themekit.read(*paths)
    assert list(expected.documents["document_id"]) == ["c", "x/a", "y/a", "b"]
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        seen = themekit.read(*paths)
        for table in ("documents", "turns", "account"):
            pd.testing.assert_frame_equal(getattr(seen, table), getattr(expected, table))
        assert seen.fingerprint == expected.fingerprint


def test_ids_are_distinct_when_names_are_not(folder):
    desk = folder(**{"a.txt": ESSAY, "a.md": OTHER, "in__a.txt": ESSAY[::-1]})
    assert sorted(themekit.read(desk).documents["document_id"]) == ["a.md", "a.txt", "in/a"]


def test_the_fingerprint_does_not_depend_on_where_the_folder_lies_but_on_every_word(folder, monkeypatch):
    desk = folder(**{"a.txt": ESSAY})
    far = themekit.read(desk).fingerprint
    monkeypatch.chdir(desk)
    assert themekit.read("../desk").fingerprint == far
    (desk / "a.txt").write_text(ESSAY.replace("one", "two"))
    assert themekit.read(desk).fingerprint != far


# Who is the author


INTERVIEW = """**Ida Berg:** Where did you learn to row?

**Tom Hale:** On the canal behind my grandmother's house, in a boat that leaked. You bailed and you rowed.

**Ida Berg:** And later?

**Tom Hale:** Later I had better boats and learned less from them. That is how it goes with boats.
"""


def test_what_the_file_says_comes_before_folders_and_after_the_option(folder):
    desk = folder(**{"ann__a.md": f"---\nauthor: Bea\n---\n{ESSAY}", "ann__b.txt": OTHER})
    assert authors(themekit.read(desk)) == ["Bea", "desk"]
    assert authors(themekit.read(desk, authors_from_folders=True)) == ["Bea", "ann"]
    assert authors(themekit.read(desk, author="Cid")) == ["Cid"]
    assert authors(themekit.read(desk, author="Cid", authors_from_folders=True)) == ["Cid"]


def test_everything_unnamed_under_one_path_is_one_author_and_the_account_says_guessed(folder):
    corpus = themekit.read(folder(**{"ann__a.txt": ESSAY, "b.txt": OTHER}))
    assert authors(corpus) == ["desk"]
    assert actions(corpus, "b.txt")["guessed"] == "names no author: taken for desk"


def test_two_paths_are_two_authors(folder):
    desk = folder(**{"ann__a.txt": ESSAY, "bea__b.txt": OTHER})
    assert authors(themekit.read(desk / "ann", desk / "bea")) == ["ann", "bea"]
    assert authors(themekit.read(desk / "ann" / "a.txt")) == ["a"]


def test_speakers_keep_their_names_whatever_the_option_says(folder):
    desk = folder(**{"talk.md": INTERVIEW})
    for options in ({}, {"author": "Ann"}, {"authors_from_folders": True}):
        assert authors(themekit.read(desk, **options)) == ["Tom Hale"]


def test_interviewers_are_authors_only_if_asked_for(folder):
    desk = folder(**{"talk.md": INTERVIEW})
    corpus = themekit.read(desk)
    assert corpus.turns["role"].tolist() == ["interviewer", "guest"] * 2
    assert corpus.turns["author"].tolist() == [None, "Tom Hale"] * 2
    assert one(corpus)["author"] is None
    assert one(corpus)["kind"] == "interview"
    assert "Ida Berg is an interviewer" in actions(corpus, "talk.md")["guessed"]
    assert authors(themekit.read(desk, interviewers=True)) == ["Ida Berg", "Tom Hale"]


def test_unlabelled_speech_is_unknown_and_said_to_be(folder):
    captions = "so um I think that we were on the boat and then the fog came down and you know " * 12
    desk = folder(**{"tape.txt": captions})
    corpus = themekit.read(desk)
    assert authors(corpus) == ["unknown (tape.txt)"]
    assert corpus.turns["role"].tolist() == ["unknown"]
    assert (
        actions(corpus, "tape.txt")["guessed"]
        == "speech without stops or labels: speakers unknown, read as one voice"
    )
    assert authors(themekit.read(desk, author="Ann")) == ["Ann"]


def test_speakers_with_a_number_for_a_name_are_not_the_same_person_in_every_file(folder):
    talk = "Speaker 1: Who was it?\nSpeaker 2: Ann and nobody else would go up there with a lamp.\n" * 3
    corpus = themekit.read(folder(**{"a.txt": talk, "b.txt": talk.replace("Ann", "Bea")}))
    assert authors(corpus) == ["Speaker 2 (a.txt)", "Speaker 2 (b.txt)"]


def test_one_spelling_of_a_name_in_two_encodings_of_unicode_is_one_author(folder):
    desk = folder(
        **{
            "a.md": f"---\nauthor: Luci\u0301a  Ferrer\n---\n{ESSAY}",
            "b.md": f"---\nauthor: Luc\u00eda Ferrer\n---\n{OTHER}",
        },
    )
    assert authors(themekit.read(desk)) == ["Luc\u00eda Ferrer"]


# Dates


@pytest.mark.parametrize(
    ("name", "head", "date", "source"),
    [
        ("2019-03-21-bees.txt", "", "2019-03-21", "file name"),
        ("bees-2019-03.txt", "", "2019-03", "file name"),
        ("20190321 bees.txt", "", "2019-03-21", "file name"),
        ("2019-02-31-bees.txt", "", None, None),
        ("room 2001a.txt", "", "2001", "file name"),
        ("2019/03/bees.txt", "", "2019-03", "path"),
        ("letters 1903/bees.txt", "", "1903", "path"),
        ("bees.txt", "", None, None),
        ("2020-01-01-bees.md", "---\ndate: 1903\n---\n", "1903", "front matter"),
        ("2020-01-01-bees.md", "---\ndate: 2019-03-21 10:00:00 +0100\n---\n", "2019-03-21", "front matter"),
        ("2020-01-01-bees.md", "---\ntitle: Bees\n---\n", "2020-01-01", "file name"),
        ("bees.md", "---\ndate: March 2019\n---\n", "2019-03", "front matter"),
        ("bees.md", "---\ndate: 21/03/2019\n---\n", "2019-03-21", "front matter"),
        ("bees.md", "---\ndate: 03/04/2019\n---\n", "2019", "front matter"),
        ("bees.md", "---\ndate: soon\n---\n", None, None),
    ],
)
def test_a_date_goes_as_far_as_it_is_known(folder, name, head, date, source):
    document = one(themekit.read(folder(**{name.replace("/", "__"): head + ESSAY})))
    assert (document["date"], document["date_source"]) == (date, source)


def test_a_corpus_without_dates_has_no_years(folder):
    corpus = themekit.read(folder(**{"a.txt": ESSAY}))
    assert corpus.contributions["year"].isna().all()
    assert " to " not in corpus._repr_html_()


def test_the_title_comes_from_the_name_without_its_date(folder):
    assert one(themekit.read(folder(**{"2019-03-21-two-bees.txt": ESSAY})))["title"] == "two bees"


# What cannot be read


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match=r"seen no file or folder at '.*gone'; expected one; check the spelling",
    ):
        themekit.read(tmp_path / "gone")


def test_no_path_at_all():
    with pytest.raises(
        NothingToReadError,
        match="seen no path; expected a file or a folder; give at least one",
    ):
        themekit.read()


def test_an_empty_folder(tmp_path):
    with pytest.raises(
        NothingToReadError,
        match=r"seen nothing to read under .* \(no files\); expected texts such as .*\.md",
    ):
        themekit.read(tmp_path)


def test_a_folder_without_texts_says_what_was_there(folder):
    with pytest.raises(NothingToReadError, match=r"cat\.png: not a text \(\.png\)"):
        themekit.read(folder(**{"cat.png": b"\x89PNG"}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "seen an empty file; expected prose or speech; nothing was taken from it"),
        (b" \n\n", "seen an empty file"),
        (b"\x00\x01\x02\x03" * 50, "seen bytes that are not text; expected a text file"),
        (random.Random(0).randbytes(64) + b"\x00" * 9 + b"\xff", "seen bytes that are not text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_read(folder, content, reason):
    corpus = themekit.read(folder(**{"bad.txt": content, "good.txt": ESSAY}))
    assert corpus.documents["document_id"].tolist() == ["good"]
    assert corpus.problems["source"].str.endswith("desk/bad.txt").tolist() == [True]
    assert reason in corpus.problems["detail"].item()
    assert "bad.txt: failed: " in corpus.summary()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Ein Fluß, ein Mädchen, größer und älter. ".encode("cp1252") * 9, "not UTF-8"),
        ("I mended the gate – café. ".encode("utf-16"), "not UTF-8"),
        (
            f"{ESSAY} Café. ".encode() * 20 + "The café.".encode("cp1252"),
            "UTF-8 with 1 bytes of another encoding",
        ),
    ],
)
def test_another_encoding_is_repaired_and_said(folder, data, encoding):
    corpus = themekit.read(folder(**{"a.txt": data}))
    assert actions(corpus, "a.txt")["repaired"].startswith(encoding)
    assert any(word in one(corpus)["text"] for word in ("Mädchen", "café"))
    assert "\ufffd" not in one(corpus)["text"]


def test_mojibake_and_controls_are_repaired_and_said(folder):
    mangled = "The cafÃ© was shut.\n\nHe said\x00 \u202eno\u202c."
    corpus = themekit.read(folder(**{"a.txt": mangled + "\n\n" + "More of it. " * 100}))
    assert one(corpus)["text"].startswith("The café was shut.\n\nHe said no.")
    repaired = corpus.account[corpus.account["action"] == "repaired"]["detail"].tolist()
    assert repaired == ["3 control characters taken out", "1 paragraph decoded twice (mojibake), mended"]


def test_broken_front_matter_is_taken_line_by_line(folder):
    corpus = themekit.read(
        folder(
            **{"a.md": f"---\ntitle: Gates: a life\nauthor: Ann\ndate: 2019-03\ntags: [one\n---\n{ESSAY}"}
        ),
    )
    document = one(corpus)
    assert (document["title"], document["author"], document["date"]) == ("Gates: a life", "Ann", "2019-03")
    assert document["text"] == ESSAY
    assert "title, author, date taken line by line" in actions(corpus, "a.md")["repaired"]


def test_a_document_twice_is_counted_once_and_the_one_that_says_most_is_kept(folder):
    corpus = themekit.read(
        folder(**{"a.txt": f"{ESSAY}\n", "z.md": f"---\nauthor: Ann\ndate: 2019\n---\n\n{ESSAY}"}),
    )
    assert one(corpus)["author"] == "Ann"
    assert actions(corpus, "a.txt")["dropped"].endswith("z.md: counted once")


def test_a_document_nearly_twice_is_counted_once_and_the_longer_is_kept(folder):
    tale = " ".join(f"On day {n} we mended gate number {n} and spoke of {n} things." for n in range(30))
    more = " ".join(f"On night {n} we mended nothing at all, and slept." for n in range(15))
    desk = folder(
        **{"a.txt": tale, "b.txt": f"First shown elsewhere, in another paper. {tale} {more}", "c.txt": ESSAY}
    )
    corpus = themekit.read(desk)
    assert corpus.documents["document_id"].tolist() == ["b", "c"]
    assert "nearly the same (100% of its runs of five words) as" in actions(corpus, "a.txt")["dropped"]


def test_of_two_nearly_the_same_and_about_as_long_the_one_that_names_its_author_is_kept(folder):
    tale = " ".join(f"On day {n} we mended gate number {n} and spoke of {n} things." for n in range(30))
    corpus = themekit.read(folder(**{"a.txt": f"{tale} So.", "b.md": f"---\nauthor: Ann\n---\n{tale}"}))
    assert corpus.documents["document_id"].tolist() == ["b"]


def test_two_essays_that_share_a_paragraph_are_two(folder):
    shared = " ".join(f"On day {n} we mended gate number {n}." for n in range(20))
    one_, two = (
        " ".join(f"The {word} {n} was {word}ed at noon." for n in range(40)) for word in ("boat", "lamp")
    )
    assert len(themekit.read(folder(**{"a.txt": shared + one_, "b.txt": shared + two})).documents) == 2


def test_the_language_of_each_document(folder):
    german = (
        "Wir haben das Tor nach dem Frühstück repariert, und niemand hat uns dafür gedankt. Das Wetter war schlecht. "
        * 3
    )
    corpus = themekit.read(folder(**{"a.txt": ESSAY, "b.txt": german, "c.txt": "Too short."}))
    assert corpus.documents["language"].tolist() == ["en", "de", None]
    assert actions(corpus, "b.txt")["guessed"] == "not in English (language: de)"


def test_a_loop_of_folders_ends(folder):
    desk = folder(**{"in__a.txt": ESSAY})
    (desk / "in" / "back").symlink_to(desk, target_is_directory=True)
    corpus = themekit.read(desk)
    assert one(corpus)["document_id"] == "in/a"
    assert actions(corpus, "back/") == {"left out": "a link to a folder: not followed"}


def test_a_link_to_nowhere_is_named(folder):
    desk = folder(**{"a.txt": ESSAY})
    (desk / "b.txt").symlink_to(desk / "gone.txt")
    assert "could not be opened" in actions(themekit.read(desk), "b.txt")["failed"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_does_not_hold_up_the_rest(folder):
    desk = folder(**{"a.txt": ESSAY})
    os.mkfifo(desk / "b.txt")
    assert "seen a device or a pipe; expected a file" in actions(themekit.read(desk), "b.txt")["failed"]


@pytest.mark.parametrize(
    "error",
    [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")],
)
def test_no_permission_or_gone_since_it_was_listed(folder, monkeypatch, error):
    desk = folder(**{"a.txt": ESSAY, "b.txt": OTHER})
    really_open = os.open

    def refusing(path, flags, *rest, **more):
        if str(path).endswith("b.txt"):
            raise error
        return really_open(path, flags, *rest, **more)

    monkeypatch.setattr(files.os, "open", refusing)
    corpus = themekit.read(desk)
    assert corpus.documents["document_id"].tolist() == ["a"]
    failed = actions(corpus, "b.txt")["failed"]
    assert (
        failed
        == f"could not be opened ({error.strerror}); expected a readable file; check that it is there and who may read it"
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_without_permission(folder):
    desk = folder(**{"a.txt": ESSAY, "shut__b.txt": OTHER})
    (desk / "shut").chmod(0)
    try:
        corpus = themekit.read(desk)
    finally:
        (desk / "shut").chmod(0o700)
    assert "could not be opened" in actions(corpus, "shut")["failed"]


def test_a_folder_that_cannot_be_listed_is_named(folder, monkeypatch):
    desk = folder(**{"a.txt": ESSAY, "shut__b.txt": OTHER})
    really_scandir = os.scandir

    def refusing(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return really_scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert "Permission denied" in actions(themekit.read(desk), "desk/shut")["failed"]


def test_a_file_too_large_is_not_taken_into_memory(folder, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    corpus = themekit.read(folder(**{"a.txt": ESSAY, "b.txt": "long " * 1000}))
    assert "expected at most" in actions(corpus, "b.txt")["failed"]
    assert len(corpus.documents) == 1


def test_a_parser_that_breaks_over_a_file_stops_nothing(folder, monkeypatch):
    from themekit.readers import plain
    from themekit.readers.document import RawDocument

    def breaking(data, name):
        if b"boat" in data:
            raise RecursionError("too deep")
        return [RawDocument(text="fine")]

    monkeypatch.setattr(plain, "read", breaking)
    corpus = themekit.read(folder(**{"a.txt": ESSAY, "b.txt": OTHER}))
    assert "(RecursionError: too deep); expected a sound text file" in actions(corpus, "b.txt")["failed"]


# What is left out


def test_what_is_about_the_folder_or_hidden_or_a_draft_is_left_out_and_listed(folder):
    desk = folder(**{
        "a.txt": ESSAY, "README.md": "Read me.", "LICENSE.txt": "All rights.", ".hidden.md": "x", ".obsidian__plug.md": "x",
        "Drafts__d.md": OTHER, "_layouts__t.md": "x", "sources-of-the-nile.txt": "The river was long. " * 9, "changelog__c.txt": "It changed. " * 9,
    })  # fmt: skip
    corpus = themekit.read(desk)
    assert corpus.documents["document_id"].tolist() == ["a", "changelog/c", "sources-of-the-nile"]
    left_out = corpus.account[corpus.account["action"] == "left out"]["source"].map(
        lambda s: s.split("desk/")[1],
    )
    assert sorted(left_out) == [
        ".hidden.md",
        ".obsidian/",
        "Drafts/",
        "LICENSE.txt",
        "README.md",
        "_layouts/",
    ]


def test_the_users_own_rules_come_first(folder):
    desk = folder(**{".themekitignore": "old/\n*.tmp.txt\n!drafts/\n", "a.txt": ESSAY, "old__b.txt": OTHER, "c.tmp.txt": OTHER,
                     "drafts__d.txt": "This one counts, I think. " * 4})  # fmt: skip
    corpus = themekit.read(desk)
    assert corpus.documents["document_id"].tolist() == ["a", "drafts/d"]
    assert actions(corpus, "old/") == {"left out": "named in .themekitignore"}


def test_a_drafts_folder_is_read_when_it_is_the_path(folder):
    assert len(themekit.read(folder(**{"drafts__d.txt": ESSAY}) / "drafts").documents) == 1


def test_what_this_version_does_not_read_is_summed_up_by_type(folder):
    corpus = themekit.read(folder(**{"a.txt": ESSAY, **{f"{i}.pages": b"PK" for i in range(12)}}))
    assert "12 Pages files: not read by this version" in corpus.summary()
    assert len(corpus.problems) == 12


# Display


def test_hostile_names_and_texts_are_shown_safely(folder):
    head = '---\nauthor: "<script>alert(1)</script>\\e[31m\\u202e"\ntitle: <b>x</b>\n---\n'
    desk = folder(**{"a.md": head + ESSAY, "<img onerror=x>\x1b[2J.txt": b"", "c.md": head + OTHER})
    corpus = themekit.read(desk)
    page = corpus._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    for shown in (page, repr(corpus), corpus.summary()):
        assert all(c.isprintable() or c == "\n" for c in shown)
    assert r"\x1b[2J.txt: failed" in corpus.summary()


@pytest.mark.skipif(
    sys.platform in ("win32", "darwin"),
    reason="file names are always Unicode on this system",
)
def test_a_file_name_that_is_not_unicode_is_read_and_can_be_written_down(folder):
    desk = folder(**{"a.txt": ESSAY})
    Path(os.fsdecode(os.fsencode(desk) + b"/na\xefve.txt")).write_text(OTHER)
    corpus = themekit.read(desk)
    assert len(corpus.documents) == 2
    json.dumps(corpus.documents.to_dict("records"), ensure_ascii=False).encode()
    assert corpus.fingerprint


def test_the_card_says_who_and_how_much(folder):
    corpus = themekit.read(
        folder(
            **{
                "a.md": f"---\nauthor: Ann\ndate: 2019\n---\n{ESSAY}",
                "b.md": f"---\nauthor: Ann\ndate: 2021\n---\n{OTHER}",
            },
        ),
    )
    n_words = len(ESSAY.split()) + len(OTHER.split())
    assert repr(corpus) == f"<Corpus: 2 documents by 1 author, {n_words} words>"
    assert f"<td>2</td><td>{n_words}</td><td>2019 to 2021</td>" in corpus._repr_html_()


# From Python


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_table_from_pandas_polars_or_pyarrow(kind):
    frame = kind({"text": [ESSAY, OTHER, ""], "author": ["Ann", "Bea", "Ann"], "date": ["2019-03", "March 2020", None],
                  "title": ["Gate", None, None], "kind": ["Letter", None, None]})  # fmt: skip
    corpus = Corpus.from_frame(frame)
    assert corpus.documents["author"].tolist() == ["Ann", "Bea"]
    assert corpus.documents["date"].tolist() == ["2019-03", "2020-03"]
    assert corpus.documents["kind"].tolist() == ["letter", "essay"]
    assert corpus.account[corpus.account["action"] == "dropped"]["detail"].tolist() == ["a row without text"]
    assert authors(Corpus.from_frame(frame, author="Cid")) == ["Cid"]


def test_a_table_with_dates_as_dates():
    frame = pd.DataFrame({"text": [ESSAY, OTHER], "date": [pd.Timestamp("2019-03-21"), pd.NaT]})
    assert Corpus.from_frame(frame).documents["date"].tolist() == ["2019-03-21", None]


def test_a_table_without_a_text_column():
    with pytest.raises(
        Exception,
        match="seen a table with the columns a, b; expected one called 'text'; rename it",
    ):
        Corpus.from_frame(pd.DataFrame({"a": [1], "b": [2]}))


def test_a_table_without_texts():
    with pytest.raises(
        NothingToReadError,
        match="seen a table without a text; expected one text in each row",
    ):
        Corpus.from_frame(pd.DataFrame({"text": ["", None]}))


def test_texts_from_python_are_left_as_they_are():
    text = "  Two lines\n and  white space. "
    corpus = Corpus.from_texts([text], author="Ann", dates=["1903"], titles=["T"])
    assert corpus.documents["text"].item() == text
    assert corpus.contributions[["author", "n_words", "year", "title"]].values.tolist() == [
        ["Ann", 5, 1903, "T"],
    ]


# Whole corpora


def test_our_own_corpora(corpora):
    corpus = themekit.read(corpora)
    gold = json.loads((corpora / "gold.json").read_text(encoding="utf-8"))
    expected = sorted(row["author"] for row in gold["authors"])
    known = [a for a in authors(corpus) if not a.startswith("unknown")]
    assert known == expected
    assert len(known) == 32
    named = corpus.contributions[corpus.contributions["author"].isin(known)]
    assert named.groupby("author").size().min() >= 8
    assert named["year"].notna().all()
    interviews = corpus.documents[corpus.documents["kind"] == "interview"]
    asked = corpus.turns[corpus.turns["document_id"].isin(interviews["document_id"])]
    assert asked[asked["role"] == "guest"]["author"].nunique() == 9
    assert set(asked["role"]) == {"guest", "interviewer"}
    assert [a for a in authors(corpus) if a.startswith("unknown")] == ["unknown (food-bank-night-shift.txt)"]
    assert corpus.problems.empty


@pytest.mark.shared
def test_the_essayists(shared_corpora):
    corpus = themekit.read(shared_corpora / "essayists")
    assert len(corpus.documents) == 305
    assert corpus.contributions["author"].nunique() == 14
    assert corpus.contributions["year"].notna().all()
    assert set(corpus.documents["kind"]) == {"essay"}
    from_folders = themekit.read(shared_corpora / "essayists", authors_from_folders=True)
    assert set(from_folders.contributions["author"]) == set(corpus.contributions["author"])


@pytest.mark.shared
def test_the_seeds(shared_corpora):
    corpus = themekit.read(shared_corpora / "seeds")
    documents = corpus.documents.set_index("document_id")
    essay = documents.loc["leverage-essay"]
    assert essay["title"] == "leverage essay"
    assert essay["author"] == "seeds"
    assert "<br>" not in essay["text"]
    assert documents.loc["interview-captions", "author"] == "unknown (interview-captions.txt)"
    assert documents.loc["interview-captions", "kind"] == "talk"


# Who is asked in each; who asks, by the pages that the transcripts came from.
SUBJECTS = {
    "changelog/founders-talk-38": {"Sam Soffes"},
    "changelog/founders-talk-39": {"Sam Soffes"},
    "changelog/founders-talk-51": {"Sam Soffes"},
    "changelog/founders-talk-70": {"Sid Sijbrandij"},
    "changelog/founders-talk-89": {"Sid Sijbrandij"},
    "changelog/the-changelog-672": {"Sid Sijbrandij"},
    "changelog/the-changelog-286": {"David Heinemeier Hansson"},
    "changelog/the-changelog-615": {"David Heinemeier Hansson"},
    "changelog/brain-science-12": {"Mireille Reece, PsyD"},
    "changelog/brain-science-20": {"Mireille Reece, PsyD"},
    "bitcointranscripts/2020-01-28-pieter-wuille-part1": {"Pieter Wuille"},
    "bitcointranscripts/2019-06-09-ltb-pieter-wuille-jonas-nick": {"Pieter Wuille", "Jonas Nick"},
    "bitcointranscripts/2020-03-12-matt-corallo-compact-blocks-fibre": {"Matt Corallo"},
    "bitcointranscripts/2021-02-11-matt-corallo-taproot-activation": {"Matt Corallo"},
    "bitcointranscripts/2021-03-04-matt-corallo": {"Matt Corallo"},
    "metamuse/72-remote-work": {"Adam Wiggins", "Mark McGranaghan"},
    "metamuse/84-retrospective": {"Adam Wiggins", "Mark McGranaghan"},
    "metamuse/33-cities": {"Devon Zuegel"},
    "metamuse/47-designing-creative-tools": {"David Hoang"},
}


@pytest.mark.shared
def test_the_interviews(shared_corpora):
    corpus = themekit.read(shared_corpora / "interviews")
    # The file of the first part holds the second as well.
    assert "99% of its runs of five words" in actions(corpus, "pieter-wuille-part2.md")["dropped"]
    seen = corpus.turns.dropna(subset=["author"]).groupby("document_id")["author"].agg(set).to_dict()
    assert {document: seen.get(document) for document in SUBJECTS} == SUBJECTS
    assert "Break" not in " ".join(map(str, corpus.turns["author"]))
    dated = corpus.documents.set_index("document_id")["date"]
    assert dated["bitcointranscripts/2020-01-28-pieter-wuille-part1"] == "2020-01-28"


def test_halves_of_characters_are_replaced_and_said_in_the_account():
    text = "I kept bees \ud83d for a year, and nobody asked."
    corpus = themekit.Corpus.from_texts([text, "Another."], author="An\udfffn", titles=["Be\ud83des", None])
    assert corpus.documents["text"].tolist() == [text.replace("\ud83d", "\ufffd"), "Another."]
    assert corpus.documents["title"].iloc[0] == "Be\ufffdes"
    assert set(corpus.turns["author"]) == {"An\ufffdn"}
    assert len(corpus.fingerprint) == 64
    said = corpus.account.loc[corpus.account["action"] == "repaired", "detail"].tolist()
    assert said == [
        "3 halves of characters (surrogates), each shown as U+FFFD",
        "1 half of a character (surrogates), shown as U+FFFD",
    ]


def test_halves_of_characters_in_tables_and_files(tmp_path):
    cells = {
        "text": ["I kept bees \ud83d\udc1d and \ud83d hens."],
        "author": ["A\ud83d"],
        "title": ["\udc1d"],
    }
    frame = pd.DataFrame(cells, dtype=object)
    corpus = themekit.Corpus.from_frame(frame)
    assert corpus.documents["text"].item() == "I kept bees \U0001f41d and \ufffd hens."
    assert corpus.account["detail"].str.contains("half of a character").any()
    (tmp_path / "talk.json").write_text(
        '{"segments": [{"speaker": "A\\ud83dnn", "text": "Where \\udc1d then?"}, {"speaker": "Ida", "text": "Here."}]}'
    )
    (tmp_path / "post.md").write_text('---\ntitle: "a \\ud83d b"\n---\n\nI kept bees, and nobody asked.\n')
    read = themekit.read(tmp_path, author="A\ud83d")
    for column in ("text", "title", "document_id", "author"):
        "".join(read.documents[column].dropna()).encode()
    assert "Where \ufffd then?" in read.documents["text"].iloc[1]
    assert len(read.fingerprint) == 64
