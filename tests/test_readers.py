"""Readers of plain text and Markdown, transcripts in both, and what is opened at all."""

from __future__ import annotations

import contextlib
import io
import time
import zipfile

import pytest

import themekit
from themekit import readers
from themekit.readers import dates, files, markdown, plain
from themekit.readers.document import UnreadableFileError, count

ESSAY = "I mended the gate before breakfast. It had hung by one hinge since March. Nobody thanked me."


def read_markdown(text):
    (document,) = markdown.read(text.encode(), "a.md")
    return document


def read_plain(text):
    (document,) = plain.read(text.encode(), "a.txt")
    return document


def said(document):
    return [(turn.label, turn.role, document.text[turn.start : turn.end]) for turn in document.turns]


def notes(document):
    return [f"{note.action}: {note.detail}" for note in document.notes]


# Markdown


def test_front_matter_in_yaml():
    document = read_markdown(
        "---\ntitle: 'Gates'\nauthor: Ann Oakes\ndate: 2019-03-21\nkind: Letter\ntags: [a, b]\n---\n\n# Gates\n\nI mended it.\n",
    )
    assert (document.title, document.author, document.date, document.kind) == (
        "Gates",
        "Ann Oakes",
        "2019-03-21",
        "letter",
    )
    assert document.date_source == "front matter"
    assert document.text == "I mended it."


def test_front_matter_in_toml():
    document = read_markdown(
        '+++\ntitle = "Gates"\ndate = 2019-03-21T10:00:00Z\nauthors = ["Ann", "Bea"]\n+++\nI mended it.\n',
    )
    assert (document.title, document.author, document.date) == ("Gates", "Ann, Bea", "2019-03-21")


def test_a_list_of_authors_with_names_inside():
    document = read_markdown("---\nauthor:\n  - name: Ann Oakes\n    url: x\n---\nI mended it.")
    assert document.author == "Ann Oakes"


def test_text_between_two_rules_is_not_front_matter():
    document = read_markdown("---\nA paragraph between rules\n---\n\nAnd one below.")
    assert "A paragraph between rules" in document.title or "A paragraph between rules" in document.text
    assert document.author is None


def test_an_alias_that_would_grow_without_end_does_not():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{n}: &{n} [{','.join([f'*{m}'] * 9)}]\n" for m, n in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    started = time.perf_counter()
    document = read_markdown(f"---\n{bomb}author: *k\ntitle: Fine\n---\nI mended it.")
    assert time.perf_counter() - started < 2
    assert (document.title, document.author) == ("Fine", None)


def test_a_jekyll_post_with_inline_html_and_liquid():
    document = read_markdown(
        "---\nlayout: post\ntitle:\n---\n<br>\nOne <em>bright</em> day{% include x.html %}.\n\n<br>\n\nTwo &amp; three.{: .lead}\n"
        "<script>alert(1)</script>\n",
    )
    assert document.title is None
    assert document.text == "One bright day.\n\nTwo & three."


def test_what_is_not_prose_is_left_out_and_counted():
    document = read_markdown(
        "# Title\n\nWords [with a link](http://x.y) and *stress*.[^1]\n\n```python\nprint(1)\n```\n\n## More\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n> Somebody else's words.\n\nLast.\n\n[^1]: A note about it.\n",
    )
    assert said(document) == [
        (None, "author", "Words with a link and stress."),
        (None, "quoted", "Somebody else's words."),
        (None, "author", "Last."),
    ]
    assert document.title == "Title"
    assert notes(document) == [
        "dropped: 1 code block", "dropped: 1 table", "dropped: 1 footnote", "dropped: 2 headings",
        "kept: 1 quoted paragraph, not counted as the author's words",
    ]  # fmt: skip


def test_an_obsidian_note():
    document = read_markdown(
        "See [[Gate|the gate]] and [[Hinge]]. ![[photo.png]] It was ==bright==. %%hidden%% Done. ^ab12\n",
    )
    assert document.text == "See the gate and Hinge. It was bright. Done."


def test_nothing_below_the_front_matter():
    with pytest.raises(
        UnreadableFileError,
        match="seen no prose below the front matter; expected prose or speech",
    ):
        read_markdown("---\ntitle: x\n---\n\n```\ncode\n```\n")


# Plain text


def test_lines_are_unwrapped_and_paragraphs_kept():
    assert (
        read_plain("One line\nand another.\n\n\n  Next   paragraph.\r\n").text
        == "One line and another.\n\nNext paragraph."
    )


def test_an_essay_with_a_colon_is_an_essay():
    document = read_plain(
        f"{ESSAY}\n\nNote: this is so. {ESSAY}\n\nNote: and this. {ESSAY}\n\nThings to mend:\n\nhinge, latch, gate\n\n{ESSAY * 5}",
    )
    assert document.kind == "essay"
    assert [t.label for t in document.turns] == [None]


def test_an_essay_without_many_stops_but_with_some_is_no_caption_stream():
    assert read_plain("word " * 140 + ". " + "word " * 140 + ".").kind == "essay"
    assert read_plain("word " * 140).kind == "talk"
    assert read_plain("word " * 99).kind == "essay"


def test_fields_above_a_text():
    document = read_plain(f"Title: Gates\nAuthor: Ann Oakes\nDate: March 2019\n\n{ESSAY}")
    assert (document.title, document.author, document.date) == ("Gates", "Ann Oakes", "2019-03")
    assert [role for _, role, _ in said(document)] == ["apparatus", "author"]


@pytest.mark.parametrize("byline", ["by Ann Oakes", "By Ann de la Mare Oakes", "BY ANN OAKES"])
def test_a_title_block_of_lines(byline):
    document = read_plain(f"The Gate at Marram\n\n{byline}\n\nLisbon, 21 March 2019\n\n{ESSAY * 3}")
    assert (document.title, document.date, document.date_source) == (
        "The Gate at Marram",
        "2019-03-21",
        "title block",
    )
    assert document.author == byline[3:]
    assert said(document)[-1][2] == ESSAY * 3 if ESSAY.endswith(" ") else said(document)[-1][1] == "author"


def test_a_date_at_the_end():
    document = read_plain(f"{ESSAY}\n\n{ESSAY}\n\n{ESSAY}\n\n{ESSAY}\n\nMarram, 21 March 1903")
    assert (document.date, document.date_source) == ("1903-03-21", "text")


# Transcripts

ASKED = "Where did you learn to row?"
TOLD = "On the canal, in a boat that leaked. You bailed and you rowed."
THEN = "And later?"
LAST = "Later I had better boats and learned less."

FORMS = {
    "bold, colon inside": "**{name}:** {words}\n\n",
    "bold, colon outside": "**{name}**: {words}\n\n",
    "plain": "{name}: {words}\n\n",
    "plain, one line each": "{name}: {words}\n",
    "on a line of its own": "{name}:\n{words}\n\n",
    "a paragraph of its own": "{name}:\n\n{words}\n\n",
    "time, colon, line": "{name} (00:01:02):\n{words}\n\n",
    "time, dash": "{name} (00:01:02) - {words}\n\n",
    "time first": "[00:01:02] {name}: {words}\n",
    "time alone after two spaces": "{name}  1:02\n{words}\n\n",
    "name in brackets": "[{name}] 10:01:02\n{words}\n\n",
    "time after the colon": "{name}: (01:02)\n{words}\n\n",
    "time in the words": "**{name}:** \\[00:04:01.06\\] {words}\n\n",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("read", [read_markdown, read_plain])
def test_every_form_of_label_gives_the_same_turns(form, read):
    if read is read_plain and "**" in form:
        form = form.replace("\\[", "[").replace("\\]", "]").replace("**", "")
    lines = [("Ida Berg", ASKED), ("Tom Hale", TOLD), ("Ida Berg", THEN), ("Tom Hale", LAST)]
    document = read("".join(form.format(name=name, words=words) for name, words in lines))
    assert said(document) == [
        ("Ida Berg", "interviewer", ASKED), ("Tom Hale", "guest", TOLD),
        ("Ida Berg", "interviewer", THEN), ("Tom Hale", "guest", LAST),
    ]  # fmt: skip
    assert document.kind == "interview"


def test_turns_of_one_person_are_one_and_what_stands_before_is_nobodys():
    document = read_plain("Recorded in May.\n\nAnn: One.\n\nAnn: Two.\n\nBea: Three.\n\nAnn: Four.\n")
    assert said(document) == [
        (None, "quoted", "Recorded in May."), ("Ann", "guest", "One.\n\nTwo."), ("Bea", "guest", "Three."), ("Ann", "guest", "Four."),
    ]  # fmt: skip


def test_the_file_says_who_asks():
    head = "---\ninterviewer: Tom Hale\n---\n"
    document = read_markdown(
        head + f"Ida Berg: {ASKED}\n\nTom Hale: {TOLD}\n\nIda Berg: {THEN}\n\nTom Hale: {LAST}\n",
    )
    assert {t.label: t.role for t in document.turns} == {"Ida Berg": "guest", "Tom Hale": "interviewer"}


def test_the_file_says_who_is_asked_and_short_names_are_brought_together():
    document = read_markdown(
        "---\nspeakers: [Tom Hale]\n---\nIda: I say a good deal and ask nothing.\n\nTom: Yes.\n\nIda: So it is.\n\nTom: Yes.\n",
    )
    assert {t.label: t.role for t in document.turns} == {"Ida": "interviewer", "Tom Hale": "guest"}
    assert notes(document) == [
        "guessed: Tom is Tom Hale: first name of the one person here whom it fits",
        "guessed: Ida taken for interviewers: the file names Tom Hale as speaking",
    ]


def test_fields_above_an_interview():
    document = read_markdown(
        "# Interview Transcript\n\n**Interviewee:** Tom Hale  \n**Date:** 21 March 2019  \n**Duration:** 40 minutes  \n"
        f"**Interviewer:** Ida Berg\n\n---\n\n## Transcript\n\n**Ida:** {THEN}\n\n**Tom:** {TOLD}\n\n**Ida:** I see.\n\n**Tom:** {LAST}\n"
    )
    assert {t.label: t.role for t in document.turns} == {"Ida Berg": "interviewer", "Tom Hale": "guest"}
    assert document.date == "2019-03-21"
    assert "40 minutes" not in document.text


def test_initials_that_a_label_declares():
    document = read_plain(f"Ida Berg (IB): {ASKED}\n\nTom Hale (TH): {TOLD}\n\nIB: {THEN}\n\nTH: {LAST}\n")
    assert [t.label for t in document.turns] == ["Ida Berg", "Tom Hale"] * 2


def test_question_and_answer():
    document = read_plain(f"Q: {ASKED}\n\nA: {TOLD}\n\nQ: {THEN}\n\nA: {LAST}\n")
    assert [(t.label, t.role) for t in document.turns] == [("Q", "interviewer"), (None, "guest")] * 2


def test_two_who_talk_alike_are_both_asked():
    document = read_plain(
        "Ann: Is it late?\n\nBea: It is. Is it dark?\n\nAnn: It is.\n\nBea: Then it is late.\n",
    )
    assert {t.role for t in document.turns} == {"guest"}


def test_a_labelled_text_keeps_every_word():
    from itertools import product

    for form, read in product(FORMS.values(), [read_markdown]):
        document = read(
            "".join(
                form.format(name=n, words=f"{w} word{i}.")
                for i, (n, w) in enumerate([("Ann Oakes", "Yes"), ("Bea Moss", "No")] * 5)
            ),
        )
        assert [f"word{i}." in document.text for i in range(10)] == [True] * 10
        assert "00" not in document.text


# Dates


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("1903", "1903"), ("1903-04", "1903-04"), ("1903-04-05", "1903-04-05"), ("2019-03-21T10:00:00+01:00", "2019-03-21"),
        ("21 March 2019", "2019-03-21"), ("March 21st, 2019", "2019-03-21"), ("March 2019", "2019-03"), ("Spring 2019", "2019"),
        ("Mon, 21 Jan 2019 10:00:00 +0100", "2019-01-21"), ("21.03.2019", "2019-03-21"), ("3/21/2019", "2019-03-21"),
        ("03/04/2019", "2019"), ("04/04/2019", "2019-04-04"), ("2019-02-30", None), ("21 March", None), ("tomorrow", None),
        ("", None), (None, None), (True, None), (["2019"], None), ("x" * 10_000, None), ("1903-1907", None),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(written, date):
    assert dates.parse(written)[0] == date


# What is opened


def packed(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_is_read_like_a_folder(tmp_path):
    data = packed(
        **{
            "ann/2019-03-21-a.txt": ESSAY,
            "bea/b.md": f"---\ntitle: B\n---\n{ESSAY} Twice.",
            "drafts/c.txt": "No.",
            "README.md": "No.",
        },
    )
    (tmp_path / "essays.zip").write_bytes(data)
    corpus = themekit.read(tmp_path / "essays.zip", authors_from_folders=True)
    assert corpus.documents["document_id"].tolist() == ["ann/2019-03-21-a", "bea/b"]
    assert corpus.documents["entry"].tolist() == ["ann/2019-03-21-a.txt", "bea/b.md"]
    assert corpus.documents["author"].tolist() == ["ann", "bea"]
    assert corpus.documents["date"].tolist() == ["2019-03-21", None]
    assert corpus.documents["source"].unique().tolist() == [f"{tmp_path.as_posix()}/essays.zip"]
    inside = themekit.read(tmp_path)
    assert inside.documents["document_id"].tolist() == ["essays/ann/2019-03-21-a", "essays/bea/b"]


def test_two_files_of_one_name_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", ESSAY)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", f"{ESSAY} Or so I said.")
    corpus = themekit.read(tmp_path / "a.zip")
    assert corpus.documents["document_id"].tolist() == ["a", "a-2"]
    assert corpus.documents["text"].nunique() == 2


def test_a_zip_that_leads_out_is_not_followed(tmp_path):
    (tmp_path / "a.zip").write_bytes(
        packed(
            **{
                "../out.txt": ESSAY,
                "/etc/x.txt": ESSAY,
                "C:/x.txt": ESSAY,
                "..\\y.txt": ESSAY,
                "in.txt": ESSAY,
                "z.zip": b"",
            },
        ),
    )
    corpus = themekit.read(tmp_path / "a.zip")
    assert corpus.documents["entry"].tolist() == ["in.txt"]
    assert corpus.account["detail"].tolist().count("its name leads out of the archive") == 4
    assert corpus.problems["detail"].tolist() == ["an archive in an archive: unpack it to have it read"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED", 10**6)
    (tmp_path / "a.zip").write_bytes(packed(**{"a.txt": b"0" * 10**7}))
    (tmp_path / "b.txt").write_text(ESSAY)
    corpus = themekit.read(tmp_path)
    assert (
        "seen an archive that unpacks to 9 MB; expected at most 0; split it"
        in corpus.problems["detail"].item()
    )


def test_a_zip_that_lies_about_its_members(tmp_path):
    data = bytearray(packed(**{"a.txt": ESSAY * 50, "b.txt": ESSAY}))
    sizes = [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]
    data[sizes[0] + 24 : sizes[0] + 28] = (5).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(bytes(data))
    corpus = themekit.read(tmp_path)
    assert corpus.documents["entry"].tolist() == ["b.txt"]
    assert "seen a member that does not unpack" in corpus.problems["detail"].item()


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut off", b"not a zip", b""])
def test_a_damaged_zip(tmp_path, data):
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "b.txt").write_text(ESSAY)
    assert "seen a damaged archive" in themekit.read(tmp_path).problems["detail"].item()


def test_a_text_of_two_gigabytes_is_not_opened(tmp_path):
    import tracemalloc

    with (tmp_path / "huge.txt").open("wb") as stream:
        stream.truncate(2**31)
    (tmp_path / "b.txt").write_text(ESSAY)
    tracemalloc.start()
    corpus = themekit.read(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert corpus.documents["document_id"].tolist() == ["b"]
    assert corpus.problems["detail"].item() == "seen 2,048 MB; expected at most 100; split the file"
    assert peak < 50 * 2**20


def test_more_text_than_anybody_writes_in_one_file(monkeypatch):
    monkeypatch.setattr(files, "MAX_TEXT", 2**20)
    with pytest.raises(UnreadableFileError, match="seen 2 MB of text; expected at most 1; split the file"):
        plain.read(b"word " * (2**21 // 5 + 1), "a.txt")


def test_a_package_with_more_xml_than_anybody_writes(monkeypatch):
    from themekit.readers import word

    monkeypatch.setattr(files, "MAX_XML", 2**20)
    with pytest.raises(
        UnreadableFileError,
        match="seen 4 MB of XML inside; expected at most 1; split the file",
    ):
        word.read(packed(**{"word/document.xml": b" " * 2**22}), "a.docx")


# What surrounds a text


FOOTERS = [
    "Subscribe to my newsletter for more like this.", "Thanks to Ida Berg and Tom Hale for reading drafts of this.",
    "© 2019 Ann Oakes. All rights reserved.", "Originally published in the Marram Review.", "Follow me on the usual sites.",
    "This interview has been edited for length and clarity.", "If you enjoyed this post, buy me a coffee.",
]  # fmt: skip


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_a_site_or_an_editor_adds_is_counted_for_nobody(footer):
    document = read_markdown("\n\n".join([*[ESSAY] * 3, footer]))
    assert [role for _, role, _ in said(document)] == ["author", "apparatus"]
    assert footer in document.text
    assert any(
        note.startswith("left out: ") and note.endswith("1 paragraph, kept and counted for nobody")
        for note in notes(document)
    )


@pytest.mark.parametrize(
    "heading",
    ["Notes", "References", "Table of Contents", "Acknowledgements", "Related posts", "About the author"],
)
def test_sections_that_are_not_the_text(heading):
    document = read_markdown(
        f"# Gates\n\n{ESSAY}\n\n## {heading}\n\nSee the long list of all the gates.\n\nAnd one more line.\n\n## On\n\n{ESSAY}",
    )
    assert [role for _, role, _ in said(document)] == ["author", "apparatus", "author"]


@pytest.mark.parametrize(
    "sentence",
    [
        "My aunt had a newsletter once, and it taught her what a deadline does to a friendship; I have thought of it since.",
        "Nobody would subscribe to such a view in the village.",
        "I was grateful to the sea, which reads no drafts.",
    ],
)
def test_an_author_who_writes_about_such_things_is_left_alone(sentence):
    body = [ESSAY] * 4 + [sentence] + [ESSAY] * 9
    assert {role for _, role, _ in said(read_markdown("\n\n".join(body)))} == {"author"}


def test_a_text_about_nothing_else_is_still_a_text():
    assert {role for _, role, _ in said(read_markdown("Subscribe to my newsletter, I said."))} == {"author"}


# Patience


OPENINGS = ["{% ", "{{", "%%", "[[", "![[", "==a ", "**", "[fn:", "#+begin_src\n", "> ", "- ", "`", "<b>", "<!--", "Name: ", "*a ", "(", "![](", "a" * 50,
            "\\[", "__", "1:02 ", "---\n", "&a ", ". . . . ", "|a"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    # docutils takes some seconds for what its reader's bounds let through.
    ("suffix", "size"),
    [(".md", 10**5), (".txt", 10**5), (".html", 10**5), (".srt", 10**5), (".org", 10**5), (".rst", 10**4)],
)
def test_openings_without_an_end_do_not_hold_up_the_rest(suffix, size):
    from themekit.readers import read_file

    for opening in OPENINGS:
        data = (opening * (size // len(opening))).encode()
        started = time.process_time()
        with contextlib.suppress(UnreadableFileError):
            read_file(data, f"a{suffix}")
        assert time.process_time() - started < 20, opening


# The registry


def test_every_reader_has_one_signature():
    import inspect

    for suffix, module in readers.READERS.items():
        assert suffix.startswith(".")
        assert suffix == suffix.lower()
        assert list(inspect.signature(module.read).parameters) == ["data", "name"]
        assert readers.FAMILIES[suffix]
    assert not set(readers.READERS) & set(readers.NOT_YET)


def test_counting_words():
    assert [count(n, "page") for n in (0, 1, 2)] == ["0 pages", "1 page", "2 pages"]


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "gate.txt").write_text("We mended the gate again, and it held.\n", encoding="utf-8")
    assert themekit.read("~/gate.txt").documents["text"].item().startswith("We mended")
