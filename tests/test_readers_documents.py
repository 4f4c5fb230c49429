"""Word, OpenDocument, RTF, PDF, EPUB, HTML, reStructuredText and Org, as real programs write them.

``fixtures/gate`` holds one essay in 22 files by pandoc, LibreOffice, AbiWord and Chromium; ``fixtures/make.sh`` made them.
"""

from __future__ import annotations

import io
import random
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

import themekit
from themekit import readers
from themekit.readers import html, pdf
from themekit.readers.document import NOBODYS, UnreadableFileError

GATE = Path(__file__).parent / "fixtures" / "gate"
FILES = sorted(path.name for path in GATE.iterdir())
# AbiWord's e-book has neither a date nor an order of pages, and cuts the essay in two at its heading.
WHOLE = [name for name in FILES if name != "abiword.epub"]
# What a format cannot say, or a program does not: RTF and these two have no quotations, RTF no code either.
KNOWS_QUOTES = [n for n in WHOLE if not n.endswith((".rtf", ".pdf")) and n not in
                {"abiword.odt", "abiword.html", "libreoffice.html", "libreoffice.epub"}]  # fmt: skip


def documents(name):
    return readers.read_file((GATE / name).read_bytes(), name)


def own_words(document):
    return " ".join(document.text[t.start : t.end] for t in document.turns if t.role not in NOBODYS)


def words(text):
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("name", WHOLE)
def test_title_author_and_date_are_what_the_writer_gave(name):
    (document,) = documents(name)
    assert (document.title, document.author, document.date) == (
        "The Gate at Marram",
        "Ann Oakes",
        "2019-03-21",
    )
    assert document.date_source in {"front matter", "title block", "meta tag", "package"}


@pytest.mark.parametrize("name", WHOLE)
def test_the_words_are_those_of_the_essay_and_nothing_around_it(name):
    (document,) = documents(name)
    (expected,) = documents("gate.md")
    seen, wanted = words(own_words(document)), words(own_words(expected))
    # AbiWord writes no space before a word in italics or a link.
    assert {w for w in wanted if w not in seen} <= (
        {"all", "drawer"} if name.startswith("abiword") else set()
    )
    # Code, the table, a note's mark, and the quotation, where the file does not mark them.
    unmarked = {
        *words('print("not prose") tool price saw 12 toolprice saw12 1'),
        *words("A door is what a dog is perpetually on the wrong side of"),
    }
    assert {w for w in seen if w not in wanted} <= {*unmarked, "inall", "hada"}
    assert "not its name" not in own_words(document)


@pytest.mark.parametrize("name", WHOLE)
def test_turns_are_slices_that_do_not_overlap(name):
    (document,) = documents(name)
    end = 0
    for turn in document.turns:
        assert end <= turn.start < turn.end <= len(document.text)
        assert document.text[turn.start : turn.end] == document.text[turn.start : turn.end].strip()
        end = turn.end


@pytest.mark.parametrize("name", KNOWS_QUOTES)
def test_quotations_are_nobodys_where_the_file_marks_them(name):
    (document,) = documents(name)
    assert "perpetually on the wrong side" in document.text
    assert "perpetually on the wrong side" not in own_words(document)


@pytest.mark.parametrize("name", FILES)
def test_paragraphs_are_whole(name):
    whole = "\n\n".join(d.text for d in documents(name))
    assert "the wrong side of." in whole
    paragraphs = [
        p for p in whole.split("\n\n") if p.startswith(("I mended", "My aunt", "So I took", "By evening"))
    ]
    assert [p[-20:] for p in paragraphs if p.startswith("By evening")] == [
        "what a gate is for."[-20:].rjust(20),
    ]


def test_properties_where_the_page_says_nothing():
    with zipfile.ZipFile(GATE / "pandoc.docx") as archive:
        page = archive.read("word/document.xml").decode()
    bare = re.sub(
        r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="(?:Title|Author|Date)" ?/>.*?</w:p>', "", page, flags=re.DOTALL
    )
    assert "Ann Oakes" not in bare
    core = (
        '<cp:coreProperties xmlns:cp="a" xmlns:dc="b" xmlns:dcterms="c"><dc:title>Gates</dc:title>'
        "<dc:creator>{}</dc:creator><dcterms:created>2018-05-06T10:00:00Z</dcterms:created></cp:coreProperties>"
    )
    for creator, author in (("Bea Moss", "Bea Moss"), ("Microsoft Office User", None)):
        data = package(
            "pandoc.docx", **{"word/document.xml": bare, "docProps/core.xml": core.format(creator)}
        )
        (document,) = readers.read_file(data, "a.docx")
        assert (document.title, document.author, document.date) == ("Gates", author, "2018-05-06")
        assert document.date_source == "document properties"


def test_the_date_in_a_file_name_goes_before_the_documents_properties(tmp_path):
    text = pdf_of([["A sentence that stands on the only page of this file."] * 3])
    dated = text.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info << /CreationDate (D:20180506) /Title (Gates) >>")
    (tmp_path / "2001-02-03-a.pdf").write_bytes(dated)
    (tmp_path / "b.pdf").write_bytes(dated.replace(b"only page", b"main page"))
    documents = themekit.read(tmp_path).documents
    assert documents["date"].tolist() == ["2001-02-03", "2018-05-06"]
    assert documents["date_source"].tolist() == ["file name", "document properties"]
    assert documents["title"].tolist() == ["Gates", "Gates"]


def test_an_e_book_is_a_document_for_each_chapter():
    found = documents("abiword.epub")
    assert [(d.title, d.author, d.entry) for d in found] == [
        ("The hinge", "Ann Oakes", "Thehinge"), ("The Gate at Marram", "Ann Oakes", "index"),
    ]  # fmt: skip


def test_a_book_of_chapters_by_pandoc(tmp_path, pandoc):
    chapters = "".join(
        f"# Chapter {n}\n\n{f'On day {n} the tide went out. ' * 20}\n\n" for n in ("One", "Two", "Three")
    )
    source = f"---\ntitle: Tides\nauthor: Ann Oakes\ndate: 1903-04\n---\n\n{chapters}"
    subprocess.run(
        [pandoc, "-f", "markdown", "-o", tmp_path / "tides.epub"],
        input=source.encode(),
        check=True,
    )
    corpus = themekit.read(tmp_path)
    assert corpus.documents["title"].tolist() == ["Chapter One", "Chapter Two", "Chapter Three"]
    assert corpus.documents["date"].tolist() == ["1903-04"] * 3
    assert corpus.documents["document_id"].tolist() == [f"tides/ch00{n}" for n in (1, 2, 3)]


def test_what_libreoffice_writes_today(tmp_path, soffice, pandoc):
    subprocess.run([pandoc, GATE / "gate.md", "-s", "-o", tmp_path / "gate.docx"], check=True)
    subprocess.run([soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "odt",
                    "--outdir", tmp_path, tmp_path / "gate.docx"], check=True, capture_output=True)  # fmt: skip
    (tmp_path / "gate.docx").unlink()
    document = themekit.read(tmp_path / "gate.odt").documents.iloc[0]
    assert (document["title"], document["author"], document["date"]) == (
        "The Gate at Marram",
        "Ann Oakes",
        "2019-03-21",
    )


# PDF


def test_running_heads_and_page_numbers_of_many_pages(tmp_path):
    rng = random.Random(0)
    essay = [
        " ".join(rng.choices(["gate", "hinge", "lamp", "quay", "rope", "moss"], k=12)) + "."
        for _ in range(150)
    ]
    document = pdf_of(
        pages=[["A Life of Gates", *essay[i : i + 25], str(i // 25 + 1)] for i in range(0, 150, 25)],
    )
    (seen,) = pdf.read(document, "a.pdf")
    assert "A Life of Gates" not in seen.text
    assert words(seen.text) == words(" ".join(essay))
    details = [n.detail for n in seen.notes]
    assert "6 page numbers" in details
    assert "running head 'A Life of Gates' on 6 pages" in details


def test_hyphens_at_the_end_of_a_line():
    lines = [
        "I was seldom in the gar-",
        "den, where the well-known",
        "roses stood in a well-",
        "known row, and the win-",
        "ter came.",
    ] * 5
    (seen,) = pdf.read(pdf_of([lines]), "a.pdf")
    assert (
        "the garden, where the well-known roses stood in a well-known row, and the winter came." in seen.text
    )
    assert any(n.detail == "10 words joined that were hyphenated at the end of a line" for n in seen.notes)


def test_a_scan_is_named_as_such():
    with pytest.raises(
        UnreadableFileError,
        match=r"seen 3 pages with 0 words in all: a scan.*expected a PDF with a text layer",
    ):
        pdf.read(pdf_of([[], [], []]), "a.pdf")


def test_a_pdf_under_a_password():
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of([["Some words stand here for all to see."]])))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(UnreadableFileError, match="seen a PDF under a password; expected an open one"):
        pdf.read(buffer.getvalue(), "a.pdf")


@pytest.mark.parametrize("damage", ["cut", "lies about its length", "noise", "no objects"])
def test_a_damaged_pdf_is_read_as_far_as_it_goes_or_named(tmp_path, damage):
    sound = pdf_of(
        [["A sentence that stands on the only page of this file, and is read if anything is."] * 5],
    )
    data = {
        "cut": sound[: len(sound) // 2],
        "lies about its length": re.sub(rb"/Length \d+", b"/Length 99999999", sound),
        "noise": b"%PDF-1.7\n" + bytes(range(256)) * 40,
        "no objects": b"%PDF-1.4\n%%EOF",
    }[damage]
    (tmp_path / "a.pdf").write_bytes(data)
    (tmp_path / "b.txt").write_text("The other file is read whatever becomes of the first.")
    corpus = themekit.read(tmp_path)
    assert "b" in corpus.documents["document_id"].tolist()
    assert len(corpus.documents) + len(corpus.problems) == 2


def pdf_of(pages):
    """Return a PDF with these lines on its pages, written by hand, so that nothing but the reader is under test."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    kids = []
    for lines in pages:
        shown = "".join(
            f"({line.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj 0 -14 Td\n"
            for line in lines
        )
        stream = f"BT /F1 12 Tf 72 720 Td\n{shown}ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
                       b"/Resources << /Font << /F1 3 0 R >> >> >>" % content)  # fmt: skip
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(made)


# HTML

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The Gate – Marram Notes</title>
<meta property="og:title" content="The Gate"><meta name="author" content="Ann Oakes">
<meta property="article:published_time" content="2019-03-21T10:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/about">About me</a></nav>
<article><h1>The Gate</h1>
<p>I mended the gate before breakfast. It had hung by one hinge since March, and nobody thanked me for it.</p>
<blockquote><p>A door is what a dog is perpetually on the wrong side of, said somebody else.</p></blockquote>
<p>By evening the gate swung with one finger, and the boy from number nine swung it forty times.</p>
<pre><code>x = 1</code></pre></article>
<aside>Popular posts: Ten Ways to Mend a Gate</aside>
<footer>Subscribe to my newsletter! © 2023 Somebody Else</footer></body></html>"""


def test_a_web_page_without_what_surrounds_it():
    (document,) = html.read(PAGE.encode(), "a.html")
    assert (document.title, document.author, document.date) == ("The Gate", "Ann Oakes", "2019-03-21")
    assert document.date_source == "meta tag"
    assert words(own_words(document))[:5] == ["I", "mended", "the", "gate", "before"]
    assert all(word not in document.text for word in ("Home", "Popular", "Subscribe", "2023", "x = 1"))
    assert [t.role for t in document.turns] == ["author", "quoted", "author"]


def test_a_page_that_says_who_and_when_in_linked_data():
    page = """<html><head><script type="application/ld+json">{"@graph": [{"@type": "BlogPosting", "headline": "Tides",
    "datePublished": "2020-05-06", "author": [{"name": "Ann Oakes"}, {"name": "Bea Moss"}]}]}</script></head>
    <body><p>The tide went out, and we walked a long way after it.</p></body></html>"""
    (document,) = html.read(page.encode(), "a.html")
    assert (document.title, document.author, document.date) == ("Tides", "Ann Oakes, Bea Moss", "2020-05-06")


def test_no_date_is_invented_for_a_page():
    page = "<html><body><p>In 1999 we walked a long way. © 2023. Updated daily.</p></body></html>"
    (document,) = html.read(page.encode(), "a.html")
    assert document.date is None


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_pages_in_other_encodings(encoding):
    page = f'<html><head><meta charset="{encoding}"></head><body><p>The café by the gate was shut, naïvely enough.</p></body></html>'
    (document,) = html.read(page.encode(encoding), "a.html")
    assert document.text == "The café by the gate was shut, naïvely enough."


def test_deep_and_broken_html():
    page = (
        "<div>" * 200
        + "<p>Deep down stood one sentence of some length.<p>And <b>another</i> one"
        + "</div>" * 10
    )
    (document,) = html.read(page.encode(), "a.html")
    assert document.text == "Deep down stood one sentence of some length.\n\nAnd another one"
    with pytest.raises(UnreadableFileError, match="seen no prose in the page"):
        html.read(b"<div>" * 5000 + page.encode(), "a.html")


# Hostile packages


def package(name, **parts):
    """Return a fixture with some of its parts replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(GATE / name) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.namelist():
            new.writestr(member, parts.get(member, old.read(member)))
    return buffer.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "bomb",
    [LAUGHS, OUTSIDE, LAUGHS.decode().replace('<?xml version="1.0"?>', "").encode("utf-16")],
)
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("pandoc.docx", "word/document.xml"),
        ("pandoc.odt", "content.xml"),
        ("pandoc.epub", "EPUB/content.opf"),
    ],
)
def test_entities_are_refused(name, part, bomb):
    with pytest.raises(UnreadableFileError, match=rf"seen an entity declared in {part}; expected none"):
        readers.read_file(package(name, **{part: bomb}), name)


def test_entities_in_a_flat_file_are_refused():
    data = (GATE / "libreoffice.fodt").read_bytes()
    bomb = data.replace(
        b"<office:document ",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><office:document ',
        1,
    )
    with pytest.raises(UnreadableFileError, match="seen an entity declared in it; expected none"):
        readers.read_file(bomb, "a.fodt")


@pytest.mark.parametrize("name", [n for n in FILES if not n.endswith((".md", ".org", ".rst", ".html"))])
@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_damaged_files_are_named(tmp_path, name, damage):
    sound = (GATE / name).read_bytes()
    noise = bytes((b * 7 + i) % 256 for i, b in enumerate(sound[200:1200]))
    data = {"cut": sound[: len(sound) // 3], "noise": sound[:200] + noise + sound[1200:], "empty": b""}[
        damage
    ]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "b.txt").write_text("The other file is read whatever becomes of the first.")
    corpus = themekit.read(tmp_path)
    assert "b" in corpus.documents["document_id"].tolist()
    assert len(corpus.documents) > 1 or corpus.problems["detail"].str.contains("expected").all()


def test_rst_includes_nothing(tmp_path):
    (tmp_path / "secret.txt").write_text("The secret words.")
    source = f".. include:: {tmp_path}/secret.txt\n\n.. raw:: html\n   :file: {tmp_path}/secret.txt\n\nA paragraph of my own words.\n"
    (tmp_path / "a.rst").write_text(source)
    corpus = themekit.read(tmp_path / "a.rst")
    assert corpus.documents["text"].tolist() == ["A paragraph of my own words."]
