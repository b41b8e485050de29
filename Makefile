# setup · demo · test · lint · bench · faults. Repeated runs are quick: stamp files remember what is done.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ROOMS := $(wildcard b24app placements install sandbox tests tools bench wsgi.py)
# Tests that share nothing run beside each other: they wait more than they compute, so six to two cores. Chromium is
# heavier, and so are the deployments that `faults` kills: four at a time, in a round of their own.
JOBS ?= 6
HEAVY ?= 4
SPREAD := --dist loadfile --no-loadscope-reorder
# Where it is set, each of the many processes that are started here would compile the whole program anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := setup
.PHONY: setup demo test lint bench faults

setup: .venv/demo.stamp static/vendor/.stamp

demo: setup
	$(BIN)/waybill demo $(ARGS)

test: .venv/dev.stamp static/vendor/.stamp
	@tools/machine.sh chromium
	@# Tests are compiled (pytest rewrites their assertions) once, not by all processes at once; errors show below.
	-@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1
	$(BIN)/python -m pytest --ignore=tests/browser --ignore=tests/faults -n $(JOBS) $(SPREAD)
	$(BIN)/python -m pytest tests/browser tests/faults -n $(HEAVY) $(SPREAD)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(ROOMS)
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	if [ -x $(BIN)/hadolint ]; then $(BIN)/hadolint Dockerfile; fi

bench: .venv/dev.stamp static/vendor/.stamp
	$(BIN)/python -m bench $(ARGS)

faults: .venv/dev.stamp static/vendor/.stamp
	$(BIN)/python -m tests.faults $(ARGS)

.venv/bin/python:
	@PYTHON=$(PYTHON) tools/machine.sh venv
	$(PYTHON) -m venv .venv

.venv/demo.stamp: requirements/demo.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/demo.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/demo.stamp
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

static/vendor/.stamp: package-lock.json .npmrc tools/assets.py tools/tokens.mjs tools/sdk.mjs | .venv/bin/python
	npm ci --ignore-scripts --silent
	$(BIN)/python tools/assets.py
	@touch $@
