"""Exchange: what goes out is valid and says where quotes stand; what comes in is read right, wherever it comes from."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from lxml import etree
from markdown_it import MarkdownIt

import themekit
from themekit import cli, codebooks, codings, exchange, notes, refi
from themekit.exchange import CodingsError, ExchangeError
from themekit.judgements import Judgements
from themekit.readers import files

SCHEMAS = ROOT / "tests" / "fixtures" / "refi"
P = "{urn:QDA-XML:project:1.0}"
CONCEPTS = ["repair", "chance", "play", "silence"]
THREE_PARTS = re.compile(r"seen .*; expected .*; .*", re.DOTALL)
# Each of these moves offsets in some program: an emoji, line ends of two characters and of one, a byte order mark, NUL, an
# accent of its own.
FILLER = (
    "The tap dripped for a week before I cut a washer out of a boot. My father would have called the plumber.",
    "We drew lots for the window seat, and the shortest straw slept. Nobody complained of the draw until the rain came in.",
    "At noon the square emptied. The band had packed up, the swings hung still, and for once I heard the clock.",
    "She glued the cup together twice. The crack shows like a river on a map, and it holds tea all the same.",
)
BEGINNINGS = [
    "\ufeffWe mended the gate \U0001f6e0 again.\r\nIt held.\rThe hinge was old, and I oiled it before supper.\n\nNobody asked me to.",
    "A die rolled under the stove \U0001f3b2\U0001f3b2. We left it to chance.\r\n\r\nThe cat decided. Nul:\0. Cafe\u0301 closed at noon.",
    'Odd: \x85 and \x0c on. We patched the fence <script>alert(1)</script> & "bound" the rail with wire.',
    "The choir was silent.\u2028Then the boys played tag between the graves, and no one minded. =SUM(A1) # [[link]] ^x",
]
AWKWARD = [
    f"{begin}\r\n\r\n" + "\r\n\r\n".join(FILLER[i:] + FILLER[:i]) for i, begin in enumerate(BEGINNINGS)
]
TITLES = ["../../etc/passwd", "<script>alert(1)</script> [[a|b]] #tag\nline", "CON", "CON"]
PEOPLE = ["Ann [[Lee]]", "Ann [[Lee]]", 'Bo "<b>" |', 'Bo "<b>" |']


@pytest.fixture(scope="module")
def corpus():
    return themekit.Corpus.from_texts(
        AWKWARD, author=PEOPLE, titles=TITLES, dates=["1903", None, "1904-05", None]
    )


@pytest.fixture(scope="module")
def result(corpus):
    return themekit.mine(corpus, encoder="static", concepts=CONCEPTS, n_permutations=50)


@pytest.fixture(scope="module")
def again(corpus):
    """The same, mined once more."""
    return themekit.mine(corpus, encoder="static", concepts=CONCEPTS, n_permutations=50)


@pytest.fixture
def judged(result, tmp_path):
    """Three answers and a new name for the theme."""
    desk = Judgements.open(tmp_path, judge="Cy <i>")
    quotes = exchange.coded_passages(result, themes=["repair"])
    for row, answer in zip(quotes.head(3).itertuples(index=False), ("yes", "no", "unsure"), strict=True):
        desk.add(theme="repair", document_id=row.document_id, start=row.start, end=row.end, quote=row.quote,
                 answer=answer, note=f"a note & <{answer}>")  # fmt: skip
    desk.rename("repair", "mending", "Putting back what was broken.")
    return desk


def parsed(path):
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("project.qde"))


def as_qualcoder(path, folder):
    """Read a project as QualCoder's importer does: unpack, open sources as text, slice from start to end.

    QualCoder itself is on no index that the tests may ask. Opening as text makes one character of every line end; where
    the first line ends in two, it puts a space behind each.
    """
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    root = etree.parse(folder / "project.qde").getroot()
    codes = {c.get("guid"): c.get("name") for c in root.iter(f"{P}Code") if c.get("isCodable") != "false"}
    users = {u.get("guid"): u.get("name") for u in root.iter(f"{P}User")}
    coded, noted = [], []
    for source in root.iter(f"{P}TextSource"):
        file = folder / "sources" / source.get("plainTextPath").removeprefix("internal://")
        text = file.read_text(encoding="utf-8", errors="replace")
        if b"\r\n" in file.read_bytes().partition(b"\n")[0] + b"\n":
            text = text.replace("\n", "\n ")
        for selection in source.iter(f"{P}PlainTextSelection"):
            start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
            memo = selection.findtext(f"{P}Description") or ""
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", selection.get("creationDateTime"))
            codings = selection.findall(f"{P}Coding")
            for coding in codings:
                code = codes[coding[0].get("targetGUID")]
                coded.append((code, users[selection.get("creatingUser")], start, end, text[start:end], memo))
            if not codings:
                noted.append((users[selection.get("creatingUser")], start, end, memo))
    return coded, noted


def valid(element, schema):
    schema = etree.XMLSchema(etree.parse(SCHEMAS / schema))
    return schema.validate(element) or schema.error_log


# What goes out: projects and codebooks


@pytest.mark.parametrize("themes", ["leading", "all", ["repair", "chance"], "repair"])
def test_projects_and_codebooks_are_valid_against_the_published_schemas(result, judged, tmp_path, themes):
    project = exchange.write(result, tmp_path / "a.qdpx", themes=themes, judgements=judged)
    assert valid(parsed(project), "Project.xsd") is True
    codebook = exchange.write(result, tmp_path / "a.qdc", themes=themes, judgements=judged)
    assert valid(etree.parse(codebook), "Codebook.xsd") is True


def test_the_test_of_validity_sees_what_is_invalid(result, tmp_path):
    root = parsed(exchange.write(result, tmp_path / "a.qdpx"))
    root.find(f".//{P}Code").set("guid", "repair")
    assert "guid" in str(valid(root, "Project.xsd"))


def test_offsets_survive_a_reading_as_qualcoder_reads(result, tmp_path):
    path = exchange.write(result, tmp_path / "a.qdpx", themes="all")
    want = exchange.coded_passages(result, themes="all")
    coded, _ = as_qualcoder(path, tmp_path / "unpacked")
    assert len(coded) == len(want) > 8
    assert sorted(c[:4] for c in coded) == sorted(
        zip(want["code"], want["coder"], want["start"], want["end"], strict=True)
    )
    texts = dict(zip(result.documents["document_id"], result.documents["text"], strict=True))
    slices = Counter(refi.plain(texts[r.document_id])[r.start : r.end] for r in want.itertuples())
    assert Counter(c[4] for c in coded) == slices
    assert all(texts[r.document_id][r.start : r.end] == r.quote for r in want.itertuples())


def test_offsets_survive_another_reader(result, judged, tmp_path):
    pyrefiqda = pytest.importorskip(
        "pyrefiqda", reason="an independent reader of REFI-QDA, in the extra 'dev'"
    )
    path = exchange.write(result, tmp_path / "a.qdpx", themes="all", judgements=judged)
    read = pyrefiqda.RefiProject.load(path, tmp_path / "unpacked")
    codes = {code.guid: code for code in read.code_book.codes.code}
    users = {user.guid: user.name for user in read.users.user}
    got = []
    for source in read.sources.text_source:
        file = pyrefiqda.RefiProject.resolve_source_path(source.plain_text_path, tmp_path / "unpacked")
        text = file.read_bytes().decode("utf-8")
        got += [
            (
                codes[c.code_ref.target_guid].name,
                users[c.creating_user],
                text[s.start_position : s.end_position],
            )
            for s in source.plain_text_selection
            for c in s.coding
        ]
    want = exchange.coded_passages(result, themes="all", judgements=judged)
    want = want[want["answer"].isin(["proposed", "yes"])]
    assert sorted(got) == sorted(
        (r.code, r.coder, refi.plain(r.quote).lstrip("\ufeff")) for r in want.itertuples()
    )
    book = pyrefiqda.RefiCodebook.load(exchange.write(result, tmp_path / "a.qdc"))
    assert all(code.description for code in book.codes.code)


def test_offsets_survive_in_texts_made_by_lot(tmp_path):
    letters = "ab \n\r\r\n\t\0\ufeff\u2028\x85\x0c\U0001f600e\u0301\ud800&<\"'"
    lot = random.Random(0)
    for n in range(60):
        text = "".join(lot.choices(letters, k=lot.randint(1, 60)))
        spans = [sorted(lot.sample(range(len(text) + 1), 2)) for _ in range(4)]
        coded = pd.DataFrame(
            [("c", "d", *span, f"u{i}", "yes", "", "") for i, span in enumerate(spans)],
            columns=["code", "document_id", "start", "end", "coder", "answer", "when", "note"],
        )
        row = {"document_id": "d", "title": None, "source": "d.txt", "entry": None, "author": None, "date": None,
               "kind": "essay", "text": text}  # fmt: skip
        codes = pd.DataFrame([("c", "g")], columns=["code", "gloss"])
        data = refi.project(codes, coded, pd.DataFrame([row], dtype=object), description="")
        path = tmp_path / f"{n}.qdpx"
        path.write_bytes(data)
        plain = refi.plain(text)
        assert len(plain) == len(text)
        seen, _ = as_qualcoder(path, tmp_path / str(n))
        assert [(s[2], s[3], s[4]) for s in seen] == [(a, b, plain[a:b]) for a, b in spans]
        back = codebooks.read_project(data).passages
        assert back["quote"].tolist() == [plain[a:b] for a, b in spans]
        assert back[["start", "end"]].to_numpy().tolist() == spans


def test_names_of_sources_lead_nowhere_and_are_told_apart(result, tmp_path):
    path = exchange.write(result, tmp_path / "a.qdpx")
    names = [source.get("name") for source in parsed(path).iter(f"{P}TextSource")]
    assert len(set(names)) == len(names) == 4
    assert not any(set(name) & set('/\\:*?"<>|') or name.startswith(".") for name in names)
    with zipfile.ZipFile(path) as archive:
        assert all(
            re.fullmatch(r"project\.qde|sources/[0-9a-f-]{36}\.txt", name) for name in archive.namelist()
        )


def test_readers_answers_go_out_as_theirs(result, judged, tmp_path):
    path = exchange.write(result, tmp_path / "a.qdpx", themes=["repair"], judgements=judged.path)
    coded, noted = as_qualcoder(path, tmp_path / "unpacked")
    yes = [c for c in coded if c[1] == "Cy <i>"]
    assert [(c[0], c[5]) for c in yes] == [("mending", "a note & <yes>")]
    assert {n[3] for n in noted} == {"mending: no. a note & <no>", "mending: unsure. a note & <unsure>"}
    code = parsed(path).find(f".//{P}Code")
    assert (code.get("name"), code.findtext(f"{P}Description")) == (
        "mending",
        "Putting back what was broken.",
    )
    when = parsed(path).xpath(
        "//*[local-name()='Coding' and @creatingUser=$u]/@creationDateTime", u=refi.guid("user", "Cy <i>")
    )
    assert when == [judged.table.query("answer == 'yes'")["when"].item()]


def test_a_theme_may_be_asked_for_by_the_name_that_a_reader_gave_it(result, judged):
    renamed = exchange.coded_passages(result, themes=["mending"], judgements=judged)
    assert renamed.equals(exchange.coded_passages(result, themes=["repair"], judgements=judged))
    assert set(renamed["code"]) == {"mending"}


def test_a_quote_that_a_reader_marked_for_a_theme_of_their_own_goes_out_with_all(result, tmp_path):
    desk = Judgements.open(tmp_path, judge="Di")
    text = result.documents["text"].iloc[1]
    start = text.index("The cat decided.")
    desk.add(theme="cats", document_id=result.documents["document_id"].iloc[1], start=start, end=start + 16,
             quote="The cat decided.", answer="yes", origin="marked")  # fmt: skip
    coded = exchange.coded_passages(result, themes="all", judgements=desk)
    assert coded[coded["code"] == "cats"][["author", "quote", "coder"]].to_numpy().tolist() == [
        ["Ann [[Lee]]", "The cat decided.", "Di"]
    ]


def test_judgements_of_other_texts_are_left_out_with_a_warning(result, judged):
    judged.add(theme="repair", document_id="elsewhere", start=0, end=3, quote="Who", answer="yes")
    with pytest.warns(
        themekit.ThemekitWarning, match="seen 1 judgement .* expected .* left out: mine the corpus"
    ):
        exchange.coded_passages(result, themes="all", judgements=judged)


@pytest.mark.parametrize("name", ["a.qdpx", "a.qdc", "a.csv", "a.parquet", "a.bib", "vault"])
def test_the_same_input_gives_the_same_bytes(result, again, judged, tmp_path, name):
    written = []
    for place, of in (("one", result), ("two", again)):
        path = exchange.write(of, tmp_path / place / name, themes="all", judgements=judged)
        written.append({f.name: f.read_bytes() for f in ([path] if path.is_file() else path.iterdir())})
    assert written[0] == written[1]
    assert all(written[0].values())


@pytest.mark.parametrize("name", ["a.qdpx", "a.csv", "vault"])
def test_a_file_is_written_whole_or_not_at_all(result, tmp_path, monkeypatch, name):
    path = exchange.write(result, tmp_path / name, themes=["repair"])
    before = {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        exchange.write(result, path, themes="all")
    assert {f: f.read_bytes() for f in tmp_path.rglob("*") if f.is_file()} == before


def test_of_one_author_only_their_texts_go_out(result, tmp_path):
    path = exchange.write(result, tmp_path / "a.qdpx", author="Ann [[Lee]]", themes="all")
    assert len(list(parsed(path).iter(f"{P}TextSource"))) == 2
    assert set(exchange.coded_passages(result, author=["ann [[lee]]"])["author"]) == {"Ann [[Lee]]"}


# What goes out: tables, references, notes


def test_tables_hold_the_quotes_as_they_stand(result, tmp_path):
    want = exchange.coded_passages(result, themes="all")
    parquet = pd.read_parquet(exchange.write(result, tmp_path / "a.parquet", themes="all"))
    assert parquet["quote"].tolist() == want["quote"].tolist()
    assert parquet.columns.tolist() == exchange.COLUMNS
    assert parquet["start"].tolist() == want["start"].tolist()
    csv = exchange.write(result, tmp_path / "a.csv", themes="all").read_bytes().decode("utf-8")
    assert csv.startswith(",".join(exchange.COLUMNS) + "\n")


def test_a_table_comes_back_with_every_passage_in_its_place(result, corpus, tmp_path):
    codes = exchange.read(exchange.write(result, tmp_path / "a.csv", themes="all"), corpus)
    want = exchange.coded_passages(result, themes="all")
    assert codes.passages[["document_id", "start", "end"]].astype(object).to_numpy().tolist() == (
        want[["document_id", "start", "end"]].astype(object).to_numpy().tolist()
    )


def test_bibtex_is_that_of_the_method(result, tmp_path):
    assert exchange.write(result, tmp_path / "a.bib").read_text() == themekit.method_note(result).bibtex


def test_notes_link_to_each_other_and_nothing_in_them_takes_effect(result, judged, tmp_path):
    vault = exchange.write(result, tmp_path / "vault", themes="all", judgements=judged)
    pages = {f.stem: f.read_text(encoding="utf-8") for f in vault.iterdir()}
    assert all(re.fullmatch(r"(theme|text)-[a-z0-9-]+|method-of-themekit", name) for name in pages)
    linked = {
        name: set(re.findall(r"\[\[([^|\]]+)\|[^\]\[|]+\]\]", page.partition("\n---\n")[2]))
        for name, page in pages.items()
    }
    assert set().union(*linked.values()) == set(pages)
    texts = [name for name in pages if name.startswith("text-")]
    assert len(texts) == 4
    assert all(any(link.startswith("theme-") for link in linked[name]) for name in texts)
    for page in pages.values():
        front, _, body = page.removeprefix("---\n").partition("\n---\n")
        assert yaml.safe_load(front)["made_by"] == notes.MADE_BY
        html = MarkdownIt("commonmark", {"html": True}).render(body)
        assert not re.search(r"<(?!/?(?:p|h1|h2|ul|li|blockquote)>)", html), html
        assert html.count("<h1>") == 1
        outside = re.sub(r"\[\[[^\]]+\]\]", "", body)
        assert not re.search(r"(?<!\\)#[A-Za-z]|(?<!\\)\[\[", outside)


def test_a_note_shows_quotes_answers_and_the_verdict(result, judged, tmp_path):
    vault = exchange.write(result, tmp_path / "vault", themes=["repair"], judgements=judged)
    page = next(f for f in vault.iterdir() if f.name.startswith("theme-ann")).read_text(encoding="utf-8")
    assert "Putting back what was broken." in page
    assert re.search(r"Rank \d of Ann .*effect", page)
    assert "- Cy \\<i\\>: yes. a note \\& \\<yes\\>" in page
    assert "> It held." in page or "> We mended" in page


def test_a_note_of_ones_own_is_never_replaced(result, tmp_path):
    vault = exchange.write(result, tmp_path / "vault")
    exchange.write(result, vault)  # its own may be
    (vault / "method-of-themekit.md").write_text("made_by: themekit, says somebody else", encoding="utf-8")
    before = {f: f.stat().st_mtime_ns for f in vault.iterdir()}
    with pytest.raises(ExchangeError, match=r"method-of-themekit.* nothing was written") as told:
        exchange.write(result, vault)
    assert THREE_PARTS.match(str(told.value))
    assert {f: f.stat().st_mtime_ns for f in vault.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"path": "a.qpdx"}, "did you mean '.qdpx'"),
        ({"path": "a.docx"}, "a folder's name"),
        ({"path": "a.csv", "themes": ["repiar"]}, "repair"),
        ({"path": "a.csv", "author": "Ann Lee"}, "such as Ann"),
    ],
)
def test_what_cannot_be_written_is_said(result, tmp_path, arguments, said):
    arguments = arguments | {"path": tmp_path / arguments["path"]}
    with pytest.raises(ExchangeError, match=said) as told:
        exchange.write(result, **arguments)
    assert THREE_PARTS.match(str(told.value))
    assert not list(tmp_path.iterdir())


# What comes in


def test_codes_come_back_as_concepts_to_mine_with(result, judged, corpus, tmp_path):
    codes = exchange.read(
        exchange.write(result, tmp_path / "a.qdpx", themes="all", judgements=judged), corpus
    )
    assert set(codes.passages["place"]) == {"as written"}
    by_name = {c.name: c for c in codes}
    yes = judged.table.query("answer == 'yes'")["quote"].item()
    assert by_name["mending"].gloss == "Putting back what was broken."
    assert list(by_name["mending"].exemplars.values()) == [
        " ".join(refi.plain(yes).replace("\ufeff", " ").split())
    ]
    again = themekit.mine(corpus, encoder="static", concepts=codes, n_permutations=20)
    assert set(again.concepts["concept"]) == set(by_name)


def test_what_themekit_proposed_is_no_exemplar(result, tmp_path):
    for name in ("a.qdpx", "a.csv"):
        codes = exchange.read(exchange.write(result, tmp_path / name, themes=["repair"]))
        assert len(codes.passages) > 1
        assert set(codes.passages["answer"]) == {"proposed"}
        assert codes.concepts == themekit.concepts.choose(["repair"])


def test_a_codebook_of_catalogue_concepts_comes_back_as_the_catalogues(result, tmp_path):
    codes = exchange.read(exchange.write(result, tmp_path / "a.qdc", themes=CONCEPTS))
    assert {c.name: c for c in codes} == {c.name: c for c in themekit.concepts.choose(CONCEPTS)}


def project(
    texts,
    selections,
    *,
    origin="Another program",
    codes='<Code guid="{c}" name="fear" isCodable="true"/>',
    dtd="",
):
    """Return a project as another program may write it; selections are (text, start, end, name)."""
    code, ids = (
        "11111111-1111-1111-1111-111111111111",
        [f"{i:08}-0000-0000-0000-000000000000" for i in range(len(texts))],
    )
    sources = "".join(
        f'<TextSource guid="{{{ids[i].upper()}}}" name="text {i}" plainTextPath="internal://{ids[i].upper()}.txt">'
        + "".join(
            f'<PlainTextSelection guid="{{{code}}}" startPosition="{s}" endPosition="{e}" name={quoteattr(name, {chr(10): "&#10;"})}>'
            f'<Coding guid="{code}" creatingUser="{{{code}}}"><CodeRef targetGUID="{{{code.upper()}}}"/></Coding></PlainTextSelection>'
            for n, s, e, name in selections
            if n == i
        )
        + "</TextSource>"
        for i in range(len(texts))
    )
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?>{dtd}<Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="{origin}"><Users>'
        f'<User guid="{code}" name="Eve"/></Users><CodeBook><Codes>{codes.format(c=code)}</Codes></CodeBook><Sources>{sources}</Sources></Project>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Sources/", b"")
        for guid, data in zip(ids, texts, strict=True):
            archive.writestr(f"Sources/{guid}.txt", data)
        archive.writestr("Project.qde", xml)
    return out.getvalue()


LINES = [f"Line {i} \U0001f600 has a fear in it,\r\nand another \U0001f600 word; end.\r\n" for i in range(12)]
TEXT = "".join(LINES)
QUOTES = [f"Line {i} \U0001f600 has" for i in range(12)] + ["another \U0001f600 word"] * 3


def units(text, end):
    return len(text[:end].encode("utf-16-le")) // 2


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "bare"])
@pytest.mark.parametrize(
    ("origin", "place", "said"),
    [
        ("QualCoder", lambda s, e: (s, e), None),
        ("NVivo for Windows 12.6", lambda s, e: (units(TEXT, s), units(TEXT, e)), "UTF-16 units"),
        ("By the letter", lambda s, e: (s, e - 1), "the last character as the end"),
        ("ATLAS.ti", lambda s, e: (s - TEXT[:s].count("\r"), e - TEXT[:e].count("\r")), None),
        ("Somebody", lambda s, e: (s - TEXT[:s].count("\r"), e - TEXT[:e].count("\r")), "line ends as one"),
    ],
)
def test_positions_are_read_as_the_program_counted_them(origin, place, said, is_named):
    at, spans = 0, []
    for quote in QUOTES:
        at = TEXT.index(quote, at if quote.startswith("Line") else 0)
        spans.append((at, at + len(quote)))
    selections = [(0, *place(*span), QUOTES[i] if is_named else "") for i, span in enumerate(spans)]
    read = codebooks.read_project(project([b"\xef\xbb\xbf" + TEXT.encode()], selections, origin=origin))
    assert read.passages["quote"].tolist() == QUOTES
    assert set(read.passages["coder"]) == {"Eve"}
    assert read.codes == {"fear": ""}
    assert (said is None) == (read.account == ())
    assert said is None or said in read.account[0]


def test_a_codebook_of_another_program_gives_names_that_are_told_apart():
    inside = (
        '<Code guid="{c}" name="Joy" isCodable="false"><Code guid="{c}" name="other" isCodable="true"><Description> A\n gloss '
        '</Description></Code></Code><Code guid="{c}" name="Grief"><Code guid="{c}" name="Other" color="#fff"/></Code>'
    )
    xml = f'<CodeBook xmlns="urn:QDA-XML:codebook:1:0"><Codes>{inside.format(c="x")}</Codes></CodeBook>'
    assert codebooks.read_codebook(xml.encode()).codes == {
        "Joy / other": "A\n gloss",
        "Grief": "",
        "Grief / Other": "",
    }


def test_text_that_is_not_there_and_pictures_are_said():
    data = project(
        [b"\xff\xfe" + "One fear here.".encode("utf-16-le"), b"d\xe9j\xe0 fear"],
        [(0, 4, 8, ""), (1, 5, 9, ""), (1, 5, 99, "")],
    )
    read = codebooks.read_project(data)
    assert read.passages["quote"].tolist() == ["fear", "fear", ""]
    assert any("not in UTF-8" in line for line in read.account)
    assert any("1 coded passage outside" in line for line in read.account)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        xml = old.read("Project.qde").replace(b"<Sources>", b'<Sources><PictureSource guid="x"/>')
        new.writestr("Project.qde", xml)
    read = codebooks.read_project(out.getvalue())
    assert not len(read.passages)
    assert sum("not in the file" in line for line in read.account) == 2
    assert any("1 source of pictures" in line for line in read.account)


EDITED = [
    "A new first line. I was afraid\nof the   dark. Afterwards not.",
    "Nothing of it here.",
    "twice told",
    "twice told",
]


@pytest.mark.parametrize(
    ("row", "place", "where"),
    [
        (("text 0001", 30, 50, "of the   dark."), "found again", (0, 31, 45)),
        (("text 0001", 31, 45, "of the   dark."), "as written", (0, 31, 45)),
        (("text 0001", 0, 9, "I was afraid of the dark."), "found again", (0, 18, 45)),
        (("gone.txt", None, None, "Nothing of it"), "found again", (1, 0, 13)),
        (("text 0002", None, None, "Afterwards not."), "found again", (0, 46, 61)),
        (("gone.txt", 0, 10, "twice told"), "not found", None),
        (("text 0003", 0, 10, "twice told"), "as written", (2, 0, 10)),
        (("text 0001", 0, 10, "never said"), "not found", None),
    ],
)
def test_passages_that_moved_are_found_again_or_said(tmp_path, row, place, where):
    corpus = themekit.Corpus.from_texts(EDITED, author="Ann")
    file = tmp_path / "codes.csv"
    frame = pd.DataFrame([("fear", *row)], columns=["code", "document", "start", "end", "quote"])
    frame.astype({"start": "Int64", "end": "Int64"}).to_csv(file, index=False)
    codes = exchange.read(file, corpus)
    found = codes.passages.iloc[0]
    assert found["place"] == place
    if where is None:
        assert re.search("fear: not found: '(twice told|never said)'", " ".join(codes.account))
    else:
        n, start, end = where
        document = corpus.documents.iloc[n]
        assert (found["document_id"], found["start"], found["end"]) == (document["document_id"], start, end)
        assert found["quote"] == document["text"][start:end]
    assert list(codes.concepts[0].exemplars.values()) == [" ".join(row[3].split())]


def test_a_table_of_a_spreadsheet_is_read(tmp_path):
    file = tmp_path / "codes.csv"
    file.write_bytes(
        '\ufeffTheme;Text;Memo;Description\r\nfear;"I was; ""afraid""\r\nof it";m;To be afraid.\r\n;x;;\r\njoy;;;\r\n'.encode()
    )
    codes = exchange.read(file)
    assert [(c.name, c.gloss, len(c.exemplars)) for c in codes] == [
        ("fear", "To be afraid.", 1),
        ("joy", "joy", 0),
    ]
    assert codes.passages["quote"].iloc[0].split() == ["I", "was;", '"afraid"', "of", "it"]
    assert "1 row without a code" in " ".join(codes.account)
    assert "1 code with a name alone" in " ".join(codes.account)
    assert "fear" in codes._repr_html_()
    assert repr(codes) == "<Codes: 2 codes, 2 coded passages>"


def test_places_that_a_spreadsheet_made_numbers_with_a_point_are_read(tmp_path):
    file = tmp_path / "codes.csv"
    file.write_text("code,quote,start,end\nfear,was afraid,2.0,12.0\nfear,was,two,-1\n", encoding="utf-8")
    places = exchange.read(file).passages[["start", "end"]].astype(object)
    assert places.iloc[0].tolist() == [2, 12]
    assert places.iloc[1].isna().all()


def test_yaml_and_json_are_read(tmp_path):
    (tmp_path / "c.yml").write_text(
        "fear: {gloss: To be afraid., exemplars: [I hid., I ran.]}\n", encoding="utf-8"
    )
    (tmp_path / "c.json").write_text('{"fear": "To be afraid."}', encoding="utf-8")
    assert len(next(iter(exchange.read(tmp_path / "c.yml"))).exemplars) == 2
    assert next(iter(exchange.read(tmp_path / "c.json"))).gloss == "To be afraid."


# What strangers send


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


BOMB = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
FILE = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
EMPTY = '<Project xmlns="urn:QDA-XML:project:1.0" name="p"/>'
DEEP = "<CodeBook><Codes>" + '<Code guid="x" name="y">' * 5000 + "</Code>" * 5000 + "</Codes></CodeBook>"
HOSTILE = {
    "laughs.qdpx": (project([], [], dtd=BOMB), "entities declared"),
    "external.qdpx": (project([], [], dtd=FILE), "entities declared"),
    "elsewhere.qdpx": (project([], [], dtd='<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd">'), "declared"),
    "laughs.qdc": (f"<?xml version='1.0'?>{BOMB}<CodeBook>&c;</CodeBook>".encode(), "entities declared"),
    "up.qdpx": (zipped({"project.qde": EMPTY, "sources/../../x.txt": "x"}), "leads out of the archive"),
    "root.qdpx": (zipped({"/project.qde": EMPTY}), "leads out of the archive"),
    "drive.qdpx": (zipped({"C:\\project.qde": EMPTY}), "leads out of the archive"),
    "none.qdpx": (zipped({"a.txt": "a"}), "without a .qde"),
    "nozip.qdpx": (b"PK\x03\x04 and no more", "damaged archive"),
    "noxml.qdpx": (zipped({"project.qde": "<Project"}), "does not parse"),
    "other.qdpx": (zipped({"project.qde": "<html/>"}), "element 'html'"),
    "other.qdc": (b"<html/>", "element 'html'"),
    "empty.qdpx": (zipped({"project.qde": EMPTY}), "no code"),
    "deep.qdc": (DEEP.encode(), "codes within codes"),
    "binary.csv": (b"\0\1\2\3" * 50, "bytes that are not text"),
    "columns.csv": (b"a,b\n1,2\n", "expected 'code' and 'quote'"),
    "ragged.csv": (b"code,quote\na,b\na,b,c,d\n", "does not parse"),
    "void.csv": (b"", "empty file"),
    "laughs.yml": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "references"),
    "wrong.yml": (b"a: [", "does not parse"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_or_unsafe_is_refused(tmp_path, name):
    data, said = HOSTILE[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CodingsError, match=re.escape(said)) as told:
        exchange.read(tmp_path / name)
    assert THREE_PARTS.match(str(told.value)), told.value
    assert len(str(told.value)) < 500
    assert [f.name for f in tmp_path.iterdir()] == [name]


def test_sizes_are_bounded(tmp_path, monkeypatch):
    file = tmp_path / "a.qdpx"
    text = "a fear " * 100_000
    file.write_bytes(zipped({"project.qde": EMPTY, "sources/a.txt": text}))
    monkeypatch.setattr(files, "MAX_UNPACKED", 500_000)
    with pytest.raises(CodingsError, match="unpacks to"):
        exchange.read(file)
    monkeypatch.undo()
    file.write_bytes(project([text], [(0, 2, 6, "")]))
    assert exchange.read(file).passages["quote"].tolist() == ["fear"]
    for limit, where in (("MAX_TEXT", files), ("MAX_XML", codebooks), ("MAX_MEMBERS", codebooks)):
        with monkeypatch.context() as patch:
            patch.setattr(where, limit, 2)
            with pytest.raises(CodingsError, match=r"expected at most [02]"):
                exchange.read(file)
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    with pytest.raises(CodingsError, match="expected at most 0; split"):
        exchange.read(file)


@pytest.mark.parametrize("name", ["codes.doc", "codes.qdp", "codes"])
def test_another_kind_of_file_is_said(tmp_path, name):
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(CodingsError, match=r"seen the ending .*; expected \.qdpx.*; change the name"):
        exchange.read(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises((CodingsError, FileNotFoundError), match="seen no file"):
        exchange.read(tmp_path / "a.qdc")
    (tmp_path / "b.qdc").mkdir()
    (tmp_path / "b.qdc" / "c.qdc").write_text("<CodeBook/>", encoding="utf-8")
    with pytest.raises(CodingsError, match="seen no file"):
        exchange.read(tmp_path / "b.qdc")


def test_quotes_are_found_nearest_to_where_they_were():
    assert codings.find("a b", "a b, a\n b, a b", 6) == (5, 9)
    assert codings.find("a b", "a b, a\n b, a b", 11) == (11, 14)
    assert codings.find(" ", "a b", 1) is None
    assert codings.find("(.*)+", "((((", 0) is None


def test_the_command_line_exports(tmp_path, capsys):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "gate.txt").write_text(
        "We mended the gate again. The hinge had rusted through, and it held.", encoding="utf-8"
    )
    out = tmp_path / "out" / "codes.csv"
    shared = ["--author", "Ann", "--encoder", "static", "--concepts", "repair,chance"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sys.argv",
            [
                "themekit",
                "export",
                str(folder),
                *shared,
                "--themes",
                "repair",
                "--of",
                "ann",
                "--out",
                str(out),
            ],
        )
        cli.main()
    assert capsys.readouterr().out.strip() == str(out)
    assert set(pd.read_csv(out)["code"]) == {"repair"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sys.argv", ["themekit", "export", str(folder), *shared, "--out", str(tmp_path / "a.docx")]
        )
        with pytest.raises(SystemExit, match="2"):
            cli.main()
    assert "seen the ending '.docx'" in capsys.readouterr().err
