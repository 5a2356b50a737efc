# Each target is a short line over Snakemake, DVC or pytest; see README.md.
# Without make: activate an environment with requirements.lock (or environment.yml) and this package
# (`pip install --no-deps -e .`) in it, and type the commands below without $(BIN).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin/
DATASET ?= demo
CORES ?= all

.DEFAULT_GOAL := help
.PHONY: help demo test lint clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; name another: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)pip install --disable-pip-version-check --quiet --requirement requirements.lock
	$(BIN)pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(VENV)/installed ## the whole chain on rendered clips, to results/demo/report.html
	$(BIN)snakemake --cores $(CORES) --config 'build=[demo]'
	@echo "open results/demo/report.html"

test: $(VENV)/installed ## run the tests
	$(BIN)pytest --numprocesses 2 $(ARGS)

lint: $(VENV)/installed ## style checks
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)snakefmt --check Snakefile workflow
	$(BIN)python tests/lint_workflow.py

clean: ## remove what was made for DATASET (default demo)
	@[[ "$(DATASET)" =~ ^[a-z0-9][a-z0-9_-]*$$ ]] || { echo "error: '$(DATASET)' names no data set" >&2; exit 1; }
	rm -rf data/$(DATASET) results/$(DATASET) cache/$(DATASET) logs/$(DATASET)
