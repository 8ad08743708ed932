# Daylight's verbs. Each sets up what it needs; `make help` lists them.
SHELL := /bin/bash
# Our own code is compiled once, not at every start of every process.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.tools/bin:$(HOME)/.local/bin:$(PATH)
PY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.stamps/venv: requirements.lock pyproject.toml
	@mkdir -p .stamps
	@scripts/ensure-uv.sh
	@echo "installing Python packages into .venv"
	@test -x $(PY) || uv venv --quiet --no-python-downloads --python 3.11 .venv || uv venv --quiet --python 3.11 .venv
	@uv pip sync --quiet --python $(PY) --compile-bytecode --require-hashes requirements.lock
	@uv pip install --quiet --python $(PY) --no-deps --editable .
	@touch $@

.stamps/npm: package-lock.json .npmrc
	@mkdir -p .stamps
	@scripts/ensure-node.sh
	@echo "installing page libraries into node_modules"
	@npm ci --silent
	@touch $@

.stamps/assets: .stamps/npm web/build.mjs $(shell find web/assets -type f 2>/dev/null)
	@node web/build.mjs
	@touch $@

overlay/fonts/coverage.json: .stamps/npm .stamps/venv scripts/fonts.py
	@echo "building the on-air fonts into overlay/fonts"
	@$(PY) scripts/fonts.py

.PHONY: fonts
fonts: overlay/fonts/coverage.json ## the on-air fonts and their glyph table

.PHONY: setup assets
setup: .stamps/venv .stamps/assets overlay/fonts/coverage.json ## install what every verb needs
assets: .stamps/assets ## build the pages' scripts, styles, icons and fonts

CONFIG ?= config.toml
.PHONY: run serve
run: setup ## put the demo show on air at http://127.0.0.1:8000 (needs no root)
	@.venv/bin/daylight demo --config $(CONFIG)
serve: setup ## the same without the demo show
	@.venv/bin/daylight serve --config $(CONFIG)

TESTS ?= tests
.PHONY: debs test soak
debs: ## the Debian packages that tests use as real parts (root or sudo, only what is missing)
	@scripts/debs.sh
test: setup debs ## all tests but the long ones; TESTS=tests/chat runs a part
	@scripts/with-services.sh scripts/tests.sh $(PY) $(TESTS)
soak: setup debs ## the long tests
	@scripts/with-services.sh $(PY) -m pytest -m soak --timeout 7200 $(TESTS)

BENCH ?= $(patsubst bench/%.py,%,$(filter-out bench/report.py bench/__init__.py,$(wildcard bench/*.py)))
.PHONY: bench
bench: setup debs ## figures as tables and in bench/results/*.json; BENCH=start runs one
	@for name in $(BENCH); do echo "== $$name"; $(PY) -m bench.$$name || exit 1; done

.PHONY: lock
lock: ## pin the Python dependencies anew
	uv pip compile --quiet --generate-hashes --extra dev --no-header pyproject.toml -o requirements.lock

.PHONY: check
check: setup ## formatting, lint, types, walls
	@$(PY) -m ruff format --check --quiet . && $(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@node_modules/.bin/tsc --noEmit -p tsconfig.json

.PHONY: fix
fix: setup ## format and mend what can be mended
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format --quiet .
