# The short targets that people type and CI calls. Everything is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INDEX ?= data/index
SAMPLE := data/sample
QUALITY := .venv-quality
QUALITY_PIP := $(QUALITY)/bin/python -m pip --disable-pip-version-check
CORPUS ?= $(SAMPLE)/scotus.jsonl
JUDGED ?= tests/quality/sample_questions.jsonl
QUALITY_CACHE ?= .quality-cache
QUALITY_ARGS ?= --exact --peers
COMMIT = $(shell git rev-parse --short=12 HEAD)
SECONDS_EACH ?= 60
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := service indexer models tests

.DEFAULT_GOAL := help
.PHONY: help run test setup check format lock reference parity quality fuzz clean

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

quality: $(QUALITY)/.peers ## ranking beside peers on judged queries: CORPUS="FILE…" JUDGED="FILE…" QUALITY_ARGS="--pins --honesty --exact --peers"
	$(QUALITY)/bin/python -m tests.quality.ranking_bench $(addprefix --corpus ,$(CORPUS)) $(addprefix --judged ,$(JUDGED)) \
	  --cache $(QUALITY_CACHE) --commit $(COMMIT) --out tests/benchmarks/results/quality-$(COMMIT).json $(QUALITY_ARGS)

fuzz: $(VENV)/.dev ## look for texts and files that break a parser, SECONDS_EACH seconds for each of them
	$(BIN)/python -m pytest tests/fuzz --fuzz-seconds $(SECONDS_EACH) $(PYTEST_ARGS)

parity: $(VENV)/.reference ## the tests that compare with sentence-transformers on torch
	$(BIN)/python -m pytest -m reference $(PYTEST_ARGS)

reference: $(VENV)/.reference ## add sentence-transformers and torch (CPU) to the environment

lock: ## resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and the index of the sample
	rm -rf $(VENV) $(QUALITY) $(QUALITY_CACHE) $(INDEX)

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

$(QUALITY)/.peers: requirements-dev.lock tests/quality/requirements-peers.txt
	$(PYTHON) -m venv $(QUALITY)
	$(QUALITY_PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(QUALITY_PIP) install --quiet torch==2.13.0
	$(QUALITY_PIP) install --quiet -r tests/quality/requirements-peers.txt
	$(QUALITY_PIP) install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.reference: $(VENV)/.dev
	$(PIP) install --quiet torch==2.13.0
	$(PIP) install --quiet --editable '.[sentence-transformers]'
	@touch $@
