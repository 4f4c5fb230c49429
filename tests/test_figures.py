"""Figures: whole files of the same bytes, which say what they show and carry nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import altair as alt
import chart_tables as tables
import pypdf
import pytest

import themekit
from themekit import charts, figures, privacy

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = {
    "fingerprint": lambda: charts.fingerprint(*tables.themes(len(tables.HOSTILE), hostile=True)),
    "thread": lambda: charts.thread(tables.thread(9, author=tables.HOSTILE[0], subjects=tables.HOSTILE)),
    "topic_map": lambda: charts.topic_map(tables.topic_map(120, n_topics=20, n_authors=6, hostile=True)),
}


@pytest.fixture(params=CHARTS)
def name(request):
    return request.param


@pytest.fixture
def chart(name):
    return CHARTS[name]()


@pytest.fixture
def simple():
    return charts.thread(tables.thread(3))


@pytest.fixture
def as_before():
    """Leave Altair as it was."""
    with alt.theme.enable(alt.theme.active), alt.renderers.enable(alt.renderers.active):
        yield


class Page(HTMLParser):
    """A page taken apart: its tags with attributes, its scripts, its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.words, self._inside = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._inside = [tag]

    def handle_endtag(self, _):
        self._inside = []

    def handle_data(self, data):
        (self.scripts if self._inside == ["script"] else self.words).append(data)


def _tree(svg):
    return ET.fromstring(svg)  # noqa: S314 - drawn here


def chunks(png):
    """Return the chunks of a PNG as pairs of type and body, each with a right checksum."""
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        found.append((kind.decode(), body))
        at += 12 + length
    return found


def test_paths_come_back_and_folders_are_made(tmp_path, simple):
    base = tmp_path / "figures" / "deep" / "v1.2 of it"
    paths = themekit.save_figure(simple, base)
    assert paths == [tmp_path / "figures" / "deep" / f"v1.2 of it.{end}" for end in ("svg", "png", "html")]
    assert sorted(base.parent.iterdir()) == sorted([*paths, base.parent / "manifest.json"])


@pytest.mark.parametrize(
    ("path", "formats", "expected"),
    [
        ("a", "svg", ["a.svg"]),
        ("a", "svg, PNG,svg", ["a.svg", "a.png"]),
        ("a", [".html", "svg"], ["a.html", "a.svg"]),
        ("a.svg", None, ["a.svg"]),
        ("a.SVG", ["png"], ["a.png"]),
        ("a.b", "png", ["a.b.png"]),
    ],
)
def test_formats_are_as_asked(tmp_path, simple, path, formats, expected):
    assert [p.name for p in themekit.save_figure(simple, str(tmp_path / path), formats=formats)] == expected


@pytest.mark.parametrize("formats", ["jpeg", ["svg", "pgn"], [], ""])
def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path, simple, formats):
    with pytest.raises(
        ValueError, match=r"seen the format '.*'; expected svg, png, html or pdf; do "
    ) as error:
        themekit.save_figure(simple, tmp_path / "new" / "a", formats=formats)
    assert ("did you mean 'png'?" in str(error.value)) == (formats == ["svg", "pgn"])
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_theme_and_what_is_no_chart_are_refused(tmp_path, simple):
    with pytest.raises(
        ValueError, match=r"seen the theme 'drak'; expected auto, light or dark; do .*'dark'\?"
    ):
        themekit.save_figure(simple, tmp_path / "a", theme="drak")
    with pytest.raises(TypeError, match="seen a DataFrame; expected an Altair chart; do draw one first"):
        themekit.save_figure(tables.thread(2), tmp_path / "a")
    with pytest.raises(ValueError, match="seen the theme 'none'"):
        themekit.setup(theme="none")


def test_svg_says_what_it_shows_with_hostile_names_as_text(tmp_path, chart):
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="svg")
    root = _tree(path.read_bytes())
    spec = chart.to_dict()
    text = spec["title"]["text"]
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == (" ".join(text) if isinstance(text, list) else text)
    assert root[1].text == spec["description"]
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "g", "path", "rect", "text", "tspan", "defs", "linearGradient", "stop", "clipPath", "line"
    }  # fmt: skip
    assert not [key for element in root.iter() for key in element.keys() if key.startswith("on")]  # noqa: SIM118
    assert "<script>window.hacked = 1</script>" in "".join(root.itertext())


def test_no_figure_carries_a_passage(tmp_path, chart):
    for path in themekit.save_figure(chart, tmp_path / "a", formats="svg,png,html,pdf"):
        assert tables.PASSAGE.encode() not in path.read_bytes()
        assert b"CANARY" not in path.read_bytes()


def test_pictures_carry_no_tooltip_even_of_a_chart_of_ones_own(tmp_path):
    """Vega would say all of it to a screen reader, four hundred passages in one picture."""
    rows = alt.InlineData(values=[{"x": 1, "text": tables.PASSAGE}, {"x": 2, "text": tables.PASSAGE}])
    base = alt.Chart(rows).mark_point(tooltip=True).encode(x="x:Q", tooltip="text:N")
    for kind in (base, base + base, base | base):
        (path,) = themekit.save_figure(kind, tmp_path / "a", formats="svg")
        assert tables.PASSAGE not in path.read_text("utf-8")
        assert path.read_text("utf-8").count("<path aria-label") >= 2
    assert "tooltip" in base.to_dict()["encoding"]


def test_a_column_called_tooltip_is_data(tmp_path):
    chart = alt.Chart(alt.InlineData(values=[{"tooltip": "drawn"}])).mark_text().encode(text="tooltip:N")
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="svg")
    assert ">drawn</text>" in path.read_text("utf-8")


def test_png_has_three_hundred_pixels_to_the_inch_and_words_beside_them(tmp_path, chart):
    svg, png = themekit.save_figure(chart, tmp_path / "a", formats="svg,png")
    found = chunks(png.read_bytes())
    body = dict(found)
    assert (found[0][0], found[-1][0]) == ("IHDR", "IEND")
    assert struct.unpack(">IIB", body["pHYs"]) == (11811, 11811, 1)
    words = {text.split(b"\0")[0]: text.split(b"\0", 5)[5].decode() for kind, text in found if kind == "iTXt"}
    assert words[b"Description"] == chart.to_dict()["description"]
    assert words[b"Title"] == _tree(svg.read_bytes())[0].text
    width = struct.unpack(">I", body["IHDR"][:4])[0]
    assert width == pytest.approx(float(_tree(svg.read_bytes()).get("width")) * 300 / 72, abs=2)


def test_png_is_not_blank(tmp_path, chart):
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="png")
    blank = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point(opacity=0).encode()
    (empty,) = themekit.save_figure(blank.properties(width=600, height=400), tmp_path / "b", formats="png")
    assert _n_values(path) > 100
    assert _n_values(empty) < 10


def _n_values(path):
    rows = zlib.decompress(b"".join(body for kind, body in chunks(path.read_bytes()) if kind == "IDAT"))
    return len(set(rows))


def test_page_is_one_file_that_a_policy_keeps_from_the_network(tmp_path, chart):
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="html")
    page = Page(path.read_text("utf-8"))
    assert [tag for tag, _ in page.tags] == [
        "html", "head", "meta", "meta", "meta", "meta", "title", "style", "body", "main", "div", "noscript", "script"
    ]  # fmt: skip
    assert {key for _, attributes in page.tags for key in attributes}.isdisjoint(
        {"src", "href", "onload", "onerror"}
    )
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith(
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:;"
    )
    assert path.stat().st_size < 1_500_000


def test_page_holds_the_chart_as_it_is(tmp_path, chart):
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="html")
    content = re.search(
        r'getElementById\("chart"\), (\{.*\}), (\{.*?\})\);</script>', path.read_text("utf-8")
    )
    with alt.theme.enable("themekit"):
        assert json.loads(content[1]) == chart.to_dict()
    assert json.loads(content[2]) == {"ast": True, "prints": True}


def test_a_range_of_dates_makes_the_policy_looser_and_nothing_else_does(tmp_path):
    rows = alt.InlineData(values=[{"a": "2015-03-01"}])
    plain = alt.Chart(rows, title="datetime").mark_point().encode(x="a:T")
    ranged = plain.encode(x=alt.X("a:T", scale=alt.Scale(domain=["2014-01-01", "2020-01-01"])))
    for chart, is_loose in ((plain, False), (ranged, True)):
        (path,) = themekit.save_figure(chart, tmp_path / "a", formats="html")
        assert ("'unsafe-eval'" in path.read_text("utf-8").split("<style>")[0]) == is_loose


def test_pdf_is_written_on_demand(tmp_path, simple):
    (path,) = themekit.save_figure(simple, tmp_path / "a", formats="pdf")
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.stat().st_size > 5_000


def test_same_chart_same_bytes_whatever_was_drawn_before(tmp_path, name):
    first = [p.read_bytes() for p in themekit.save_figure(CHARTS[name](), tmp_path / "a")]
    for other in CHARTS.values():
        themekit.save_figure(other(), tmp_path / "other", formats="svg,png")
    assert [p.read_bytes() for p in themekit.save_figure(CHARTS[name](), tmp_path / "b")] == first


def test_same_bytes_in_another_process(tmp_path):
    code = (
        "import sys, chart_tables, themekit; from themekit import charts\n"
        "themekit.save_figure(charts.topic_map(chart_tables.topic_map(50)), sys.argv[1])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(tables.__file__).parent), "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, env=environment)
    for here in themekit.save_figure(charts.topic_map(tables.topic_map(50)), tmp_path / "here"):
        assert here.read_bytes() == here.with_stem("there").read_bytes()


def test_a_figure_is_replaced_whole_or_stays_as_it_was(tmp_path, simple, monkeypatch):
    (path,) = themekit.save_figure(simple, tmp_path / "a", formats="svg")
    before = path.read_bytes()

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        themekit.save_figure(charts.thread(tables.thread(8)), tmp_path / "a", formats="svg")
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {path.name, "manifest.json"}


def test_what_cannot_be_drawn_leaves_nothing_behind(tmp_path):
    """All formats are drawn before the first is written; no picture fetches its data."""
    chart = alt.Chart("https://example.org/rows.json").mark_point().encode(x="a:Q")
    with pytest.raises(ValueError, match=r"example\.org"):
        themekit.save_figure(chart, tmp_path / "new" / "a", formats="html,svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="rights of files are different there")
def test_a_figure_has_the_rights_of_any_new_file(tmp_path, simple):
    (tmp_path / "plain").write_text("")
    (path,) = themekit.save_figure(simple, tmp_path / "a", formats="svg")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_look_is_put_on_for_saving_only(tmp_path, simple):
    before = alt.theme.active
    light, dark = (
        themekit.save_figure(simple, tmp_path / look, formats="svg", theme=look)[0].read_text("utf-8")
        for look in ("light", "dark")
    )
    assert 'fill="#14181d"' in dark.replace("#14181D", "#14181d")
    assert "#14181d" not in light
    assert alt.theme.active == before
    with pytest.raises(ValueError, match="seen the theme"):
        themekit.save_figure(simple, tmp_path / "a", theme="blue")
    assert alt.theme.active == before


def test_what_a_user_configured_stays(tmp_path, simple):
    (path,) = themekit.save_figure(simple.configure_title(color="#123456"), tmp_path / "a", formats="svg")
    assert 'fill="#123456"' in path.read_text("utf-8")


PEOPLE = ("../../Ann", "Ann", "ann!", "CON", *tables.HOSTILE[:7])


@pytest.fixture(scope="module")
def result():
    """Two short texts each by people whose names are hostile."""
    texts = [f"We mended the gate of the {what} again, and it held." for what in tables.SUBJECTS] * 2
    authors = [*PEOPLE, *PEOPLE]
    corpus = themekit.Corpus.from_texts(texts[: len(authors)], author=authors)
    return themekit.mine(corpus, encoder="static", concepts=["repair", "play"], n_permutations=50)


def test_names_of_authors_become_names_of_files(tmp_path, result):
    """Whatever an author is called, all figures are written, each to a file of its own in the folder."""
    folder = tmp_path / "figures"
    wanted = {"fingerprint", "thread", "certainty"}
    paths = figures.save_all(result, folder, formats=["svg"], only=wanted, made_by="a test")
    assert len(set(paths)) == len(paths) == 2 * len(result.authors) + 1 == 2 * len(PEOPLE) + 1
    assert list(tmp_path.iterdir()) == [folder]
    assert sorted(folder.iterdir()) == sorted([*paths, folder / "manifest.json"])
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}\.svg", path.name) for path in paths)
    assert not {path.stem.upper() for path in paths} & {"CON", "NUL", "AUX", "PRN", "COM1"}


def test_a_result_has_all_its_charts(result):
    from themekit import drawings

    assert [name for name, _ in drawings.drawings(result, only={"kinship", "pair"})] == ["kinship", "pair"]
    alone = themekit.mine(
        themekit.Corpus.from_texts(["We mended it. It held."], author="Ann"),
        encoder="static",
        concepts=["repair", "play"],
    )
    assert [name for name, _ in drawings.drawings(alone, only={"kinship", "pair", "fingerprint"})] == [
        "fingerprint"
    ]
    public = {name.replace("_", "-") for name in charts.__all__}
    assert public == drawings.CHARTS.keys() | drawings.OF_AUTHOR.keys()


# What a file carries.


def test_a_column_that_is_not_drawn_is_refused_by_name(tmp_path):
    rows = alt.InlineData(values=[{"x": 1, "secret": "s"}])
    chart = alt.Chart(rows).mark_point().encode(x="x:Q")
    for kind in (chart, chart + chart.mark_line(), chart | chart, chart.facet("x:N")):
        with pytest.raises(
            privacy.LeakError, match=r"seen the column 'secret' in .*; expected .*; do draw .*\['x'\]"
        ):
            themekit.save_figure(kind, tmp_path / "new" / "a")
    assert list(tmp_path.iterdir()) == []
    assert len(themekit.save_figure(chart, tmp_path / "a", formats="svg,png,pdf")) == 3, (
        "a picture carries no table"
    )


DRAWN = alt.InlineData(values=[{"x": 1, "secret": 2, "other": 3}])


@pytest.mark.parametrize(
    "chart",
    [
        alt.Chart(DRAWN).mark_point().encode(x="x:Q", tooltip="secret:N"),
        alt.Chart(DRAWN).mark_point().encode(x=alt.X("x:N", sort=alt.EncodingSortField("secret"))),
        alt.Chart(DRAWN).mark_point().encode(x="x:Q").transform_filter("datum['secret'] > 1"),
        alt.Chart(DRAWN).mark_point().encode(x="y:Q").transform_calculate(y="datum.x + datum.secret"),
        alt.Chart(DRAWN).mark_bar().encode(x="key:N", y="value:Q").transform_fold(["x", "secret"]),
        alt.Chart(DRAWN).mark_point().encode(x="x:Q").add_params(alt.selection_point(fields=["secret"])),
        alt.Chart(DRAWN).mark_point().encode(x="x:Q").facet("secret:N"),
        alt.Chart(DRAWN)
        .mark_point()
        .encode(x=alt.X(alt.repeat(), type="quantitative"))
        .repeat(["x", "secret"]),
        alt.layer(
            alt.Chart().mark_point().encode(x="x:Q"),
            alt.Chart().mark_text().encode(text="secret:N"),
            data=DRAWN,
        ),
    ],
)
def test_every_way_of_drawing_a_column_counts(chart):
    assert privacy.undrawn(chart.to_dict(validate=False)) == ["other"]


def test_each_table_is_looked_at_by_itself():
    """A title that five points show must not travel for five hundred."""
    few, many = [{"x": 1, "title": "One"}], [{"x": k, "title": f"{k}"} for k in range(5)]
    labels = alt.Chart(alt.InlineData(values=few)).mark_text().encode(x="x:Q", text="title:N")
    points = alt.Chart(alt.InlineData(values=many)).mark_point().encode(x="x:Q")
    assert privacy.undrawn((points + labels).to_dict()) == ["title"]
    assert privacy.undrawn((points.encode(detail="title:N") + labels).to_dict()) == []


def test_a_column_with_a_dot_in_its_name():
    spec = {"data": {"values": [{"a.b": 1, "c": {"d": 2}}]},
            "encoding": {"x": {"field": "a\\.b"}, "y": {"field": "c.d"}}}  # fmt: skip
    assert privacy.undrawn(spec) == []


@pytest.mark.parametrize(
    ("texts", "n_words", "is_saved"),
    [
        ("snippet", 20, True),
        ("snippet", 40, False),
        ("full", 400, True),
        ("none", 19, True),
        ("none", 25, False),
    ],
)
def test_texts_travel_as_far_as_asked(tmp_path, texts, n_words, is_saved):
    rows = alt.InlineData(values=[{"x": 1, "words": " ".join(["gate"] * n_words)}])
    chart = alt.Chart(rows).mark_point().encode(x="x:Q", tooltip="words:N")
    if is_saved:
        themekit.save_figure(chart, tmp_path / "a", texts=texts)
    else:
        with pytest.raises(
            privacy.LeakError, match=r"seen a text of \d+ characters in the column 'words'.*texts='"
        ):
            themekit.save_figure(chart, tmp_path / "a", texts=texts)
    with pytest.raises(ValueError, match="seen texts='some'; expected none, snippet or full"):
        themekit.save_figure(chart, tmp_path / "a", texts="some")


# Sizes, fonts, the manifest.


@pytest.mark.parametrize(
    ("size", "across", "down"), [("column", 85, None), ("page", 170, None), ("slide", 338.667, 190.5)]
)
def test_pictures_have_the_size_that_they_are_for(tmp_path, size, across, down):
    chart = charts.certainty(tables.certainty(10))
    svg, png, pdf = themekit.save_figure(
        chart, tmp_path / "a", formats="svg,png,pdf", size=size, theme="light"
    )
    root = _tree(svg.read_bytes())
    width, height = (float(root.get(side).removesuffix("mm")) for side in ("width", "height"))
    assert width == pytest.approx(across, rel=1e-3) or width < across
    if down:
        assert (width, height) == pytest.approx((across, down), rel=1e-3)
    pixels = struct.unpack(">II", dict(chunks(png.read_bytes()))["IHDR"][:8])
    assert pixels == pytest.approx((width / 25.4 * 300, height / 25.4 * 300), abs=2)
    box = pypdf.PdfReader(pdf).pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(
        (width / 25.4 * 72, height / 25.4 * 72), rel=0.01
    )


def test_letters_too_small_to_read_are_said(tmp_path):
    rows = alt.InlineData(values=[{"x": 1, "words": "small"}])
    chart = alt.Chart(rows, width=700).mark_text(fontSize=6).encode(x="x:Q", text="words:N")
    with pytest.warns(
        themekit.ThemekitWarning, match=r"seen letters of [23]\.\d points at size='column'; expected 4\.5"
    ):
        themekit.save_figure(chart, tmp_path / "a", formats="svg", size="column")
    with pytest.raises(
        ValueError, match=r"seen the size 'slied'; expected screen, column, page or slide; .*'slide'"
    ):
        themekit.save_figure(chart, tmp_path / "a", size="slied")


def test_svg_and_page_bring_their_fonts(tmp_path, simple):
    svg, page = themekit.save_figure(simple, tmp_path / "a", formats="svg,html")
    for path in (svg, page):
        text = path.read_text("utf-8")
        assert text.count("@font-face") == 2
        for data in re.findall(r"base64,([^)]+)\)", text.split("</style>")[0]):
            assert base64.b64decode(data)[:4] == b"wOF2"


def test_pdf_says_what_it_shows(tmp_path, chart):
    (path,) = themekit.save_figure(chart, tmp_path / "a", formats="pdf")
    said = pypdf.PdfReader(path).metadata
    spec = chart.to_dict()
    assert said.subject == spec["description"]
    assert said.title.startswith(
        spec["title"]["text"][0] if isinstance(spec["title"]["text"], list) else spec["title"]["text"]
    )


def test_the_manifest_says_what_made_what(tmp_path, simple, result):
    themekit.save_figure(
        simple, tmp_path / "a", formats="svg,pdf", result=result, made_by="themekit figures x"
    )
    (other,) = themekit.save_figure(simple, tmp_path / "b", formats="png")
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["schema"] == "themekit/figures/1"
    assert list(manifest["figures"]) == ["a.pdf", "a.svg", "b.png"]
    entry = manifest["figures"]["a.svg"]
    assert entry["sha256"] == hashlib.sha256((tmp_path / "a.svg").read_bytes()).hexdigest()
    assert "sha256" not in manifest["figures"]["a.pdf"]
    assert (entry["made_by"], entry["seed"], entry["corpus"]) == (
        "themekit figures x",
        0,
        result.settings["corpus"],
    )
    assert entry["title"].startswith("Maud Okafor comes back to repair")
    assert manifest["figures"]["b.png"]["corpus"] is None
    other.unlink()
    themekit.save_figure(simple, tmp_path / "c", formats="svg")
    assert "b.png" not in json.loads((tmp_path / "manifest.json").read_text("utf-8"))["figures"]
    assert str(tmp_path) not in (tmp_path / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize("content", ['{"name": "an app"}', "[]", "not JSON"])
def test_a_manifest_of_something_else_is_left_alone(tmp_path, simple, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.warns(themekit.ThemekitWarning, match=r"seen manifest\.json of something else"):
        themekit.save_figure(simple, tmp_path / "a", formats="svg")
    assert (tmp_path / "manifest.json").read_text() == content


# In a notebook.


def test_setup_says_in_one_line_what_it_did(capsys, as_before):
    themekit.setup()
    themekit.setup(theme="dark")
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        f"themekit {themekit.__version__}: charts draw here and in HTML exports with no network, "
        "light or dark as the page is."
    )
    assert second.endswith("with no network, dark.")
    assert (alt.theme.active, alt.renderers.active) == ("themekit_dark", "themekit")


def test_setup_brings_one_script_that_fetches_nothing():
    page = Page(figures._Ready("auto")._repr_html_())
    assert [tag for tag, _ in page.tags] == ["p", "script"]
    assert page.tags[1][1] == {}
    (script,) = page.scripts
    assert script.startswith("(function () {")
    assert "window.VEGA_DEBUG" in script
    assert f'"vegalite_version":"{alt.VEGALITE_VERSION}"' in script
    assert "jsdelivr" not in script
    assert len(script) < 1_100_000


def test_a_shown_chart_is_words_and_a_script_of_its_own(chart, as_before):
    alt.theme.enable("themekit")
    alt.renderers.enable("themekit")
    bundle = chart._repr_mimebundle_()
    assert bundle["text/plain"] == chart.to_dict()["description"]
    page = Page(bundle["text/html"])
    assert [tag for tag, _ in page.tags] == ["div", "script"]
    assert "http" not in page.scripts[0].replace(json.dumps(alt.SCHEMA_URL)[1:-1], "").replace(
        "https://example.org", ""
    )


def test_options_for_showing_get_through(simple, as_before):
    alt.renderers.enable("themekit", embed_options={"renderer": "canvas"})
    assert '"renderer":"canvas"' in simple._repr_mimebundle_()["text/html"]
