"""Every notebook through the interface of JupyterLab, and its page opened again; the explorer, by clicks. No network."""

from __future__ import annotations

import os
import shutil
import time

import hostile_result
import nbformat
import pytest
from conftest import ROOT
from test_browser import (  # noqa: F401 - fixtures are found by their names
    SHOWN,
    _datum,
    _execute,
    _expect,
    _outside,
    _shown,
    _wait_for_charts,
    browser,
    lab,
    new_page,
)
from test_notebooks import is_parameters

from themekit import notebooks

pytestmark = pytest.mark.browser

N_CHARTS = {
    "01_find_the_theme": 3,
    "02_your_own_texts": 3,
    "03_interviews": 1,
    "04_topics": 4,
    "05_concepts": 2,
    "06_many_authors": 5,
    "08_figures_and_report": 3,
    "09_how_it_works": 3,
}
"""Those of which we know how many charts they show; another has one at least."""
N_LIVE = {"01_find_the_theme": 2}
"""Charts of an explorer: they live as long as the kernel does, and are not on a page that is made of the notebook."""
QUICK = {"encoder": "static", "other": None}
EXPLORING = "import themekit\nthemekit.explore(themekit.load('result'))"


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, result):
    """What a reader has: notebooks and corpora, side by side; and a saved result to explore."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "corpora", folder / "corpora")
    (folder / "notebooks").mkdir()
    for name in notebooks.names():
        book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        at = next(i for i, cell in enumerate(book.cells) if is_parameters(cell))
        known = notebooks.parameters(name)
        lines = "\n".join(f"{key} = {value!r}" for key, value in QUICK.items() if key in known)
        book.cells.insert(at + 1, nbformat.v4.new_code_cell(lines))
        nbformat.write(book, folder / "notebooks" / f"{name}.ipynb")
    result.save(folder / "result")
    _write(folder / "explore.ipynb", EXPLORING)
    return folder


def _write(path, *cells):
    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(book, path)


# All notebooks through the interface take minutes: `make notebooks` runs them.
ALL = bool(os.environ.get("THEMEKIT_ALL_NOTEBOOKS"))


def _run(page, lab, path):  # noqa: F811 - the fixture's value
    """Open a notebook on a desk of its own, run all of it, and wait until nothing is left to do."""
    # The kernels of big notebooks leave little for the browser on a small machine.
    page.set_default_timeout(60_000)
    page.goto(f"{lab}lab/workspaces/{path.removesuffix('.ipynb').replace('/', '-')}/tree/{path}")
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    _execute(page, "notebook:run-all-cells")
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    _expect(prompts.last).to_have_text("[1]:" if prompts.count() == 1 else "[*]:", timeout=60_000)
    _expect(page.locator(".jp-InputPrompt", has_text="[*]:")).to_have_count(0, timeout=480_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", notebooks.names() if ALL else ["02_your_own_texts", "05_concepts"])
def test_every_notebook_runs_in_jupyterlab_and_its_page_opens_again(name, lab, folder, new_page, tmp_path):  # noqa: F811
    page = new_page()
    _run(page, lab, f"notebooks/{name}.ipynb")
    assert page.locator("[data-mime-type$='.error']").count() == 0
    assert page.locator(".jp-InputPrompt", has_text="[ ]:").count() == 0
    n = N_CHARTS.get(name) or max(page.locator(SHOWN).count(), 1)
    _wait_for_charts(page, n + N_LIVE.get(name, 0))
    _check_drawn(page)
    assert _outside(page) == []
    _execute(page, "docmanager:save")
    _expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    _execute(page, "kernelmenu:shutdown")  # it would hold its memory until the last notebook is through

    book = nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4)
    path = tmp_path / f"{name}.html"
    path.write_text(notebooks.as_page(book, name), encoding="utf-8")
    again = new_page()
    again.goto(path.as_uri())
    _wait_for_charts(again, n)
    _check_drawn(again)
    assert _outside(again) == []
    assert again.wrong == []


def _check_drawn(page):
    """Every chart has marks and speaks."""
    said = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.parentNode.getAttribute('aria-label'))"
    )
    assert all(len(text or "") > 40 for text in said), said
    marks = page.eval_on_selector_all(
        SHOWN, "all => all.map(svg => svg.querySelectorAll('[class*=role-mark] path').length)"
    )
    assert all(count > 1 for count in marks), marks


def test_one_selection_moves_map_thread_quotes_and_document(lab, result, new_page):  # noqa: F811
    page = new_page()
    _run(page, lab, "explore.ipynb")
    _wait_for_charts(page, 2)
    texts = result.passages.set_index("passage_id")["text"]
    map_, thread = page.locator(SHOWN).nth(0), page.locator(SHOWN).nth(1)
    marked, count = page.locator(".themekit-page mark"), page.locator(".widget-label", has_text="picked")

    # The map: the document opens at the passage, and is ringed in its author's thread.
    own = result.passages[result.passages["author"] == hostile_result.AUTHORS[0]]  # the clearest one
    points = map_.locator(".mark-symbol.role-mark path")
    ids = points.evaluate_all("all => all.map(mark => (mark.__data__.datum || {}).passage_id)")
    wanted = own["passage_id"].iloc[2]
    points.nth(ids.index(wanted)).click(force=True)
    _expect(marked).to_have_text(_shown(texts[wanted]))
    _expect(count).to_have_text("1 picked")
    _wait_for_rings(thread, "document_id", {own["document_id"].iloc[2]})

    # A quote: the map has a ring about it.
    leading = result.portrait(hostile_result.AUTHORS[0]).leading
    second = result.quotes(hostile_result.AUTHORS[0], leading)["passage_id"].drop_duplicates().iloc[1]
    page.locator(".widget-select select").select_option(index=1)
    _expect(marked).to_have_text(_shown(texts[second]))
    _wait_for_rings(map_, "passage_id", {second})

    # The thread: all passages of a document.
    bead = thread.locator(".mark-symbol.role-mark path:not([stroke='#d1495b'])").last
    document = _datum(bead, "document_id")
    bead.click(force=True)
    inside = own[own["document_id"] == document]
    _expect(count).to_have_text(f"{len(inside)} picked")
    _expect(marked).to_have_count(len(inside))
    _wait_for_rings(map_, "passage_id", set(inside["passage_id"]))

    # A drag over the whole map: everything.
    boxes = [box for box in (point.bounding_box() for point in points.all()) if box]
    left, top = (min(box[side] for box in boxes) for side in ("x", "y"))
    right, bottom = (max(box[side] for box in boxes) + 24 for side in ("x", "y"))
    page.mouse.move(left - 2, top - 2)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=8)
    page.mouse.up()
    _expect(count).to_have_text(f"{len(result.passages)} picked")
    assert page.locator("[data-mime-type$='.error']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert _outside(page) == []


def _wait_for_rings(chart, field, wanted):
    """Wait until the rings in a chart stand for exactly these."""
    end, seen = time.monotonic() + 10, None
    while seen != wanted and time.monotonic() < end:
        chart.page.wait_for_timeout(100)
        seen = set(
            chart.locator("path[stroke='#d1495b']").evaluate_all(
                f"all => all.map(mark => mark.__data__.datum.{field})"
            )
        )
    assert seen == wanted
