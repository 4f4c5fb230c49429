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


def documents(n_authors, *, per_author=8, hostile=False, kinds=("essay",), dates="2013-05-19"):
    """Return the documents of so many authors, a year apart for each."""
    rows = []
    for i, author in enumerate(names(n_authors, hostile=hostile)):
        for j in range(per_author):
            date = None if dates is None else f"{int(dates[:4]) + j}-{1 + (i + j) % 12:02d}"
            rows.append(
                (f"d{i:03}-{j:03}", author, 400 + 50 * j, kinds[i % len(kinds)], date, f"Essay {j}", PASSAGE)
            )
    columns = ["document_id", "author", "n_words", "kind", "date", "title", "text"]
    return pd.DataFrame(rows, columns=columns)


def topics(n, *, n_authors=5, n_leading=3, hostile=False):
    """Return ``n`` topics of falling size; who leads each has ``n_leading`` of its passages."""
    labels = (
        names(n, hostile=True)
        if hostile
        else [f"{SUBJECTS[i % 11]} {i // 11 or ''}".strip() for i in range(n)]
    )
    people = names(max(n_authors, 1), hostile=hostile)
    return pd.DataFrame(
        {
            "topic_id": [f"t{i:03}" for i in range(n)], "label": labels, "keywords": labels,
            "n_passages": [n + 9 - i for i in range(n)], "n_documents": 4, "n_authors": n_authors,
            "leading_author": [people[i % len(people)] for i in range(n)], "n_leading": n_leading, "text": PASSAGE,
        }
    )  # fmt: skip


def topics_over_time(n_topics, n_periods, *, first=2013, n_years=1, hostile=False):
    """Return topics of equal size, of which the first grows: it has one more passage in each period."""
    labels = (
        names(n_topics, hostile=True)
        if hostile
        else [f"{SUBJECTS[i % 11]} {i // 11 or ''}".strip() for i in range(n_topics)]
    )
    rows = [
        (
            f"t{i:03}",
            labels[i],
            first + p * n_years,
            n_years,
            labels[i],
            5 + (4 * p if i == 0 else 0),
            PASSAGE,
        )
        for i in range(n_topics)
        for p in range(n_periods)
    ]
    frame = pd.DataFrame(
        rows, columns=["topic_id", "label", "period", "n_years", "keywords", "n_passages", "text"]
    )
    return frame.assign(n_of_period=frame.groupby("period")["n_passages"].transform("sum"))


def topic_hierarchy(n, *, hostile=False):
    """Return a tree of ``n`` topics: the first two join, then the next joins them, and so on."""
    labels = (
        names(n, hostile=True)
        if hostile
        else [f"{SUBJECTS[i % 11]} {i // 11 or ''}".strip() for i in range(n)]
    )
    parent = {f"t{i:03}": f"j{max(i - 1, 0):03}" for i in range(n)} | {
        f"j{i:03}": f"j{i + 1:03}" for i in range(n - 2)
    }
    leaves = [(f"t{i:03}", f"t{i:03}", labels[i], 0.0, 10) for i in range(n)]
    joins = [(f"j{i:03}", None, labels[i], 0.5 + 0.4 * i / n, 10 * (i + 2)) for i in range(n - 1)]
    frame = pd.DataFrame(leaves + joins, columns=["node_id", "topic_id", "label", "distance", "n_passages"])
    return frame.assign(parent_id=frame["node_id"].map(parent) if n > 1 else None, text=PASSAGE)


def certainty(
    n, *, author="Maud Okafor", verdict="found", leading=2.0, p_value=0.001, chance=1.1, concepts=CONCEPTS
):
    """Return one author's ``n`` concepts; the first has the effect ``leading``, the others small ones."""
    effects = [leading, *(0.8 - 0.05 * i for i in range(1, n))][:n]
    return pd.DataFrame(
        {
            "author": author, "concept": list(concepts[:n]), "rank": range(1, n + 1), "effect": effects,
            "low": [e - 0.5 for e in effects], "high": [e + 0.5 for e in effects],
            "p_value": [p_value, *[0.7] * (n - 1)][:n], "chance": chance, "verdict": verdict, "q_value": 2 * p_value,
            "n_documents": 8, "n_others": 120, "text": PASSAGE,
        }
    )  # fmt: skip


def orbit(
    n, *, author="Maud Okafor", scores=None, junctures=(), verdict="found", dates="2013-05-19", titles=None
):
    """Return ``n`` documents, a year apart, whose theme shows where the score is above 0.5."""
    scores = [1.5 + 0.5 * (-1) ** i for i in range(n)] if scores is None else scores
    return pd.DataFrame(
        {
            "document_id": [f"d{i:03}" for i in range(n)],
            "title": [f"Essay {i}" if titles is None else titles[i % len(titles)] for i in range(n)],
            "date": [None if dates is None else f"{int(dates[:4]) + i}{dates[4:]}" for i in range(n)],
            "author": author, "concept": "repair", "score": scores, "shows": [s > 0.5 for s in scores],
            "level": scores, "low": [s - 0.4 for s in scores], "high": [s + 0.4 for s in scores],
            "is_juncture": [i in junctures for i in range(n)], "verdict": verdict, "text": PASSAGE,
        }
    )  # fmt: skip


def forms(n_topics, *, per_topic=5, author="Maud Okafor", labels=None, quote="We mended the gate again, and it held.",
          n_above=None):  # fmt: skip
    """Return passages of one author: the theme runs above average on the first ``n_above`` topics, most on the first."""
    n_above = n_topics if n_above is None else n_above
    rows = []
    for i in range(n_topics):
        label = SUBJECTS[i % 11] if labels is None else labels[i % len(labels)]
        level = 2 - i * 0.1 if i < n_above else -1.0
        rows += [
            (f"t{i:03}", label, author, "repair", f"p{i:03}-{j}", f"Essay {j}", f"{2013 + j}", level + 0.2 * (j - per_topic // 2),
             quote if j == per_topic - 1 else None, PASSAGE)
            for j in range(per_topic)
        ]  # fmt: skip
    columns = [
        "topic_id",
        "label",
        "author",
        "concept",
        "passage_id",
        "title",
        "date",
        "score",
        "quote",
        "text",
    ]
    return pd.DataFrame(rows, columns=columns)


def pair(n_authors=2, *, metas=("compression", "scaling"), hostile=False):
    """Return the themes of one or two authors; a meta-theme of ``None`` is one that is not found."""
    frames = []
    for i, author in enumerate(names(n_authors, hostile=hostile)):
        own, _ = themes(n_authors)
        own = own[own["author"] == names(n_authors)[i]]
        frames.append(
            own.assign(
                author=author, verdict="found" if metas[i] else "none", meta_theme=metas[i], n_documents=8
            )
        )
    return pd.concat(frames, ignore_index=True)


def kinship(n, *, kin=(), hostile=False, p_other=0.9):
    """Return pairs of ``n`` authors; those in ``kin``, by number, are alike, and the first the most."""
    people = sorted(names(n, hostile=hostile))
    rows = []
    for i in range(n):
        for j in range(i + 1, n):
            is_kin = (i, j) in kin
            alike = 0.9 - 0.1 * list(kin).index((i, j)) if is_kin else 0.1 * np.sin(i + 3 * j)
            rows.append((people[i], people[j], alike, 0.01 if is_kin else p_other, True, PASSAGE))
    return pd.DataFrame(rows, columns=["author", "other", "similarity", "p_value", "is_enough", "text"])


def reading(
    n,
    *,
    n_strong=2,
    title="The Gate",
    words="We mended the gate again, and it held. ",
    n_words=3,
    labels=SUBJECTS,
):
    """Return a document of ``n`` passages, of which the first ``n_strong`` are strong."""
    return pd.DataFrame(
        {
            "passage_id": [f"p{i:03}" for i in range(n)], "position": range(n), "document_id": "d1", "title": title,
            "date": "2019-03-02", "author": "Maud Okafor", "concept": "repair",
            "label": [labels[i // 2 % len(labels)] for i in range(n)],
            "score": [1.5 if i < n_strong else -0.2 for i in range(n)], "text": words * n_words, "more": PASSAGE,
        }
    )  # fmt: skip


def portrait(n=8, *, author="Maud Okafor", verdict="found", n_shows=6, gloss="Seeing what is broken as what can be mended.",
             quotes=("We mended the gate again, and it held.",) * 3, dates="2013-05-19", subjects=SUBJECTS):  # fmt: skip
    """Return the four tables of the page of one author with ``n`` documents."""
    person = pd.DataFrame(
        {
            "author": [author], "verdict": [verdict], "reason": [None if verdict == "found" else "what leads is no stronger than chance"],
            "leading": ["repair"], "gloss": [gloss], "effect": [2.0], "low": [1.5], "high": [2.5], "p_value": [0.001],
            "q_value": [0.002], "document_share": [n_shows / max(n, 1)], "n_documents": [n], "n_words": [4200],
            "n_passages": [110], "n_authors": [21], "encoder": ["static"], "text": [PASSAGE],
        }
    )  # fmt: skip
    told = pd.DataFrame(
        {"title": "The Gate", "date": "2019", "label": "bread", "quote": list(quotes), "text": PASSAGE}
    )
    return {
        "person": person,
        "thread": thread(n, author=author, n_shows=n_shows, dates=dates, subjects=subjects),
        "certainty": certainty(10, author=author, verdict=verdict, concepts=("repair", *CONCEPTS)),
        "quotes": told,
    }
