# Daylight's verbs. Each sets up what it needs; `make help` lists them.
SHELL := /bin/bash
export PATH := $(HOME)/.local/bin:$(PATH)
PY := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.stamps/venv: requirements.lock pyproject.toml
	@mkdir -p .stamps
	@command -v uv >/dev/null || { echo "installing uv for this user"; python3 -m pip install --user --quiet uv || python3 -m pip install --user --quiet --break-system-packages uv; }
	@echo "installing Python packages into .venv"
	@test -x $(PY) || uv venv --quiet --python 3.11 .venv
	@uv pip sync --quiet --require-hashes requirements.lock
	@uv pip install --quiet --no-deps --editable .
	@touch $@

.stamps/npm: package-lock.json .npmrc
	@mkdir -p .stamps
	@command -v npm >/dev/null || { echo "npm is missing: apt-get install nodejs npm"; exit 2; }
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

.PHONY: setup
setup: .stamps/venv .stamps/assets overlay/fonts/coverage.json ## install what every verb needs

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
