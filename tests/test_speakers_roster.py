"""The roster: people across files, what the user says of them, and pseudonyms."""

from __future__ import annotations

import itertools
import json
import random

import pytest

import themekit
from themekit.roster import Roster, RosterError

WORDS = [
    "barn",
    "gate",
    "rope",
    "lamp",
    "field",
    "river",
    "stone",
    "bread",
    "winter",
    "brother",
    "letter",
    "kettle",
    "ladder",
    "engine",
    "harbour",
    "window",
    "garden",
    "bell",
]
number = itertools.count()


def long():
    """Return a sentence that is in no other text, for what is nearly the same is counted once."""
    lot = random.Random(next(number))
    return f"We had {' and '.join(lot.sample(WORDS, 12))}, one after the other, until the {lot.choice(WORDS)} was done."


def talk(host, guest, *, head="", more=()):
    lines = [(host, "Where did it begin?"), (guest, long()), (host, "And did it last?"), (guest, f"It did. {long()}"), *more,
             (host, "What came then?"), (guest, f"Rain. {long()}")]  # fmt: skip
    return head + "".join(f"{who}: {words}\n\n" for who, words in lines)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "talks"
    folder.mkdir()

    def write(**texts):
        for name, text in texts.items():
            (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
        return folder

    return write


def people(corpus, role="guest"):
    return sorted(set(corpus.turns.loc[corpus.turns["role"] == role, "author"].dropna()))


def reasons(corpus):
    frame = corpus.roster
    return {(r.label, r.author): r.reason for r in frame.itertuples() if r.label != r.author}


def account(corpus):
    return [f"{line.action}: {line.detail}" for line in corpus.account.itertuples()]


def test_people_spelled_in_two_ways_come_together(folder):
    corpus = themekit.read(folder(
        a_txt=talk("Ida Berg", "Mark McGranaghan"), b_txt=talk("Ida Berg", "Mark McGranahan"),
        c_txt=talk("Ida Berg", "Mireille B. Thorn, Psy.D"),
        d_txt=talk("Ida Berg", "Mireille Thorn, PsyD"), e_txt=talk("Ida Berg", "Mark McGranaghan"),
    ))  # fmt: skip
    assert people(corpus) == ["Mark McGranaghan", "Mireille B. Thorn, Psy.D"]
    assert reasons(corpus) == {
        ("Mark McGranahan", "Mark McGranaghan"): "a small difference in spelling",
        ("Mireille Thorn, PsyD", "Mireille B. Thorn, Psy.D"): "the same but for titles and initials",
    }
    assert "guessed: Mark McGranahan is Mark McGranaghan: a small difference in spelling" in account(corpus)


def test_people_who_share_a_first_name_stay_apart(folder):
    corpus = themekit.read(folder(
        a_md=talk("Ida", "Anna", head="---\nguest: Anna Holm\ninterviewer: Ida Berg\n---\n"),
        b_md=talk("Ida", "Anna", head="---\nguest: Anna Berg\ninterviewer: Ida Berg\n---\n"),
        c_md=talk("Ida", "Anna"), d_md=talk("Ida", "Anna"),
    ))  # fmt: skip
    assert people(corpus) == ["Anna (c.md)", "Anna (d.md)", "Anna Berg", "Anna Holm"]
    assert (
        "kept: Anna (c.md), Anna (d.md), Anna Berg, Anna Holm: one first name, kept apart (roster.yml can join them)"
        in account(corpus)
    )


def test_a_first_name_in_one_file_is_not_the_full_name_in_another(folder):
    corpus = themekit.read(folder(a_txt=talk("Ida Berg", "Anna Holm"), b_txt=talk("Ida Berg", "Anna")))
    assert people(corpus) == ["Anna", "Anna Holm"]


def test_a_first_name_with_the_full_name_in_the_same_series(folder):
    series = "---\nseries: Sheds\n---\n"
    corpus = themekit.read(folder(
        a_md=talk("John", "Anna Holm", head=series), b_md=talk("John Newell", "Bo Lund", head=series),
        c_md=talk("John", "Cy Moor", head="---\nseries: Boats\n---\n"),
    ), interviewers=True)  # fmt: skip
    assert people(corpus, "interviewer") == ["John", "John Newell"]
    assert reasons(corpus) == {
        ("John", "John Newell"): "first name of the one person in the series Sheds whom it fits"
    }


def test_the_parts_of_one_conversation(folder):
    more = (("Zoë Lind", f"I was there, too. {long()}"),)
    corpus = themekit.read(folder(
        a_txt=talk("Ida Berg", "Anna", more=more), b_txt=talk("Ida Berg", "Anna", more=more)
    ))  # fmt: skip
    assert people(corpus) == ["Anna", "Zoë Lind"]
    assert set(corpus.roster.set_index("label").loc["Anna", "reason"]) == {
        "Zoë Lind and Anna speak together in 2 files"
    }


def test_the_one_guest_of_a_whole_folder(folder):
    corpus = themekit.read(folder(**{f"{x}_txt": talk("Interviewer", "Anna") for x in "abc"}))
    assert people(corpus) == ["Anna"]


def test_two_who_both_fit_a_third_leave_it_alone(folder):
    corpus = themekit.read(folder(
        a_txt=talk("Ida Berg", "John A. Smith"), b_txt=talk("Ida Berg", "John B. Smith"),
        c_txt=talk("Ida Berg", "John Smith"),
    ))  # fmt: skip
    assert people(corpus) == ["John A. Smith", "John B. Smith", "John Smith"]


def test_an_author_of_essays_who_is_interviewed_elsewhere(folder):
    essay = f"---\nauthor: Anna Holm\n---\n\n{long()} {long()}\n\n{long()} So it was.\n"
    corpus = themekit.read(folder(a_md=essay, b_md=talk("Ida Berg", "ANNA HOLM")))
    assert set(corpus.contributions["author"]) == {"ANNA HOLM"} or set(corpus.contributions["author"]) == {
        "Anna Holm"
    }


def test_the_author_whom_the_user_names(folder):
    corpus = themekit.read(folder(a_txt=talk("Ida", "Anna"), b_txt=f"{long()} {long()}"), author="Anna Holm")
    assert set(corpus.contributions["author"]) == {"Anna Holm"}


def test_who_interviews_elsewhere_interviews_here_too_where_the_behaviour_fits(folder):
    chat = "".join(
        f"{who}: {words}\n\n"
        for who, words in [
            ("Ida Berg", "You do what you can with your hands, you always said."), ("Di Penn", f"I think so. {long()}"),
            ("Ida Berg", "And you would go back, if they let you."), ("Di Penn", f"Perhaps. {long()}"), ("Ida Berg", "You would."), ("Di Penn", long()),
        ]
    )  # fmt: skip
    alone = themekit.read(folder(c_txt=chat))
    assert people(alone) == ["Di Penn", "Ida Berg"]
    corpus = themekit.read(folder(a_txt=talk("Ida Berg", "Anna Holm"), b_txt=talk("Ida Berg", "Bo Lund")))
    assert people(corpus) == ["Anna Holm", "Bo Lund", "Di Penn"]
    assert any("Ida Berg is an interviewer (in 2 other files" in line for line in account(corpus))


# What the user says


def test_roster_yml_goes_before_what_is_guessed(folder):
    place = folder(a_txt=talk("Ida Berg", "Anna"), b_txt=talk("Ida Berg", "Anna"),
                   c_txt=talk("Ida Berg", "Mark McGranaghan"), d_txt=talk("Ida Berg", "Mark McGranahan"))  # fmt: skip
    said = "people:\n  Anna Holm:\n    in: {a.txt: Anna}\n  Anna Lund: {in: {b: [Anna]}}\napart:\n  - [Mark McGranaghan, Mark McGranahan]\n"
    (place / "roster.yml").write_text(said, encoding="utf-8")
    corpus = themekit.read(place)
    assert people(corpus) == ["Anna Holm", "Anna Lund", "Mark McGranaghan", "Mark McGranahan"]
    assert reasons(corpus)["Anna", "Anna Holm"] == "the roster says so"
    assert "kept: who is who, in the texts beside it" in account(corpus)


def test_a_mapping_goes_before_roster_yml(folder):
    place = folder(a_txt=talk("Ida Berg", "Anna"), roster_yml="people: {Anna Holm: [Anna]}")
    assert people(themekit.read(place)) == ["Anna Holm"]
    assert people(themekit.read(place, roster={"people": {"Anna Lund": {"also": ["Anna"]}}})) == ["Anna Lund"]
    assert people(themekit.read(place, roster={})) == ["Anna"]


def test_a_role_that_the_user_gives(folder):
    corpus = themekit.read(
        folder(a_txt=talk("Ida Berg", "Anna Holm")), roster={"people": {"Ida Berg": {"role": "guest"}}}
    )
    assert people(corpus) == ["Anna Holm", "Ida Berg"]


def test_somebody_whom_no_text_has_is_listed(folder):
    corpus = themekit.read(
        folder(a_txt=talk("Ida Berg", "Anna Holm")), roster={"people": {"Nobody Here": None}}
    )
    assert "left out: Nobody Here: named in the roster, and by no text" in account(corpus)


@pytest.mark.parametrize(("said", "message"), [
    ({"persons": {}}, r"seen persons in the roster; expected 'people' and 'apart'; see"),
    ({"people": ["Ann"]}, r"seen list under 'people' in the roster; expected a name with .*; write"),
    ({"people": {"Ann": {"alias": "A"}}}, r"seen alias for Ann in the roster; expected some of also, in, role, pseudonym; see"),
    ({"people": {"Ann": {"role": "boss"}}}, r"seen role 'boss' for Ann in the roster; expected guest or interviewer; write"),
    ({"people": {"Ann": {"in": "a.txt"}}}, r"seen 'a.txt' under 'in' for Ann in the roster; expected file names with labels; write"),
    ({"apart": [{"a": 1}]}, r"seen {'a': 1} for 'apart' in the roster; expected a name or a list of names; write"),
])  # fmt: skip
def test_a_roster_of_another_form_is_an_error(said, message):
    with pytest.raises(RosterError, match=message):
        Roster.of(said)


def test_a_roster_that_is_no_yaml_is_an_error(folder):
    place = folder(a_txt=talk("Ida Berg", "Anna Holm"), roster_yml="people: [")
    with pytest.raises(RosterError, match=r"seen something wrong in .*roster.yml .*; expected YAML; mend it"):
        themekit.read(place)


# Pseudonyms


@pytest.fixture
def disguised(tmp_path):
    place = tmp_path / "talks"
    place.mkdir()
    for n in range(3):
        text = talk(
            "Ida Berg",
            "Anna Holm" if n else "Anna",
            head=f"---\ntitle: Anna Holm, part {n}\nguest: Anna Holm\n---\n",
        )
        text = text.replace("Where did", "Anna, where did").replace(
            "Rain.", f"Rain. They called me Holm, or ANNA HOLM, never Annabel. {n}"
        )
        (place / f"anna-holm-{n}.md").write_text(text, encoding="utf-8")
    (place / "other.md").write_text(
        f"---\nauthor: Bo Lund\n---\n\nI knew Anna Holm. {long()} Anna is a good name for a boat.\n",
        encoding="utf-8",
    )
    (place / "roster.yml").write_text(
        "people:\n  Anna Holm: {pseudonym: P7}\n  Bo Lund: {pseudonym: Writer B}\n", encoding="utf-8"
    )
    return place


def test_pseudonyms_go_through_to_every_table(disguised, tmp_path):
    corpus = themekit.read(disguised)
    assert set(corpus.contributions["author"]) == {"P7", "Writer B"}
    written = json.dumps(
        [frame.to_json() for frame in (corpus.documents, corpus.turns, corpus.account, corpus.roster)]
    )
    for name in ("Holm", "holm", "HOLM", "Lund"):
        assert name not in written
    assert "Annabel" in written
    assert "Anna is a good name for a boat." in written
    for turn in corpus.turns.itertuples():
        text = corpus.documents.set_index("document_id").loc[turn.document_id, "text"]
        assert text[turn.start : turn.end] == text[turn.start : turn.end].strip()
    result = themekit.mine(corpus, encoder="static", n_permutations=50)
    result.save(tmp_path / "out")
    everything = "".join(p.read_text("utf-8", "ignore") for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert (
        "Holm"
        not in everything
        + result.to_json()
        + str(result.portrait("P7"))
        + result.portrait("P7")._repr_html_()
    )


def test_pseudonyms_keep_offsets(disguised):
    corpus = themekit.read(disguised, interviewers=True)
    texts = corpus.documents.set_index("document_id")["text"]
    first = [texts[t.document_id][t.start : t.end] for t in corpus.turns.itertuples() if t.turn == 0]
    assert min(first).startswith("I knew P7.")
    assert set(sorted(first)[1:]) == {"P7, where did it begin?"}


def test_without_pseudonyms_nothing_is_touched(disguised):
    (disguised / "roster.yml").unlink()
    corpus = themekit.read(disguised)
    assert "Anna Holm" in set(corpus.contributions["author"])
    assert corpus.documents["text"].str.contains("ANNA HOLM").sum() == 3


@pytest.mark.shared
def test_people_of_the_interviews(shared_corpora):
    corpus = themekit.read(shared_corpora / "interviews", interviewers=True)
    files = corpus.turns.dropna(subset=["author"]).groupby("author")["document_id"].nunique()
    recur = {
        "Adam Stacoviak": 10, "Jerod Santo": 3, "Sam Soffes": 3, "Sid Sijbrandij": 3, "David Heinemeier Hansson": 2,
        "Mireille Reece, PsyD": 2, "Pieter Wuille": 2, "Matt Corallo": 3, "Adam Jonas": 2, "John Newbery": 2,
        "Adam Wiggins": 5, "Mark McGranaghan": 4, "stokes": 2, "pk910": 2, "Justin Traglia": 3, "Justin Florentine (Besu)": 2,
        "Adam": 1, "Jonas Nick": 1, "Adam Wolf": 1,
    }  # fmt: skip
    assert {name: int(files.get(name, 0)) for name in recur} == recur
    told = account(corpus)
    assert (
        "kept: Adam, Adam Jonas, Adam Stacoviak, Adam Wiggins, Adam Wolf: one first name, kept apart (roster.yml can join them)"
        in told
    )
