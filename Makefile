# The short targets that people type and CI calls. Everything is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= data/index
SAMPLE := data/sample
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := service indexer models tests

.DEFAULT_GOAL := help
.PHONY: help run test setup check format lock reference parity clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## serve the sample on http://127.0.0.1:$(PORT), indexing it first if there is no index
	@test -e $(INDEX)/CURRENT || $(BIN)/opinion-search build $(SAMPLE) --index $(INDEX)
	$(BIN)/opinion-search serve --index $(INDEX) --port $(PORT)

setup: $(VENV)/.runtime ## make the environment, nothing else

test: $(VENV)/.dev ## the test suite
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

check: $(VENV)/.dev ## format, lint, types, layers
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports

format: $(VENV)/.dev ## put the code into the common form
	$(BIN)/ruff format $(PACKAGES)
	$(BIN)/ruff check --fix $(PACKAGES)

parity: $(VENV)/.reference ## the tests that compare with sentence-transformers on torch
	$(BIN)/python -m pytest -m reference $(PYTEST_ARGS)

reference: $(VENV)/.reference ## add sentence-transformers and torch (CPU) to the environment

lock: ## resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and the index of the sample
	rm -rf $(VENV) $(INDEX)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "opinion-search needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.reference: $(VENV)/.dev
	$(PIP) install --quiet torch==2.13.0
	$(PIP) install --quiet --editable '.[sentence-transformers]'
	@touch $@
