# Every verb that needs the virtual environment makes it first: `make demo` is enough on a bare machine with
# Python 3.11 and make. On Windows, or without make, see the README.

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo test notebooks lab figures bench fmt check lock

# Another Python: make setup PYTHON=/path/to/python. Arguments for pytest: make test ARGS="-k readers -x".
PYTHONS := python3.11 python3 python3.12 python3.13 python
PYTHON ?= $(firstword $(foreach name,$(PYTHONS),$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1 && echo $(name))))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
SOURCES := themekit tests benchmarks

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(STAMP)  ## Make the virtual environment .venv from requirements.lock; a second call does nothing

# JupyterLab asks nobody whether it may fetch news. torch first: what it brings depends on where it comes from, as requirements.lock explains. The rest is complete.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "seen no Python 3.11 or later; expected one on the PATH; install it, or type make" \
	  "setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); this takes a minute or two, once"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint requirements.lock torch
	@$(PIP) install --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(PIP) check
	@$(BIN)/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements >/dev/null 2>&1
	@touch $@

demo: $(STAMP)  ## Find the meta-themes of the shipped corpora and draw them
	@mkdir -p results/demo figures/demo
	$(BIN)/themekit mine corpora --out results/demo --json results/demo/portraits.json
	$(BIN)/themekit report corpora --out results/demo/report.html
	$(BIN)/themekit figures corpora --of "Owen Pryce" --out figures/demo --format svg,png
	@echo
	@echo "All that was found is on one page: open results/demo/report.html in a browser. The figures of everybody and of one"
	@echo "author are in figures/demo, the tables in results/demo, and all of it in results/demo/portraits.json."
	@echo "The same as a notebook:    make lab, then open 01_find_the_theme.ipynb"
	@echo "With writing of your own:  $(BIN)/themekit mine FOLDER"

test: $(STAMP)  ## Run the tests; those that need a program which is not here are skipped and counted
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

notebooks: $(STAMP)  ## Run every notebook, also through JupyterLab and on next to nothing; takes long
	THEMEKIT_ALL_NOTEBOOKS=1 $(BIN)/python -m pytest tests/test_notebooks.py tests/test_browser_notebooks.py $(ARGS)

lab: $(STAMP)  ## Open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

# The gallery: what the charts are like, so one author stands for all.
GALLERY := corpora --of "Owen Pryce"
figures: $(STAMP)  ## Draw figures/ anew from the shipped corpora: for light and dark screens, and for print
	$(BIN)/themekit figures $(GALLERY) --out figures/light --format svg --theme light
	$(BIN)/themekit figures $(GALLERY) --out figures/dark --format svg --theme dark
	$(BIN)/themekit figures $(GALLERY) --out figures/print --format png --theme light --size page

bench: $(STAMP)  ## Run the studies that the README reports; takes long
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/speed.py --minilm
	$(BIN)/python benchmarks/catalogue.py
	$(BIN)/python benchmarks/planted.py
	$(BIN)/python benchmarks/trust.py
	$(BIN)/python benchmarks/ablation.py corpora
	$(BIN)/python benchmarks/threads.py
	$(BIN)/python benchmarks/alone.py
	$(BIN)/python benchmarks/judgements.py
	$(BIN)/python benchmarks/cluster.py
	$(BIN)/python benchmarks/essayists.py
	$(BIN)/python benchmarks/speakers.py
	$(BIN)/python benchmarks/turn_changes.py
	$(BIN)/python benchmarks/reading.py --minilm

fmt: $(STAMP)  ## Bring the code into shape
	$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

check: $(STAMP)  ## Lint, types and spelling; quick enough to run before every commit
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/codespell

# uv resolves for every system at once; what still fits stays as it is (make lock ARGS=--upgrade renews all but torch).
NEW := .cache/lock
lock:  ## Write requirements.lock anew, after a change to the dependencies in pyproject.toml
	@$(PYTHON) -m venv $(NEW)
	@$(NEW)/bin/python -m pip --disable-pip-version-check -qq install uv
	@grep '^torch==' requirements.lock > $(NEW)/torch.txt
	@cp requirements.lock $(NEW)/requirements.lock
	@$(NEW)/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --extra dev $(ARGS) \
	  --no-header --no-annotate --constraint $(NEW)/torch.txt --output-file $(NEW)/requirements.lock pyproject.toml
	@{ grep '^#' requirements.lock; grep -Ev '^(#|nvidia|cuda|triton)' $(NEW)/requirements.lock; } > $(NEW)/whole
	@mv $(NEW)/whole requirements.lock
