"""Files that hold many texts: journals, mailboxes, tables, and tables about the files beside them."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage

import pandas as pd
import pytest

import themekit
from themekit import readers
from themekit.readers.document import NotATextError, UnreadableFileError

DAYS = [
    "The rain came in under the door. I moved the chairs and then the books.",
    "Dry again. My aunt says that a flood is a guest who has read the visiting hours.",
    "I counted what was spoilt, and it was less than what I had meant to give away.",
]


def journal(*headings):
    return "\n\n".join(f"{heading}\n\n{day}" for heading, day in zip(headings, DAYS, strict=True))


# Journals

JOURNALS = {
    "markdown, ISO": ("a.md", "## 2019-03-21", "## 2019-03-22", "## 2019-04-01"),
    "markdown, in words": (
        "a.md",
        "# Thursday, 21 March 2019",
        "# Friday, 22 March 2019",
        "# Monday, April 1st, 2019",
    ),
    "markdown, with titles": (
        "a.md",
        "## 2019-03-21: Water",
        "## 2019-03-22: Visitors",
        "## 2019-04-01: Losses",
    ),
    "markdown, year above": ("a.md", "# 2019\n\n## 21 March", "## March 22", "## 1 April"),
    "plain text": ("a.txt", "21 March 2019", "22 March 2019", "1 April 2019"),
    "plain text, figures": ("a.txt", "21.03.2019", "22.03.2019", "23.03.2019"),
    "org": ("a.org", "* 2019-03-21", "* 2019-03-22", "* 2019-04-01"),
}


@pytest.mark.parametrize("case", JOURNALS.values(), ids=JOURNALS)
def test_each_entry_of_a_journal_is_a_document(case):
    name, *headings = case
    found = readers.read_file(journal(*headings).encode(), name)
    dates = [d.date for d in found]
    assert dates == ["2019-03-21", "2019-03-22", "2019-03-23" if "23" in headings[2] else "2019-04-01"]
    assert [d.text for d in found] == DAYS
    assert {d.kind for d in found} == {"journal"}
    assert {d.date_source for d in found} == {"heading"}
    assert [d.entry for d in found] == dates


def test_titles_of_entries_and_two_entries_of_a_day(tmp_path):
    text = journal("## 2019-03-21: Water", "## 2019-03-21: Visitors", "## 2019-04-01")
    (tmp_path / "journal.md").write_text(f"---\nauthor: Ann\n---\n{text}")
    corpus = themekit.read(tmp_path)
    assert corpus.documents["document_id"].tolist() == [
        "journal/2019-03-21",
        "journal/2019-03-21-2",
        "journal/2019-04-01",
    ]
    assert corpus.documents["title"].tolist() == ["Water", "Visitors", "journal"]
    assert corpus.contributions["author"].unique().tolist() == ["Ann"]


def test_an_essay_with_two_dated_sections_is_an_essay():
    text = f"# Water\n\n{' '.join(DAYS) * 3}\n\n## 2019-03-21\n\n{DAYS[0]}\n\n## 2019-03-22\n\n{DAYS[1]}"
    (document,) = readers.read_file(text.encode(), "a.md")
    assert document.kind == "essay"


# Letters


def message(subject, sender, day, body, *, html=False):
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = subject, sender, "Bea Moss <bea@example.org>"
    letter["Date"] = f"Thu, {day} Mar 2019 10:00:00 +0000"
    letter.set_content(body, subtype="html" if html else "plain")
    return letter


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "letters.mbox"
    box = mailbox.mbox(path)
    box.add(
        message(
            "Water",
            "Ann Oakes <ann@example.org>",
            21,
            f"Dear Bea,\n\n{DAYS[0]}\n\n-- \nAnn Oakes\nMarram\n",
        ),
    )
    box.add(message("Re: Water", "Bea Moss <bea@example.org>", 22,
                    f"On Thu, 21 Mar 2019, Ann Oakes wrote:\n\n> {DAYS[0]}\n\n{DAYS[1]}\n"))  # fmt: skip
    box.add(
        message(
            "Löss",
            '"Oakes, Ann" <ann@example.org>',
            23,
            f"<p>{DAYS[2]}</p><p>Schöne Grüße</p>",
            html=True,
        ),
    )
    box.add(message("Empty", "Ann Oakes <ann@example.org>", 24, "\n"))
    box.close()
    return path


def test_a_mailbox_is_a_document_for_each_letter(letters):
    before = letters.read_bytes()
    corpus = themekit.read(letters)
    documents = corpus.documents
    assert documents["title"].tolist() == ["Water", "Re: Water", "Löss"]
    assert documents["author"].tolist() == ["Ann Oakes", "Bea Moss", "Oakes, Ann"]
    assert documents["date"].tolist() == ["2019-03-21", "2019-03-22", "2019-03-23"]
    assert documents["date_source"].unique().tolist() == ["mail header"]
    assert documents["kind"].unique().tolist() == ["letter"]
    assert documents["entry"].tolist() == ["0001", "0002", "0003"]
    assert "Marram" not in documents["text"][0]
    assert "Grüße" in documents["text"][2]
    assert "1 message without words of its sender" in corpus.account["detail"].tolist()
    assert letters.read_bytes() == before


def test_what_a_letter_quotes_is_nobodys(letters):
    corpus = themekit.read(letters)
    reply = corpus.turns[corpus.turns["document_id"] == "letters/0002"]
    assert dict(zip(reply["role"], reply["author"], strict=True)) == {"quoted": None, "author": "Bea Moss"}
    text = corpus.documents["text"][1]
    own = reply[reply["role"] == "author"].iloc[0]
    assert text[own["start"] : own["end"]] == DAYS[1]


def test_a_single_message():
    (letter,) = readers.read_file(message("Water", "ann@example.org", 21, DAYS[0]).as_bytes(), "a.eml")
    assert (letter.author, letter.title, letter.date) == ("ann@example.org", "Water", "2019-03-21")


def test_a_mailbox_without_letters():
    with pytest.raises(UnreadableFileError, match="seen a mailbox without letters"):
        readers.read_file(b"nothing of the kind\n", "a.mbox")


# Tables


@pytest.mark.parametrize("name", ["corpus.csv", "corpus.tsv", "semicolons.csv", "corpus.parquet"])
def test_a_table_of_texts(tmp_path, name):
    frame = pd.DataFrame({"Text": [*DAYS, ""], "author": ["Ann", "Bea", "", "Ann"], "date": ["2019-03", "1903", "", ""],
                          "title": ["Water", "", "", ""], "kind": ["Letter", "", "", ""]})  # fmt: skip
    if name.endswith("parquet"):
        frame.to_parquet(tmp_path / name)
    else:
        frame.to_csv(
            tmp_path / name,
            index=False,
            sep={"corpus.tsv": "\t", "semicolons.csv": ";"}.get(name, ","),
        )
    corpus = themekit.read(tmp_path / name)
    assert corpus.documents["text"].tolist() == DAYS
    assert corpus.documents["author"].tolist() == ["Ann", "Bea", name.split(".")[0]]
    assert corpus.documents["date"].tolist() == ["2019-03", "1903", None]
    assert corpus.documents["kind"].tolist() == ["letter", "essay", "essay"]
    assert corpus.documents["entry"].tolist() == ["1", "2", "3"]
    assert "1 row without text" in corpus.account["detail"].tolist()


def test_a_table_about_the_files_beside_it_goes_before_what_they_say(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text(f"---\nauthor: Nobody\ndate: 1999\ntitle: Old\n---\n{DAYS[0]}")
    (tmp_path / "b.txt").write_text(DAYS[1])
    (tmp_path / "corpus.csv").write_text(
        "file,author,date,title,kind\nin/a.md,Ann,1903,Water,letter\n./b.txt,Bea,,,\ngone.txt,Cid,,,\n",
    )
    corpus = themekit.read(tmp_path)
    rows = corpus.documents[["document_id", "author", "date", "date_source", "title", "kind"]].values.tolist()
    assert rows == [
        ["b", "Bea", None, None, "b", "essay"],
        ["in/a", "Ann", "1903", "table", "Water", "letter"],
    ]
    said = corpus.account[corpus.account["source"].str.endswith("corpus.csv")]
    assert set(said["detail"]) == {
        "says something of gone.txt, of which there is no text",
        "what it says of the files beside it",
    }


def test_a_table_of_something_else_is_left_out(tmp_path):
    with pytest.raises(NotATextError, match="a table without a column 'text'"):
        readers.read_file(b"price,tool\n12,saw\n", "a.csv")
    (tmp_path / "a.csv").write_text("price,tool\n12,saw\n")
    (tmp_path / "b.txt").write_text(DAYS[0])
    assert themekit.read(tmp_path).problems.empty


def test_a_mailbox_and_a_table_in_a_zip(tmp_path, letters):
    import zipfile

    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(letters, "mail/letters.mbox")
        archive.writestr("corpus.csv", f'text\n"{DAYS[0]} Indeed."\n')
    corpus = themekit.read(tmp_path / "all.zip")
    assert corpus.documents["document_id"].tolist() == [
        "corpus/1",
        "mail/letters/0001",
        "mail/letters/0002",
        "mail/letters/0003",
    ]
    assert corpus.documents["entry"].tolist() == [
        "corpus.csv/1",
        *(f"mail/letters.mbox/000{i}" for i in (1, 2, 3)),
    ]
