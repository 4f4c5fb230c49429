"""The reading desk in JupyterLab, by keys and mouse, with no network; without a browser: ``test_desk.py``."""

from __future__ import annotations

import hostile_result
import nbformat
import pytest
from test_browser import _execute, _expect, _outside, browser, lab  # noqa: F401 - fixtures are found by their names

from themekit.judgements import Judgements

pytestmark = pytest.mark.browser

DESK = """\
import themekit
result = themekit.load('result')
desk = themekit.judge(result, judge='Ann', folder='kept')
desk"""
TABS = ("one", "two")


@pytest.fixture(scope="module")
def result():
    return hostile_result.make()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, result):
    """A saved result, and two notebooks that judge it."""
    folder = tmp_path_factory.mktemp("lab")
    result.save(folder / "result")
    (folder / "kept").mkdir()
    for name in TABS:
        book = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(DESK)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        nbformat.write(book, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def tabs(lab, browser):  # noqa: F811 - the fixtures' values
    """Two notebooks, each in a tab of its own with a kernel of its own; they stay open from test to test."""
    from playwright.sync_api import expect

    expect.set_options(timeout=20_000)  # on a busy machine Python answers late
    pages = {}
    for name in TABS:
        page = pages[name] = browser.new_context(viewport={"width": 1300, "height": 1100}).new_page()
        page.set_default_timeout(15_000)
        page.asked, page.wrong = [], []
        page.on("request", lambda request, asked=page.asked: asked.append(request.url))
        page.on("pageerror", lambda error, wrong=page.wrong: wrong.append(str(error)))
        page.goto(f"{lab}lab/workspaces/{name}/tree/{name}.ipynb")
    for page in pages.values():
        page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
        _execute(page, "notebook:run-all-cells")
    yield {name: _desk(page) for name, page in pages.items()}
    for page in pages.values():
        assert _outside(page) == []
        assert page.wrong == []
        assert page.evaluate("window.hacked") is None
        assert page.locator(".themekit-desk :is(img, script)").count() == 0
        page.context.close()
    expect.set_options(timeout=5_000)


def _desk(page):
    desk = page.locator(".themekit-desk")
    desk.wait_for(timeout=120_000)
    return desk


@pytest.fixture
def sit_down(tabs):
    """Return a function that goes to a tab and opens a theme there."""

    def go(name, theme):
        desk = tabs[name]
        desk.page.bring_to_front()
        desk.get_by_label("Theme", exact=True).select_option(theme)
        _expect(desk.locator(".name")).to_have_text(theme)
        desk.focus()
        return desk

    return go


def _kept(folder, theme):
    """Return what the file says, read anew."""
    return Judgements.open(folder / "kept").for_theme(theme)


def _press(desk, key, done):
    desk.page.keyboard.press(key)
    _expect(desk.locator(".progress")).to_have_text(done)


def _n(desk):
    n = int(desk.locator(".progress").inner_text().split()[-1])
    assert n > 4
    return n


def _go_to(desk, i):
    desk.locator(".chip").nth(i).click()
    _expect(desk.locator(".chip").nth(i)).to_have_attribute("aria-current", "true")


def _marked(desk):
    """Return the passage in hand, as it stands in the text."""
    return desk.locator("mark").inner_text()


def test_a_person_judges_by_keys_and_finds_it_again_after_a_restart(sit_down, tabs, folder):
    desk = sit_down("one", "repair")
    page, press, n = desk.page, desk.page.keyboard.press, _n(desk)
    status = desk.get_by_role("status")
    first = _marked(desk)
    _press(desk, "y", f"1 of {n}")
    assert _marked(desk) != first
    _press(desk, "n", f"2 of {n}")
    _press(desk, "u", f"3 of {n}")
    _expect(status).to_contain_text("Unsure to passage 3. Now passage 4")
    assert sorted(_kept(folder, "repair")["answer"]) == ["no", "unsure", "yes"]

    # Taken back, in both ways; then another answer.
    _press(desk, "z", f"2 of {n}")
    _press(desk, "Control+z", f"1 of {n}")
    _expect(status).to_contain_text("Taken back: no to")
    _press(desk, "j", f"2 of {n}")
    assert sorted(_kept(folder, "repair")["answer"]) == ["yes", "yes"]

    # Back to the first. While a note is written, letters are letters.
    press("Home")
    _expect(desk.locator(".chip").first).to_have_attribute("aria-current", "true")
    assert _marked(desk) == first
    press("t")
    page.keyboard.type("no, yes: <b>unsure</b> dd")
    _expect(desk.locator(".progress")).to_have_text(f"2 of {n}")
    press("Enter")
    _expect(desk.locator(".note")).to_have_text("no, yes: <b>unsure</b> dd")
    assert "no, yes: <b>unsure</b> dd" in _kept(folder, "repair")["note"].tolist()

    # Keys that mean something to a notebook mean nothing to it here.
    for key in ("d", "d", "b", "a", "x", "Control+s", "?"):
        press(key)
    _expect(desk.locator(".keys")).to_be_visible()
    assert page.locator(".jp-CodeCell").count() == 1

    _restart(page)
    tabs["one"] = _desk(page)
    desk = sit_down("one", "repair")
    _expect(desk.locator(".progress")).to_have_text(f"2 of {n}")
    _expect(desk.locator(".kept li p:visible")).to_have_text("no, yes: <b>unsure</b> dd")
    press("z")  # the note is taken back, the answer stays
    _expect(desk.locator(".kept li p:visible")).to_have_count(0)
    _expect(desk.locator(".progress")).to_have_text(f"2 of {n}")


def _restart(page):
    _execute(page, "notebook:restart-run-all")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    page.locator(".themekit-desk").wait_for(state="detached", timeout=60_000)


def test_two_tabs_on_one_corpus_lose_nothing(sit_down, folder):
    theme = "chance"
    one, two = sit_down("one", theme), sit_down("two", theme)
    n = _n(one)
    one.page.bring_to_front()
    _press(one, "y", f"1 of {n}")
    two.page.bring_to_front()
    _go_to(two, 2)
    _expect(two.locator(".progress")).to_have_text(f"1 of {n}")  # what the other tab did is there
    _press(two, "n", f"2 of {n}")
    one.page.bring_to_front()
    _press(one, "u", f"3 of {n}")
    assert sorted(_kept(folder, "chance")["answer"]) == ["no", "unsure", "yes"]
    two.page.bring_to_front()
    _go_to(two, 0)
    _expect(two.locator(".progress")).to_have_text(f"3 of {n}")


def test_the_mouse_does_what_the_keys_do(sit_down, folder, result):
    desk = sit_down("two", "play")
    page = desk.page
    for i, label in enumerate(("Yes", "No"), start=1):
        desk.locator(".answers button", has_text=label).click()
        _expect(desk.locator(".progress")).to_contain_text(f"{i} of")
    assert sorted(_kept(folder, "play")["answer"]) == ["no", "yes"]

    # A drag over words of the text marks them as a quote, to the character.
    box = desk.locator(".text [data-start]").first.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 8, steps=5)
    page.mouse.up()
    chosen = page.evaluate("getSelection().toString()").strip()
    assert chosen
    desk.locator("button", has_text="Mark a quote").click()
    _expect(desk.get_by_role("status")).to_contain_text("Marked as a quote")
    assert chosen in _check_marked(folder, result)

    # By sentences, with the keyboard.
    desk.focus()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    two = "".join(desk.locator(".chosen").all_inner_texts()).split()
    page.keyboard.press("Enter")
    _expect(desk.locator(".chosen")).to_have_count(0)
    _expect(desk.locator("mark")).to_have_text(" ".join(two))
    assert len(_check_marked(folder, result)) == 2

    # A click among what was answered, and on the strip.
    desk.locator(".kept .open").last.click()
    _expect(desk.locator(".chip").first).to_have_attribute("aria-current", "true")
    _go_to(desk, 2)

    # Sharpened: shown beside what was, and the result is what it was.
    desk.focus()
    page.keyboard.press("p")
    _expect(desk.locator(".sharpened table")).to_contain_text("verdict", timeout=60_000)
    assert desk.locator(".sharpened").inner_text().startswith("play after 4 judgements")


def _check_marked(folder, result):
    table = _kept(folder, "play")
    table = table[table["origin"] == "marked"]
    texts = result.documents.set_index("document_id")["text"]
    for row in table.itertuples():
        assert texts[row.document_id][row.start : row.end] == row.quote
    return table["quote"].tolist()


def test_what_cannot_be_written_is_said_at_once_and_stays(sit_down, folder):
    desk = sit_down("one", "repair")
    page, n = desk.page, _n(desk)
    before = _kept(folder, "repair")["answer"].tolist()
    # To who runs as root no folder is read-only: here there is none any more, but a file of its name.
    kept, away = folder / "kept", folder / "away"
    kept.rename(away)
    kept.write_text("no folder")
    page.keyboard.press("n")
    _expect(desk.get_by_role("alert")).to_contain_text("Not saved")
    _expect(desk.locator(".answers [aria-pressed=true]")).to_contain_text("No")
    _expect(desk.locator(".chip[aria-current=true]")).to_have_text("✕")
    kept.unlink()
    away.rename(kept)
    assert _kept(folder, "repair")["answer"].tolist() == before
    page.keyboard.press("w")
    _expect(desk.get_by_role("alert")).to_have_text("")
    _expect(desk.locator(".progress")).to_have_text(f"{len(before) + 1} of {n}")
    assert sorted(_kept(folder, "repair")["answer"]) == sorted([*before, "no"])

    # A kernel that is gone answers nobody, which is said, too.
    _execute(page, "kernelmenu:shutdown")
    page.get_by_text("No Kernel").first.wait_for()
    desk.focus()
    page.keyboard.press("y")
    _expect(desk.get_by_role("alert")).to_contain_text("No answer from Python")
