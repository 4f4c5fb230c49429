"""Turns assigned by hand: the file beside the text, and the page on which a person assigns them."""

from __future__ import annotations

import pytest
import test_browser
import yaml

import themekit
from themekit import turns
from themekit.readers import sidecar, voices
from themekit.readers.document import UnreadableFileError
from themekit.turns import Mark

browser, new_page, lab = test_browser.browser, test_browser.new_page, test_browser.lab

STREAM = (
    "so where did it begin for you it began with a boat that my uncle left us and nobody in the house could row so i taught myself on the"
    " pond in the mornings before school and by the summer i was out past the bar and were you ever afraid out there every day i was afraid"
    " and i went because the fear was the only thing in that house that was mine and what did your mother say she said be back for supper"
    " and i was always back for supper until the one evening when i was not and after that nobody said anything about boats for a year"
)
WRITTEN = "Where did it begin? In a shed, and it was cold. Who built it? My father did."


@pytest.fixture
def tape(tmp_path):
    (tmp_path / "tape.txt").write_text(STREAM, encoding="utf-8")
    (tmp_path / "other.txt").write_text("An essay. It says nothing of boats at all.", encoding="utf-8")
    return tmp_path


def said(corpus, document_id="tape"):
    text = corpus.documents.set_index("document_id").loc[document_id, "text"]
    rows = corpus.turns[corpus.turns["document_id"] == document_id]
    return [(t.author, t.role, text[t.start : t.end]) for t in rows.itertuples()]


def place(words):
    return STREAM.index(words)


def marks():
    return [
        Mark(0, "Ida Berg", "interviewer"), Mark(place("it began"), "Tom Hale", "guest"), Mark(place("and were you"), "Ida Berg", "interviewer"),
        Mark(place("every day"), "Tom Hale", "guest"), Mark(place("and what did"), None), Mark(place("she said"), "Tom Hale", "guest"),
    ]  # fmt: skip


def test_what_is_saved_is_read_from_then_on(tape):
    before = themekit.read(tape)
    assert [role for _, role, _ in said(before)] == ["unknown"]
    path = turns.save(before, "tape", marks())
    assert path.name == "tape.turns.yml"
    corpus = themekit.read(tape, interviewers=True)
    found = said(corpus)
    assert [(author, role) for author, role, _ in found] == [
        ("Ida Berg", "interviewer"), ("Tom Hale", "guest"), ("Ida Berg", "interviewer"), ("Tom Hale", "guest"), (None, "quoted"), ("Tom Hale", "guest"),
    ]  # fmt: skip
    assert " ".join(words for *_, words in found) == STREAM
    assert corpus.documents.set_index("document_id").loc["tape", "kind"] == "interview"
    account = [f"{a.action}: {a.detail}" for a in corpus.account.itertuples()]
    assert "kept: 6 turns of Ida Berg, Tom Hale as tape.turns.yml assigns them" in account
    assert "kept: who speaks in the text beside it" in account
    assert not any("speakers unknown" in line or "likely change" in line for line in account)
    # The page opens with what was assigned, and saving it again changes nothing.
    assert turns.save(themekit.read(tape), "tape", marks()).read_text() == path.read_text()


def test_a_turn_is_found_again_by_its_first_words(tape):
    path = turns.save(themekit.read(tape), "tape", marks())
    (tape / "tape.txt").write_text(f"hello everybody this is the third tape {STREAM}", encoding="utf-8")
    corpus = themekit.read(tape, interviewers=True)
    assert [words.split()[0] for *_, words in said(corpus)] == [
        "hello",
        "so",
        "it",
        "and",
        "every",
        "and",
        "she",
    ]
    assert said(corpus)[0][0] is None
    assert any("6 turns of tape.turns.yml found again by first words" in d for d in corpus.account["detail"])
    (tape / "tape.txt").write_text(STREAM.replace("every day", "each day"), encoding="utf-8")
    assert path.exists()
    told = list(themekit.read(tape).account["detail"])
    assert any(
        "a turn of Tom Hale in tape.turns.yml that begins “every day i was afraid and” is not in the text: left out"
        in d
        for d in told
    )


def test_a_sidecar_written_by_hand(tape):
    written = {
        "turns": [
            {"begins": "so where", "who": "Ida"},
            {"begins": "it began", "who": "Tom"},
            {"begins": "and were you", "who": "Ida"},
            {"begins": "every day", "who": "Tom"},
        ]
    }
    (tape / "tape.txt.turns.yml").write_text(yaml.safe_dump(written), encoding="utf-8")
    assert [author for author, *_ in said(themekit.read(tape, interviewers=True))] == [
        "Ida",
        "Tom",
        "Ida",
        "Tom",
    ]


def test_who_asks_is_told_by_behaviour_where_the_sidecar_does_not_say(tmp_path):
    (tmp_path / "tape.srt").write_text(
        "1\n00:00:01,000 --> 00:00:09,000\n" + WRITTEN + "\n", encoding="utf-8"
    )
    said_by = {
        "turns": [
            {"begins": b, "who": w}
            for b, w in [
                ("Where did", "Ida"),
                ("In a shed", "Tom"),
                ("Who built", "Ida"),
                ("My father", "Tom"),
            ]
        ]
    }
    (tmp_path / "tape.turns.yml").write_text(yaml.safe_dump(said_by), encoding="utf-8")
    assert [role for _, role, _ in said(themekit.read(tmp_path))] == ["interviewer", "guest"] * 2


def test_sidecars_that_lie_alone_or_beside_two_are_named(tape):
    content = yaml.safe_dump({"turns": [{"start": 0, "who": "Ida"}]})
    (tape / "nothing.turns.yml").write_text(content, encoding="utf-8")
    (tape / "tape.md").write_text("Another text of that name, and an essay at that.", encoding="utf-8")
    (tape / "tape.turns.yml").write_text(content, encoding="utf-8")
    told = dict(
        zip(themekit.read(tape).account["source"], themekit.read(tape).account["detail"], strict=True)
    )
    told = {k.rsplit("/", 1)[-1]: v for k, v in told.items()}
    assert told["nothing.turns.yml"] == "assigns turns, and there is no text of its name beside it"
    assert told["tape.turns.yml"] == "assigns turns, and there is 2 texts of its name beside it"


@pytest.mark.parametrize(
    "content",
    [
        "[1]",
        "turns: 5",
        "turns: [{who: Ann}]",
        "turns: [{start: 0, who: [1]}]",
        "turns: [{start: 0, who: A, role: boss}]",
        "a: [",
    ],
)
def test_a_sidecar_of_another_form_is_named(tape, content):
    with pytest.raises(UnreadableFileError, match=r"seen .*expected turns.*save it anew"):
        sidecar.read(content.encode())
    (tape / "tape.turns.yml").write_text(content, encoding="utf-8")
    corpus = themekit.read(tape)
    assert corpus.problems["source"].str.endswith("tape.turns.yml").all()
    assert len(corpus.problems) == 1
    assert [role for _, role, _ in said(corpus)] == ["unknown"]


def test_the_sheet_covers_the_text_and_knows_likely_changes(tape):
    frame = turns.sheet(themekit.read(tape), "tape")
    assert len(frame) > 4
    assert " ".join(frame["text"]) == STREAM
    assert frame["change"].between(0, 1).all()
    assert frame["author"].unique().tolist() == ["unknown (tape.txt)"]


def test_the_sheet_of_a_labelled_text(tmp_path):
    (tmp_path / "a.txt").write_text(
        "Ida: Why?\n\nTom: It was late. It rained.\n\nIda: And?\n\nTom: No.\n", encoding="utf-8"
    )
    frame = turns.sheet(themekit.read(tmp_path), "a")
    assert frame["author"].tolist() == ["Ida", "Tom", "Tom", "Ida", "Tom"]
    assert frame["change"].tolist() == [0, 1, 0, 1, 1]


def test_near_names_are_given(tape):
    with pytest.raises(
        turns.UnknownDocumentError, match=r"seen document 'tap'; expected one of 2, such as tape; see"
    ):
        turns.sheet(themekit.read(tape), "tap")


def test_what_has_no_file_of_its_own_needs_a_path(tmp_path):
    corpus = themekit.Corpus.from_texts([STREAM], author="Ann", kind="talk")
    name = corpus.documents["document_id"].item()
    with pytest.raises(
        ValueError,
        match=r"seen .* no file of its own; expected a text in a file; save it as one, or give a path",
    ):
        turns.save(corpus, name, marks())
    assert turns.save(corpus, name, marks(), tmp_path / "x.turns.yml").exists()


# What is told of unlabelled speech


def test_what_can_be_told_is_told_with_its_worth(tape):
    details = list(themekit.read(tape / "tape.txt").account["detail"])
    assert "speech without stops or labels: speakers unknown, read as one voice" in details
    heard = [d for d in details if "likely change" in d]
    assert all(
        "0.67 of the words right on interviews held out, below 0.90: nobody is told apart" in d for d in heard
    )
    assert voices.RIGHT < voices.CONFIDENT


def test_sentence_ends_are_better_than_chance():
    text = " ".join([WRITTEN, "It was late. I went home. What did you say? I said nothing."] * 2)
    bare = " ".join(w for part in text.split() for w in voices.bare(part))
    gaps = voices.gaps(bare)
    ends = {i for i, part in enumerate(text.split()) if part[-1] in ".?"}
    inside = [g.stop for i, g in enumerate(gaps[:-1]) if i not in ends]
    assert sum(g.stop for i, g in enumerate(gaps[:-1]) if i in ends) / len(ends) > 3 * sum(inside) / len(
        inside
    )


def test_a_text_of_no_words_is_heard_as_nothing():
    assert voices.gaps("") == []
    assert voices.told("...") == []


# The page


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import nbformat

    place_ = tmp_path_factory.mktemp("desk")
    (place_ / "tape.txt").write_text(STREAM, encoding="utf-8")
    source = (
        "import themekit\nfrom themekit import turns\n"
        "page = turns.assign(themekit.read('tape.txt'), 'tape', people=['Ida <b>Berg</b>', 'Tom Hale'])\npage"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, place_ / "turns.ipynb")
    return place_


@pytest.mark.browser
def test_a_person_assigns_turns_by_keyboard(lab, folder, new_page):
    page = new_page()
    page.goto(f"{lab}lab/tree/turns.ipynb")
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    test_browser._execute(page, "notebook:run-all-cells")
    desk = page.locator(".themekit-turns")
    desk.wait_for(timeout=60_000)
    rows = desk.locator("li")
    n_rows = rows.count()
    assert n_rows > 4
    assert desk.locator(".people b").count() == 0  # a name is no markup
    assert "Ida <b>Berg</b>" in desk.locator(".people").inner_text()

    desk.focus()
    press = page.keyboard.press
    for key in ("1", "2", "1", "z"):
        press(key)
    status = desk.get_by_role("status")
    press("i")  # nobody is under the mark after an undo but the second person
    press("s")
    test_browser._expect(status).to_contain_text("saved 2 turns in tape.turns.yml", timeout=15_000)
    # One more person, named on the page; a turn within a sentence; nobody; and back to the first sentence.
    press("n")
    page.keyboard.type("Zoë Lind")
    press("Enter")
    press("ArrowDown")
    press("ArrowRight")
    press("ArrowRight")
    press("3")
    press("0")
    press("Home")
    press("i")
    press("s")
    test_browser._expect(status).to_contain_text("saved 4 turns", timeout=15_000)

    assert test_browser._outside(page) == []
    assert not [line for line in page.wrong if "themekit" in line]
    saved = yaml.safe_load((folder / "tape.turns.yml").read_text(encoding="utf-8"))["turns"]
    assert [row["who"] for row in saved] == ["Ida <b>Berg</b>", "Tom Hale", "Zoë Lind", None]
    assert saved[0]["role"] == "interviewer"
    corpus = themekit.read(folder / "tape.txt", interviewers=True)
    assert [author for author, *_ in said(corpus)] == ["Ida <b>Berg</b>", "Tom Hale", "Zoë Lind", None]
    begins = [words.split()[0] for *_, words in said(corpus)]
    assert begins[0] == "so"
