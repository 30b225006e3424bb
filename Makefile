# Everything a contributor does. A machine with Python 3.11 or newer and make is enough: the rest installs itself.
#
#   PYTHON=python3.12   the interpreter of the virtual environment, when it is made
#   VENV=.venv          where the virtual environment is
#   ARGS="-k guard"     handed on to pytest, to `stackkit demo`, or to each benchmark

PYTHON ?=
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
PLAIN := $(VENV)/.stackkit-plain
CLUSTER := $(VENV)/.stackkit-cluster
DEV := $(VENV)/.stackkit-dev
BENCH := $(VENV)/.stackkit-bench
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python)
RECENT := import sys; sys.exit(sys.version_info < (3, 11))

# Where it is set, every start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: demo demo-cluster test check bench docs format clean help

demo: $(PLAIN)  ## show what stackkit does, start to end, in a temporary workspace
	@$(BIN)/stackkit demo $(ARGS)

demo-cluster: $(CLUSTER)  ## run the demo's pipeline on Dask and PostgreSQL of this machine, and kill a worker
	@$(BIN)/python -m examples.cluster

test: $(DEV)  ## run the tests and the doctests
	@$(BIN)/python -m pytest $(ARGS)

check: $(DEV)  ## lint, formatting, four type checkers, architecture
	@failed=; \
	run() { echo "== $$*"; "$$@" || failed="$$failed $${1##*/}"; }; \
	run $(BIN)/ruff check; \
	run $(BIN)/ruff format --check; \
	run $(BIN)/mypy; \
	run $(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python; \
	run $(BIN)/ty check --python $(VENV); \
	run $(BIN)/pyrefly check --python-interpreter-path $(BIN)/python; \
	run $(BIN)/pytest -n 0 tests/architecture; \
	if [ -n "$$failed" ]; then echo "refused by:$$failed" >&2; exit 1; fi

bench: $(BENCH)  ## run every benchmark in turn and write benchmarks/RESULTS.md
	@failed=; \
	for script in benchmarks/*.py; do \
		echo "== $$script"; $(BIN)/python "$$script" --write $(ARGS) || failed="$$failed $$script"; \
	done; \
	if [ -n "$$failed" ]; then echo "failed:$$failed" >&2; exit 1; fi

docs: $(DEV)  ## try everything that README.md and docs show
	@$(BIN)/python -m pytest -n 0 $(ARGS) tests/docs tests/examples

format: $(DEV)  ## format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

clean:  ## remove the virtual environment, caches and builds
	@if [ -f $(VENV)/pyvenv.cfg ]; then rm -rf $(VENV); fi
	@rm -rf build dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find $(wildcard src tests examples benchmarks docs) -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## show this
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

$(VENV)/pyvenv.cfg:
	@for python in $(CANDIDATES); do \
		"$$python" -c '$(RECENT)' 2>/dev/null && break; \
	done || { \
		echo "stackkit needs Python 3.11 or newer; none of these is: $(CANDIDATES)." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	}; \
	"$$python" -m venv $(VENV) || { \
		rm -rf $(VENV); echo "$$python cannot make virtual environments; on Debian, install python3-venv." >&2; exit 1; \
	}

$(PLAIN): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "installing stackkit into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[local]'
	@touch $@

$(CLUSTER): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "installing stackkit, Dask and a driver of PostgreSQL into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[local,dask,postgresql]'
	@touch $(PLAIN) $@

$(DEV): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "installing stackkit and the tools to work on it into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]'
	@touch $(PLAIN) $(CLUSTER) $@

$(BENCH): pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "installing stackkit and what it is measured beside into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev,bench]'
	@touch $(PLAIN) $(CLUSTER) $(DEV) $@
