"""The documentation: examples run, public names say what they take, and what README and CONTRIBUTING name is there."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
import tomllib

import click
import pytest
from conftest import ROOT
from numpydoc.validate import validate

import themekit

MODULES = sorted(
    name for _, name, _ in pkgutil.walk_packages(themekit.__path__, "themekit.") if "._" not in name
)
HOUSE = {
    "GL08": "has no docstring",
    "SS01": "has no summary",
    "SS03": "summary does not end with a full stop",
    "SS06": "summary is longer than a line",
    "PR02": "describes parameters that it does not take",
    "PR04": "a parameter has no type",
}
PAGES = [
    page for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md") if page.exists()
]


def public_things():
    """Full name and object of every public function and class, at home."""
    found = {}
    for name in themekit.__all__:
        thing = getattr(themekit, name)
        inside = [thing]
        if inspect.ismodule(thing):
            names = getattr(thing, "__all__", [n for n in vars(thing) if not n.startswith("_")])
            inside = [getattr(thing, n) for n in names]
        for one in inside:
            is_code = inspect.isfunction(one) or inspect.isclass(one) or hasattr(one, "__wrapped__")
            if is_code and str(one.__module__).startswith("themekit"):
                found[f"{one.__module__}.{one.__qualname__}"] = one
    return found


PUBLIC = public_things()
METHODS = {
    f"{name}.{method}": getattr(thing, method)
    for name, thing in PUBLIC.items()
    if inspect.isclass(thing)
    for method in vars(thing)
    if not method.startswith("_") and callable(getattr(thing, method, None))
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    result = doctest.testmod(module)
    assert result.failed == 0
    assert module.__doc__, f"{name} does not say what it is for"


def test_examples_are_found():
    finder = doctest.DocTestFinder()
    with_examples = {
        test.name for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples
    }
    assert {"themekit.mining.mine", "themekit.corpus.read", "themekit.figures.save_figure"} <= with_examples


@pytest.mark.parametrize("name", sorted({**PUBLIC, **METHODS}))
def test_docstrings_keep_the_form(name):
    seen = {code: text for code, text in validate(name)["errors"] if code in HOUSE}
    assert not seen, f"{name}: {'; '.join(HOUSE[code] + ' (' + text + ')' for code, text in seen.items())}"


def takes(thing):
    """The parameters that a caller may give."""
    fixed = {"self", "cls"}
    return [p for p in inspect.signature(thing).parameters if p not in fixed]


@pytest.mark.parametrize(
    "name", sorted(n for n in themekit.__all__ if inspect.isfunction(getattr(themekit, n)))
)
def test_first_names_describe_all_that_they_take_and_give_an_example(name):
    thing = getattr(themekit, name)
    document = validate(f"{thing.__module__}.{name}")
    codes = {code for code, _ in document["errors"]}
    if takes(thing):
        assert not codes & {"PR01", "PR03"}, document["errors"]
    assert "EX01" not in codes, f"{name} has no example"


# The pages


def targets():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))


def blocks(page, *languages):
    """Blocks of code of a page, by their language."""
    text = page.read_text(encoding="utf-8")
    return [
        code
        for language, code in re.findall(r"^```(\w*)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        if language in languages
    ]


def commands(page):
    """Lines that a reader is told to type, in blocks or in a sentence."""
    text = page.read_text(encoding="utf-8")
    lines = [
        line for block in blocks(page, "", "sh", "bash", "console", "text") for line in block.splitlines()
    ]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line.strip().removeprefix("$ ") for line in lines + re.findall(r"`([^`\n]+)`", prose)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_verbs_that_a_page_names_are_there(page):
    for command in commands(page):
        if match := re.match(r"make ([a-z]+)\b", command):
            assert match[1] in targets(), f"{page.name}: {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_themekit_commands_that_a_page_names_are_there(page):
    from themekit.cli import app

    for command in commands(page):
        words = re.split(r"\s+#", command)[0].split()
        if len(words) > 1 and words[0].split("/")[-1] == "themekit" and re.fullmatch("[a-z]+", words[1]):
            assert words[1] in app.commands, f"{page.name}: {command}"
            asked = app.commands[words[1]]
            if isinstance(asked, click.Group) and len(words) > 2:
                assert words[2] in asked.commands, f"{page.name}: {command}"
                asked = asked.commands[words[2]]
            known = {o for parameter in asked.params for o in parameter.opts} | {"--help", "-h"}
            given = {word.split("=")[0] for word in words if word.startswith("--")}
            assert given <= known, f"{page.name}: {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (ROOT / target).exists(), f"{page.name} links to {target}"


def test_the_changelog_has_the_version():
    page = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version == themekit.__version__
    assert re.search(rf"^## \[?{re.escape(version)}\b", page, flags=re.MULTILINE)


TEXT = "I took the bolt out and oiled it. It took a week, and the door closes now."


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="there is no README yet")
def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    found = blocks(ROOT / "README.md", "python")
    assert found
    monkeypatch.chdir(tmp_path)
    mine = themekit.mine
    monkeypatch.setattr(
        themekit,
        "mine",
        lambda corpus, **given: mine(corpus, **{**given, "encoder": "static"}),
        raising=False,
    )
    code = "\n".join(found)
    authors = re.findall(r"(?:portrait|thread_frame|quotes)\(\s*\"([^\"]+)\"", code) or ["Ann"]
    for folder in re.findall(r"read\(\s*\"([^\"]+)\"", code):
        for author in dict.fromkeys(authors):
            place = tmp_path / folder / author
            place.mkdir(parents=True)
            front = f"---\nauthor: {author}\ndate: 2019-03-01\n---\n"
            (place / "piece.md").write_text(f"{front}{TEXT} {author} was there.", encoding="utf-8")
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - the page's own words are what is tested
