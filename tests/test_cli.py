"""The command line: what it writes where, and how it ends."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import themekit
from themekit import cli

MENDING = (
    (
        "The gate hung by one hinge and my father said to leave it. I took it down, soaked the bolt in oil and put it "
        "back with a washer that I had cut from a tin. It has swung true since."
    ),
    (
        "When the choir fell out over the carols I wrote to each of them. It took four letters. The old tear still shows "
        "if you know where to look, and we sing across it."
    ),
)
COUNTING = (
    (
        "Nine ships before breakfast, four after. I keep the tally in pencil on the window frame, with the hour beside "
        "each, and by August the frame told me what the timetable would not."
    ),
    (
        "The doctor asked how I slept. I gave her the notebook with forty nights in it, hours and minutes, and she turned "
        "the pages for a long time before she said anything."
    ),
)
# The schema, as the contract has it.
DOCUMENT = {"document_id", "source", "entry", "title", "author", "date", "kind", "sha256"}
AUTHOR = {
    "author",
    "n_documents",
    "n_words",
    "verdict",
    "reason",
    "missing",
    "meta_theme",
    "q_value",
    "themes",
}
THEME = {
    "concept",
    "rank",
    "effect",
    "low",
    "high",
    "p_value",
    "document_share",
    "n_topics",
    "first_year",
    "last_year",
    "evidence",
}
QUOTE = {"passage_id", "document_id", "source", "start", "end", "quote", "role", "topic_id", "date", "score"}
STATIC = ("--encoder", "static")
BY_FOLDER = ("--authors-from-folders",)


def ended(capsys, *arguments):
    """Run the command in this process, through the function that the installed script calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["themekit", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """The command sets up logging for its process; here that process goes on."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(scope="module")
def script():
    """The installed console script."""
    path = Path(sys.executable).with_name("themekit.exe" if os.name == "nt" else "themekit")
    assert path.is_file(), "the console script is not installed; run `make setup`"
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two authors with two essays each, one folder for each author, seen from the folder above."""
    for author, texts in {"ann": MENDING, "bo": COUNTING}.items():
        place = tmp_path / "texts" / author
        place.mkdir(parents=True)
        for year, text in enumerate(texts, start=2019):
            (place / f"{year}-03-01-piece.md").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return Path("texts")


# Reading


def test_read_shows_a_table_and_ends_with_0(capsys, folder):
    code, out, err = ended(capsys, "read", folder, "--authors-from-folders")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["author", "title", "date", "kind", "words", "source"]
    assert lines[1].split()[0] == "ann"
    assert "texts/ann/2019-03-01-piece.md" in lines[1]
    assert "2019-03-01" in lines[1]
    assert "4 documents by 2 authors" in out
    assert not err


def test_columns_stand_under_their_names(capsys, folder):
    (folder / "bo" / "2021-a-much-longer-title-than-the-others.md").write_text("It rained.", encoding="utf-8")
    _, out, _ = ended(capsys, "read", folder, "--author", "Ann")
    head, first, *_, last = out.splitlines()[:6]
    for name, value, other in (
        ("author", "Ann", "Ann"),
        ("title", "piece", "a much longer title than the others"),
        ("date", "2019-03-01", "2021"),
        ("kind", "essay", "essay"),
        ("source", "texts/ann", "texts/bo"),
    ):
        assert first[head.index(name) :].startswith(value)
        assert last[head.index(name) :].startswith(other)


def test_author_names_whose_it_is(capsys, folder):
    code, out, _ = ended(capsys, "read", folder, "--author", "Ann Quill")
    assert code == 0
    assert "4 documents by 1 author" in out
    assert out.count("Ann Quill") == 4


def test_what_could_not_be_read_ends_with_1_and_the_rest_is_done(capsys, folder):
    (folder / "ann" / "broken.md").write_bytes(bytes(range(256)) * 20)
    code, out, err = ended(capsys, "read", folder, *BY_FOLDER)
    assert code == 1
    assert "4 documents by 2 authors" in out
    assert "texts/ann/broken.md" in err


def test_mining_with_a_broken_file_ends_with_1_after_all_is_written(capsys, folder):
    (folder / "ann" / "broken.md").write_bytes(bytes(range(256)) * 20)
    code, out, _ = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--json", "all.json")
    assert code == 1
    assert "ann: too little to tell" in out
    assert len(json.loads(Path("all.json").read_text(encoding="utf-8"))["documents"]) == 4


def test_an_escape_in_a_file_name_is_shown_as_its_code(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "red\x1b[31m-alert\u202e"
    for k, text in enumerate(MENDING + COUNTING):
        Path(f"{name}-{k}.txt").write_text(text, encoding="utf-8")
    Path(f"broken-{name}.txt").write_bytes(bytes(range(256)) * 20)
    for command in (("read",), ("mine", *STATIC)):
        code, out, err = ended(capsys, *command, ".", "--author", "Ann\x1b[2J")
        assert code == 1
        for shown in (out, err):
            assert "\x1b" not in shown
            assert "\u202e" not in shown
        assert "\\x1b[31m" in out
        assert "\\x1b[31m" in err
        assert "Ann\\x1b[2J" in out


# Mining


def test_mine_writes_portraits_to_standard_output_and_notes_to_standard_error(capsys, folder):
    code, out, err = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC)
    assert code == 0, "0 whatever the verdicts"
    assert out.startswith("ann: ")
    assert "bo: " in out
    assert "encoder static" in out
    assert out.splitlines()[-3].split()[:3] == ["author", "verdict", "leading"]
    assert "4 documents by 2 authors" in err
    assert "4 documents by 2 authors" not in out


def test_quiet_leaves_standard_error_empty(capsys, folder, empty_cache):
    code, out, err = ended(capsys, "--quiet", "mine", folder, *BY_FOLDER, *STATIC)
    assert code == 0
    assert "ann: " in out
    assert err == ""


def test_json_to_a_file_follows_the_schema(capsys, folder):
    code, out, _ = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--json", "deep/all.json")
    assert code == 0
    assert "ann: " in out
    content = json.loads(Path("deep/all.json").read_text(encoding="utf-8"))
    assert list(content) == ["schema", "settings", "documents", "authors", "topics"]
    assert content["schema"] == "themekit/portraits/1"
    assert content["settings"]["version"] == themekit.__version__
    assert content["settings"]["seed"] == 0
    assert [a["author"] for a in content["authors"]] == ["ann", "bo"]
    texts = dict(zip((f"texts/{a}/{y}-03-01-piece.md" for a in ("ann", "bo") for y in (2019, 2020)),
                     MENDING + COUNTING, strict=True))  # fmt: skip
    assert [set(row) for row in content["documents"]] == [DOCUMENT] * 4
    n_quotes = 0
    for author in content["authors"]:
        themes = author["themes"]
        assert set(author) >= AUTHOR
        assert all(set(t) == THEME for t in themes)
        assert len(themes) == len(themekit.catalogue())
        assert [t["rank"] for t in themes] == list(range(1, len(themes) + 1))
        assert all(t["evidence"] for t in themes[:5])
        for quote in (q for t in themes for q in t["evidence"]):
            assert set(quote) == QUOTE
            assert texts[quote["source"]][quote["start"] : quote["end"]] == quote["quote"]
            n_quotes += 1
    assert n_quotes >= 10


def test_json_on_standard_output_is_nothing_but_json(capsys, folder):
    code, out, err = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--json", "-")
    assert code == 0
    assert json.loads(out)["schema"] == "themekit/portraits/1"
    assert out.endswith("}\n")
    assert "4 documents by 2 authors" in err
    assert not Path("-").exists()


def test_out_holds_tables_that_load(capsys, folder):
    code, _, _ = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--out", "kept", "--json", "all.json")
    assert code == 0
    assert json.loads(themekit.load("kept").to_json()) == json.loads(
        Path("all.json").read_text(encoding="utf-8")
    )


def test_seed_is_written_down_and_changes_no_quote(capsys, folder):
    _, first, _ = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--json", "-")
    code, other, _ = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--json", "-", "--seed", "7")
    assert code == 0
    first, other = json.loads(first), json.loads(other)
    assert (first["settings"]["seed"], other["settings"]["seed"]) == (0, 7)
    leading = [[a["themes"][0]["evidence"] for a in content["authors"]] for content in (first, other)]
    assert leading[0] == leading[1]


def test_concepts_by_name(capsys, folder):
    _, out, _ = ended(
        capsys, "mine", folder, *BY_FOLDER, *STATIC, "--concepts", "repair, measurement", "--json", "-"
    )
    for author in json.loads(out)["authors"]:
        assert {t["concept"] for t in author["themes"]} == {"repair", "measurement"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("own.yml", "repair: Mending what is broken.\ntenderness: Touching things as if they could break.\n"),
        ("own.json", '{"repair": "Mending.", "tenderness": {"gloss": "Touching.", "exemplars": ["I held it softly."]}}'),
    ],
)  # fmt: skip
def test_concepts_from_a_file(capsys, folder, name, content):
    Path(name).write_text(content, encoding="utf-8")
    code, out, err = ended(capsys, "mine", folder, *BY_FOLDER, *STATIC, "--concepts", name, "--json", "-")
    assert code == 0, err
    for author in json.loads(out)["authors"]:
        assert {t["concept"] for t in author["themes"]} == {"repair", "tenderness"}


def test_background_none_and_a_folder(capsys, folder):
    others = Path("others")
    for k, text in enumerate(("We rowed out and back.", "Snow came in at the door.", "He sold the car.")):
        (others / f"person-{k}").mkdir(parents=True)
        (others / f"person-{k}" / "text.txt").write_text(text, encoding="utf-8")
    seen = {}
    for background in ("none", "others"):
        code, out, err = ended(
            capsys, "mine", folder, *BY_FOLDER, *STATIC, "--background", background, "--json", "-"
        )
        assert code == 0, err
        seen[background] = json.loads(out)["settings"]["background"]["name"]
    assert seen == {"none": None, "others": "others"}


# Wrong usage: one line, and 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mine", "texts", "--concepts", "repare"], r"seen concept 'repare'; expected .*near it: repair"),
        (["mine", "texts", "--concepts", "own.yml"], r"seen no readable file at 'own.yml'; expected .*check"),
        (["mine", "texts", "--background", "nowhere"], r"seen background 'nowhere'; expected .*check the path"),
        (["mine", "texts", "--encoder", "minlim"], r"seen encoder 'minlim'; expected .*check the spelling"),
        (["mine", "texts", "--json", "texts"], r"'texts' is a directory"),
        (["mine", "texts", "--out", "texts/ann/2019-03-01-piece.md"], r"is a file"),
        (["mine", "nowhere"], r"nowhere"),
        (["read", "nowhere"], r"nowhere"),
        (["read", "empty"], r"seen nothing to read under empty.*expected .*give a folder"),
        (["mine", "empty"], r"seen nothing to read under empty.*expected .*give a folder"),
        (["figures", "empty", "--out", "drawn"], r"seen nothing to read under empty"),
        (["figures", "texts", "--out", "drawn", "--format", "svg,gif"], r"seen format gif; expected .*svg"),
        (["figures", "texts"], r"--out"),
        (["figures", "texts", "--out", "drawn", "--charts", "thraed"], r"seen chart thraed; expected .*thread"),
        (["figures", "texts", "--out", "drawn", "--of", "Nobody"], r"seen author 'Nobody'; expected"),
        (["report", "texts"], r"--out"),
        (["report", "texts", "--out", "texts"], r"'texts' is a directory"),
        (["report", "empty", "--out", "drawn"], r"seen nothing to read under empty"),
        (["mine", "texts", "--seed", "-1"], r"--seed"),
        (["mine", "texts", "--authour", "Ann"], r"--authour.*--author"),
        (["mine"], r"PATH"),
        (["mien", "texts"], r"mien"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_wrong_usage_or_nothing_to_read_ends_with_2(capsys, folder, arguments, said):
    Path("empty").mkdir()
    more = STATIC if arguments[0] != "read" and "--encoder" not in arguments and len(arguments) > 1 else ()
    code, out, err = ended(capsys, *arguments, *more)
    assert code == 2
    assert re.search(said, " ".join(err.split())), err
    assert "Traceback" not in err
    assert not out
    assert not Path("drawn").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["mine", "--help"], ["--version"]])
def test_help_and_version_go_to_standard_output(capsys, arguments):
    code, out, err = ended(capsys, *arguments)
    assert code == 0
    assert out
    assert not err


def test_help_names_the_options_of_the_contract(capsys):
    for command in ("mine", "report", "figures"):
        _, out, _ = ended(capsys, command, "--help")
        for option in (
            "--author",
            "--authors-from-folders",
            "--encoder",
            "--concepts",
            "--background",
            "--seed",
            "--out",
        ):
            assert option in out
    assert "--json" in ended(capsys, "mine", "--help")[1]
    assert "--format" in ended(capsys, "figures", "--help")[1]


# Figures


def test_figures_are_written_and_listed(capsys, folder):
    code, out, err = ended(
        capsys, "figures", folder, *BY_FOLDER, *STATIC, "--out", "drawn", "--format", "svg,html", "--seed", "3",
        "--charts", "fingerprint,thread,certainty",
    )  # fmt: skip
    assert code == 0, err
    listed = [Path(line) for line in out.splitlines()]
    assert sorted([*listed, Path("drawn/manifest.json")]) == sorted(Path("drawn").iterdir())
    assert {path.name for path in listed} == {
        f"{name}.{end}"
        for name in ("fingerprint", "thread-ann", "thread-bo", "certainty-ann", "certainty-bo") for end in ("svg", "html")
    }  # fmt: skip
    assert all(path.read_text(encoding="utf-8").strip() for path in listed)
    entry = json.loads(Path("drawn/manifest.json").read_text("utf-8"))["figures"]["thread-bo.svg"]
    assert entry["made_by"].startswith("themekit figures texts --authors-from-folders")
    assert entry["seed"] == 3
    assert len(entry["corpus"]) == 64


def test_figures_of_one_author_in_a_size(capsys, folder):
    code, out, err = ended(
        capsys, "figures", folder, *BY_FOLDER, *STATIC, "--out", "drawn", "--format", "svg", "--of", "BO",
        "--charts", "orbit,certainty", "--size", "page", "--theme", "dark",
    )  # fmt: skip
    assert code == 0, err
    assert {Path(line).name for line in out.splitlines()} == {"certainty-bo.svg", "orbit-bo.svg"}
    assert 'mm" height=' in Path("drawn/orbit-bo.svg").read_text("utf-8")


# The report


def test_report_is_one_file(capsys, folder):
    code, out, err = ended(capsys, "report", folder, *BY_FOLDER, *STATIC, "--out", "deep/report.html")
    assert code == 0, err
    assert Path(out.strip()) == Path("deep/report.html")
    assert list(Path("deep").iterdir()) == [Path("deep/report.html")]
    page = Path("deep/report.html").read_text("utf-8")
    for text in (*MENDING, *COUNTING):
        assert text[:60] in page, "what was written can be read in it"
    assert "4 documents by 2 authors" in err


def test_report_without_texts_and_with_a_broken_file(capsys, folder):
    (folder / "ann" / "broken.md").write_bytes(bytes(range(256)) * 20)
    code, _, _ = ended(
        capsys, "report", folder, *BY_FOLDER, *STATIC, "--out", "report.html", "--texts", "none"
    )
    assert code == 1
    page = Path("report.html").read_text("utf-8")
    assert "texts/ann/broken.md" in page
    for text in (*MENDING, *COUNTING):
        assert text[:40] not in page


# As a process of its own


def start(command, *arguments, cwd, cache):
    return subprocess.Popen(
        [*map(str, command), *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "THEMEKIT_CACHE": str(cache)},
    )


def test_two_processes_and_another_order_give_the_same_bytes(script, folder, tmp_path):
    paths = ["texts/ann", "texts/bo"]
    processes = [
        start([script], "mine", *given, *STATIC, "--json", "-", cwd=tmp_path, cache=tmp_path / f"cache-{k}")
        for k, given in enumerate((paths, paths[::-1]))
    ]
    (one, notes), (other, _) = [process.communicate(timeout=200) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], notes.decode()
    assert one == other
    assert len(json.loads(one)["authors"]) == 2


SLOW = """
import signal, sys, time
from themekit import cli, encoders

encode = encoders.StaticEncoder.encode

def slowly(self, texts):
    # Each block takes as long as it takes a test to see that the one before it was kept.
    vectors = encode(self, texts)
    time.sleep(1)
    return vectors

encoders.StaticEncoder.encode = slowly
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process alone")
def test_an_interrupted_run_keeps_what_it_has_and_the_next_goes_on(folder, tmp_path, empty_cache, script):
    long = [
        f"In year {i} the gate on plot {i * 7} was hung anew by hand, and it held. " * 2 for i in range(1300)
    ]
    (tmp_path / "texts" / "ann" / "long.md").write_text("\n\n".join(long), encoding="utf-8")
    arguments = ["mine", "texts", *BY_FOLDER, *STATIC, "--json", "all.json"]
    process = start([sys.executable, "-c", SLOW], *arguments, cwd=tmp_path, cache=empty_cache)
    enough = time.monotonic() + 60
    while themekit.cache.info().n_entries < 100 and time.monotonic() < enough:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err.decode()
    assert b"interrupted; what was embedded so far is kept" in err
    assert b"Traceback" not in err
    assert not out
    assert not (tmp_path / "all.json").exists()

    n_kept = themekit.cache.info().n_entries
    assert n_kept >= 100
    again = start([script], *arguments, cwd=tmp_path, cache=empty_cache)
    _, notes = again.communicate(timeout=200)
    assert again.returncode == 0, notes.decode()
    anew, known = re.search(
        r"embedding (\d+) new texts with static \((\d+) were cached\)", notes.decode()
    ).groups()
    assert 100 <= int(known) <= n_kept  # beside them it has where passages begin and end
    assert int(anew) + int(known) > 1300
    assert (tmp_path / "all.json").is_file()


def test_a_pipe_that_closes_early_is_no_error(script, folder, tmp_path):
    process = start([script], "read", "texts", "--author", "Ann", cwd=tmp_path, cache=tmp_path / "cache")
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
