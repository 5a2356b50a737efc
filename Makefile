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

define build
	$(BIN)snakemake --cores $(CORES) --config 'build=[$(1)]'
	@if [ "$(RECORD)" = 0 ]; then :; elif git rev-parse --git-dir >/dev/null 2>&1; \
	  then $(BIN)audiophrase record $(1); else echo "not a git clone: nothing is recorded"; fi
	@echo "open results/$(1)/report.html"
endef

.DEFAULT_GOAL := help
.PHONY: help demo reproduce grounding audit record push pull verify upgrade-ytdlp test lint bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

$(VENV)/installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || \
	  { echo "error: there is no $(PYTHON); name a Python of 3.11 or later: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than Python 3.11; name another: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "installing into $(VENV): a few minutes, and a line a package where there is a terminal"
	$(PYTHON) -m venv $(VENV)
	$(BIN)pip install --disable-pip-version-check $(if $(MAKE_TERMOUT),,--quiet) --requirement requirements.lock
	$(BIN)pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(VENV)/installed ## the whole chain on rendered clips, to results/demo/report.html
	$(call build,demo)

reproduce: $(VENV)/installed ## the paper: AudioGrounding, YouTube, Google News; safe to run again
	$(BIN)audiophrase download audiogrounding
	$(call build,audiogrounding)

grounding: $(VENV)/installed ## AudioGrounding v2 with its archived audio, none from YouTube; safe to run again
	$(BIN)audiophrase download audiogrounding-v2
	$(call build,audiogrounding-v2)

audit: $(VENV)/installed ## get the clips of DATASET, count them, say why others are missing; docs/audit.md
	$(BIN)snakemake --cores $(CORES) data/$(DATASET)/availability.csv
	$(BIN)audiophrase audit $(DATASET) $(ARGS)

record: $(VENV)/installed ## record in dvc.lock what Snakemake made of DATASET (default demo)
	$(BIN)audiophrase record $(DATASET) $(ARGS)

push: $(VENV)/installed ## verify DATASET, then share it through the DVC remote; docs/sharing.md
	@$(BIN)dvc remote list | grep -qF '(default)' || { echo "error: there is no default remote: docs/sharing.md says how to set one up" >&2; exit 1; }
	$(BIN)audiophrase verify $(DATASET)
	targets=$$($(BIN)audiophrase stages --recorded $(DATASET) $(STAGES)) && $(BIN)dvc push $$targets

pull: $(VENV)/installed ## get DATASET from the DVC remote; STAGES="features text" gets those
	targets=$$($(BIN)audiophrase stages --recorded $(DATASET) $(STAGES)) && $(BIN)dvc pull $$targets
	$(BIN)audiophrase adopt $(DATASET)

verify: $(VENV)/installed ## check every digest of DATASET; ARGS=--remote checks the remote too
	$(BIN)audiophrase verify $(DATASET) $(ARGS)

upgrade-ytdlp: $(VENV)/installed ## the newest yt-dlp with its scripts for YouTube, and nothing else
	$(BIN)pip install --disable-pip-version-check --quiet --upgrade --no-deps yt-dlp yt-dlp-ejs
	@$(BIN)pip list --disable-pip-version-check | grep '^yt-dlp'
	@echo "requirements.lock is left as it is: no artifact depends on these versions (attempts name them)"

test: $(VENV)/installed ## run the tests; ARGS=--long runs those too that take minutes
	@# Kept as bytecode whatever the environment says: or each worker compiles all tests again.
	PYTHONDONTWRITEBYTECODE= $(BIN)pytest --numprocesses 4 --maxschedchunk 1 $(ARGS)

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
	@[ -e data/$(DATASET) ] || [ -e results/$(DATASET) ] || echo "data/ and results/ have no folder $(DATASET)"
	rm -rf data/$(DATASET) results/$(DATASET) logs/$(DATASET)
	@if [ -d cache/$(DATASET) ]; then find cache/$(DATASET) -mindepth 1 -maxdepth 1 ! -name youtube ! -name 'attempts.jsonl*' ! -name sections ! -name lock ! -name asked -exec rm -rf {} +; fi
	@if [ -d cache/youtube ] || [ -d cache/$(DATASET)/youtube ]; then echo "what was fetched from YouTube stays: it took hours (cache/youtube, of all data sets; rm -r it yourself)"; fi
