"""The notebooks: committed without outputs, and each runs from a clean kernel, as it is and on a folder of one's own."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import tomllib
from html import unescape

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

import themekit
from themekit import notebooks

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = ROOT / "notebooks" / "01_find_the_theme.ipynb"
VEGA_LITE = "https://vega.github.io/schema/vega-lite/"
ALL = bool(os.environ.get("THEMEKIT_ALL_NOTEBOOKS"))
ENDS = ("svg", "png", "html")
CHARTS = ("fingerprint", "thread", "topic-map")
OWN = {
    "2019-05-04-bread.md": "The loaf sank again, and I wrote down how warm the kitchen was. Next week I shall change one thing.",
    "2020-11-12-bus.md": "The bus was late by nine minutes. I noted it beside the other days, and the line began to bend.",
}


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(path, place, **values):
    """Run a notebook in a clean kernel, in a folder beside ``corpora``, as in the checkout; nothing is written there."""
    notebook = nbformat.read(path, as_version=4)
    if values:
        # A cell of their own after the parameters, as papermill does it.
        at = next(i for i, cell in enumerate(notebook.cells) if is_parameters(cell))
        lines = "\n".join(f"{key} = {value!r}" for key, value in values.items())
        notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(lines))
    folder = place / "notebooks"
    folder.mkdir()
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def is_parameters(cell):
    return "parameters" in cell.metadata.get("tags", [])


def outputs(notebook, cell_id):
    (cell,) = [cell for cell in notebook.cells if cell.get("id") == cell_id]
    return cell.outputs


def specification(output):
    """The Vega-Lite chart in an output, or nothing; themekit's renderer puts it into a script that draws it."""
    page = output.get("data", {}).get("text/html", "")
    if "<script>" not in page or "})({" not in page:
        return None
    spec, _ = json.JSONDecoder().raw_decode(page, page.index("})({") + len("})("))
    return spec


def assert_drawn(notebook, *, n_marks):
    for cell_id in CHARTS:
        drawn = [spec for output in outputs(notebook, cell_id) if (spec := specification(output))]
        assert len(drawn) == 1, f"the cell {cell_id} shows {len(drawn)} charts"
        assert drawn[0]["$schema"].startswith(VEGA_LITE)
        rows = max(len(values) for values in drawn[0]["datasets"].values())
        assert rows >= n_marks, f"the chart of {cell_id} has {rows} rows"
        assert drawn[0]["description"]


def assert_clean(notebook):
    for cell in code_cells(notebook):
        assert cell.execution_count
        for output in cell.outputs:
            assert output.output_type != "error", output
            warned = output.output_type == "stream" and "Warning" in output.text
            assert not warned, f"{cell.id}: {output.text}"


def plain(notebook, cell_id):
    return "\n".join(o.data["text/plain"] for o in outputs(notebook, cell_id) if "data" in o)


def test_there_are_notebooks():
    assert FIRST in NOTEBOOKS


def test_committed_without_outputs(notebook):
    nbformat.validate(notebook)
    for cell in code_cells(notebook):
        assert not cell.outputs, f"cell {cell.id} has outputs; clear them before committing"
        assert cell.execution_count is None


def test_any_python_kernel_runs_it(notebook):
    assert notebook.metadata.kernelspec.name == "python3"
    assert "version" not in notebook.metadata.get("language_info", {}), "it names the Python of one machine"


def test_one_cell_of_parameters_before_all_other_code(notebook):
    tagged = [cell for cell in notebook.cells if is_parameters(cell)]
    assert len(tagged) == 1
    assert code_cells(notebook)[0] is tagged[0]


@pytest.mark.slow
def test_it_runs_on_the_shipped_corpora(tmp_path):
    shutil.copytree(ROOT / "corpora", tmp_path / "corpora")
    notebook = execute(FIRST, tmp_path, encoder="static", figures="../drawn")
    assert_clean(notebook)
    assert_drawn(notebook, n_marks=8)
    assert "33 authors" in plain(notebook, "read")
    assert "encoder static" in plain(notebook, "mine")
    (portrait,) = outputs(notebook, "portrait")
    assert "meta-theme" in portrait.data["text/plain"]
    assert "<blockquote" in portrait.data["text/html"]
    figures = {path.name for path in (tmp_path / "drawn").iterdir()}
    drawn = {f"{chart}.{end}" for chart in ("fingerprint", "thread", "topic_map") for end in ENDS}
    assert figures == drawn | {"manifest.json"}


@pytest.mark.slow
def test_it_runs_as_committed_on_two_texts_by_one_author(tmp_path):
    own = tmp_path / "corpora"
    own.mkdir()
    for name, text in OWN.items():
        (own / name).write_text(text, encoding="utf-8")
    notebook = execute(FIRST, tmp_path)
    assert_clean(notebook)
    assert_drawn(notebook, n_marks=1)
    assert "2 documents by 1 author" in plain(notebook, "read")
    assert "encoder minilm" in plain(notebook, "mine")
    assert "too little to tell" in plain(notebook, "portrait")
    assert (tmp_path / "results" / "find_the_theme" / "thread.svg").is_file()


def test_the_parameters_are_those_that_the_tests_set(notebook):
    (cell,) = [cell for cell in notebook.cells if is_parameters(cell)]
    names = {target.id for node in ast.parse(cell.source).body for target in node.targets}
    assert names >= {"folder", "encoder", "figures"}


# The other stories: which cells of each draw a chart.
STORIES = {
    "02_your_own_texts": ("overview", "certainty", "thread"),
    "04_topics": ("overview", "map", "hierarchy", "time"),
    "05_concepts": ("near", "fingerprint"),
    "06_many_authors": ("overview", "fingerprint", "certainty", "kinship", "pair"),
    "08_figures_and_report": ("page", "certainty", "own"),
    "09_how_it_works": ("null", "curse-chart", "deal-chart"),
}
QUICK = {"04_topics": {"other": None}}
"""Another encoder would embed everything once more."""
TELLS = {
    "02_your_own_texts": {"missing": "insufficient", "others": "among others"},
    "04_topics": {"model-same": "one to one", "new": "bread"},
    "05_concepts": {"own-exemplars": "boundary", "save": "margins:"},
    "06_many_authors": {"truth": f"with a theme: {24 if ALL else 6}", "groups": "author"},
    "08_figures_and_report": {"leak": "LeakError", "save": "portraits.json"},
    "09_how_it_works": {
        "passages": "the same",
        "residuals": "no more than rounding: True",
        "effect": "no more than rounding: True",
        "verdict": "no more than rounding: True",
    },
}
"""What a cell must say that found what it is about; nothing in it depends on how good the estimate is."""


def said(notebook, cell_id):
    return "\n".join(
        o.text if o.output_type == "stream" else o.data.get("text/plain", "") + o.data.get("text/html", "")
        for o in outputs(notebook, cell_id)
    )


FEW = ("adel-mansour", "agnes-rautenbach", "birdie-malone", "hana-sato-reed", "owen-pryce", "rufus-kane")


@pytest.fixture(scope="module")
def stories_corpora(tmp_path_factory):
    """What the stories are told of: the shipped corpora (`make notebooks`), else six of their essayists, one of whom has no theme, and one who was interviewed."""
    folder = tmp_path_factory.mktemp("shipped") / "corpora"
    if ALL:
        return shutil.copytree(ROOT / "corpora", folder)
    for author in FEW:
        shutil.copytree(ROOT / "corpora" / "essays" / author, folder / "essays" / author)
    for path in (
        "gold.json",
        *(f"interviews/{p.name}" for p in (ROOT / "corpora" / "interviews").glob("goran-*")),
    ):
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "corpora" / path, folder / path)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_each_story_runs_on_the_shipped_corpora(name, stories_corpora, tmp_path):
    shutil.copytree(stories_corpora, tmp_path / "corpora")
    notebook = execute(
        ROOT / "notebooks" / f"{name}.ipynb", tmp_path, encoder="static", **QUICK.get(name, {})
    )
    assert_clean(notebook)
    for cell_id in STORIES[name]:
        drawn = [spec for output in outputs(notebook, cell_id) if (spec := specification(output))]
        assert len(drawn) == 1, f"the cell {cell_id} shows {len(drawn)} charts"
        assert len(drawn[0]["description"]) > 40
    for cell_id, words in TELLS[name].items():
        assert words in said(notebook, cell_id), f"{cell_id} says {said(notebook, cell_id)!r}"
    assert any((tmp_path / "results").rglob("*.svg"))


@pytest.mark.slow
@pytest.mark.skipif(not ALL, reason="`make notebooks` runs these; 02 is run on two texts below, and 01 above")
@pytest.mark.parametrize("name", STORIES)
def test_each_story_runs_on_two_texts_by_one_author(name, tmp_path):
    own = tmp_path / "mine"
    own.mkdir()
    for file, text in OWN.items():
        (own / file).write_text(text, encoding="utf-8")
    notebook = execute(
        ROOT / "notebooks" / f"{name}.ipynb",
        tmp_path,
        folder="../mine",
        encoder="static",
        **QUICK.get(name, {}),
    )
    assert_clean(notebook)


def test_by_hand_and_by_the_package_agree_in_the_notebook_for_referees():
    """The notebook prints both; here its own lines are run and compared, on authors of several kinds."""
    cells = {c.id: c.source for c in nbformat.read(ROOT / "notebooks" / "09_how_it_works.ipynb", 4).cells}
    texts, authors = [], []
    for i, author in enumerate(("Ann", "Bo", "Cy") * 4):
        texts.append(f"We mended gate {i} again. It held. The boat sank, and {author} swam home by night.")
        authors.append(author)
    corpus = themekit.Corpus.from_texts(texts, author=authors)
    space = {"folder": None, "encoder": "static", "author": "Bo", "n_shuffles": 400, "print": lambda *_: None}
    setup = cells["setup"].replace("themekit.read(folder)", "corpus").replace("themekit.setup()", "")
    exec(setup, space | {"corpus": corpus}, space)  # noqa: S102 - the notebook's own lines
    space["corpus"] = corpus
    for cell_id in ("passages", "residuals", "scores", "effect"):
        exec(cells[cell_id], space)  # noqa: S102 - as above
    check = space["check"]
    assert check["by hand"].to_numpy() == pytest.approx(check["package"].to_numpy(), abs=1e-5)


def test_a_notebook_becomes_a_page(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    for file, text in OWN.items():
        (tmp_path / "mine" / file).write_text(text, encoding="utf-8")
    signed = "---\nauthor: Ann Bell\n---\n\nThe fog stood at the gate and would not come in."
    (tmp_path / "mine" / "fog.md").write_text(signed, encoding="utf-8")
    (tmp_path / "mine" / "broken.pdf").write_bytes(b"%PDF-1.4\n1 0 obj")
    monkeypatch.chdir(tmp_path)
    page = notebooks.run("02", "told/page.html", notebooks.given("02", ["folder=mine", "encoder=static"]))
    html = unescape(page.read_text(encoding="utf-8"))
    assert "too little to tell" in html
    assert "write your name into the first cell:\nauthor = 'Ann Bell'" in html
    assert re.search(r"failed</td>.*?mine/broken\.pdf", html, re.DOTALL)
    assert (tmp_path / "results" / "your_own_texts" / "report.html").is_file()
    asked_for = [part for part in html.split('src="')[1:] if part.startswith(("http", "//"))]
    assert not asked_for, "the page loads something from elsewhere"


def test_a_cell_that_fails_is_told_and_the_page_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        notebooks.NotebookError, match=r"seen FileNotFoundError in a cell of 02.*expected.*02\.html"
    ):
        notebooks.run("02", "02.html", {"folder": "nowhere", "encoder": "static"})
    assert "FileNotFoundError" in (tmp_path / "02.html").read_text(encoding="utf-8")


def test_what_is_not_there_is_told_with_what_is():
    with pytest.raises(
        notebooks.NotebookError, match=r"notebook '02_your_texts'; expected .*near it: 02_your_own_texts"
    ):
        notebooks.parameters("02_your_texts")
    with pytest.raises(notebooks.NotebookError, match=r"parameter 'foldr'; expected .*near it: folder"):
        notebooks.run("02", values={"foldr": "x"})
    with pytest.raises(notebooks.NotebookError, match="expected a name and a value; write for instance"):
        notebooks.given("02", ["folder"])
    with pytest.raises(notebooks.NotebookError, match=r"part 'essay'; expected .*essays"):
        themekit.demo("essay")


def test_a_text_stays_a_text():
    assert notebooks.given("06", ["folder=2019", "year=2019", "author=x"]) == {
        "folder": "2019", "year": 2019, "author": "x",
    }  # fmt: skip


def test_copied_notebooks_find_the_corpora_and_nothing_is_overwritten(tmp_path):
    copied = notebooks.copy(tmp_path)
    assert [path.stem for path in copied] == notebooks.names()
    assert (tmp_path / "corpora" / "gold.json").is_file()
    copied[0].write_text("mine now", encoding="utf-8")
    assert notebooks.copy(tmp_path) == []
    assert copied[0].read_text(encoding="utf-8") == "mine now"


def test_the_package_names_all_its_folders():
    """An explicit list, since notebooks and corpora are mapped into it; a folder that is forgotten would not be installed."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    inside = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "themekit").rglob("__init__.py")
    }
    assert inside | set(about["package-dir"]) == set(about["packages"])
    assert all((ROOT / folder).is_dir() for folder in about["package-dir"].values())
