# Two commands from a fresh checkout: `make demo` and `make test`. Both begin with `setup`, which takes no time when nothing changed.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: setup demo test damage fuzz layouts lint coverage pythons mutants wheel bench audit-deps clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
DEMO := demo

setup: $(STAMP)

# The newest interpreter that starts and is 3.11 to 3.13 (a version manager's shim may be on the path and refuse to start).
$(STAMP): pyproject.toml constraints.txt
	@set -eu; for python in python3.13 python3.12 python3.11 python3; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
	    found=$$python; break; fi; done; \
	if [ -z "$${found:-}" ]; then \
	  echo "selfeval needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt-get install python3-venv)" >&2; exit 1; fi; \
	echo "environment: $(VENV) from $$($$found --version)"; \
	echo "正在安装依赖，约需一两分钟…… Installing what it needs: a minute or two."; \
	$$found -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@# compiled once: an editable install leaves that to each start where PYTHONDONTWRITEBYTECODE is set
	@$(BIN)/python -m compileall -q core data expectations extractors flows records reports selfeval
	@touch $@

demo: setup
	@rm -rf $(DEMO)
	@echo "示例：读取、审核 data/samples 中的 PDF，并生成报告；其中一份设有密码，会被拒收。约需一分钟。"
	@echo "Demo: reads and audits the PDFs in data/samples and writes a report; one of them is locked and will be refused. About a minute."
	@$(BIN)/selfeval run data/samples --workspace $(DEMO) || { code=$$?; test $$code -le 2 || exit $$code; }
	@test -s $(DEMO)/reports/index.html
	@echo "报告 report: $(CURDIR)/$(DEMO)/reports/index.html （用浏览器打开 open it in a browser）"
	@echo "拒收的文件及原因 what was refused and why: $(BIN)/selfeval status -w $(DEMO)"

# Two workers at most: the tests start servers, browsers and child processes of their own.
test: setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Damaged copies of good files, many more of each kind than the tests draw: 12 x 100 take some two minutes.
damage: setup
	SELFEVAL_DAMAGED_COPIES=100 $(BIN)/python -m pytest -n 2 tests/test_damage.py

# Random forms with random habits of offices, N of them from the seed FIRST on: prints those that are read wrong in silence.
N ?= 1000
FIRST ?= 0
fuzz: setup
	$(BIN)/python -m tests.habits $(N) $(FIRST)

# Layouts drawn at random, with captions that no map knows; 10,000 take half a minute.
layouts: setup
	$(BIN)/python -m tests.random_layouts $(N) $(FIRST)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Every line that no test runs, in a table. Child processes are counted in their own interpreters, not here.
coverage: setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

# The tests that start no server and no browser, on every Python that the project is for and this machine has.
QUICK := tests/test_meta.py tests/test_golden.py tests/test_jsonio.py tests/test_tables.py tests/test_values.py tests/test_grid.py tests/test_store.py
PYTHONS := python3.11 python3.12 python3.13
pythons:
	@set -eu; for python in $(PYTHONS); do \
	  if ! $$python -c 'import venv, ensurepip' >/dev/null 2>&1; then echo "$$python: not on this machine"; continue; fi; \
	  echo "$$python: $$($$python --version)"; \
	  $$python -m venv --clear $(VENV)-other; \
	  $(VENV)-other/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'; \
	  $(VENV)-other/bin/python -m pytest -q -n 2 --dist loadgroup -k "not postgresql" $(QUICK); done


# One decision at a time is turned round in the modules that decide most (tests/mutants.cfg); one that no test notices is a case that is
# missing. `cd build/mutants && mutmut show NAME` shows it. On a copy, since mutmut does not follow the links of selfeval/.
mutants: setup
	@rm -rf build/mutants && mkdir -p build/mutants
	@cp -rL selfeval tests data build/mutants && cp tests/mutants.cfg build/mutants/setup.cfg
	@cd build/mutants && nice -n 15 $(CURDIR)/$(BIN)/mutmut run --max-children 2 >run.log 2>&1; tail -c 200 run.log; $(CURDIR)/$(BIN)/mutmut results

# The wheel as a stranger gets it: built in an environment of its own, installed with its dependencies into another, run from a third place.
wheel: setup
	@rm -rf dist $(VENV)-wheel
	$(BIN)/python -m build --outdir dist
	@$(BIN)/python -c 'import sys, zipfile; names = {name.split("/")[0] for name in zipfile.ZipFile(sys.argv[1]).namelist()}; \
	  left = sorted(name for name in names if not name.endswith(".dist-info")); sys.exit(f"top-level names: {left}" if left != ["selfeval"] else 0)' dist/*.whl
	$(BIN)/python -m venv $(VENV)-wheel
	$(VENV)-wheel/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dist/*.whl
	@set -eu; away=$$(mktemp -d); trap 'rm -rf "$$away"' EXIT; cp -r data/samples "$$away/inbox"; cd "$$away"; \
	  code=0; $(CURDIR)/$(VENV)-wheel/bin/selfeval run inbox --workspace W || code=$$?; test $$code -le 2; test -s W/reports/index.html
	@rm -rf $(VENV)-wheel

bench: setup
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.soak

# Known vulnerabilities of the pinned packages. No part of lint: the answer comes from a service on the network that not every machine
# reaches, and changes while the code does not. --strict: a package that nobody could say anything about is a failure, never a pass.
audit-deps: setup
	@test -x $(VENV)-audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)-audit && $(VENV)-audit/bin/pip install --quiet pip-audit; }
	$(VENV)-audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip || \
	  { echo "audit-deps: vulnerabilities found, or the vulnerability service gave no answer (see above): nothing is known then" >&2; exit 1; }

clean:
	rm -rf $(VENV) $(VENV)-* $(DEMO) dist build
