"""What stands around a text never counts as its author's: footers, thanks, calls to subscribe, contents, notes."""

from __future__ import annotations

import time

import pytest

import themekit
from themekit.readers import apparatus, markdown
from themekit.readers.document import NOBODYS

ESSAY = "I mended the gate before breakfast. It had hung by one hinge since March. Nobody thanked me."
AROUND = [
    "Subscribe now", "Thanks for reading The Long Wall! Subscribe for free to receive new posts and support my work.", "Sign up for my weekly letter here.",
    "Join 3,000 readers who get my essays by email.", "Get new essays in your inbox every Sunday.", "You can unsubscribe at any time.",
    "If this was forwarded to you, you can sign up here.", "You’re receiving this email because you signed up at marram.example.",
    "View this email in your browser", "Enjoyed this? Tell a friend.", "Like what you read? Consider a small donation.", "Support my work on Patreon.",
    "Buy my book here.", "Share this post", "Leave a comment", "Comments are closed.", "Read more: On Jam", "Next: On Jam", "Previous post: On Jam",
    "← Older posts", "Back to the list of essays", "Discuss on Hacker News", "Tags: gates, hinges", "Filed under: Essays, Gates",
    "Thank you to Ann Oakes, Bea Moss and Tom Hale for reading drafts of this essay.", "Thanks to Ann Oakes and Bea Moss.",
    "Many thanks to my editor, Ida Berg.", "With thanks to Ida Berg for her comments.", "Special thanks to Tom Hale, who edited this piece.",
    "I’d like to thank Ida Berg for her help with this essay.", "I am indebted to Ida Berg for comments on an earlier draft.", "Edited by Ida Berg.",
    "Photo by Hal Marsh on Unsplash.", "Cover image: Hal Marsh.", "Illustration by Hal Marsh", "[Image: a gate]",
    "Ann Oakes is a writer based in Lisbon. Her latest book is Gates.", "Ann Oakes lives in Lisbon. She is the author of Gates.",
    "This post first appeared in the Marram Review.", "A version of this essay was published in the Marram Review in 2019.",
    "Reprinted with permission of the author.", "Copyright 2019 Ann Oakes", "© 2019 Ann Oakes", "All rights reserved.", "Views expressed are the author’s own.",
    "This transcript was generated automatically and may contain errors.", "Send me an email at ann@example.org.", "Reading time: 5 minutes",
    "This is part two of a series. Read part one here.", "Hi friends, welcome to issue 12 of Low Water.", "Transcribed by https://otter.ai",
    "Introduction . . . . . . 3", "1 Introduction 3\n2 The gate 5\n3 The hinge 9",
]  # fmt: skip
SECTIONS = [
    "Notes", "Footnotes", "Endnotes", "Notes and references", "Sources and notes", "References", "Bibliography", "Works Cited", "Further Reading", "Colophon",
    "Contents", "Table of Contents", "In this article", "On this page", "Acknowledgements", "Acknowledgments", "Thanks", "Subscribe", "Newsletter",
    "Join the newsletter", "Related", "Related posts", "You might also like", "More from this author", "Read next", "Keep reading", "About the author",
    "About me", "Comments", "3 Comments", "Leave a Reply", "Share this", "Credits", "Tags", "Archive", "Stay in touch", "Support this site", "Editor’s note",
]  # fmt: skip
# Said in the middle of things, or by way of an essay.
OWN = [
    "Thanks to the tide we were early, and nobody asked us why.", "I am grateful to the sea, which reads no drafts.", "Nobody would subscribe to such a view.",
    "My aunt was a writer of letters to the council.", "Get up early and the street belongs to whoever sweeps it.", "Join a choir, my aunt said, and stand at the back.",
    "Ann is the sort of person who returns a dish with something in it.", "She edited the minutes so that nobody had said anything.",
    "The next morning: frost, and a gate that would not open.", "Next to the church stands a shop that sells nothing twice.",
    "He was based in Leeds at the time, and hated it.", "Thanks to Maud I know the price of eggs.", "Share the bread first and the news afterwards.",
]  # fmt: skip


def roles(text):
    (document,) = markdown.read(text.encode(), "a.md")
    return [turn.role for turn in document.turns]


@pytest.mark.parametrize("words", AROUND)
@pytest.mark.parametrize("is_below", [True, False])
def test_a_paragraph_above_or_below_a_text(words, is_below):
    body = [ESSAY] * 12
    text = "\n\n".join([*body, words] if is_below else [words, *body])
    assert {*roles(text)} == {"author", "apparatus"}
    assert len(roles(text)) == 2


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_by_its_heading(heading):
    text = f"# Gates\n\n{ESSAY}\n\n{ESSAY}\n\n## {heading}\n\nSee the long list of all the gates there are.\n\nAnd one more line.\n\n## On\n\n{ESSAY}"
    assert roles(text) == ["author", "apparatus", "author"]


@pytest.mark.parametrize("words", OWN)
def test_an_essays_own_last_words(words):
    assert roles("\n\n".join([*[ESSAY] * 12, words])) == ["author"]


def test_contents_that_name_the_headings_below():
    text = f"# Gates\n\n- The hinge\n- The latch\n\n{ESSAY}\n\n## The hinge\n\n{ESSAY}\n\n## The latch\n\n{ESSAY}"
    assert roles(text) == ["apparatus", "author"]


def test_a_list_that_names_no_headings_is_the_authors():
    assert roles(f"# Gates\n\n- Salt\n- Bread\n\n{ESSAY}\n\n## The hinge\n\n{ESSAY}") == ["author"]


def test_nothing_of_an_essay_of_ours_is_set_apart():
    corpus = themekit.read("corpora")
    assert not set(corpus.turns["role"]) & (NOBODYS - {"quoted"})


@pytest.mark.parametrize("text", ["A." * 350, "a . " * 170, ". " * 350, "Thanks to " + "A.B " * 170, "1 a 1\n" * 100, "thanks to " + "Ann, " * 100 + "went",
                                  "Ann Oakes is " + "writer " * 90, "get " + "a " * 300])  # fmt: skip
def test_patterns_do_not_hold_up_the_rest(text):
    started = time.process_time()
    apparatus._reason(text)
    assert time.process_time() - started < 0.5
