# The two commands are `make demo` and `make test`; each sets up what it needs in .venv/ first.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
DEMO ?= demo

.PHONY: demo test serve page lock docs bench rounds api-docs clean

demo: $(INSTALLED)  ## play the road map's story, print where things stand, verify it
	$(BIN)/constancia demo --dir $(DEMO) --force

serve: $(INSTALLED)  ## serve the demonstration's ledger
	$(BIN)/constancia serve --demo --dir $(DEMO)

test: $(INSTALLED)  ## style, types, import contracts, all tests
	./tests/system.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.import $(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

# pip of the system installs into .venv, so that Debian's python3-venv (ensurepip) is not needed.
$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "constancia needs Python 3.11 or newer")'
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q -r requirements.lock
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
	touch $@

page: $(INSTALLED)  ## build the single-file verifier from verify/page/
	$(BIN)/python tools/build_verifier_page.py

lock: $(INSTALLED)  ## pin all versions anew
	$(BIN)/pip-compile -q --upgrade --extra server --extra fast --extra monitor --extra dev --generate-hashes --allow-unsafe --strip-extras \
	    --no-emit-index-url --no-emit-trusted-host --no-header -o requirements.lock pyproject.toml

docs: $(INSTALLED)  ## write what the documentation says of acts from the acts themselves
	$(BIN)/python -m tools.build_domain_docs

bench: $(INSTALLED)  ## figures, as ratios within one run
	for script in tests/benchmarks/bench_*.py; do PYTHONPATH=. $(BIN)/python $$script || exit 1; done

rounds: $(INSTALLED)  ## 200 rounds of kill -9
	PYTHONPATH=. $(BIN)/python tests/e2e/crash_rounds.py --rounds 200

api-docs: $(INSTALLED)  ## docs/API.md from the docstrings
	PYTHONPATH=.import $(BIN)/python tools/api_reference.py

clean:
	rm -rf .venv $(DEMO) build dist
