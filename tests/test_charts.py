"""Charts: what they say is right for any number of authors and any name, and they carry only what they draw."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import unicodedata
from functools import cache

import altair as alt
import chart_tables as tables
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from themekit import charts
from themekit.charts import style

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
}
EMPTY = [case for case in CASES if case.endswith("none")]


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
    for view in spec.get("layer", [spec]):
        data = view.get("data", spec.get("data"))
        yield view, data.get("values") or spec["datasets"][data["name"]]


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
        if unicodedata.category(letter) in {"Cc", "Cs", "Cn"} or letter in style._HIDDEN
    }
    assert hidden <= ours


def test_no_name_gets_into_an_expression(spec):
    expressions = [
        value for key, value in _items(spec) if key in {"expr", "test", "calculate", "filter", "labelExpr"}
    ]
    for expression, name in itertools.product(map(str, expressions), tables.HOSTILE):
        assert style.visible(name) not in expression


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


@pytest.mark.parametrize(
    ("draw", "frames"),
    [
        (charts.fingerprint, tables.themes(5)),
        (charts.thread, (tables.thread(5),)),
        (charts.topic_map, (tables.topic_map(50),)),
    ],
)
def test_order_of_rows_kind_of_table_and_further_columns_do_not_matter(draw, frames):
    before = [frame.copy() for frame in frames]
    expected = spec_of(draw(*frames))
    shuffled = [frame.sample(frac=1, random_state=3) for frame in frames]
    assert spec_of(draw(*shuffled)) == expected
    assert spec_of(draw(*(pa.Table.from_pandas(frame) for frame in frames))) == expected
    assert spec_of(draw(*(frame.assign(more=1) for frame in frames))) == expected
    for frame, old in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, old)


@pytest.mark.parametrize(
    ("draw", "frames", "column"),
    [
        (charts.fingerprint, tables.themes(2), "effect"),
        (charts.thread, (tables.thread(2),), "shows"),
        (charts.topic_map, (tables.topic_map(9),), "x"),
    ],
)
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
    assert "1 at the bottom with too little to go on" in subtitle(chart)


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
        "Maud Okafor comes back to repair in 7 of 9 documents, across 8 topics"
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
        "4 of 4 documents, within 1 topic"
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("found", "Maud Okafor comes back to repair in 7 of 9 documents, across 8 topics"),
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
    assert "across 90 topics" in title(chart)


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
    assert all(name.startswith("themekit.charts") for name in ours), ours
