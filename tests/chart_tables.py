"""Tables as a result holds them, made up, for the tests of charts and figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

CONCEPTS = (  # noqa: SIM905 - words, to be read
    "compression scaling representation leverage agency feedback repair emergence translation constraint attention "
    "patience chance threshold rigour play competition memory belonging symmetry trust imitation freedom ambition "
    "simplicity craft"
).split()
FIRST = ("Maud", "Ivo", "Piet", "Kitty", "Ann", "Bo", "Hugh", "Lena", "Tom", "Ruth")
LAST = ("Okafor", "Brandt", "Claes", "Marsh", "Petrov", "Silva", "Winter", "Haas", "Lind", "Mora", "Weir")
SUBJECTS = ("bread, oven", "boats, tide", "soil, seeds", "schools, pupils", "trains", "wages", "wards", "roofs",
            "choirs", "weather", "markets")  # fmt: skip
HOSTILE = (
    "<script>window.hacked = 1</script>", '<img src=x onerror="window.hacked = 1">', "Ann\x1b[31m\nred",
    "محمد بن عبد الله", "יוסף כהן", "A" * 200, "Maria Theresia von und zu Hohenlohe-Waldenburg-Schillingsfürst",
    "datum.x + alert(1)", "back\u202ewards", "zero\u200bwidth", "{{7*7}} ${7*7}", "村上春樹", "javascript:alert(1)",
    "](https://example.org)", "&lt;b&gt;", "noncharacter \uffff", "'\"`;--", "constructor", "__proto__", "null",
)  # fmt: skip
PASSAGE = "CANARY-7f3a the words of a passage, which no figure may carry"


def names(n, *, hostile=False):
    """Return ``n`` different names."""
    plain = [f"{FIRST[i % 10]} {LAST[i % 11]}" + (f" {i // 110}" if i >= 110 else "") for i in range(n)]
    return list(HOSTILE[:n]) + plain[len(HOSTILE) :] if hostile else plain


def themes(n, *, hostile=False, concepts=CONCEPTS, n_found=None):
    """Return the tables of themes and of authors: author i has concept i, found for the first ``n_found``."""
    generator, rows, authors = np.random.default_rng(n), [], []
    n_found = n if n_found is None else n_found
    for i, author in enumerate(names(n, hostile=hostile)):
        effect = generator.normal(0, 0.3, len(concepts))
        effect[i % len(concepts)] = 2.5
        rank = (-effect).argsort().argsort() + 1
        rows += [
            (author, concept, r, e, e - 0.4, e + 0.4, 0.5, PASSAGE)
            for concept, r, e in zip(concepts, rank, effect, strict=True)
        ]
        found = i < n_found
        authors.append(
            (author, 8, "found" if found else "none", concepts[i % len(concepts)] if found else None, PASSAGE)
        )
    return (
        pd.DataFrame(
            rows, columns=["author", "concept", "rank", "effect", "low", "high", "document_share", "text"]
        ),
        pd.DataFrame(authors, columns=["author", "n_documents", "verdict", "meta_theme", "text"]),
    )


def thread(n, *, author="Maud Okafor", subjects=SUBJECTS, n_shows=None, dates="2015-03-07", per_document=2):
    """Return the thread of ``n`` documents, a year apart; the theme shows in the first ``n_shows``."""
    rows = []
    for i in range(n):
        date = None if dates is None else f"{int(dates[:4]) + i}{dates[4:]}"
        for j in range(min(per_document, len(subjects))):
            topic = (i + j) % len(subjects)
            rows.append(
                (f"d{i:03}", f"Essay {i}", date, None if date is None else float(date[:4]), f"t{topic}", subjects[topic],
                 author, "repair", 0.5, i < (n if n_shows is None else n_shows), 3 + j, PASSAGE)
            )  # fmt: skip
    columns = ["document_id", "title", "date", "year", "topic_id", "label", "author", "concept", "score", "shows",
               "n_passages", "text"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def topic_map(n, *, n_topics=6, n_authors=3, hostile=False):
    """Return a map of ``n`` passages in round clusters."""
    generator = np.random.default_rng(n)
    topic, author = np.arange(n) % max(n_topics, 1), np.arange(n) % max(n_authors, 1)
    angle = 2 * np.pi * topic / max(n_topics, 1)
    labels = names(n_topics, hostile=True) if hostile else [SUBJECTS[i % 11] for i in range(n_topics)]
    people = names(n_authors, hostile=hostile)
    return pd.DataFrame(
        {
            "passage_id": [f"p{i:05}" for i in range(n)],
            "x": 10 * np.cos(angle) + generator.normal(0, 1, n),
            "y": 10 * np.sin(angle) + generator.normal(0, 1, n),
            "author": [people[i] for i in author],
            "topic_id": [f"t{i:03}" for i in topic],
            "label": [labels[i] for i in topic],
            "title": "An essay",
            "date": "2015",
            "text": PASSAGE,
        }
    )
