# Every target that runs something makes .venv first when it is missing or out of date.
# Written for GNU make 3.81 and newer, and a POSIX shell.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
INSTALLED := .venv/installed
# On all cores up to four, each file of tests on one of them.
TESTS := $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

ROUNDS ?= 1
SEED ?=
SEEDS ?=
MINUTES ?= 3
COUNT ?= 100000
WHICH ?= builds

.PHONY: help .venv demo dev test suite coverage lint format bench chaos storm fuzz pictures constraints clean

help: ## list the targets
	@echo "usage: make TARGET [ARGS='…'] [PYTHON=python3.12]"; echo
	@awk -F ':.*## ' '/^[a-z.]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

.venv: $(INSTALLED) ## the virtual environment, with the pinned development tools
	@:

# The environment is made from nothing each time, and the stamp is written last: one that was interrupted is never taken for complete.
$(INSTALLED): pyproject.toml constraints.txt
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "Baton needs Python 3.11 or newer, and there is no '$(PYTHON)' on PATH. Install it, or name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Baton needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1). Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@rm -rf .venv
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Installing into .venv with uv …" && \
	  uv venv --quiet --python "$(PYTHON)" .venv && \
	  uv pip install --quiet --python $(BIN)/python --editable '.[dev]' --constraint constraints.txt; \
	else \
	  "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "'$(PYTHON)' cannot make virtual environments: its ensurepip module is missing. On Debian and Ubuntu: apt-get install python3-venv. Or install uv." >&2; exit 1; }; \
	  echo "Installing into .venv with pip (a minute or so) …" && \
	  "$(PYTHON)" -m venv .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt; \
	fi
	@touch $@

demo: $(INSTALLED) ## build a small project from request to release, live (ARGS="--crash", ARGS="--keep")
	$(BIN)/python starter.py demo $(ARGS)

dev: $(INSTALLED) ## Temporal, its Web UI and a worker on this machine, until Ctrl-C
	$(BIN)/python starter.py dev $(ARGS)

test: lint suite ## lint, then every test (ARGS="-k mirror"); side by side with --jobs=2

# Tests that run make themselves have nothing to do with the jobs of this one.
suite: $(INSTALLED) ## every test, without lint
	MAKEFLAGS= MFLAGS= $(TESTS) $(ARGS)

coverage: $(INSTALLED) ## every test, and what of the code they reach
	$(TESTS) --cov --cov-report=term:skip-covered $(ARGS)

lint: $(INSTALLED) ## style, types and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(INSTALLED) ## what Baton costs, measured (ARGS="--only builds,latency --rounds 5", WHICH=gateway or reports)
	$(BIN)/python bench/bench_$(WHICH).py $(ARGS)

chaos: $(INSTALLED) ## break everything on purpose (ROUNDS=10, SEEDS="4 7", SEED=4, MINUTES=3, ARGS="--verbose")
	$(BIN)/python -m tests.chaos.run --rounds $(ROUNDS) --minutes $(MINUTES) \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

storm: $(INSTALLED) ## random commands, good and bad, to builds on a real server (COUNT=100000, SEED=1)
	$(BIN)/python -m tests.chaos.storm --count $(COUNT) $(if $(SEED),--seed $(SEED)) $(ARGS)

fuzz: $(INSTALLED) ## feed the parsers with what they do not expect (MINUTES=3, ARGS="report junit")
	@$(BIN)/python -c 'import atheris' 2>/dev/null || { if command -v uv >/dev/null 2>&1; \
	  then uv pip install --quiet --python $(BIN)/python 'atheris>=3.0' --constraint constraints.txt; \
	  else $(BIN)/python -m pip install --quiet 'atheris>=3.0' --constraint constraints.txt; fi; }
	$(BIN)/python -m tests.fuzz.run --minutes $(MINUTES) $(ARGS)

pictures: $(INSTALLED) ## take the pictures of the docs anew, in Chromium (ARGS="temporal-details")
	$(BIN)/python -m tests.pictures.take $(ARGS)

constraints: $(INSTALLED) ## renew constraints.txt (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "Renewing constraints.txt needs uv on PATH: $(BIN)/python -m pip install uv, then PATH=\"$(BIN):\$$PATH\" make constraints" >&2; exit 1; }
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev --extra fuzz \
	  --no-emit-index-url --no-header --output-file constraints.txt pyproject.toml

clean: ## remove .venv, caches and build output (never .baton/, which holds builds)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.* coverage.xml htmlcov build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
