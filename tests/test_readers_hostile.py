"""Bounds on what one file may cost, and files that may not be read or are links."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

import themekit
from themekit import readers
from themekit.readers import files, org, package, restructured
from themekit.readers.document import UnreadableFileError

GATE = Path(__file__).parent / "fixtures" / "gate"
ESSAY = "I mended the gate before breakfast. It had hung by one hinge since March. Nobody thanked me."
ROOT = Path(__file__).resolve().parent.parent


def with_part(name, part, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(GATE / name) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == part else old.read(member))
    return buffer.getvalue()


WORD = '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


@pytest.mark.parametrize(
    ("name", "part", "content"),
    [
        ("pandoc.docx", "word/document.xml", WORD.format("<w:p><w:r><w:t>ab</w:t></w:r></w:p>" * 60)),
        ("pandoc.odt", "content.xml", "<x>" + "<text:p>ab</text:p>" * 120 + "</x>"),
        ("pandoc.epub", "EPUB/text/ch001.xhtml", "<html><body>" + "<p>ab</p>" * 120 + "</body></html>"),
    ],
)
def test_more_paragraphs_than_anybody_writes(monkeypatch, name, part, content):
    monkeypatch.setattr(files, "MAX_PIECES", 100)
    with pytest.raises(
        UnreadableFileError,
        match=r"seen \d+ paragraphs, cells and changes of type inside; expected at most 100; split",
    ):
        readers.read_file(with_part(name, part, content), name)


def test_a_long_novel_is_within_the_bound():
    with zipfile.ZipFile(GATE / "pandoc.docx") as archive:
        page = archive.read("word/document.xml")
    n_words = 300
    assert len(package._PIECE.findall(page)) / n_words * 300_000 < files.MAX_PIECES


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("a_ " * 2500, "references"),
        (".. _a:\n\n" * 2500, "references"),
        ("|a| " * 2500, "references"),
        ("- a\n" * 60_000, "lines"),
        ("*a " * 500, "marks of emphasis in one paragraph"),
        ("`a " * 500, "marks of emphasis in one paragraph"),
    ],
)
def test_reference_marks_and_lines_beyond_what_docutils_can_bear(text, bound):
    started = time.perf_counter()
    with pytest.raises(UnreadableFileError, match=rf"seen [\d,]+ {bound}.*expected at most .*split the file"):
        restructured.read(text.encode(), "a.rst")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "opening", ["[[", "#+begin_src\n", "#+begin_quote\n", "<2019-01-01 ", "[fn:", "*a ", "[[a][", "a" * 999]
)
def test_time_for_org_grows_no_faster_than_the_text(opening):
    seconds = []
    for size in (20_000, 80_000):
        started = time.process_time()
        with contextlib.suppress(UnreadableFileError):
            org.read((opening * (size // len(opening))).encode(), "a.org")
        seconds.append(time.process_time() - started)
    # Four times the text: the square would be sixteen times.
    assert seconds[1] < 8 * seconds[0] + 0.5


def test_words_of_roles_that_only_sphinx_knows_are_kept():
    (document,) = restructured.read(
        b"I wrote to :ref:`the gate <gate>` about snake_ and :doc:`hinges`.\n", "a.rst"
    )
    assert document.text == "I wrote to the gate about snake_ and hinges."


def test_a_block_of_org_without_an_end_is_none():
    text = "#+begin_src\nOne.\n\n#+begin_quote\nSomebody else's.\n#+end_quote\n\nTwo.\n"
    (document,) = org.read(text.encode(), "a.org")
    assert [(t.role, document.text[t.start : t.end]) for t in document.turns] == [
        ("author", "One."), ("quoted", "Somebody else's."), ("author", "Two."),
    ]  # fmt: skip


def test_a_damaged_pdf_makes_no_noise_beside_the_account(caplog):
    with caplog.at_level("DEBUG"), contextlib.suppress(UnreadableFileError):
        readers.read_file(
            b"%PDF-1.4\n1 0 obj<</Length 9>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n7\n%%EOF", "a.pdf"
        )
    assert not [record for record in caplog.records if record.name.startswith("pypdf")]


def test_a_link_to_a_zip_is_read_like_the_zip(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with zipfile.ZipFile(tmp_path / "elsewhere" / "a.zip", "w") as archive:
        archive.writestr("one.txt", ESSAY)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "b.zip").symlink_to(tmp_path / "elsewhere" / "a.zip")
    corpus = themekit.read(tmp_path / "desk")
    assert corpus.documents["document_id"].tolist() == ["b/one"]
    assert corpus.documents["source"].item().endswith("desk/b.zip")


def test_a_link_inside_a_zip_leads_nowhere(tmp_path):
    (tmp_path / "secret.txt").write_text("The secret words that nobody may read through an archive.")
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, str(tmp_path / "secret.txt"))
        archive.writestr("one.txt", ESSAY)
    corpus = themekit.read(tmp_path / "a.zip")
    assert not corpus.documents["text"].str.contains("secret words").any()


@pytest.fixture
def public_folder():
    """A folder to which everybody has a way, as not all of pytest's have."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


# A process of its own that gives up what root may do, so that the system itself refuses.
_AS_NOBODY = """
import json, os, sys
from themekit.readers.found import find
# What is loaded while reading is loaded now: nobody may not be allowed to.
find([sys.argv[1]])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
found, account = find([sys.argv[2]])
print(json.dumps([[f.file.relative.as_posix() for f in found], [[line.source, line.action, line.detail] for line in account]]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_what_the_system_forbids_is_named_and_the_rest_is_read(public_folder):
    desk = public_folder / "desk"
    (desk / "shut").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "shut/c.txt"):
        (desk / name).write_text(f"{ESSAY} {name}")
    with zipfile.ZipFile(desk / "d.zip", "w") as archive:
        archive.writestr("one.txt", ESSAY)
    open_desk = public_folder / "open"
    open_desk.mkdir()
    (open_desk / "a.txt").write_text(ESSAY)
    (desk / "b.txt").chmod(0)
    (desk / "d.zip").chmod(0)
    (desk / "shut").chmod(0)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, open_desk, desk],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
    finally:
        (desk / "shut").chmod(0o700)
    assert done.returncode == 0, done.stderr
    found, account = json.loads(done.stdout)
    assert found == ["a.txt"]
    failed = {Path(source).name: detail for source, action, detail in account if action == "failed"}
    assert set(failed) == {"b.txt", "d.zip", "shut"}
    assert all(detail.startswith("could not be opened (Permission denied)") for detail in failed.values())


def test_emphasis_over_a_whole_book_is_within_the_bound():
    (document,) = restructured.read(b"The *gate* hung by *one* hinge.\n\n" * 300, "a.rst")
    assert document.text.startswith("The gate hung by one hinge.")


@pytest.mark.parametrize(("name", "unit"), [("a.txt", "a: b\n"), ("a.md", "<!--")])
def test_time_for_text_grows_no_faster_than_the_text(name, unit):
    seconds = []
    for size in (30_000, 120_000):
        started = time.process_time()
        with contextlib.suppress(UnreadableFileError):
            readers.read_file((unit * (size // len(unit))).encode(), name)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 8 * seconds[0] + 0.5


def test_no_reader_warns_or_writes_beside_the_account(tmp_path):
    fixtures = Path(__file__).parent / "fixtures"
    texts = [p for folder in ("gate", "exports") for p in (fixtures / folder).iterdir()]
    one_of_each = {(path.suffix, path.parent.name): path for path in texts if path.suffix in readers.READERS}
    for path in one_of_each.values():
        (tmp_path / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    made = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import themekit; print(themekit.read({str(tmp_path)!r}).problems)"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")
    assert "Empty DataFrame" in made.stdout
