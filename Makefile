# Two commands for a newcomer: `make demo` and `make test`. Each sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test prove lint torch bench house docs dist clean
.DEFAULT_GOAL := help

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/user  ## see gradient descent on two real data sets
	$(BIN)/steepest demo --all

# Bytecode is kept, whatever the environment says: the tests start some hundred Pythons, and each
# would compile the package anew (0.9 s of CPU for one `steepest fit`).
test prove: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/dev  ## run all tests, doctests and the README's numbers
	@sh tools/browser.sh
	$(BIN)/python -m pytest -n auto -q

prove: $(VENV)/prove  ## run the long proofs: the tests of scikit-learn, results of R, rules of PyTorch
	@sh tools/npm_packages.sh lesson_proofs "the lesson's packages are not run" || true
	$(BIN)/python -m pytest -n auto -q -m prove

lint: $(VENV)/dev  ## style, types, sizes, and the arrows between the rooms, in Python and on the page
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@sh tools/page_lint.sh

torch: $(VENV)/torch  ## install PyTorch beside, for the tests that are skipped without it

bench: $(VENV)/bench  ## print the tables of speed against the peers
	$(BIN)/python -m bench

house: $(VENV)/dev  ## draw the house into ARCHITECTURE.md from its imports
	$(BIN)/python tools/house.py

docs: $(VENV)/docs  ## build the documents as a site, with live pages, into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q
	@echo "open site/index.html"

dist: $(VENV)/dist  ## build sdist and wheel into dist/, check them, and run the wheel in a clean environment
	rm -rf dist build
	$(BIN)/python -m build -q
	$(BIN)/twine check --strict dist/*
	@sh tools/try_wheel.sh $(PYTHON)

clean:  ## remove what the other commands made
	rm -rf $(VENV) steepest-demo site build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# One file for each set of packages says that it is installed, and for which pyproject.toml.
$(VENV)/user: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[film]'
	@touch $@

$(VENV)/dev $(VENV)/torch $(VENV)/prove $(VENV)/bench $(VENV)/docs $(VENV)/dist: $(VENV)/%: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) for $* ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[$*]'
	@touch $@
