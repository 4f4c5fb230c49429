"""The notebook on interviews runs from a clean kernel, on the shipped corpora and on a folder of one's own."""

from __future__ import annotations

import shutil

import pytest
from conftest import ROOT
from test_notebooks import assert_clean, execute, outputs, plain

INTERVIEWS = ROOT / "notebooks" / "03_interviews.ipynb"
OWN = "Ida Berg: Why doors?\n\nTom Hale: They are dry, and nobody wants them.\n\nIda Berg: And boats?\n\nTom Hale: They leak.\n"


@pytest.mark.slow
def test_it_runs_on_the_shipped_interviews(tmp_path):
    for part in ("interviews", "captions"):
        shutil.copytree(ROOT / "corpora" / part, tmp_path / "corpora" / part)
    notebook = execute(INTERVIEWS, tmp_path)
    assert_clean(notebook)
    assert "Callum Baird" in plain(notebook, "read")
    assert "interviewer" in plain(notebook, "roles")
    assert "host" in plain(notebook, "mine")
    assert "change" in plain(notebook, "captions")
    (page,) = outputs(notebook, "page")
    assert "application/vnd.jupyter.widget-view+json" in page.data
    assert (tmp_path / "results" / "interviews" / "hosts_and_guests.svg").is_file()


@pytest.mark.slow
def test_it_runs_on_one_interview_of_ones_own(tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "talk.txt").write_text(OWN, encoding="utf-8")
    notebook = execute(INTERVIEWS, tmp_path)
    assert_clean(notebook)
    assert "Tom Hale" in plain(notebook, "read")
