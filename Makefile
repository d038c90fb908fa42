# Everything happens in .venv, which the first target that needs it makes; a second run only looks at a stamp.
# Another interpreter: make certify PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: certify test test-all docs explore plugins format bench mutants constraints clean
.DEFAULT_GOAL := certify

# Images often forbid Python to write bytecode. Then each of several hundred processes compiles what it imports, and pytest
# rewrites the assertions of every test file, again and again: a third of the time of the tests. Empty means: write it.
export PYTHONDONTWRITEBYTECODE :=

# The main job: every bundled contract, certified against the bundled reference wallet over real HTTP. It is a bare `pytest`
# that loads no plugin but ours: those that the tests need (Hypothesis above all) double the time of a start.
certify: $(VENV)/.installed
	@$(BIN)/pytest --disable-plugin-autoload -p harness.plugin

# The linters, the type checker, every test that runs in one process, and some of each kind that starts others:
# under four minutes.
test: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest tests -m 'not full' -n 2 --dist worksteal -rs

# All other tests: whole runs as processes, a browser, PostgreSQL, the installed wheel, the whole kill matrix: under 25
# minutes. A test that lacks a program is skipped with the reason; where CI=true it fails. Three processes on two cores:
# many of these tests wait for others.
test-all: $(VENV)/.installed-dev
	@$(BIN)/pytest tests -m full -n 3 --dist worksteal -rs

# The documentation as a site, in build/docs: every guide, requirement and scenario, with search. A broken link is an error.
# A site of the same sources is not built again, so after `make test-all`, which has built it, this only looks.
docs: $(VENV)/.installed-dev
	@$(BIN)/python docs/site/build.py

# Generated scenarios against the sound wallet and every legal one: whatever is found is a mistake of ours.
explore: $(VENV)/.installed-dev
	@$(BIN)/pytest tests/explore -rs

# Runs beside other pytest plugins, each newest version in an environment of its own, and writes docs/PLUGINS.md.
plugins: $(VENV)/.installed-dev
	@$(BIN)/python tests/support/plugin_environments.py

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench

# How many mutants of the judges the fast tests catch: a sample. Every mutant, for many hours: make mutants MUTANTS=--all
mutants: $(VENV)/.installed-mutation
	@rm -rf mutants mutants-log.txt
	@nice -n 19 $(BIN)/python tests/support/mutation_score.py $(MUTANTS)

# The newest versions that pyproject.toml allows, resolved in an environment of their own.
constraints:
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
		$(PYTHON) -m venv "$$fresh" && \
		"$$fresh/bin/python" -m pip --disable-pip-version-check --quiet install '.[dev,docs,mutation,postgres]' && \
		head -n 1 constraints.txt > "$$fresh/constraints.txt" && \
		"$$fresh/bin/python" -m pip freeze --exclude walletproof >> "$$fresh/constraints.txt" && \
		cp "$$fresh/constraints.txt" constraints.txt

clean:
	rm -rf $(VENV) build dist mutants mutants-log.txt .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend comes first, pinned like everything else, so that the project itself is built without a second,
# unpinned download. harness/__init__.py holds the version, which the installed metadata repeats.
$(VENV)/.installed: pyproject.toml constraints.txt harness/__init__.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'walletproof needs Python 3.11 or newer, and "$(PYTHON)" is not that: name one, as in' >&2; \
		echo '    make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 2; }
	@echo 'Setting up $(VENV) (only now and when the pinned versions or our own change)'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt hatchling
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev,docs]'
	@touch $@

$(VENV)/.installed-mutation: $(VENV)/.installed-dev
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev,docs,mutation]'
	@touch $@
