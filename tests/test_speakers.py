"""Who is speaking: every style of label, with names and turns of phrase that mislead."""

from __future__ import annotations

import re
import textwrap

import pytest

from themekit import readers
from themekit.readers import names

# Conversations written for these tests: who asks, who answers, and what is said. Turns have several paragraphs,
# paragraphs that begin like labels, times that are no time codes, and people who are spoken of and to by name.
BEES = [
    ("ask", "Welcome to the show. My guest today has kept bees for thirty years. How did it begin?"),
    ("tell", "With a swarm in a pear tree, at 10:30 on a Sunday.\n\nLook: I knew nothing. My neighbour said one word: wait.\n\nSo I waited, and at dusk they came down."),
    ("ask", "And then?"),
    ("tell", "Then I was stung. The rule is simple: move slowly. Note: nobody told me that."),
    ("ask", "Did you think of giving up?"),
    ("tell", "Once. I wrote to a friend and he answered: no. That was all the letter said.\n\nLook: a hive is a habit. Remember: it was a wet summer."),
    ("ask", "You say habit. What do you mean by it?"),
    ("tell", "That it holds you up on the days when you have no reason to get up yourself."),
    ("ask", "I see. And the honey?"),
    ("tell", "Forty pounds in a good year. I give it away."),
    ("ask", "Thank you for your time."),
    ("tell", "Thanks for having me."),
]  # fmt: skip
BOATS = [
    ("ask", "You build boats out of old doors. Why doors?"),
    ("tell", "Because nobody wants them, and they have been dry for a century. Three things matter: grain, weight, and patience."),
    ("ask", "In that order?"),
    ("tell", "In the reverse order. Question: who has the patience? Answer: the one who has no money.\n\nMy father used to say it at the table every evening, and none of us believed him until he was dead."),
    ("ask", "What was he like?"),
    ("tell", "Quiet. He spoke to wood. I have caught myself at it."),
    ("ask", "Does it answer?"),
    ("tell", "It creaks. One learns the dialect."),
]  # fmt: skip
TALKS = {"bees": BEES, "boats": BOATS}
PEOPLE = {
    "plain": ("Ida Berg", "Tom Hale"),
    "degrees": ("Adam Rask", "Mireille B. Thorn, Psy.D"),
    "particles": ("Johanna van der Meer", "José da Silva"),
    "hyphens": ("Anna-Lena O'Brien", "Jean-Luc D’Arcy"),
    "initials": ("K. N. Rao, M.D.", "W. E. Moss Jr."),
    "common words": ("Will Page", "Grace Field"),
    "accents": ("Øystein Ås", "Zoë Müller-Lüdenscheidt"),
    "capitals": ("IDA BERG", "TOM HALE"),
}
FORMS = {
    "bold, colon inside": ("a.md", "**{name}:** {words}\n\n"),
    "bold, colon outside": ("a.md", "**{name}**: {words}\n\n"),
    "bold, with time": ("a.md", "**{name}** (00:01:{n:02d}): {words}\n\n"),
    "bold, alone": ("a.md", "**{name}**\n\n{words}\n\n"),
    "bold, time codes in the words": ("a.md", "**{name}:** \\[00:04:{n:02d}.06\\] {words}\n\n"),
    "plain Markdown": ("a.md", "{name}: {words}\n\n"),
    "headings": ("a.md", "### {name}\n\n{words}\n\n"),
    "plain": ("a.txt", "{name}: {words}\n\n"),
    "on its line": ("a.txt", "{name}:\n{words}\n\n"),
    "a paragraph": ("a.txt", "{name}:\n\n{words}\n\n"),
    "time, colon, line": ("a.txt", "{name} (00:00:{n:02d}):\n{words}\n\n"),
    "time, dash, wrapped": ("a.txt", "{name} (00:00:{n:02d}) - {words}\n\n"),
    "time first": ("a.txt", "[00:01:{n:02d}] {name}: {words}\n\n"),
    "time range first": ("a.txt", "00:01:{n:02d} --> 00:01:{n:02d} {name}: {words}\n\n"),
    "time after two spaces": ("a.txt", "{name}  1:{n:02d}\n{words}\n\n"),
    "time after a bar": ("a.txt", "{name} | 01:{n:02d}\n{words}\n\n"),
    "time in brackets": ("a.txt", "{name} [00:01:{n:02d}]\n{words}\n\n"),
    "in brackets": ("a.txt", "[{name}] 10:01:{n:02d}\n{words}\n\n"),
    "arrows": ("a.txt", ">> {name}: {words}\n\n"),
    "dashes": ("a.txt", "- {name}: {words}\n\n"),
    "tab": ("a.txt", "{name}:\t{words}\n\n"),
    "alone": ("a.txt", "{name}\n{words}\n\n"),
    "HTML, bold": ("a.html", "<p><b>{name}:</b> {words}</p>\n"),
}  # fmt: skip


def write(form, talk, people):
    """Return the file of a conversation in one style, as bytes."""
    name, pattern = form
    text = ""
    for n, (who, words) in enumerate(talk):
        label = people[who == "tell"]
        if name == "a.html":
            text += pattern.format(name=label, words=words.replace("\n\n", "</p>\n<p>"), n=n)
            continue
        turn = pattern.format(name=label, words=words, n=n)
        if " - " in pattern:
            turn = (
                "\n\n".join(textwrap.fill(p, 60, break_on_hyphens=False) for p in turn.strip().split("\n\n"))
                + "\n\n"
            )
        text += turn
    return text.encode()


def read(data, name="a.txt"):
    (document,) = readers.read_file(data.encode() if isinstance(data, str) else data, name)
    return document


def said(document):
    return [
        (turn.label, " ".join(document.text[turn.start : turn.end].split()))
        for turn in document.turns
        if turn.label
    ]


def roles(document):
    return {turn.label: turn.role for turn in document.turns if turn.label}


def told(document, action="guessed"):
    return [note.detail for note in document.notes if note.action == action]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("people", PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)
def test_every_turn_is_under_the_right_person(form, people, talk):
    document = read(write(form, talk, people), form[0])
    assert said(document) == [(people[who == "tell"], " ".join(words.split())) for who, words in talk]
    assert roles(document) == {people[0]: "interviewer", people[1]: "guest"}


@pytest.mark.parametrize(
    "form",
    [f for f in FORMS.values() if f[0] == "a.txt"],
    ids=[k for k, f in FORMS.items() if f[0] == "a.txt"],
)
def test_who_comes_first_makes_no_difference(form):
    talk = BEES[1:-1]
    document = read(write(form, talk, PEOPLE["plain"]))
    assert roles(document) == {"Ida Berg": "interviewer", "Tom Hale": "guest"}
    assert document.turns[0].label == "Tom Hale"


def test_a_label_only_where_the_speaker_changes():
    text = "Ida Berg: Why doors?\n\nAnd why old ones?\n\nTom Hale: They are dry.\n\nThey are cheap.\n\nNobody wants them.\n\nIda Berg: I see?\n\nTom Hale: Yes.\n"
    assert said(read(text)) == [
        ("Ida Berg", "Why doors? And why old ones?"), ("Tom Hale", "They are dry. They are cheap. Nobody wants them."),
        ("Ida Berg", "I see?"), ("Tom Hale", "Yes."),
    ]  # fmt: skip


WRAPPED = """\
Ida Berg (00:00:01) - You were told twice, if I remember it, by two people who
Tom: should have known better. Is that how it was?

Tom Hale (00:00:09) - It was. The first letter came in May, and on it was written
Ida: come at once. I did not go, because I had read the date wrongly.

Ida Berg (00:00:20) - And the second?

Tom Hale (00:00:24) - There was no second.
"""


def test_a_wrapped_line_that_begins_like_a_label_is_none():
    document = read(WRAPPED)
    assert [label for label, _ in said(document)] == ["Ida Berg", "Tom Hale"] * 2
    assert "was written Ida: come at once." in said(document)[1][1]


def test_initials_introduced_once():
    text = (
        "Ida Berg (IB): Where shall we start?\n\nTom Hale (TH): At the end.\n\nIB: Why there?\n\nTH: I know how it ends.\n\n"
        "IB: FAQ aside, is it sad?\n\nTH: NB: it is not.\n"
    )
    document = read(text)
    assert [label for label, _ in said(document)] == ["Ida Berg", "Tom Hale"] * 3
    assert [(j.label, j.name) for j in document.joins] == [
        ("Ida Berg (IB)", "Ida Berg"), ("Tom Hale (TH)", "Tom Hale"), ("IB", "Ida Berg"), ("TH", "Tom Hale"),
    ]  # fmt: skip


def test_initials_of_people_in_the_header():
    text = "---\nguest: Tom Hale\ninterviewer: Ida Berg\n---\n\nIB: Where shall we start?\n\nTH: At the end.\n\nIB: Why there?\n\nTH: I know it.\n"
    document = read(text, "a.md")
    assert [label for label, _ in said(document)] == ["Ida Berg", "Tom Hale"] * 2
    assert roles(document) == {"Ida Berg": "interviewer", "Tom Hale": "guest"}


def test_a_first_name_is_the_person_whom_the_text_presents():
    text = (
        "Ida: Our guest today is Tom Hale, who builds boats. With Tom Brown he wrote a book. Where did it begin?\n\n"
        "Tom: In a shed.\n\nIda: Whose?\n\nTom: My father's.\n\nIda: Is it still there?\n\nTom: No.\n"
    )
    document = read(text)
    assert [label for label, _ in said(document)] == ["Ida", "Tom Hale"] * 3
    assert "Tom is Tom Hale: the text presents this person by the full name" in told(document)


@pytest.mark.parametrize("head", [
    "Transcript of a talk, 3 May 2019\nInterviewer: Ida Berg\nInterviewee: Dr. Tom Hale\n\n",
    "Interviewer: Ida Berg (IB)\nParticipant: Tom Hale (TH)\n\n", "IB = Ida Berg\nTH = Tom Hale\nInterviewer: Ida Berg\n\n",
])  # fmt: skip
def test_people_in_the_lines_above(head):
    text = (
        head
        + "IB: Shall we begin?\n\nTH: Where?\n\nIB: With the harbour.\n\nTH: It was shut. Was it not?\n\nIB: It was.\n"
    )
    document = read(text)
    assert [label.removeprefix("Dr. ") for label, _ in said(document)] == ["Ida Berg", "Tom Hale"] * 2 + [
        "Ida Berg"
    ]
    assert [t.role for t in document.turns if t.label] == ["interviewer", "guest"] * 2 + ["interviewer"]


def test_where_two_fit_none_is_taken():
    text = "".join(
        f"{who}: {words}\n\n"
        for who, words in [
            ("Anna Holm", "Is it late?"),
            ("Anna Berg", "It is."),
            ("Anna", "It is not."),
            ("Anna Holm", "Well?"),
            ("Anna Berg", "No."),
        ]
    )
    assert [label for label, _ in said(read(text))] == [
        "Anna Holm",
        "Anna Berg",
        "Anna",
        "Anna Holm",
        "Anna Berg",
    ]


def test_two_who_talk_to_each_other_are_two_however_alike_their_names():
    text = "Jonathan Andersen: Yes.\n\nJonathan Anderson: No.\n\n" * 3
    assert {label for label, _ in said(read(text))} == {"Jonathan Andersen", "Jonathan Anderson"}


def test_one_name_spelt_in_two_ways():
    text = "Ida Berg: And you?\n\nPablo Molina: I went.\n\nIda Berg: Where?\n\nPablo Molinda: Home.\n\nIda Berg: Why?\n\nPablo Molina: It was late.\n"
    document = read(text)
    assert [label for label, _ in said(document)] == ["Ida Berg", "Pablo Molina"] * 3
    assert "Pablo Molinda is Pablo Molina: a small difference in spelling" in told(document)


@pytest.mark.parametrize("mark", ["Break", "Outro", "Commercial break", "Music", "Sponsor", "INTRO"])
@pytest.mark.parametrize("form", ["**{}:** \\[01:44\\]\n\n", "**{}**: Buy soap. It is good.\n\n"])
def test_a_break_is_nobody(mark, form):
    talk = write(FORMS["bold, colon inside"], BEES, PEOPLE["plain"]).decode()
    parts = talk.split("\n\n**", 3)
    document = read("\n\n**".join(parts[:3]) + "\n\n" + form.format(mark) + "**" + parts[3], "a.md")
    assert {label for label, _ in said(document)} == {"Ida Berg", "Tom Hale"}
    assert said(document) == [
        (PEOPLE["plain"][who == "tell"], " ".join(words.split())) for who, words in BEES
    ]
    assert mark not in document.text


def test_turns_that_the_source_runs_together_are_split_where_labels_show_it_and_listed():
    text = "Ida Berg: Was it cold? Tom Hale: It was. Ida Berg: Very?\n\nTom Hale: Very.\n\nIda Berg: Why?\n\nTom Hale: It was January.\n"
    document = read(text)
    assert said(document)[:3] == [
        ("Ida Berg", "Was it cold?"),
        ("Tom Hale", "It was."),
        ("Ida Berg", "Very?"),
    ]
    assert told(document, "repaired") == [
        "2 labels in the middle of a paragraph, where the source runs turns together: split there (Tom Hale, Ida Berg)"
    ]


def test_turns_that_seem_to_run_together_are_listed():
    text = (
        "Adam Rask: I'm Adam Rask, here with Mark Thorn. Hey Adam. So, Mark, where were we?\n\nMark Thorn: In the shed.\n\n"
        'Adam Rask: Were we? My mother called: "Hey Adam." I ran.\n\nMark Thorn: We were.\n'
    )
    (note,) = [d for d in told(read(text)) if "together" in d]
    assert note.startswith("1 turn may run two speakers together, kept as the source has it")
    assert "Hey Adam" in note


def test_a_label_for_several_people_is_listed():
    text = "Ann: Shall we?\n\nAnn and Bea: We shall.\n\nBea: Now?\n\nAnn and Bea: Now.\n\nAnn: Good.\n\nBea: Good.\n"
    assert "Ann and Bea is a label for several people (2 turns), kept as it is" in told(read(text))


@pytest.mark.parametrize(
    "name",
    ["Speaker 1", "SPEAKER_01", "Unknown", "Audience member", "Male Speaker", "Participant 4", "P4", "R"],
)
def test_people_without_a_name_are_listed(name):
    text = f"Ida Berg: Who was there?\n\n{name}: All of us.\n\nIda Berg: And then?\n\n{name}: Nobody.\n\nIda Berg: Why?\n\n{name}: It rained.\n"
    document = read(text)
    assert [label for label, _ in said(document)] == ["Ida Berg", name] * 3
    assert f"{name} is somebody without a name (3 turns): nobody in other files" in told(document)


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        ("Q", "A"),
        ("Interviewer", "Interviewee"),
        ("HOST", "GUEST"),
        ("I", "R"),
        ("Moderator", "P1"),
        ("Q1", "A"),
    ],
)
def test_labels_that_are_roles(asks, answers):
    talk = write(FORMS["plain"], BOATS, (asks, answers)).decode()
    document = read(talk)
    assert [turn.role for turn in document.turns] == ["interviewer", "guest"] * 4


def test_handles_and_times():
    text = "".join(
        f"[12:0{i}] {who}: {words}\n"
        for i, (who, words) in enumerate(
            [
                ("stokes", "ready?"),
                ("pk910", "yes"),
                ("stokes", "go"),
                ("pk910", "gone"),
                ("stokes", "good"),
                ("pk910", "so?"),
            ]
        )
    )
    assert [label for label, _ in said(read(text))] == ["stokes", "pk910"] * 3


def test_names_in_another_script():
    text = "李娜：你什么时候开始的？\n\n王小明：很久以前。\n\n李娜：为什么？\n\n王小明：我不知道。\n"
    assert [label for label, _ in said(read(text))] == ["李娜", "王小明"] * 2


ESSAY = """\
Note: this was written in a tent.

There is one rule: keep dry. My aunt had two: keep dry, and keep quiet.

Look: the rain does not mind either way. I have asked it.

Question: what is a tent for? Answer: for leaving.

Look: I did leave, in the end, and the tent stayed.
"""


def test_an_essay_with_colons_is_no_conversation():
    document = read(ESSAY)
    assert document.kind == "essay"
    assert {turn.label for turn in document.turns} == {None}


def test_a_word_that_is_no_name_makes_no_speaker_however_often():
    talk = [
        (who, f"{words}\n\nExample: the harbour at {n}." if who == "tell" else words)
        for n, (who, words) in enumerate(BOATS)
    ]
    document = read(write(FORMS["plain"], talk, PEOPLE["plain"]))
    assert [label for label, _ in said(document)] == ["Ida Berg", "Tom Hale"] * 4


def test_somebody_who_speaks_once():
    talk = [*BOATS[:4], ("ask", "A question from the hall.")]
    text = (
        write(FORMS["plain"], talk, PEOPLE["plain"]).decode()
        + "Jonathan: May I?\n\n"
        + write(FORMS["plain"], BOATS[4:], PEOPLE["plain"]).decode()
    )
    assert ("Jonathan", "May I?") in said(read(text.replace("\n\nMy father", " My father")))


# Roles


def conversation(*turns):
    return read("".join(f"{who}: {words}\n\n" for who, words in turns))


def test_among_equals_nobody_is_the_interviewer():
    document = conversation(
        ("Ann", "I always start with the frame. You?"), ("Bea", "With the cloth. I like to see the colour first."),
        ("Ann", "That is how my mother did it."), ("Bea", "Mine had no cloth. What did she do with the ends?"),
        ("Ann", "She kept them in a tin, and nobody was to open it."), ("Bea", "We all had that tin."),
    )  # fmt: skip
    assert set(roles(document).values()) == {"guest"}


def test_a_second_host_who_asks_nothing_is_no_guest():
    document = conversation(
        ("Ann Oakes", "Welcome to the show. I'm Ann Oakes, here with my colleague Bea Lund."), ("Bea Lund", "Hello."),
        ("Ann Oakes", "And our guest today, Cy Moor."), ("Cy Moor", "Thanks so much for having me."),
        ("Ann Oakes", "What is a kiln?"), ("Cy Moor", "An oven with ambitions. Mine was built by two brothers, in a week, out of a chimney."),
        ("Bea Lund", "We had one at school. It was never lit."), ("Cy Moor", "They never are. It is the fear of fire in people who teach."),
        ("Ann Oakes", "And at home?"), ("Cy Moor", "At home it is lit on Fridays, and the neighbours bring what they have broken, and we look at it."),
    )  # fmt: skip
    assert roles(document) == {"Ann Oakes": "interviewer", "Bea Lund": "interviewer", "Cy Moor": "guest"}


def test_two_guests_of_whom_one_says_thanks():
    long = "We were at it for years, and in the end the two of us had one bench, one lamp and one pair of gloves between us."
    document = conversation(
        ("Ann Oakes", "Welcome to the show. With me are Cy Moor and Di Penn. How did you meet?"), ("Cy Moor", "Thank you for having us. In a queue."),
        ("Di Penn", f"In the rain, too. {long}"), ("Ann Oakes", "Who spoke first?"), ("Cy Moor", f"She did. {long}"),
        ("Ann Oakes", "And what did you say?"), ("Di Penn", f"That it was raining. {long}"), ("Ann Oakes", "Were you right?"), ("Cy Moor", long), ("Di Penn", long),
    )  # fmt: skip
    assert roles(document) == {"Ann Oakes": "interviewer", "Cy Moor": "guest", "Di Penn": "guest"}


def test_a_guest_who_asks_back_stays_the_guest():
    document = conversation(
        ("Tom Hale", "Before you begin, is that thing on?"), ("Ida Berg", "It is. Welcome to the podcast, Tom. Where were you born?"),
        ("Tom Hale", "On a ferry. Were you ever on one?"), ("Ida Berg", "Never. Was it rough?"),
        ("Tom Hale", "So my mother said, and she had crossed it forty times with hens and a piano. Do you play?"),
        ("Ida Berg", "No. Thank you for joining me."), ("Tom Hale", "Was that all?"),
    )  # fmt: skip
    assert roles(document) == {"Tom Hale": "guest", "Ida Berg": "interviewer"}


def test_requests_ask_as_questions_do():
    document = conversation(
        ("Ida Berg", "Tell me about the shed."), ("Tom Hale", "It leaned. We propped it with an oar, and in the end it was the oar that held the house."),
        ("Ida Berg", "So walk us through the day it fell."), ("Tom Hale", "There was no wind at all. It had simply had enough of us."),
        ("Ida Berg", "Describe the sound."), ("Tom Hale", "Like a drawer."),
    )  # fmt: skip
    assert roles(document) == {"Ida Berg": "interviewer", "Tom Hale": "guest"}


def test_the_one_who_is_named_in_the_title_is_the_guest():
    document = read(
        "---\ntitle: Tom Hale on sheds\n---\n\nIda Berg: Sheds, then.\n\nTom Hale: Sheds. My father had one, and I have had four.\n\n"
        "Ida Berg: Four is many.\n\nTom Hale: Not if they fall down.\n\nIda Berg: Did they?\n\nTom Hale: Three of them.\n", "a.md",
    )  # fmt: skip
    assert roles(document) == {"Ida Berg": "interviewer", "Tom Hale": "guest"}


def test_in_a_meeting_of_many_nobody_is_the_interviewer():
    turns = [("Chair", "Ann, are you ready?"), ("Ann", "I am."), ("Chair", "Bea, are you?"), ("Bea", "Yes."), ("Chair", "Cy, and you?"),
             ("Cy", "Nearly."), ("Chair", "Di?"), ("Di", "Here."), ("Chair", "Ed?"), ("Ed", "Present.")]  # fmt: skip
    assert set(roles(conversation(*turns)).values()) == {"guest"}


# Names


@pytest.mark.parametrize(("a", "b"), [
    ("Mark McGranaghan", "Mark McGranahan"), ("Mireille B. Reece, Psy.D", "Mireille Reece, PsyD"), ("Dr. Anna Holm", "Anna Holm"),
    ("Anna Holm (she/her)", "Anna Holm"), ("Katharina Lind", "Katarina Lind"), ("Steven Hall", "Stephen Hall"),
    ("Markus Müller-Simhofer", "Markus Mueller-Simhofer"), ("Sid Sijbrandij", "Sid Sybrandy"), ("JOHN NEWBERY", "John Newbery"),
    ("Karin Andersson", "Karin Anderson"), ("Anna Maria Holm", "Anna Holm"), ("Jean-Luc Roux", "Jean Luc Roux"),
])  # fmt: skip
def test_names_of_one_person(a, b):
    assert names.one_person(a, b)
    assert names.one_person(b, a) == names.one_person(a, b)


@pytest.mark.parametrize(("a", "b"), [
    ("Anna Holm", "Anna Berg"), ("Adam Wolf", "Adam Wiggins"), ("Maria Jansen", "Maria Jensen"), ("Peter Hansen", "Peter Jansen"),
    ("John A. Smith", "John B. Smith"), ("Jonas Nick", "Adam Jonas"), ("Anna Holm", "Anna"), ("Adam Jonas", "Jonas"),
    ("Robert Martin", "Robert Martins"), ("Jon Hansen", "Jan Hansen"), ("Ann Lee", "Ann Leigh"), ("Anna Holm", "Arne Holm"),
    ("John Albert Smith", "John Bernard Smith"), ("Justin Traglia", "Justin Florentine (Besu)"),
])  # fmt: skip
def test_names_of_two(a, b):
    assert names.one_person(a, b) is None


def test_patterns_cost_no_more_than_the_text_is_long():
    import time

    hard = ("Ann: " + "Bea " * 400 + "\n") * 300 + "A " * 20_000 + ("(" * 5_000) + "Ida Berg (IB" * 2_000
    start = time.perf_counter()
    read(hard)
    assert time.perf_counter() - start < 10
    assert re.search("Ann", hard)
