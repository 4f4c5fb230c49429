"""What a reader sees: charts in JupyterLab, in the HTML made of a notebook and in saved pages, with no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import chart_tables as tables
import hostile_result
import pytest

pytestmark = pytest.mark.browser

LOOPBACK = ("127.0.0.1", "localhost")
OWN = """\
own = alt.Chart(pd.DataFrame({'a': [1, 2]}), description="A user's own").mark_point().encode(x='a')
with alt.renderers.enable('default'):
    display(own)"""
CELLS = (
    "import altair as alt, pandas as pd, themekit\nthemekit.setup()",
    "themekit.charts.fingerprint(pd.read_parquet('themes.parquet'), pd.read_parquet('authors.parquet'))",
    "themekit.charts.thread(pd.read_parquet('thread.parquet'))",
    "themekit.charts.topic_map(pd.read_parquet('topic_map.parquet'))",
    OWN,
)
DESCRIPTIONS = ("Heat map of 9 authors", "Documents by date and topic", "Map of passages", "A user's own")
SHOWN = "svg.marks:not(.themekit-paper svg)"
"""Charts that a reader sees; where the screen is dark a light one waits for the printer."""
EVERY_CHART = """\
from themekit import drawings
result = themekit.load('result')
for author in (None, result.authors['author'][0]):
    for name, chart in drawings.drawings(result, author):
        display(chart)"""
PICKING = """\
import ipywidgets
widget = themekit.pickable(themekit.charts.topic_map(result.map_frame()))
widget.embed_options = {'renderer': 'svg'}
told = ipywidgets.Label('nothing yet')
def tell(_):
    told.value = '|'.join(themekit.picked(widget, result.passages)['passage_id'])
widget.selections.observe(tell, 'pick')
display(widget, told)"""
DARK, LIGHT = "rgb(20, 24, 29)", "rgb(255, 255, 255)"


@pytest.fixture(scope="module")
def browser(chromium):
    """Chromium, for which no host exists but this one."""
    from playwright.sync_api import sync_playwright

    rules = "MAP * ~NOTFOUND, " + ", ".join(f"EXCLUDE {host}" for host in LOOPBACK)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox", f"--host-resolver-rules={rules}"]
        )
        yield started
        started.close()


@pytest.fixture
def new_page(browser):
    """Return a function that opens a page; it keeps what the page asked for and what went wrong in it."""
    contexts = []

    def open_page(**options):
        context = browser.new_context(viewport={"width": 1300, "height": 4000}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.asked, page.wrong = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on(
            "console", lambda message: page.wrong.append(message.text) if message.type == "error" else None
        )
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a notebook and the tables that it draws; the names in them are hostile."""
    import nbformat

    folder = tmp_path_factory.mktemp("lab")
    themes, authors = tables.themes(9, hostile=True)
    themes.to_parquet(folder / "themes.parquet")
    authors.to_parquet(folder / "authors.parquet")
    tables.thread(9, author=tables.HOSTILE[0], subjects=tables.HOSTILE[:5]).to_parquet(
        folder / "thread.parquet"
    )
    tables.topic_map(60, hostile=True).to_parquet(folder / "topic_map.parquet")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, folder / "charts.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory, folder):
    """JupyterLab on loopback, with settings of its own; the address."""
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"checkForUpdates": False, "fetchNews": "false"}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    # Every cell is on the page, also those below the fold: a long notebook has all its charts there.
    (settings.parent / "notebook-extension").mkdir()
    (settings.parent / "notebook-extension" / "tracker.jupyterlab-settings").write_text(
        json.dumps({"windowingMode": "none"})
    )
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
              "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
              "IPYTHONDIR": "ipython"}  # fmt: skip
    environment = os.environ | {name: str(home / place) for name, place in places.items()}
    log = home / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
             "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={folder}"],
            env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
        )  # fmt: skip
        try:
            yield _address(server, home / "runtime", log)
        finally:
            server.terminate()
            server.wait(20)


def _address(server, runtime, log):
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            return json.loads(file.read_text())["url"]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def _outside(page):
    """Return what a page asked of other hosts."""
    return [
        url
        for url in page.asked
        if urlsplit(url).scheme.startswith("http") and urlsplit(url).hostname not in LOOPBACK
    ]


def _execute(page, command, **arguments):
    """Start a command of JupyterLab; some never say that they have ended, so what they do is waited for instead."""
    page.evaluate(f"void window.jupyterapp.commands.execute('{command}', {json.dumps(arguments)})")


def _wait_for_charts(page, n):
    _expect(page.locator(SHOWN)).to_have_count(n, timeout=90_000)


def _expect(locator):
    from playwright.sync_api import expect

    return expect(locator)


def _check_backgrounds(page, *colours):
    """Each chart has its background, or gets it soon."""
    for i, colour in enumerate(colours):
        _expect(page.locator(SHOWN).nth(i)).to_have_css("background-color", colour)


def _check_charts(page, descriptions=DESCRIPTIONS):
    """Every chart has marks and speaks; no name was taken for markup."""
    said = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.parentNode.getAttribute('aria-label'))"
    )
    assert [(text or "")[: len(start)] for text, start in zip(said, descriptions, strict=True)] == list(
        descriptions
    )
    counts = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.querySelectorAll('[role=graphics-symbol]').length)"
    )
    assert all(count > 1 for count in counts), counts
    # Marks that lie side by side: an axis that came to nothing puts them all in one place.
    across = page.eval_on_selector_all(
        SHOWN,
        "all => all.map(svg => new Set([...svg.querySelectorAll('.mark-rect path, .mark-symbol.role-mark path')]"
        ".map(path => Math.round(path.getBoundingClientRect().x))).size)",
    )
    assert all(count > 1 for count in across), across
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('svg.marks img, svg.marks script').length") == 0


def test_charts_draw_in_jupyterlab_and_in_the_html_made_of_the_notebook(lab, folder, new_page):
    page = new_page()
    page.goto(f"{lab}lab/tree/charts.ipynb")
    # A notebook whose kernel is not there yet asks which one to take.
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=40_000)
    _execute(page, "notebook:run-all-cells")
    _wait_for_charts(page, len(DESCRIPTIONS))
    _check_charts(page)
    assert page.locator("[data-mime-type$='.stderr'], [data-mime-type$='.error']").count() == 0
    assert page.get_by_text("charts draw here and in HTML exports with no network").is_visible()
    assert _outside(page) == []

    _check_pick_and_tooltip(page)
    _check_dark(page)
    _execute(page, "docmanager:save")
    _expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    _check_export(folder, new_page)


def _check_pick_and_tooltip(page):
    points = page.locator("svg.marks").nth(2).locator(".mark-symbol.role-mark path")
    points.nth(7).hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert "<script>window.hacked = 1</script>" in tooltip.inner_text()
    points.nth(7).click()
    _expect(page.locator("svg.marks").nth(2).locator("path[opacity='0.2']")).to_have_count(59)


def _check_dark(page):
    """The charts follow the look of JupyterLab, but for the one that Altair's own renderer drew."""
    _check_backgrounds(page, *[LIGHT] * 4)
    _execute(page, "apputils:change-theme", theme="JupyterLab Dark")
    _check_backgrounds(page, DARK, DARK, DARK, LIGHT)


def _check_export(folder, new_page):
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_filename(str(folder / "charts.ipynb"))
    exported = folder / "charts.html"
    exported.write_text(html, encoding="utf-8")
    page = new_page(color_scheme="dark")
    page.goto(exported.as_uri(), wait_until="domcontentloaded")
    _wait_for_charts(page, len(DESCRIPTIONS))
    _check_charts(page)
    # The page says that it is light, whatever the reader's system is.
    _check_backgrounds(page, *[LIGHT] * 4)
    assert not [url for url in page.asked if "vega" in url]


def test_a_saved_page_opens_alone_and_follows_the_reader(folder, new_page):
    import pandas as pd

    import themekit

    chart = themekit.charts.topic_map(pd.read_parquet(folder / "topic_map.parquet"))
    (path,) = themekit.save_figure(chart, folder / "map", formats="html")
    page = new_page(color_scheme="dark")
    # A loader of modules that happens to be on a page must not be asked for anything.
    page.add_init_script("window.define = window.require = () => { window.hacked = 1; }; define.amd = {};")
    page.goto(path.as_uri())
    _wait_for_charts(page, 1)
    _check_charts(page, DESCRIPTIONS[2:3])
    assert page.title().startswith("60 passages by 3 authors")
    _check_backgrounds(page, DARK)
    page.emulate_media(color_scheme="light")
    _check_backgrounds(page, LIGHT)
    assert page.asked == [path.as_uri()]
    assert page.wrong == []


def test_a_saved_page_cannot_ask_the_network_for_anything(folder, new_page):
    import altair as alt

    import themekit

    chart = alt.Chart("http://127.0.0.1:9/rows.json").mark_point().encode(x="a:Q")
    (path,) = themekit.save_figure(chart, folder / "remote", formats="html")
    page = new_page()
    page.goto(path.as_uri())
    _expect(page.locator("#chart")).to_have_class("vega-embed has-actions")
    assert page.asked == [path.as_uri()]
    assert any("Content Security Policy" in text for text in page.wrong)


def test_a_saved_page_with_a_range_of_dates_has_its_axis(folder, new_page):
    """Vega's interpreter fails here, in silence."""
    import altair as alt

    import themekit

    rows = alt.InlineData(values=[{"a": "2015-03-01"}, {"a": "2018-03-01"}])
    chart = (
        alt.Chart(rows)
        .mark_point()
        .encode(x=alt.X("a:T", scale=alt.Scale(domain=["2014-01-01", "2020-01-01"])))
    )
    (path,) = themekit.save_figure(chart, folder / "dates", formats="html")
    page = new_page()
    page.goto(path.as_uri())
    _wait_for_charts(page, 1)
    assert "2016" in page.locator("svg.marks").text_content()
    _check_charts(page, ("",))
    assert page.wrong == []


@pytest.mark.parametrize("dark", [False, True])
def test_a_page_with_a_fixed_look_keeps_it(folder, new_page, dark):
    import themekit

    chart = themekit.charts.thread(tables.thread(4))
    look = "dark" if dark else "light"
    (path,) = themekit.save_figure(chart, folder / look, formats="html", theme=look)
    page = new_page(color_scheme="light" if dark else "dark")
    page.goto(path.as_uri())
    _wait_for_charts(page, 1)
    _check_backgrounds(page, DARK if dark else LIGHT)
    _check_charts(page, DESCRIPTIONS[1:2])
    assert Path(path).stat().st_size < 1_500_000


# All charts, and the report.


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture(scope="module")
def report(result, tmp_path_factory):
    return result.report(tmp_path_factory.mktemp("report") / "report.html")


def _datum(locator, field):
    return locator.evaluate(f"mark => mark.__data__.datum.{field}")


def test_every_chart_draws_in_jupyterlab_and_a_click_comes_back(lab, folder, result, new_page):
    import nbformat

    from themekit import drawings

    result.save(folder / "result")
    cells = ["import themekit\nthemekit.setup()", EVERY_CHART, PICKING]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, folder / "every.ipynb")
    page = new_page()
    page.goto(f"{lab}lab/workspaces/every/tree/every.ipynb")  # another desk than the other notebook
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=40_000)
    _execute(page, "notebook:run-all-cells")
    n = len(drawings.CHARTS) + len(drawings.OF_AUTHOR)
    _wait_for_charts(page, n + 1)
    said = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.parentNode.getAttribute('aria-label'))"
    )
    assert all(len(text or "") > 40 for text in said), said
    marks = page.eval_on_selector_all(
        SHOWN,
        "all => all.map(svg => svg.querySelectorAll('[class*=role-mark] path, [class*=role-mark] text').length)",
    )
    assert all(count > 1 for count in marks), marks
    assert page.locator("[data-mime-type$='.error']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('svg.marks img, svg.marks script').length") == 0
    point = page.locator(SHOWN).nth(n).locator(".mark-symbol.role-mark path").nth(5)
    wanted = _datum(point, "passage_id")
    point.click()
    _expect(page.locator(".widget-label")).to_have_text(wanted)
    assert _outside(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_draws_everything_and_asks_nobody(report, new_page, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn=all]", timeout=90_000)
    placed = page.locator("[data-chart]").count()
    assert placed > 20
    _wait_for_charts(page, placed)
    said = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.parentNode.getAttribute('aria-label'))"
    )
    assert all(len(text or "") > 40 for text in said), said
    marks = page.eval_on_selector_all(
        SHOWN,
        "all => all.map(svg => svg.querySelectorAll('[class*=role-mark] path, [class*=role-mark] text').length)",
    )
    assert all(count > 0 for count in marks), marks
    assert set(
        page.eval_on_selector_all(SHOWN, "all => all.map(svg => getComputedStyle(svg).backgroundColor)")
    ) == {{"light": LIGHT, "dark": DARK}[scheme]}
    assert page.asked == [report.as_uri()]
    assert page.wrong == []
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, script').length") == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "nothing sticks out at the side"
    )


def test_a_click_in_the_report_opens_the_passage(report, result, new_page):
    page = new_page()
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn=all]", timeout=90_000)
    reader = page.locator("#reader")
    assert not reader.is_visible()
    texts = result.passages.set_index("passage_id")["text"]
    for chart, place in (("topic-map", 3), ("topic-map", 40), ("forms ", 2)):
        marks = page.locator(f"[data-chart^='{chart}'] [class*=role-mark] path")
        pointing = marks.evaluate_all(
            "all => all.flatMap((mark, i) => (mark.__data__.datum || {}).passage_id ? [i] : [])"
        )
        with_passage = marks.nth(pointing[place])
        wanted = _datum(with_passage, "passage_id")
        with_passage.click(force=True)
        _expect(reader.locator(".text")).to_have_text(_shown(texts[wanted]))
        start = result.passages.set_index("passage_id").loc[wanted, "start"]
        assert f"characters {start:,} to" in reader.locator(".place").inner_text()
    _check_turning(page, result, wanted)


def _shown(text):
    from themekit.wording import visible

    return visible(text)


def _check_turning(page, result, here):
    """From a passage one walks to its neighbours, by button and by key, and not out of the document."""
    rows = result.passages.sort_values(["document_id", "position"])
    inside = rows[rows["document_id"] == rows.set_index("passage_id").loc[here, "document_id"]]
    text = page.locator("#reader .text")
    for _ in range(len(inside)):
        page.keyboard.press("ArrowLeft")
    _expect(text).to_have_text(_shown(inside["text"].iloc[0]))
    assert page.locator("#reader .before").is_disabled()
    page.locator("#reader .after").click()
    _expect(text).to_have_text(_shown(inside["text"].iloc[1]))
    page.keyboard.press("Escape")
    _expect(page.locator("#reader")).to_be_hidden()


def test_the_report_prints_on_white_with_everything_on_the_paper(report, new_page, tmp_path):
    import pypdf

    page = new_page(color_scheme="dark")
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn=all]", timeout=90_000)
    page.emulate_media(media="print", color_scheme="dark")
    shown = page.eval_on_selector_all(
        "svg.marks",
        "all => all.filter(svg => svg.checkVisibility()).map(svg => getComputedStyle(svg).backgroundColor)",
    )
    assert len(shown) == page.locator("[data-chart]").count()
    assert set(shown) == {LIGHT}
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    sheets = pypdf.PdfReader(tmp_path / "report.pdf").pages
    assert 10 < len(sheets) < 60
    words = " ".join(sheet.extract_text() for sheet in sheets)
    for heading in ("Contents", "What was found", "What it is about", "What was read", "How it was found"):
        assert heading in words
    assert {(round(float(s.mediabox.width)), round(float(s.mediabox.height))) for s in sheets} <= {
        (595, 842),
        (596, 842),
    }


@pytest.mark.parametrize("width", [360, 800])
def test_the_report_fits_a_small_screen(report, new_page, width):
    page = new_page()
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-drawn=all]", timeout=90_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
