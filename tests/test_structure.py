"""The house: which file may know which, what an import loads, and what must not be in the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import themekit

PACKAGE = ROOT / "themekit"
FILES = sorted(PACKAGE.rglob("*.py"))

# Data flows down this list: a file may know those above it.
ORDER = (
    "wording", "cache", "grid", "readers", "encoders", "roster", "people", "pseudonyms", "corpus", "disfluencies", "passages", "context", "topics", "concepts", "neighbours", "background", "scores", "themes",
    "evidence", "result", "method", "portrait", "store", "cluster", "mining", "turns", "changes", "frames", "contrasts", "agreement", "threads", "junctures", "affect", "naming", "acts", "sharpening", "judgements", "charts", "drawings", "privacy", "pages",
    "pictures", "figures", "report", "refi", "codebooks", "codings", "notes", "exchange", "explorer", "desk", "notebooks", "cli",
)  # fmt: skip
# A result is asked for its portrait and knows how to save itself; both are loaded when it is asked.
LAZILY_BELOW = {("result", "portrait"), ("result", "store"), ("result", "report")}
DRAWING = {"altair", "vl_convert", "anywidget", "ipywidgets"}
MODELS = {
    "bertopic",
    "sentence_transformers",
    "torch",
    "transformers",
    "model2vec",
    "umap",
    "sklearn",
    "numba",
}
NO_NAMES = {"utils", "util", "helpers", "helper", "core", "misc", "common", "tools"}
HEAVY = (
    "torch",
    "bertopic",
    "umap",
    "numba",
    "altair",
    "sentence_transformers",
    "datamapplot",
    "pandas",
    "sklearn",
)


def name_of(path):
    """The word for a file in :data:`ORDER`: that of its folder where it lies in one."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def is_type_checking(node):
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def nodes_at_run_time(tree):
    """All nodes but those that only a type checker sees."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if not is_type_checking(node):
            yield node
            todo += ast.iter_child_nodes(node)


def modules_imported(path):
    """Full names of all that a file imports at run time, inside functions, too."""
    for node in nodes_at_run_time(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}: a relative import hides the arrow; write its full name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "themekit"
        ):
            # themekit.mine and the like, by way of the lazy public names
            yield f"themekit.{themekit._HOME.get(node.attr, node.attr)}"


def words_known(path):
    parts = (name.split(".") for name in modules_imported(path))
    return {p[1] for p in parts if p[0] == "themekit" and len(p) > 1 and p[1] in ORDER}


def roots(path):
    return {name.split(".")[0] for name in modules_imported(path)}


@pytest.fixture(params=FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def path(request):
    return request.param


def test_every_file_has_its_place_in_the_order(path):
    assert name_of(path) in {*ORDER, "__init__"}, (
        "a new file: give it its place in ORDER, and in CONTRIBUTING.md"
    )


def test_arrows_never_point_back(path):
    if path == PACKAGE / "__init__.py":
        return  # it has the public names, and loads each when asked
    own = name_of(path)
    for other in words_known(path) - {own}:
        points_down = ORDER.index(other) > ORDER.index(own)
        assert not points_down or (own, other) in LAZILY_BELOW, f"{own} may not know {other}"


def test_the_test_of_arrows_sees_arrows():
    assert words_known(PACKAGE / "mining.py") >= {"encoders", "themes", "evidence", "result"}
    assert words_known(PACKAGE / "cli.py") >= {"corpus", "mining"}  # through themekit.read and themekit.mine


def test_charts_know_no_model():
    for file in (PACKAGE / "charts").glob("*.py"):
        assert not roots(file) & MODELS, file.name
        assert words_known(file) <= {"charts", "wording"}, (
            f"{file.name}: a chart takes a frame and knows nothing else"
        )


def test_only_charts_and_figures_draw():
    for file in FILES:
        if name_of(file) not in {
            "charts",
            "desk",
            "explorer",
            "pages",
            "pictures",
            "figures",
            "report",
            "turns",
        }:
            assert not roots(file) & DRAWING, file.name


def test_nothing_imports_notebooks_or_tests(path):
    assert not roots(path) & {"notebooks", "tests", "benchmarks", "conftest"}


def test_names_say_what_is_inside(path):
    assert not {part.removesuffix(".py").strip("_") for part in path.relative_to(PACKAGE).parts} & NO_NAMES


def test_no_pickle_no_print_no_log_handlers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not roots(path) & {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            where = f"{path.name}, line {node.lineno}: {called}"
            assert called not in {"print", "eval", "exec"}, where
            assert not called.endswith((".read_pickle", ".to_pickle", ".addHandler")), where
            is_logging_set_up = called == "logging.basicConfig"
            assert not is_logging_set_up or path.name == "cli.py", f"{where}: only a program sets up logging"
    for node in tree.body:
        assert "filterwarnings" not in ast.unparse(node) or not isinstance(node, ast.Expr), path.name


MACHINE = re.compile(r"(?<![\w.:/])/(?:home|root|Users|work|mnt|opt)/\w|[A-Z]:\\\\?Users")
TEXT = {".py", ".md", ".yml", ".yaml", ".json", ".ipynb", ".toml", ".js", ".txt", ".csv", ".lock", ""}


@pytest.mark.parametrize("place", ["themekit", "tests", "notebooks", "benchmarks", ".ci"])
def test_no_file_names_a_machine(place):
    for file in (ROOT / place).rglob("*"):
        if file.is_file() and file.suffix in TEXT and "__pycache__" not in file.parts:
            found = MACHINE.search(file.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{file.relative_to(ROOT)} names {found[0]}"


def test_public_names_resolve():
    for name in themekit.__all__:
        assert getattr(themekit, name) is not None
    assert dir(themekit) == themekit.__all__
    assert {*themekit._HOME, *themekit._MODULES} <= set(themekit.__all__)


def test_an_unknown_name_is_an_error_that_lists_the_known():
    with pytest.raises(AttributeError, match=r"no attribute 'mien'; it has .*mine"):
        _ = themekit.mien


def in_a_new_process(code, *arguments, **environment):
    import os

    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_importing_loads_nothing_heavy():
    loaded = in_a_new_process("import sys, themekit; print(*sys.modules)").split()
    assert "themekit" in loaded
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)


def test_reading_and_mining_with_static_vectors_loads_neither_torch_nor_bertopic(tmp_path):
    (tmp_path / "gate.txt").write_text("We mended the gate again. It held.", encoding="utf-8")
    code = """
import sys, themekit
result = themekit.mine(themekit.read(sys.argv[1], author="Ann"), encoder="static")
assert len(result.themes)
print(*sys.modules)
"""
    loaded = in_a_new_process(code, tmp_path).split()
    assert not {name.split(".")[0] for name in loaded} & {"torch", "bertopic", "umap", "numba", "altair"}


NO_NETWORK = """
import socket, sys

class Refused(Exception):
    pass

def refuse(*arguments, **options):
    raise Refused("something asked for the network")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
try:
    socket.create_connection(("127.0.0.1", 9))
except Refused:
    print("closed")

import themekit
texts = ["We mended the gate again. It held.", "The boat leaks."]
result = themekit.mine(themekit.Corpus.from_texts(texts, author="Ann"), encoder="static")
assert '"themekit/portraits/1"' in result.to_json()  # topics are described, BERTopic is loaded
encoder = themekit.find_encoder("minilm")
assert encoder.encode(texts).shape == (2, 384)
print(result.settings["encoder"], encoder.name)
"""


def test_mining_asks_for_no_network(tmp_path):
    # As a user has it: without the setting that tells the hub's client to stay offline.
    said = in_a_new_process(
        NO_NETWORK, HF_HUB_OFFLINE="", HF_HOME=str(tmp_path / "hub"), THEMEKIT_CACHE=str(tmp_path / "cache")
    )
    assert said.split() == ["closed", "static", "minilm"]


def test_there_is_something_to_check():
    assert len(FILES) > 15
    assert Path(themekit.__file__).parent == PACKAGE
