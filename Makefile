# One virtual environment in .venv, installed once and again only when the pinned versions change.
# On Windows use the commands of CONTRIBUTING.md; on other systems choose an interpreter by `make demo PYTHON=python3.12`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := out/demo
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check bench constraints clean

demo: $(VENV)/.run
	$(BIN)/sayso build seeds/articles -o $(DEMO)
	@echo
	@echo "The dataset is in $(DEMO): start with $(DEMO)/README.md. More to try:"
	@echo "  $(BIN)/sayso show seeds/articles/001_9b250bf8fdcec7e7.txt"
	@echo "  $(BIN)/sayso quotes seeds/articles/*.txt | head -n 3"
	@echo "  $(BIN)/python -c \"from datasets import load_dataset; print(load_dataset('$(DEMO)')['train'][0])\""

test: $(VENV)/.test
	$(BIN)/pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tests/typing_tree.py
	$(BIN)/mypy
	cd .typing && $(abspath $(BIN))/lint-imports --config ../pyproject.toml

bench: $(VENV)/.run
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/compare_spacy.py

# Resolves the newest versions that pyproject.toml allows into a fresh environment and pins what came out.
constraints:
	rm -rf build/resolve
	$(PYTHON) -m venv build/resolve
	build/resolve/bin/python -m pip install --quiet --upgrade pip
	build/resolve/bin/python -m pip install --quiet ".[dev]"
	build/resolve/bin/python tests/pins.py > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) .typing build dist out *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Sayso needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# setuptools first, pinned, so that building Sayso itself downloads nothing more.
$(VENV)/.base: $(VENV)/bin/python constraints.txt
	$(PIP_INSTALL) setuptools
	@touch $@

$(VENV)/.run: $(VENV)/.base pyproject.toml
	@echo "Installing Sayso into $(VENV); the first time takes a minute or two."
	$(PIP_INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(PIP_INSTALL) --no-build-isolation --editable ".[test]"
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(PIP_INSTALL) --no-build-isolation --editable ".[dev]"
	@touch $@
