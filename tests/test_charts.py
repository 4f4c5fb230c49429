"""Charts: what they say is right for any number of authors and any name, and they carry only what they draw."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import unicodedata
import zlib
from functools import cache

import altair as alt
import chart_tables as tables
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import themekit
from themekit import charts, wording
from themekit.charts import style
from themekit.wording import visible

CASES = {
    "fingerprint of none": lambda: charts.fingerprint(*(table.head(0) for table in tables.themes(1))),
    **{f"fingerprint of {n}": lambda n=n: charts.fingerprint(*tables.themes(n)) for n in (1, 2, 12, 200)},
    "fingerprint, none found": lambda: charts.fingerprint(*tables.themes(12, n_found=0)),
    "fingerprint, hostile": lambda: charts.fingerprint(*tables.themes(20, hostile=True)),
    "fingerprint of one concept": lambda: charts.fingerprint(*tables.themes(3, concepts=["repair"])),
    "thread of none": lambda: charts.thread(tables.thread(0)),
    **{
        f"thread of {n}": lambda n=n: charts.thread(tables.thread(n, n_shows=n - n // 3))
        for n in (1, 2, 12, 200)
    },
    "thread, hostile": lambda: charts.thread(
        tables.thread(30, author=tables.HOSTILE[3], subjects=tables.HOSTILE, n_shows=20)
    ),
    "thread of one topic": lambda: charts.thread(tables.thread(5, subjects=["bread"])),
    "thread without dates": lambda: charts.thread(tables.thread(5, dates=None)),
    "topic map of none": lambda: charts.topic_map(tables.topic_map(0)),
    **{f"topic map of {n}": lambda n=n: charts.topic_map(tables.topic_map(n)) for n in (1, 2, 300)},
    "topic map of 1 topic": lambda: charts.topic_map(tables.topic_map(40, n_topics=1, n_authors=1)),
    "topic map, hostile": lambda: charts.topic_map(
        tables.topic_map(300, n_topics=20, n_authors=6, hostile=True)
    ),
    "topic map of 200 authors": lambda: charts.topic_map(tables.topic_map(400, n_topics=30, n_authors=200)),
    "corpus overview of none": lambda: charts.corpus_overview(tables.documents(1).head(0)),
    **{
        f"corpus overview of {n}": lambda n=n: charts.corpus_overview(tables.documents(n))
        for n in (1, 2, 12, 200)
    },
    "corpus overview, hostile": lambda: charts.corpus_overview(
        tables.documents(20, hostile=True, kinds=tables.HOSTILE[:8])
    ),
    "corpus overview without dates": lambda: charts.corpus_overview(tables.documents(2, dates=None)),
    "topic overview of none": lambda: charts.topic_overview(tables.topics(0)),
    **{
        f"topic overview of {n}": lambda n=n: charts.topic_overview(tables.topics(n)) for n in (1, 2, 12, 200)
    },
    "topic overview, hostile": lambda: charts.topic_overview(tables.topics(20, hostile=True)),
    "topics over time of none": lambda: charts.topics_over_time(tables.topics_over_time(0, 0)),
    **{
        f"topics over time of {n}": lambda n=n: charts.topics_over_time(tables.topics_over_time(n, 6))
        for n in (1, 2, 50)
    },
    "topics over time, one period": lambda: charts.topics_over_time(tables.topics_over_time(3, 1)),
    "topics over time, hostile": lambda: charts.topics_over_time(
        tables.topics_over_time(20, 3, hostile=True)
    ),
    "topic hierarchy of none": lambda: charts.topic_hierarchy(tables.topic_hierarchy(1).head(0)),
    **{
        f"topic hierarchy of {n}": lambda n=n: charts.topic_hierarchy(tables.topic_hierarchy(n))
        for n in (1, 2, 12, 60)
    },
    "topic hierarchy, hostile": lambda: charts.topic_hierarchy(tables.topic_hierarchy(20, hostile=True)),
    "certainty of none": lambda: charts.certainty(tables.certainty(0)),
    **{f"certainty of {n}": lambda n=n: charts.certainty(tables.certainty(n)) for n in (1, 2, 12)},
    "certainty, no test": lambda: charts.certainty(
        tables.certainty(5, verdict="insufficient").assign(p_value=None, chance=None, q_value=None, low=None)
    ),
    "certainty, nobody else": lambda: charts.certainty(tables.certainty(5).assign(effect=None)),
    "certainty, hostile": lambda: charts.certainty(
        tables.certainty(20, author=tables.HOSTILE[3], concepts=tables.HOSTILE), n_concepts=20
    ),
    "orbit of none": lambda: charts.orbit(tables.orbit(0)),
    **{f"orbit of {n}": lambda n=n: charts.orbit(tables.orbit(n, dates="1800-03")) for n in (1, 2, 12, 200)},
    "orbit with junctures": lambda: charts.orbit(tables.orbit(12, junctures=(3, 8))),
    "orbit, hostile": lambda: charts.orbit(tables.orbit(20, author=tables.HOSTILE[3], titles=tables.HOSTILE)),
    "forms of none": lambda: charts.forms(tables.forms(0)),
    **{f"forms of {n}": lambda n=n: charts.forms(tables.forms(n)) for n in (1, 2, 12)},
    "forms without texts": lambda: charts.forms(tables.forms(4, per_topic=300), texts="none"),
    "forms, hostile": lambda: charts.forms(
        tables.forms(20, author=tables.HOSTILE[4], labels=tables.HOSTILE, quote=" ".join(tables.HOSTILE)),
        n_topics=20,
        texts="full",
    ),
    "pair of none": lambda: charts.pair(tables.pair(1).head(0)),
    "pair of 1": lambda: charts.pair(tables.pair(1)),
    "pair of 2": lambda: charts.pair(tables.pair(2)),
    "pair, hostile": lambda: charts.pair(tables.pair(2, hostile=True)),
    "kinship of none": lambda: charts.kinship(tables.kinship(1)),
    **{f"kinship of {n}": lambda n=n: charts.kinship(tables.kinship(n, kin=((0, 1),))) for n in (2, 12, 200)},
    "kinship, hostile": lambda: charts.kinship(tables.kinship(20, hostile=True, kin=((0, 1),))),
    "reading page of none": lambda: charts.reading_page(tables.reading(0)),
    **{f"reading page of {n}": lambda n=n: charts.reading_page(tables.reading(n)) for n in (1, 2, 200)},
    "reading page without texts": lambda: charts.reading_page(tables.reading(30), texts="none"),
    "reading page, hostile": lambda: charts.reading_page(
        tables.reading(6, title=tables.HOSTILE[1], words=" ".join(tables.HOSTILE), labels=tables.HOSTILE),
        texts="full",
    ),
    "portrait of none": lambda: charts.portrait(
        **{name: table.head(0) for name, table in tables.portrait().items()}
    ),
    **{
        f"portrait of {n}": lambda n=n: charts.portrait(**tables.portrait(n, n_shows=n, dates="1800-03"))
        for n in (1, 2, 12, 200)
    },
    "portrait, no verdict": lambda: charts.portrait(
        **tables.portrait(2, verdict="insufficient", quotes=(), dates=None), page="letter"
    ),
    "portrait, hostile": lambda: charts.portrait(
        **tables.portrait(
            20,
            author=tables.HOSTILE[6],
            verdict="none",
            gloss=" ".join(tables.HOSTILE),
            quotes=(" ".join(tables.HOSTILE), tables.HOSTILE[3], tables.HOSTILE[5]),
            subjects=tables.HOSTILE,
        ),
        texts="full",
    ),
}
EMPTY = [case for case in CASES if case.endswith("of none")]
ONE_OF_EACH = {
    "fingerprint": (charts.fingerprint, tables.themes(5), "effect"),
    "thread": (charts.thread, (tables.thread(5),), "shows"),
    "topic_map": (charts.topic_map, (tables.topic_map(50),), "x"),
    "corpus_overview": (charts.corpus_overview, (tables.documents(3, kinds=("essay", "letter")),), "n_words"),
    "topic_overview": (charts.topic_overview, (tables.topics(5),), "n_leading"),
    "topics_over_time": (charts.topics_over_time, (tables.topics_over_time(4, 5),), "period"),
    "topic_hierarchy": (charts.topic_hierarchy, (tables.topic_hierarchy(5),), "distance"),
    "certainty": (charts.certainty, (tables.certainty(8),), "chance"),
    "orbit": (charts.orbit, (tables.orbit(9, junctures=(4,)),), "level"),
    "forms": (charts.forms, (tables.forms(4),), "score"),
    "pair": (charts.pair, (tables.pair(2),), "low"),
    "kinship": (charts.kinship, (tables.kinship(6, kin=((0, 1),)),), "similarity"),
    "reading_page": (charts.reading_page, (tables.reading(8),), "label"),
    "portrait": (charts.portrait, tuple(tables.portrait(8).values()), "gloss"),
}


@pytest.fixture(params=CASES)
def case(request):
    return request.param


@pytest.fixture
def spec(case):
    return _drawn(case)


@cache
def _drawn(case):
    return spec_of(CASES[case]())


def spec_of(chart):
    with alt.theme.enable("themekit"):
        return chart.to_dict()


def title(chart):
    """Return the title as one line."""
    text = spec_of(chart)["title"]["text"]
    return " ".join(text) if isinstance(text, list) else text


def subtitle(chart):
    text = spec_of(chart)["title"]["subtitle"]
    return " ".join(text) if isinstance(text, list) else text


def units(spec):
    """Return every view that has marks, each with the rows that it draws."""
    for view, data in _views(spec, None):
        yield view, data.get("values") or spec["datasets"][data["name"]]


def _views(part, data):
    data = part.get("data", data)
    inner = [view for key in ("layer", "hconcat", "vconcat", "concat") for view in part.get(key, [])]
    if not inner:
        yield part, data
    for view in inner:
        yield from _views(view, data)


def strings(part):
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from itertools.chain([key], strings(value))
    elif isinstance(part, list):
        for item in part:
            yield from strings(item)


def fields(part):
    """Return every field that a part of a specification mentions."""
    found = set()
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "field" and isinstance(value, str):
                found.add(value)
            elif key in {"test", "expr"} and isinstance(value, str):
                found.update(re.findall(r"datum\.(\w+)", value))
            else:
                found |= fields(value)
    elif isinstance(part, list):
        for item in part:
            found |= fields(item)
    return found


# What every chart is.


def test_a_chart_has_a_title_and_a_description_that_states_it(case, spec):
    said = spec["title"]["text"]
    said = " ".join(said) if isinstance(said, list) else said
    assert len(said) > 12
    assert said in spec["description"]
    assert len(spec["description"]) >= 60
    assert spec["description"].endswith(".")


def test_a_chart_carries_no_column_that_it_does_not_draw(case, spec):
    params = {
        field for param in spec.get("params", []) for field in param.get("select", {}).get("fields", [])
    }
    for view, rows in units(spec):
        assert {column for row in rows for column in row} <= fields(view["encoding"]) | params


def test_a_chart_carries_no_passage(spec):
    assert tables.PASSAGE not in json.dumps(spec)


def test_nothing_hides_in_the_words_of_a_chart(spec):
    ours = {style._ISOLATE, style._POP}  # fences around a name that runs from right to left
    hidden = {
        letter
        for text in strings(spec)
        for letter in text
        if unicodedata.category(letter) in wording._HIDDEN and letter not in wording._WELCOME
    }
    assert hidden <= ours


def test_no_name_gets_into_an_expression(spec):
    expressions = [
        value for key, value in _items(spec) if key in {"expr", "test", "calculate", "filter", "labelExpr"}
    ]
    for expression, name in itertools.product(map(str, expressions), tables.HOSTILE):
        assert visible(name) not in expression


def _items(part):
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in {"values", "datasets"}:
                yield key, value
                yield from _items(value)
    elif isinstance(part, list):
        for item in part:
            yield from _items(item)


def test_a_chart_is_the_same_twice(case, spec):
    assert spec_of(CASES[case]()) == spec


def test_every_mark_says_a_safe_text(case, spec):
    """What a mark says to a screen reader would else be all of its tooltip."""
    for view, _ in units(spec):
        mark = view["mark"]
        assert mark["type"] == "text" or mark.get("aria") is False or "description" in view["encoding"]


@pytest.mark.parametrize("empty", EMPTY)
def test_an_empty_table_gives_a_sentence(empty):
    (_, rows), = units(spec_of(CASES[empty]()))  # fmt: skip
    assert rows[0]["note"].endswith(".")
    assert title(CASES[empty]()).startswith("No ")


@pytest.mark.parametrize(("draw", "frames", "_"), ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_order_of_rows_kind_of_table_and_further_columns_do_not_matter(draw, frames, _):
    before = [frame.copy() for frame in frames]
    expected = spec_of(draw(*frames))
    shuffled = [frame.sample(frac=1, random_state=3) for frame in frames]
    if draw is not charts.portrait:  # whose quotes come the best first
        assert spec_of(draw(*shuffled)) == expected
    assert spec_of(draw(*(pa.Table.from_pandas(frame) for frame in frames))) == expected
    assert spec_of(draw(*(frame.assign(more=1) for frame in frames))) == expected
    for frame, old in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, old)


@pytest.mark.parametrize(("draw", "frames", "column"), ONE_OF_EACH.values(), ids=ONE_OF_EACH)
def test_a_missing_column_is_named(draw, frames, column):
    with pytest.raises(ValueError, match=rf"seen a table.*expected {column} as well; do "):
        draw(frames[0].drop(columns=column), *frames[1:])


# Fingerprint.


@pytest.mark.parametrize(
    ("n", "n_found", "expected"),
    [
        (1, 1, "Maud Okafor has a meta-theme: compression"),
        (1, 0, "No meta-theme is found for Maud Okafor"),
        (2, 2, "Both authors have a meta-theme: Ivo Brandt, scaling; Maud Okafor, compression"),
        (2, 1, "1 of 2 authors has a meta-theme: Maud Okafor, compression"),
        (2, 0, "Neither author has a meta-theme"),
        (12, 12, "All 12 authors have a meta-theme; no two share one"),
        (12, 5, "5 of 12 authors have a meta-theme; no two share one"),
        (12, 0, "None of 12 authors has a meta-theme"),
        (27, 27, "All 27 authors have a meta-theme; 2 share compression"),
        (
            28,
            28,
            "All 28 authors have a meta-theme; the most shared are compression and scaling, 2 authors each",
        ),
    ],
)
def test_fingerprint_states_the_finding(n, n_found, expected):
    assert title(charts.fingerprint(*tables.themes(n, n_found=n_found))) == expected


def test_two_authors_of_one_theme():
    themes, authors = tables.themes(2, concepts=["repair"])
    assert title(charts.fingerprint(themes, authors)) == "Both authors have the same meta-theme: repair"


def test_authors_of_whom_there_is_too_little_stand_apart_and_stretch_nothing():
    themes, authors = tables.themes(6)
    wild = tables.names(6)[2]
    authors.loc[authors["author"] == wild, ["verdict", "meta_theme"]] = ["insufficient", None]
    themes.loc[themes["author"] == wild, "effect"] *= 100
    chart = charts.fingerprint(themes, authors)
    encoding = next(units(spec_of(chart)))[0]["encoding"]
    assert encoding["y"]["scale"]["domain"][-1] == wild
    assert encoding["color"]["scale"]["domain"] == [-2.5, 2.5]
    assert encoding["color"]["scale"]["clamp"]
    assert title(chart) == "5 of 6 authors have a meta-theme; no two share one"
    assert "the last with too little text" in subtitle(chart)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, "Too little to go on for a verdict on Maud Okafor"),
        (3, "Too little to go on for a verdict on any of 3 authors"),
    ],
)
def test_too_little_is_not_called_none(n, expected):
    themes, authors = tables.themes(n, n_found=0)
    assert title(charts.fingerprint(themes, authors.assign(verdict="insufficient"))) == expected


def test_fingerprint_marks_each_meta_theme_in_its_cell():
    spec = spec_of(charts.fingerprint(*tables.themes(12, n_found=7)))
    _, marks = list(units(spec))[1]
    told = {row["author"]: (row["concept"], row["mark"]) for row in marks}
    expected = zip(tables.names(12), tables.CONCEPTS, strict=False)
    assert told == {
        author: (concept, "meta-theme, found" if i < 7 else "leading theme, not certain")
        for i, (author, concept) in enumerate(expected)
    }


def test_fingerprint_names_what_leads_and_has_no_column():
    """Nobody is without a mark: with one column, all but one author have theirs at the end of the row."""
    themes, authors = tables.themes(5, n_found=1)
    spec = spec_of(charts.fingerprint(themes, authors, n_concepts=1))
    told = {row["author"]: row["leads"] for _, rows in units(spec) for row in rows if "leads" in row}
    assert told == {name: f"leads: {tables.CONCEPTS[i]}" for i, name in enumerate(tables.names(5)) if i}
    assert not any(
        "leads" in row for _, rows in units(spec_of(charts.fingerprint(themes, authors))) for row in rows
    )


def test_fingerprint_puts_like_by_like():
    """Two groups of authors, mixed by name, stand apart; so do their concepts."""
    rows = [
        (author, concept, 1, 2.0 if i % 2 == j // 2 else -1.0, 0.0, 0.0, 0.5)
        for i, author in enumerate("abcdef")
        for j, concept in enumerate(["w", "x", "y", "z"])
    ]
    themes = pd.DataFrame(
        rows, columns=["author", "concept", "rank", "effect", "low", "high", "document_share"]
    )
    authors = pd.DataFrame(
        {"author": list("abcdef"), "n_documents": 3, "verdict": "none", "meta_theme": None}
    )
    encoding = next(units(spec_of(charts.fingerprint(themes, authors))))[0]["encoding"]
    order = encoding["y"]["scale"]["domain"]
    assert [{*order[:3]}, {*order[3:]}] in ([{*"ace"}, {*"bdf"}], [{*"bdf"}, {*"ace"}])
    columns = encoding["x"]["scale"]["domain"]
    assert {*columns[:2]} in ({"w", "x"}, {"y", "z"})


def test_fingerprint_draws_what_fits_a_page_and_says_so():
    themes, authors = tables.themes(400)
    chart = charts.fingerprint(themes, authors, n_concepts=10)
    encoding = next(units(spec_of(chart)))[0]["encoding"]
    assert len(encoding["y"]["scale"]["domain"]) == 300
    assert len(encoding["x"]["scale"]["domain"]) == 10
    assert title(chart).startswith("All 400 authors")
    assert subtitle(chart).startswith("300 of 400 authors drawn")
    assert "10 of 26 concepts" in subtitle(chart)
    drawn = set(encoding["x"]["scale"]["domain"])
    n_outside = sum(concept not in drawn for concept in authors["meta_theme"])
    assert f"{n_outside} meta-themes outside what is drawn" in subtitle(chart)


def test_fingerprint_refuses_to_draw_no_concept():
    with pytest.raises(ValueError, match="seen n_concepts=0; expected 1 or more; do leave it out for 24"):
        charts.fingerprint(*tables.themes(2), n_concepts=0)


def test_an_author_without_a_name_still_has_a_row():
    themes, authors = tables.themes(2)
    blank = {tables.names(2)[0]: None}
    chart = charts.fingerprint(themes.replace({"author": blank}), authors.replace({"author": blank}))
    assert "(no name)" in next(units(spec_of(chart)))[0]["encoding"]["y"]["scale"]["domain"]


# Thread.


def test_thread_states_the_finding():
    assert title(charts.thread(tables.thread(9, n_shows=7))) == (
        "Maud Okafor comes back to repair in 7 of 9 documents, which touch 8 topics"
    )
    assert (
        title(charts.thread(tables.thread(9, n_shows=0)))
        == "Repair shows in none of 9 documents by Maud Okafor"
    )
    assert (
        title(charts.thread(tables.thread(9, n_shows=1))) == "Repair shows in 1 of 9 documents by Maud Okafor"
    )
    assert title(charts.thread(tables.thread(1))) == "Repair shows in the one document by Maud Okafor"
    assert title(charts.thread(tables.thread(4, subjects=["bread"]))).endswith(
        "4 of 4 documents, which touch 1 topic"
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("found", "Maud Okafor comes back to repair in 7 of 9 documents, which touch 8 topics"),
        ("none", "Repair leads for Maud Okafor, not certain: 7 of 9 documents, 8 topics"),
        ("insufficient", "Repair leads for Maud Okafor, not certain: 7 of 9 documents, 8 topics"),
    ],
)
def test_thread_claims_no_more_than_the_verdict(verdict, expected):
    assert title(charts.thread(tables.thread(9, n_shows=7).assign(verdict=verdict))) == expected


def test_thread_says_what_is_filled_and_what_is_hollow():
    spec = spec_of(charts.thread(tables.thread(6, n_shows=4)))
    points = next(view for view, _ in units(spec) if "fill" in view["encoding"])
    assert points["encoding"]["fill"]["legend"] is not None
    # A legend is left out for all channels with the same field, if one leaves it out.
    silent = [
        channel["field"]
        for view, _ in units(spec)
        for channel in view["encoding"].values()
        if isinstance(channel, dict) and "legend" in channel and channel["legend"] is None
    ]
    assert points["encoding"]["fill"]["field"] not in silent


@pytest.mark.parametrize(
    "draw",
    [
        lambda n: charts.thread(tables.thread(6, n_shows=n)),
        lambda n: charts.orbit(tables.orbit(6, scores=[1.0] * n + [0.0] * (6 - n))),
    ],
)
@pytest.mark.parametrize(("n_shows", "n_marks"), [(6, 1), (4, 2), (0, 1)])
def test_a_legend_names_no_mark_that_does_not_occur(draw, n_shows, n_marks):
    fills = [
        view["encoding"]["fill"] for view, _ in units(spec_of(draw(n_shows))) if "fill" in view["encoding"]
    ]
    assert [len(fill["scale"]["domain"]) for fill in fills] == [n_marks]


def test_thread_places_partial_dates_and_keeps_missing_ones_apart():
    frame = tables.thread(4, per_document=1)
    frame["date"] = ["1903", "1903-04", None, "someday"]
    frame["year"] = [1903, 1903, 1905, None]
    spec = spec_of(charts.thread(frame))
    placed = {
        row["title"]: row.get("when")
        for view, rows in units(spec)
        if "fill" in view["encoding"]
        for row in rows
    }
    days = {
        name: pd.Timestamp(when, unit="ms").date().isoformat()
        for name, when in placed.items()
        if when is not None
    }
    assert days == {"Essay 0": "1903-01-01", "Essay 1": "1903-04-01", "Essay 2": "1905-01-01"}
    assert placed["Essay 3"] is None
    assert "1 without a date" in subtitle(charts.thread(frame))


def test_documents_of_one_day_do_not_cover_each_other():
    frame = tables.thread(6).assign(date="2015-03-01")
    spec = spec_of(charts.thread(frame))
    points = next(rows for view, rows in units(spec) if "fill" in view["encoding"])
    assert len({row["when"] for row in points}) == 6


@pytest.mark.parametrize("n_days", [0, 20, 90, 400, 1400])
def test_a_short_span_says_no_month_twice(n_days):
    frame = tables.thread(2).assign(date=["2015-03-07"] * 2 + [str(np.datetime64("2015-03-07") + n_days)] * 2)
    spec = spec_of(charts.thread(frame))
    values = next(units(spec))[0]["encoding"]["x"]["axis"]["values"]
    labels = [pd.Timestamp(value, unit="ms").strftime("%b %Y") for value in values]
    assert 1 <= len(labels) == len(set(labels)) <= 8


def test_thread_draws_forty_topics_and_says_so():
    frame = tables.thread(90, subjects=[f"subject {i}" for i in range(90)])
    chart = charts.thread(frame)
    assert len(next(units(spec_of(chart)))[0]["encoding"]["y"]["scale"]["domain"]) == 40
    assert "40 of 90 topics drawn" in subtitle(chart)
    assert "which touch 90 topics" in title(chart)


def test_topics_of_one_label_are_told_apart():
    frame = tables.thread(4, subjects=["bread", "bread"])
    assert next(units(spec_of(charts.thread(frame))))[0]["encoding"]["y"]["scale"]["domain"] == [
        "bread",
        "bread (2)",
    ]


@pytest.mark.parametrize("column", ["author", "concept"])
def test_thread_takes_one_author_and_one_concept(column):
    frame = tables.thread(4)
    frame.loc[0, column] = "another"
    with pytest.raises(ValueError, match=rf"seen 2 {column}s .*; expected one; do choose one first"):
        charts.thread(frame)


# Topic map.


def test_topic_map_states_the_finding():
    assert title(charts.topic_map(tables.topic_map(300))) == (
        "300 passages by 3 authors fall into 6 topics; the largest is “bread, oven”"
    )


def test_topic_map_draws_ten_thousand_points_and_counts_all():
    chart = charts.topic_map(tables.topic_map(25_000, n_topics=30))
    _, rows = next(units(spec_of(chart)))
    assert 8_000 < len(rows) <= 10_000
    assert {row["label"] for row in rows} == set(tables.SUBJECTS)
    assert title(chart).startswith("25,000 passages")
    assert f"{len(rows):,} of 25,000 passages drawn" in subtitle(chart)


def test_topic_map_says_that_a_sample_is_laid_out():
    frame = tables.topic_map(300)
    frame.loc[frame.index[200:], ["x", "y"]] = float("nan")
    assert "200 of 300 passages laid out" in subtitle(charts.topic_map(frame)).capitalize()
    assert "laid out" not in subtitle(charts.topic_map(tables.topic_map(300)))


def test_topic_map_tells_how_large_what_it_names_is():
    chart = charts.topic_map(tables.topic_map(300, n_topics=6))
    labels = [
        row["label"]
        for view, rows in units(spec_of(chart))
        if view["mark"].get("style") == "label"
        for row in rows
    ]
    assert min(labels) == "boats, tide · 50"
    assert "All named, with their number of passages" in subtitle(chart)
    assert re.search(r"\d+ of 60 named, with", subtitle(charts.topic_map(tables.topic_map(600, n_topics=60))))


def test_topic_map_has_nine_colours_and_grey():
    spec = spec_of(charts.topic_map(tables.topic_map(300, n_topics=14)))
    points, rows = next(units(spec))
    assert {row["colour"] for row in rows} == set(range(10))
    assert points["encoding"]["fill"]["scale"]["range"] == [style.REST, *style.CATEGORIES]
    assert "9 largest topics in colour, 5 in grey" in subtitle(
        charts.topic_map(tables.topic_map(300, n_topics=14))
    )


def test_labels_do_not_cover_each_other():
    """Twelve topics of nearly one place: each label keeps off the others, whatever it costs in nearness."""
    frame = tables.topic_map(240, n_topics=6).assign(x=lambda f: f["x"] / 10, y=lambda f: f["y"] / 10)
    places = _label_boxes(spec_of(charts.topic_map(frame)))
    assert len(places) == 6
    for a, b in itertools.combinations(places, 2):
        assert abs(a[0] - b[0]) >= (a[2] + b[2]) / 2 - 1 or abs(a[1] - b[1]) >= 16


def _label_boxes(spec):
    """Return centre, height and width of each label, in pixels."""
    boxes = []
    for view, rows in units(spec):
        if view["mark"].get("style") != "label":
            continue
        (x0, x1), (y0, y1) = (view["encoding"][axis]["scale"]["domain"] for axis in "xy")
        boxes += [
            (
                (r["x"] - x0) / (x1 - x0) * spec["width"],
                (r["y"] - y0) / (y1 - y0) * spec["height"],
                len(r["label"]) * 6.9,
            )
            for r in rows
        ]
    return boxes


def test_a_single_passage_is_not_under_its_label():
    spec = spec_of(charts.topic_map(tables.topic_map(1, n_topics=1, n_authors=1)))
    (point, *_), label = next(units(spec))[1], _label_boxes(spec)[0]
    scale = next(units(spec))[0]["encoding"]["y"]["scale"]["domain"]
    level = (point["y"] - scale[0]) / (scale[1] - scale[0]) * spec["height"]
    assert abs(level - label[1]) >= 12


@pytest.mark.parametrize(("n_authors", "has_shapes"), [(1, False), (2, True), (6, True), (7, False)])
def test_authors_have_shapes_where_they_can_be_told_apart(n_authors, has_shapes):
    spec = spec_of(charts.topic_map(tables.topic_map(60, n_authors=n_authors)))
    assert ("shape" in next(units(spec))[0]["encoding"]) == has_shapes


def test_a_click_picks_a_passage():
    spec = spec_of(charts.topic_map(tables.topic_map(60)))
    assert spec["params"] == [
        {"name": "pick", "select": {"type": "point", "fields": ["passage_id"]}, "views": ["passages"]}
    ]


# Corpus overview.


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (tables.documents(1), "8 documents by Maud Okafor, 2013 to 2020"),
        (tables.documents(1, per_author=1), "1 document by Maud Okafor, 2013"),
        (tables.documents(3), "24 documents by 3 authors, 2013 to 2020"),
        (tables.documents(1, dates=None), "8 documents by Maud Okafor, without dates"),
    ],
)
def test_corpus_overview_states_what_there_is(frame, expected):
    assert title(charts.corpus_overview(frame)) == expected


def test_corpus_overview_sums_fifty_thousand_documents_by_year_and_says_so():
    frame = tables.documents(50, per_author=1000).assign(date=lambda f: 2000 + f.index % 20)
    chart = charts.corpus_overview(frame.astype({"date": str}))
    view, rows = next(units(spec_of(chart)))
    assert sum(row["n"] for row in rows) == 50_000
    assert len(rows) == 50 * 20
    assert "one mark is 1 year of one author" in subtitle(chart)
    assert "params" not in spec_of(chart)  # a year is nothing that could be picked
    assert view["encoding"]["shape"]


def test_corpus_overview_counts_what_has_no_date():
    frame = tables.documents(2).assign(date=lambda f: f["date"].where(f.index % 4 > 0, None))
    assert "4 without a date" in subtitle(charts.corpus_overview(frame))
    totals = list(units(spec_of(charts.corpus_overview(frame))))[-1][1]
    assert all("2 undated" in row["total"] for row in totals)


def test_documents_without_a_date_stand_apart_with_marks_of_their_kind():
    frame = tables.documents(2, kinds=("essay", "talk"))
    frame["date"] = frame["date"].where(frame["kind"] == "essay", None)
    spec = spec_of(charts.corpus_overview(frame))
    undated = [(v, rows) for v, rows in units(spec) if v["encoding"]["x"].get("field") == "place"]
    (view, rows), = undated  # fmt: skip
    assert {row["kind"] for row in rows} == {"talk"}
    assert len({row["place"] for row in rows}) == len(rows) == 8
    assert all(row["place"] > spec["width"] for row in rows)
    assert view["encoding"]["shape"]["scale"]["domain"] == ["essay", "talk"]
    totals = list(units(spec))[-1][0]["encoding"]["x"]["value"]
    assert totals > max(row["place"] for row in rows)


@pytest.mark.parametrize(
    ("n_unknown", "expected"), [(0, "3 authors"), (1, "2 authors and 1 unknown"), (3, "3 unknown")]
)
def test_speech_without_a_label_is_no_author(n_unknown, expected):
    frame = tables.documents(3)
    unknown = {name: f"unknown (talk {i}.txt)" for i, name in enumerate(tables.names(n_unknown))}
    chart = charts.corpus_overview(frame.replace({"author": unknown}))
    assert title(chart) == f"24 documents by {expected}, 2013 to 2020"


@pytest.mark.parametrize(
    ("largest", "expected"), [(1, [1]), (4, [1, 2]), (950, [125, 500]), (1000, [250, 1000])]
)
def test_the_key_of_lengths_is_round_and_within_what_is_drawn(largest, expected):
    from themekit.charts.corpus_overview import _round

    assert _round(largest) == expected


def test_kinds_have_a_shape_beside_a_colour():
    spec = spec_of(charts.corpus_overview(tables.documents(4, kinds=("essay", "interview", "letter"))))
    encoding = next(units(spec))[0]["encoding"]
    assert encoding["shape"]["field"] == encoding["fill"]["field"] == "kind"
    assert len(set(encoding["shape"]["scale"]["range"])) == 3


# Topics: size, time, tree.


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (tables.topics(1, n_authors=1, n_leading=10), "1 topic, “bread, oven”, all of it by Maud Okafor"),
        (tables.topics(1), "1 topic, “bread, oven”, by several authors"),
        (tables.topics(1, n_leading=9), "1 topic, “bread, oven”, mainly by Maud Okafor"),
        (tables.topics(4), "4 topics, the largest “bread, oven”; no topic is mainly one author’s"),
        (tables.topics(4, n_leading=6), "4 topics, the largest “bread, oven”; 2 of them mainly one author’s"),
        (tables.topics(4, n_authors=1), "Maud Okafor writes on 4 topics, most on “bread, oven”"),
    ],
)
def test_topic_overview_states_whose_the_topics_are(frame, expected):
    assert title(charts.topic_overview(frame)) == expected


def test_topic_overview_draws_sixty_and_counts_all():
    chart = charts.topic_overview(tables.topics(70))
    assert "60 largest of 70 topics drawn" in subtitle(chart)
    assert title(chart).startswith("70 topics")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (tables.topics_over_time(1, 1), "1 topic in 2013, “bread, oven”"),
        (tables.topics_over_time(3, 1), "3 topics in 2013, the most written about “bread, oven”"),
        # Of 5 passages each, the first topic has 5, 9, 13, 17: 14 of 34 early, 30 of 50 late.
        (tables.topics_over_time(3, 4), "“bread, oven” gains most from half to half, 41% to 60% of passages"),
        (tables.topics_over_time(3, 4).assign(n_passages=5), "3 topics keep their shares, 2013 to 2016"),
    ],
)
def test_topics_over_time_states_what_changes(frame, expected):
    frame = frame.assign(n_of_period=frame.groupby("period")["n_passages"].transform("sum"))
    assert title(charts.topics_over_time(frame)) == expected


def test_periods_of_several_years_are_named_by_both_ends():
    spec = spec_of(charts.topics_over_time(tables.topics_over_time(2, 3, first=1990, n_years=10)))
    rows = next(rows for view, rows in units(spec) if "size" in view["encoding"])
    assert {row["column"] for row in rows} == {"1990–99", "2000–09", "2010–19"}


def test_topic_hierarchy_names_the_nearest():
    assert title(charts.topic_hierarchy(tables.topic_hierarchy(6))) == (
        "Of 6 topics “bread, oven” and “boats, tide” are nearest"
    )
    assert "the axis begins at 0.4" in subtitle(charts.topic_hierarchy(tables.topic_hierarchy(6)))


@pytest.mark.parametrize(("distance", "is_close"), [(0.51, True), (0.7, False)])
def test_topic_hierarchy_says_where_another_pair_is_as_near(distance, is_close):
    frame = pd.DataFrame(
        {
            "node_id": ["t1", "t2", "t3", "t4", "j1", "j2", "j3"], "parent_id": ["j1", "j1", "j2", "j2", "j3", "j3", None],
            "topic_id": ["t1", "t2", "t3", "t4", None, None, None], "label": list("abcdxyz"), "n_passages": 5,
            "distance": [0, 0, 0, 0, 0.5, distance, 0.9],
        }
    )  # fmt: skip
    assert title(charts.topic_hierarchy(frame)) == (
        "Of 4 topics “a” and “b” are nearest" + (", by a hair" if is_close else "")
    )


def test_the_halves_that_are_compared_are_parted_and_the_key_holds_the_largest():
    spec = spec_of(charts.topics_over_time(tables.topics_over_time(3, 6)))
    assert [rows[0]["half"] for _, rows in units(spec) if "half" in rows[0]] == ["earlier half", "later half"]
    (rule,) = (view for view, _ in units(spec) if view["mark"]["type"] == "rule")
    assert rule["encoding"]["x"]["value"] == spec["width"] / 2
    size = next(view["encoding"]["size"] for view, _ in units(spec) if "size" in view["encoding"])
    assert size["legend"]["values"][-1] == size["scale"]["domain"][1]


def test_a_join_stands_between_its_branches():
    """The first two topics join, the third joins them: rows 0 and 1, then 0.5 and 2."""
    spec = spec_of(charts.topic_hierarchy(tables.topic_hierarchy(3)))
    (joins,) = (rows for view, rows in units(spec) if view["mark"].get("style") == "dot")
    labels = next(rows for view, rows in units(spec) if view["mark"]["type"] == "text")
    place = {row["label"]: row["row"] for row in labels}
    first, root = sorted(joins, key=lambda row: row["distance"])
    assert first["row"] == pytest.approx((place["bread, oven"] + place["boats, tide"]) / 2)
    assert root["row"] == pytest.approx((first["row"] + place["soil, seeds"]) / 2)


# Certainty.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Compression marks Maud Okafor, and chance does not reach as far"),
        (
            {"verdict": "none", "p_value": 0.6},
            "Compression leads for Maud Okafor, and chance alone reaches as far",
        ),
        (
            {"verdict": "none", "p_value": 0.04},
            "Compression leads for Maud Okafor, not certain among all authors",
        ),
        (
            {"verdict": "insufficient"},
            "Compression leads for Maud Okafor, with too little text to tell it from chance",
        ),
    ],
)
def test_certainty_claims_no_more_than_the_verdict(options, expected):
    assert title(charts.certainty(tables.certainty(6, **options))) == expected


def test_certainty_counts_what_passes_beside_what_leads():
    frame = tables.certainty(6)
    frame.loc[1:2, "p_value"] = 0.03
    assert title(charts.certainty(frame)).endswith("chance does not reach as far; 2 more pass")
    assert title(
        charts.certainty(frame.assign(p_value=frame["p_value"].where(frame.index < 2, 0.7)))
    ).endswith("; 1 more passes")


def test_certainty_marks_what_passes_by_colour_and_shape():
    spec = spec_of(charts.certainty(tables.certainty(6)))
    view, rows = next((v, r) for v, r in units(spec) if "shape" in v["encoding"])
    assert {row["concept"] for row in rows if row["mark"].startswith("passes the test")} == {"compression"}
    assert view["encoding"]["shape"]["scale"]["range"] == ["diamond", "circle"]


def test_certainty_draws_the_reach_of_chance_where_there_was_a_test():
    def has_band(frame):
        return any(view["mark"].get("style") == "band" for view, _ in units(spec_of(charts.certainty(frame))))

    assert has_band(tables.certainty(6))
    assert not has_band(tables.certainty(6, verdict="insufficient").assign(chance=None))


# Orbit.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"n": 8}, "Repair shows in 8 of 8 documents by Maud Okafor, 2013 to 2020"),
        ({"n": 1}, "Repair shows in the one dated document by Maud Okafor"),
        ({"n": 4, "scores": [0.0] * 4}, "Repair shows in no dated document by Maud Okafor"),
        (
            {"n": 8, "verdict": "none"},
            "Repair leads for Maud Okafor, not certain: it shows in 8 of 8 documents, 2013 to 2020",
        ),
        (
            {"n": 8, "scores": [0.0] * 4 + [2.0] * 4, "junctures": (4,)},
            "Repair grows stronger with Maud Okafor in 2017, from +0.0 to +2.0",
        ),
        (
            {"n": 8, "scores": [2.0] * 3 + [1.0] * 5, "junctures": (3,)},
            "Repair grows weaker with Maud Okafor in 2016, from +2.0 to +1.0",
        ),
        ({"n": 12, "junctures": (4, 8)}, "Repair turns with Maud Okafor in 2017 and 2021"),
    ],
)
def test_orbit_states_whether_the_theme_stays(options, expected):
    assert title(charts.orbit(tables.orbit(**options))) == expected


def test_orbit_counts_documents_without_a_date():
    frame = tables.orbit(6)
    frame.loc[0, "date"] = None
    assert "1 without a date left out" in subtitle(charts.orbit(frame))


# Forms and the reading page.


def test_forms_counts_the_topics_on_which_the_theme_runs_above_average():
    assert title(charts.forms(tables.forms(5, n_above=3))) == (
        "Repair runs above average on 3 of 5 topics by Maud Okafor, most on “bread, oven”"
    )
    assert title(charts.forms(tables.forms(2, n_above=0))) == (
        "Repair runs above average on none of 2 topics by Maud Okafor"
    )


def test_reading_page_counts_strong_passages():
    assert title(charts.reading_page(tables.reading(9, n_strong=4))) == (
        "Repair comes to the surface in 4 of 9 passages of “The Gate”"
    )
    assert title(charts.reading_page(tables.reading(9, n_strong=0))) == (
        "Repair comes to the surface in none of 9 passages of “The Gate”"
    )


def test_strength_has_a_scale_and_every_passage_its_topic():
    spec = spec_of(charts.reading_page(tables.reading(9)))
    assert [row["tick"] for _, rows in units(spec) for row in rows if "tick" in row] == ["0", "1", "3"]
    topics = [
        rows for view, rows in units(spec) if view["mark"].get("style") == "aside" and "topic" in rows[0]
    ]
    assert [len(rows) for rows in topics] == [9]
    chart = charts.forms(tables.forms(12))
    assert "the 9 strongest of 12 topics drawn" in subtitle(chart)
    ticks = [rows for view, rows in units(spec_of(chart)) if view["mark"].get("align") == "center"]
    assert {row["line"] for row in ticks[0]} >= {"0", "+2"}


def test_a_long_document_is_read_where_the_theme_is():
    frame = tables.reading(200).assign(score=[1.5 if 120 <= i < 150 else -0.2 for i in range(200)])
    chart = charts.reading_page(frame)
    told = re.search(r"passages (\d+) to (\d+) of 200 drawn", subtitle(chart))
    first, last = int(told[1]), int(told[2])
    assert first <= 121
    assert last >= 150
    assert last - first == 59
    assert "30 of 200 passages" in title(chart)


def test_lines_of_a_page_keep_to_their_column():
    from themekit.charts import lettering

    spec = spec_of(charts.reading_page(tables.reading(5, n_words=20), texts="full"))
    words = next(rows for view, rows in units(spec) if view["mark"].get("style") == "quote")
    assert len(words) > 20
    assert all(lettering.width(row["line"], 12.5) <= 470 for row in words)


@pytest.mark.parametrize(
    ("draw", "secret"),
    [
        (lambda texts, words: charts.forms(tables.forms(3, quote=words), texts=texts), "quote"),
        (lambda texts, words: charts.reading_page(tables.reading(3, words=words), texts=texts), "text"),
        (
            lambda texts, words: charts.portrait(**tables.portrait(8, quotes=[words] * 3), texts=texts),
            "quote",
        ),
        (
            lambda texts, words: charts.topic_map(tables.topic_map(9).assign(text=words), texts=texts),
            "text",
        ),
    ],
    ids=["forms", "reading_page", "portrait", "topic_map"],
)
def test_texts_are_a_choice(draw, secret):
    """With none not a word travels, with a snippet the beginning does, with full the end, too."""
    words = "Alphaword opens it. " + "The gate was mended in the middle of all this. " * 4 + "Omegaword. "
    specs = {texts: spec_of(draw(texts, words)) for texts in ("none", "snippet", "full")}
    said = {texts: json.dumps(spec) for texts, spec in specs.items()}
    for texts, spec in specs.items():
        assert spec["usermeta"].get("texts", "none") == texts
    assert "Alphaword" not in said["none"]
    assert "Alphaword" in said["snippet"]
    assert "Omegaword" not in said["snippet"]
    assert "Omegaword" in said["full"]
    with pytest.raises(ValueError, match=r"seen texts='all'; expected none, snippet or full; do "):
        draw("all", words)


@pytest.mark.parametrize(
    "chart",
    [
        charts.forms(tables.forms(3, quote="Alphaword opens it.")),
        charts.reading_page(tables.reading(3, words="Alphaword opens it."), texts="full"),
        charts.portrait(**tables.portrait(8, quotes=["Alphaword opens it."] * 3)),
        charts.topic_map(tables.topic_map(9).assign(text="Alphaword opens it."), texts="full"),
    ],
    ids=["forms", "reading_page", "portrait", "topic_map"],
)
def test_what_is_spoken_holds_no_passage(chart):
    spec = spec_of(chart)
    assert "Alphaword" not in spec["description"]
    for view, rows in units(spec):
        spoken = view["encoding"].get("description", {}).get("field")
        told = {channel.get("field") for channel in _listed(view["encoding"].get("tooltip", []))} | {spoken}
        assert not any("Alphaword" in str(row.get(field)) for row in rows for field in told if field)


def _listed(value):
    return value if isinstance(value, list) else [value]


def test_a_click_on_the_map_opens_its_passage():
    spec = spec_of(charts.topic_map(tables.topic_map(9).assign(text="We mended it."), texts="full"))
    (pick,) = spec["params"]
    assert pick["select"]["fields"] == ["passage_id"]
    reading, rows = [(v, r) for v, r in units(spec) if "transform" in v][-1]
    assert reading["transform"] == [{"filter": {"param": "pick", "empty": False}}]
    assert {row["passage_id"] for row in rows} == set(tables.topic_map(9)["passage_id"])
    assert all(row["reading"].endswith("We mended it.") for row in rows)


def test_a_map_with_texts_draws_three_thousand_and_says_so():
    chart = charts.topic_map(tables.topic_map(7000), texts="snippet")
    drawn = len(next(units(spec_of(chart)))[1])
    assert drawn <= 3000
    assert f"{drawn:,} of 7,000 passages drawn" in subtitle(chart)


# Two authors, many authors.


@pytest.mark.parametrize(
    ("n", "metas", "expected"),
    [
        (1, ("compression",), "Maud Okafor comes back to compression"),
        (1, (None,), "Nothing is certain for Maud Okafor"),
        (2, ("compression", "scaling"), "Ivo Brandt comes back to scaling, Maud Okafor to compression"),
        (2, ("repair", "repair"), "Ivo Brandt and Maud Okafor both come back to repair"),
        (
            2,
            ("compression", None),
            "Maud Okafor comes back to compression, nothing is certain for Ivo Brandt",
        ),
        (2, (None, None), "Nothing is certain for Ivo Brandt or Maud Okafor"),
    ],
)
def test_pair_states_what_each_comes_back_to(n, metas, expected):
    apart = "; clearly apart on scaling and compression" if n > 1 else ""
    assert title(charts.pair(tables.pair(n, metas=metas))) == expected + apart


def test_pair_is_apart_where_intervals_do_not_meet():
    frame = tables.pair(2)
    assert title(charts.pair(frame.assign(low=-9.0))).endswith("; clearly apart on no theme")
    assert title(charts.pair(frame.assign(low=frame["effect"], high=frame["effect"]))).endswith(
        f"; clearly apart on {len(_rows_of(charts.pair(frame), 'concept'))} of "
        f"{len(_rows_of(charts.pair(frame), 'concept'))} themes"
    )
    assert title(charts.pair(frame.assign(low=None, high=None))).endswith("Maud Okafor to compression")


def _rows_of(chart, column):
    return {
        row[column] for view, rows in units(spec_of(chart)) if "shape" in view["encoding"] for row in rows
    }


def test_pair_fills_what_passes_and_says_so():
    frame = tables.pair(2)
    assert "filled" not in subtitle(charts.pair(frame))
    chart = charts.pair(frame.assign(p_value=frame["effect"].map(lambda effect: 0.01 if effect > 2 else 0.6)))
    assert "filled: passes the test" in subtitle(chart)
    rows = next(rows for view, rows in units(spec_of(chart)) if "shape" in view["encoding"])
    assert {row["concept"] for row in rows if row["passes"]} == {"compression", "scaling"}


def test_pair_goes_from_the_one_to_the_other():
    spec = spec_of(charts.pair(tables.pair(2)))
    order = next(v for v, _ in units(spec) if "shape" in v["encoding"])["encoding"]["y"]["scale"]["domain"]
    assert (order[0], order[-1]) == ("scaling", "compression")  # Ivo Brandt's, Maud Okafor's


def test_a_pair_is_two():
    themes, authors = tables.themes(3)
    frame = themes.merge(authors.drop(columns="text"), on="author")
    with pytest.raises(ValueError, match=r"seen 3 authors .*; expected two; do choose two first"):
        charts.pair(frame)


@pytest.mark.parametrize(
    ("n", "kin", "expected"),
    [
        (2, ((0, 1),), "Ivo Brandt and Maud Okafor are alike in their themes"),
        (2, (), "Ivo Brandt and Maud Okafor are no more alike in their themes than chance explains"),
        (9, (), "No two of 9 authors are more alike in their themes than chance explains"),
        (9, ((2, 4),), "Hugh Winter and Kitty Marsh are most alike of 9 authors"),
        (
            9,
            ((2, 4), (0, 1)),
            "Hugh Winter and Kitty Marsh are most alike of 9 authors, then Ann Petrov and Bo Silva",
        ),
        (
            9,
            ((2, 4), (0, 1), (3, 5)),
            "Hugh Winter and Kitty Marsh are most alike of 9 authors; 3 pairs stand out",
        ),
    ],
)
def test_kinship_states_who_is_alike(n, kin, expected):
    assert title(charts.kinship(tables.kinship(n, kin=kin))) == expected


def test_kinship_without_a_test_claims_nothing():
    assert (
        title(charts.kinship(tables.kinship(4, p_other=None)))
        == "Too little to say who of 4 authors is like whom"
    )


def test_kinship_puts_kin_together_and_draws_sixty():
    spec = spec_of(charts.kinship(tables.kinship(90, kin=((3, 77),))))
    view, _ = next(units(spec))
    domain = view["encoding"]["y"]["scale"]["domain"]
    order = [view["encoding"]["x"]["scale"]["domain"][0], *domain]
    people = sorted(tables.names(90))
    assert len(order) == 60
    assert abs(order.index(people[3]) - order.index(people[77])) == 1


def test_kinship_leaves_out_whom_there_is_too_little_of_and_says_so():
    frame = tables.kinship(5)
    weak = min(tables.names(5))
    frame["is_enough"] = (frame["author"] != weak) & (frame["other"] != weak)
    chart = charts.kinship(frame)
    assert "4 authors" in subtitle(chart)
    assert "1 author left out, with too little text" in subtitle(chart)
    assert weak not in {row["author"] for row in next(units(spec_of(chart)))[1]}


# The portrait.


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "Maud Okafor comes back to repair in 6 of 8 documents, which touch 7 topics"),
        (
            {"verdict": "none"},
            "No meta-theme is found for Maud Okafor; what leads, repair, shows in 6 of 8 documents",
        ),
        ({"verdict": "insufficient"}, "Too little to go on for a verdict on Maud Okafor"),
    ],
)
def test_portrait_claims_no_more_than_the_verdict(options, expected):
    assert title(charts.portrait(**tables.portrait(**options))) == expected


@pytest.mark.parametrize(("page", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
@pytest.mark.parametrize("case", ["portrait of 1", "portrait of 200", "portrait, hostile", "plain"])
def test_a_portrait_is_a_page_and_all_is_on_it(page, size, case):
    from themekit.charts import lettering

    options = {
        "portrait of 1": {"n": 1, "n_shows": 1, "verdict": "insufficient"},
        "portrait of 200": {"n": 200, "n_shows": 150, "dates": "1800-01"},
        "portrait, hostile": {"author": tables.HOSTILE[5], "gloss": "gloss " * 90, "subjects": tables.HOSTILE,
                              "n": 20, "quotes": [" ".join(tables.HOSTILE)] * 3},
        "plain": {},
    }[case]  # fmt: skip
    spec = spec_of(charts.portrait(**tables.portrait(**options), page=page, texts="full"))
    assert (spec["width"], spec["height"]) == size
    assert (spec["autosize"], spec["padding"]) == ("none", 0)
    for view, rows in units(spec):
        for row in rows:
            assert 0 <= row["x"] <= size[0]
            assert 0 <= row["y"] <= size[1]
            if view["mark"]["type"] == "text":
                bold = view["mark"]["style"] in {"page-name", "page-theme", "page-number", "page-heading"}
                wide = lettering.width(row["line"], view["mark"]["fontSize"], bold=bold)
                left = row["x"] - {"left": 0, "center": wide / 2, "right": wide}[view["mark"]["align"]]
                assert left >= 20, row
                assert left + wide <= size[0] - 20, row


def test_no_line_of_a_portrait_covers_another():
    spec = spec_of(
        charts.portrait(**tables.portrait(quotes=["We mended the gate again. " * 9] * 3), texts="full")
    )
    lines = [
        (row["x"], row["y"], row["line"], view["mark"]["align"], view["mark"]["fontSize"])
        for view, rows in units(spec)
        if view["mark"]["type"] == "text"
        for row in rows
    ]
    assert len(lines) > 30
    for a, b in itertools.combinations(lines, 2):
        is_one_column = a[0] == b[0] and a[3] == b[3]
        assert not is_one_column or abs(a[1] - b[1]) >= 0.9 * min(a[4], b[4]), (a, b)


STAYS = (
    "Stability: in 7 of 20 runs repair leads and the verdict is the same (other seeds 3 of 3, static vectors no, longer passages "
    "yes, without a document 3 of 12); repair leads in 9 (symmetry most often), the verdict is the same in 15."
)


@pytest.mark.parametrize("page", ["a4", "letter"])
@pytest.mark.parametrize("verdict", ["found", "none", "insufficient"])
def test_what_stays_stands_at_the_foot_of_a_portrait(page, verdict):
    made = tables.portrait(quotes=["We mended the gate again. " * 9] * 3, verdict=verdict)
    without = spec_of(charts.portrait(**made, page=page))
    made["person"] = made["person"].assign(stability=STAYS)
    spec = spec_of(charts.portrait(**made, page=page))
    lines = [
        (row["y"], row["line"])
        for view, rows in units(spec)
        if view["mark"]["type"] == "text"
        for row in rows
    ]
    own = sorted(line for line in lines if line[1] in STAYS and len(line[1]) > 60)
    assert " ".join(text for _, text in own) == STAYS, "all of it, in its order"
    above = max(y for y, text in lines if text not in {line for _, line in own})
    assert above + 12 < own[0][0], "below everything else"
    assert own[-1][0] <= spec["height"] - 12
    assert STAYS in spec["description"]
    assert "Stability" not in json.dumps(without)


def test_what_stays_is_shown_as_text_whatever_it_says():
    made = tables.portrait()
    made["person"] = made["person"].assign(stability=" ".join(tables.HOSTILE) * 20)
    spec = spec_of(charts.portrait(**made))
    said = json.dumps(spec, ensure_ascii=False)
    assert not set(said) & set("\x1b\u202e\u200b"), "what could steer is shown as its code"
    rows = [row for view, rows in units(spec) if view["mark"]["type"] == "text" for row in rows]
    assert any("<script>" in row["line"] for row in rows), "as text, which nothing runs"
    assert all(row["y"] <= spec["height"] - 12 for row in rows)


def test_another_page_is_refused():
    with pytest.raises(ValueError, match="seen page='a3'; expected a4 or letter; do leave it out for a4"):
        charts.portrait(**tables.portrait(), page="a3")


# Very many of anything.


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: charts.topic_map(tables.topic_map(50_000, n_topics=60)), "of 50,000 passages drawn"),
        (lambda: charts.forms(tables.forms(60, per_topic=834)), "at most 200 of a topic’s drawn"),
        (lambda: charts.orbit(tables.orbit(5000, dates="1000")), "of 5,000 dated documents drawn"),
        (lambda: charts.thread(tables.thread(5000, dates="1000-03-07")), "500 of 5,000 documents drawn"),
        (lambda: charts.corpus_overview(tables.documents(200, per_author=250)), "10 years of one author"),
        (lambda: charts.reading_page(tables.reading(5000)), "passages 1 to 60 of 5,000 drawn"),
    ],
    ids=["topic_map", "forms", "orbit", "thread", "corpus_overview", "reading_page"],
)
def test_what_is_very_much_is_thinned_and_that_is_said(draw, said):
    chart = draw()
    assert said in subtitle(chart)
    assert sum(len(rows) for _, rows in units(spec_of(chart))) < 16_000
    assert len(json.dumps(spec_of(chart))) < 2_000_000


# Picking.


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_chart_with_marks_of_things_can_be_picked(name):
    draw, frames, _ = ONE_OF_EACH[name]
    picks = {param["name"]: param["select"]["fields"] for param in spec_of(draw(*frames)).get("params", [])}
    assert picks == {
        "topics_over_time": {}, "topic_hierarchy": {}, "portrait": {}, "thread": {"pick": ["document_id"]},
        "corpus_overview": {"pick": ["document_id"]}, "orbit": {"pick": ["document_id"]},
        "fingerprint": {"pick": ["author", "concept"]}, "pair": {"pick": ["author", "concept"]},
        "kinship": {"pick": ["author", "other"]}, "certainty": {"pick": ["concept"]},
        "topic_overview": {"pick": ["topic_id"]},
    }.get(name, {"pick": ["passage_id"]})  # fmt: skip


def _click(widget, **values):
    """Do what a click in the browser does: the widget tells its selection."""
    store = {key: [value] for key, value in values.items()} | {"vlPoint": {"or": [values]}}
    widget._vl_selections = {"pick": {"value": store, "store": []}}


def test_a_click_comes_back_as_rows():
    frame = tables.topic_map(60)
    widget = themekit.pickable(charts.topic_map(frame))
    assert themekit.picked(widget).empty
    assert themekit.picked(widget, frame).empty
    _click(widget, passage_id="p00007")
    assert themekit.picked(widget)["passage_id"].tolist() == ["p00007"]
    assert "text" not in themekit.picked(widget).columns
    assert themekit.picked(widget, frame)["text"].tolist() == [tables.PASSAGE]
    other = themekit.picked(widget, pa.Table.from_pandas(frame))
    assert isinstance(other, pa.Table)
    assert other["passage_id"].to_pylist() == ["p00007"]


def test_a_click_on_two_fields_needs_both():
    themes, authors = tables.themes(3)
    widget = themekit.pickable(charts.fingerprint(themes, authors))
    _click(widget, author="Maud Okafor", concept="repair")
    found = themekit.picked(widget, themes)
    assert found[["author", "concept"]].to_numpy().tolist() == [["Maud Okafor", "repair"]]


def test_a_widget_draws_offline_in_the_look_of_themekit():
    widget = themekit.pickable(charts.topic_map(tables.topic_map(9)))
    assert widget.spec["config"]["background"] == style.config()["background"]
    assert type(widget)._is_offline
    assert "cdn.jsdelivr" not in widget._esm[:2000]


def test_picking_says_what_is_missing():
    with pytest.raises(
        ValueError, match=r"seen a chart in which nothing can be picked; expected .*; do pass"
    ):
        themekit.pickable(charts.topic_map(tables.topic_map(0)))
    widget = themekit.pickable(charts.topic_map(tables.topic_map(9)))
    with pytest.raises(
        ValueError, match=r"seen a table with the columns x; expected passage_id as well; do pass"
    ):
        themekit.picked(widget, pd.DataFrame({"x": [1]}))


# Words and dates.


def test_lines_fit_and_lose_nothing():
    from themekit.charts import lettering

    text = visible(" ".join(tables.HOSTILE))
    lines = lettering.lines(text, 200, 12)
    assert all(lettering.width(line, 12) <= 200 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_widths_are_those_of_the_font():
    """Measured by the library that draws: as wide as the same text in the picture."""
    import vl_convert

    from themekit.charts import lettering

    text = "Symmetry stays with Maud Okafor (2013)"
    rows = alt.InlineData(values=[{"t": text}])
    chart = (
        alt.Chart(rows)
        .mark_text(fontSize=40, align="left", font="Liberation Sans")
        .encode(text="t:N", x=alt.value(0), y=alt.value(30))
    )
    spec = chart.properties(width=2, height=60, padding=0).to_dict()
    svg = vl_convert.vegalite_to_svg(spec, vl_version=".".join(alt.VEGALITE_VERSION.split(".")[:2]))
    drawn = float(re.search(r'width="(\d+)"', svg)[1])
    assert lettering.width(text, 40) == pytest.approx(drawn, rel=0.02)


def test_a_name_keeps_its_fence_over_the_end_of_a_line():
    said = style.title("by " + style.name("محمد بن عبد الله بن يوسف بن علي"), "", width=0).text
    wide = style.title(
        " ".join(["word"] * 9) + " by " + style.name("محمد بن عبد الله بن يوسف بن علي"), "", width=0
    )
    for line in [said] if isinstance(said, str) else said:
        assert line.count("\u2068") == line.count("\u2069")
    assert len(wide.text) > 1
    assert all(line.count("\u2068") == line.count("\u2069") for line in wide.text)


# Pictures.


def _bytes_of(png):
    """Return the raw picture: every byte a pixel's part or a row's filter."""
    parts, at = [], 8
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind == b"IDAT":
            parts.append(png[at + 8 : at + 8 + size])
        at += 12 + size
    return zlib.decompress(b"".join(parts))


@pytest.mark.parametrize("theme", ["themekit_light", "themekit_dark"])
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_picture_is_not_blank(name, theme):
    import vl_convert

    draw, frames, _ = ONE_OF_EACH[name]
    with alt.theme.enable(theme):
        spec = draw(*frames).to_dict(format="vega-lite")
    png = vl_convert.vegalite_to_png(
        spec, vl_version=".".join(alt.VEGALITE_VERSION.split(".")[:2]), ppi=36, allowed_base_urls=[]
    )
    values = np.frombuffer(_bytes_of(png), dtype=np.uint8)
    # Where nothing is drawn all pixels of a row are as the one before, and the filter makes them 0.
    assert np.count_nonzero(values) > 0.02 * len(values)


# Colours. Matrices for full colour blindness on linear sRGB: Machado, Oliveira and Fernandes (2009), table 1.

SIGHT = {
    "common": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
TABLEAU10 = (
    "#4c78a8",
    "#f58518",
    "#e45756",
    "#72b7b2",
    "#54a24b",
    "#eeca3b",
    "#b279a2",
    "#ff9da6",
    "#9d755d",
    "#bab0ac",
)


def _linear(colours):
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _smallest_distance(colours, sight):
    """Return the smallest distance between two of the colours, as seen, in CIELAB."""
    xyz = np.clip(_linear(colours) @ SIGHT[sight].T, 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    return min(np.linalg.norm(a - b) for a, b in itertools.combinations(lab, 2))


def _contrast(a, b):
    light, dark = sorted((float(_linear([c])[0] @ XYZ[1]) for c in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_keep_apart_however_one_sees(sight):
    assert _smallest_distance(style.PETROFF10, sight) >= 10
    for dark in (False, True):
        low, middle, high = style.config(dark=dark)["range"]["diverging"][::2]
        assert _smallest_distance([low, middle, high], sight) >= 30


def test_the_measure_of_colours_finds_what_is_known_to_be_alike():
    assert _smallest_distance(TABLEAU10, "common") > 20
    assert _smallest_distance(TABLEAU10, "deuteranopia") < 3


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_their_ground(dark):
    config = style.config(dark=dark)
    paper = config["background"]
    assert _contrast(config["title"]["color"], paper) >= 7
    assert _contrast(config["axis"]["labelColor"], paper) >= 7
    for soft in (
        config["title"]["subtitleColor"],
        config["legend"]["titleColor"],
        config["style"]["aside"]["color"],
    ):
        assert _contrast(soft, paper) >= 4.5
    assert _contrast(style.QUIET, paper) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_a_sequence_of_colours_goes_one_way(dark):
    """Shares are told by lightness, so that they are told in grey, too."""
    steps = style.config(dark=dark)["range"]["heatmap"]
    light = [_linear([colour])[0] @ XYZ[1] for colour in steps]
    assert light == sorted(light, reverse=not dark)
    assert abs(light[0] - light[-1]) > 0.5


@pytest.mark.parametrize("sight", SIGHT)
def test_two_authors_and_a_quote_are_told_apart(sight):
    assert _smallest_distance(style.CATEGORIES[:2], sight) >= 30


def test_charts_load_no_model():
    """A chart knows tables only; and the package loads no chart before one is asked for."""
    code = "import sys, themekit; print('altair' in sys.modules); import themekit.charts; print(*sys.modules)"
    before, after = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert before == "False"
    heavy = {"torch", "bertopic", "umap", "numba", "sklearn", "scipy", "sentence_transformers", "vl_convert"}
    assert heavy.isdisjoint(after.split())
    ours = {name for name in after.split() if name.startswith("themekit.")}
    assert all(name.startswith(("themekit.charts", "themekit.wording")) for name in ours), ours
