"""``themekit background build``: a folder of other people's texts becomes something to compare with."""

from __future__ import annotations

import json
import logging

import pytest

from themekit import background, cli
from themekit.encoders import find_encoder


@pytest.fixture
def others(tmp_path):
    """Texts of three people, a folder each."""
    for author in ("Bo", "Cy", "Di"):
        for i in range(4):
            file = tmp_path / "others" / author / f"201{i}-0{i + 1}-02-text.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(
                f"{author} walked to the harbour on day {i}. The ferry was late again, and it rained."
            )
    return tmp_path / "others"


def run(monkeypatch, *arguments):
    """Run the command as a shell would; return how it ends."""
    monkeypatch.setattr("sys.argv", ["themekit", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as end:
        return end.code
    finally:
        logging.getLogger().handlers.clear()
    return 0


def test_a_folder_becomes_a_background_that_serves_mining(monkeypatch, capsys, others, tmp_path):
    out = tmp_path / "made"
    options = ("--authors-from-folders", "--encoder", "static", "--register", "diary")
    assert run(monkeypatch, "background", "build", others, "--out", out, *options) == 0
    said = capsys.readouterr().out
    assert "12 contributions by 3 authors" in said
    assert "encoder static" in said
    assert f"--background {out}" in said
    made = background.load(out, find_encoder("static"))
    assert (made.name, set(made.registers), made.is_given) == ("made", {"diary"}, True)

    text = tmp_path / "mine.txt"
    text.write_text("We mended the gate again. It held through the winter, and the one after.")
    options = ("--author", "Ann", "--encoder", "static", "--background", out, "--json", "-")
    assert run(monkeypatch, "mine", text, *options) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["settings"]["background"]["name"] == "made"
    assert set(said["authors"][0]["missing"]) == {
        "contributions",
        "words",
        "topics",
    }  # but nobody to compare with


def test_no_text_is_kept(monkeypatch, others, tmp_path):
    out = tmp_path / "made"
    assert (
        run(monkeypatch, "--quiet", "background", "build", others, "--out", out, "--encoder", "static") == 0
    )
    for file in out.iterdir():
        assert b"harbour" not in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere", "--out", "made"], "seen no file or folder"),
        (["."], "--out"),
        ([".", "--out", "made", "--max-passages", "0"], "max-passages"),
    ],
)
def test_wrong_usage_ends_with_2(monkeypatch, capsys, tmp_path, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "background", "build", *arguments) == 2
    assert said in capsys.readouterr().err
