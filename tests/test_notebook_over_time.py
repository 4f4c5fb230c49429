"""Notebook 07 from a clean kernel: on the life that ships, without the shared essayists."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT
from test_notebooks import assert_clean, execute, outputs, plain, specification


@pytest.mark.slow
def test_it_tells_a_life_that_was_planted(tmp_path):
    for folder in ("corpora/essays", "benchmarks/years"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    path = ROOT / "notebooks" / "07_over_time.ipynb"
    notebook = execute(path, tmp_path, encoder="static", concept="measurement", figures="../drawn")
    assert_clean(notebook)
    assert "Walter Ansty" in plain(notebook, "mine")
    turns = plain(notebook, "junctures")
    assert turns.index("away") < turns.index("towards")
    for cell_id in ("orbit", "forms-chart", "topics", "hierarchy"):
        drawn = [spec for output in outputs(notebook, cell_id) if (spec := specification(output))]
        assert len(drawn) == 1, f"the cell {cell_id} shows {len(drawn)} charts"
    assert "not beside this checkout" in plain(notebook, "huxley")
    assert (tmp_path / "drawn" / "orbit.svg").is_file()
