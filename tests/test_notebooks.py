"""The notebooks: committed without outputs, and each runs from a clean kernel, as it is and on a folder of one's own."""

from __future__ import annotations

import ast
import json
import shutil

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = ROOT / "notebooks" / "01_find_the_theme.ipynb"
VEGA_LITE = "https://vega.github.io/schema/vega-lite/"
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
    assert "21 authors" in plain(notebook, "read")
    assert "encoder static" in plain(notebook, "mine")
    (portrait,) = outputs(notebook, "portrait")
    assert "meta-theme" in portrait.data["text/plain"]
    assert "<blockquote" in portrait.data["text/html"]
    figures = {path.name for path in (tmp_path / "drawn").iterdir()}
    assert figures == {f"{chart}.{end}" for chart in ("fingerprint", "thread", "topic_map") for end in ENDS}


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
