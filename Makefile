# Each target is a short line over Snakemake, DVC or pytest; see README.md.
# Without make: activate an environment with requirements.lock (or environment.yml) and this package
# (`pip install --no-deps -e .`) in it, and type the commands below without $(BIN).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin/
DATASET ?= demo
CORES ?= all
RECORD ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo record push pull verify test lint bench clean

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
	@if [ "$(RECORD)" = 0 ]; then :; elif git rev-parse --git-dir >/dev/null 2>&1; \
	  then $(BIN)audiophrase record demo; else echo "not a git clone: nothing is recorded"; fi
	@echo "open results/demo/report.html"

record: $(VENV)/installed ## record in dvc.lock what Snakemake made of DATASET (default demo)
	$(BIN)audiophrase record $(DATASET) $(ARGS)

push: $(VENV)/installed ## verify DATASET, then share it through the DVC remote; docs/sharing.md
	$(BIN)audiophrase verify $(DATASET)
	targets=$$($(BIN)audiophrase stages --recorded $(DATASET) $(STAGES)) && $(BIN)dvc push $$targets

pull: $(VENV)/installed ## get DATASET from the DVC remote; STAGES="features text" gets those
	targets=$$($(BIN)audiophrase stages --recorded $(DATASET) $(STAGES)) && $(BIN)dvc pull $$targets
	$(BIN)audiophrase adopt $(DATASET)

verify: $(VENV)/installed ## check every digest of DATASET; ARGS=--remote checks the remote too
	$(BIN)audiophrase verify $(DATASET) $(ARGS)

test: $(VENV)/installed ## run the tests
	$(BIN)pytest --numprocesses 2 $(ARGS)

lint: $(VENV)/installed ## style checks
	$(BIN)ruff check .
	$(BIN)ruff format --check .
	$(BIN)snakefmt --check Snakefile workflow
	$(BIN)python tests/lint_workflow.py
	$(BIN)audiophrase dvc-stages --check

bench: $(VENV)/installed ## benchmarks beside plain references, to results/benchmarks.json; ARGS="log_mel evaluation" runs those
	$(BIN)python benchmarks $(ARGS)

clean: ## remove what was made for DATASET (default demo)
	@[[ "$(DATASET)" =~ ^[a-z0-9][a-z0-9_-]*$$ ]] || { echo "error: '$(DATASET)' names no data set" >&2; exit 1; }
	rm -rf data/$(DATASET) results/$(DATASET) cache/$(DATASET) logs/$(DATASET)
