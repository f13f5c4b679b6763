# `make demo` and `make test` are all that a fresh machine needs; each sets up what it needs in .venv/ first.
PYTHON ?= python3
# With it set, each of the hundreds of processes that the tests start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
INSTALLED := .venv/installed
PROGRAMS := .venv/programs
DEMO ?= demo
# Some tests wait for a server, a browser or a time-out: two workers more than processors use what they leave idle. The
# last tests are handed from worker to worker; what takes long begins first (tests/order.py).
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
# What needs no ledger on a disk, no server and no browser, without the matrix of alterations and what is slow.
QUICK := tests/domain tests/verify tests/test_house.py tests/test_docs.py \
    --ignore=tests/verify/test_tamper.py -m 'not slow'
BROWSER := tests/e2e/test_signing.py tests/e2e/test_signing_texts.py tests/e2e/test_page_agreement.py tests/e2e/test_pages.py tests/e2e/test_page_itself.py tests/e2e/test_page_verifier.py tests/e2e/test_page_tamper.py

.PHONY: agreement audit build container help demo serve setup test check quick unit browser format mutants lock bench peers rounds acts api-docs page docs screenshots story clean fuzz standby patroni simulate tamper soak release versions pyright thorough

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */\1	/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do printf '%-11s %s\n' "$$name" "$$text"; done

demo: $(INSTALLED)  ## play the process from 2017 to 2025, print each commitment's state, verify it
	$(BIN)/constancia demo --dir $(DEMO) --force

serve: $(INSTALLED)  ## serve the demonstration's ledger
	$(BIN)/constancia serve --demo --dir $(DEMO)

setup: $(INSTALLED) $(PROGRAMS)  ## install what the tests need: Python packages in .venv/, programs by apt-get

test: check $(PROGRAMS)  ## style, types, import contracts, all tests
	$(PYTEST) $(ARGS)

check: $(INSTALLED)  ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.import $(BIN)/lint-imports --no-cache

thorough: check $(PROGRAMS)  ## the same with the larger samples: more pages, values, kills and vectors
	CONSTANCIA_TEST_PROFILE=thorough CONSTANCIA_AGREEMENT=all CONSTANCIA_EVERY_KILL=1 $(PYTEST) --timeout=7200 $(ARGS)

quick: check  ## check, and the tests of domain, verifier, house rules and documents: about a minute
	CONSTANCIA_TEST_PROFILE=quick $(PYTEST) -n auto $(QUICK) $(ARGS)

unit: $(INSTALLED)  ## some tests: make unit T=tests/ledger K='witness and not slow'
	$(BIN)/pytest $(or $(T),tests) $(if $(K),-k '$(K)') $(ARGS)

browser: $(INSTALLED) $(PROGRAMS)  ## the tests in a real browser
	$(PYTEST) $(BROWSER) $(ARGS)

build: $(INSTALLED)  ## source archive and wheel in dist/; tests/e2e/test_packaging.py shows that they work
	$(BIN)/python -m hatchling build

versions: $(INSTALLED)  ## install the wheels on each Python of this machine and use them: ARGS='--lowest --python 3.12'
	$(BIN)/python -m tools.try_versions $(ARGS)

pyright: $(INSTALLED)  ## a second type checker for the programs of examples/ and the code of the documents; needs node
	$(BIN)/python -m tools.docs.documented_code
	$(BIN)/python -m pip install -q pyright
	$(BIN)/python -m pyright --pythonpath $(BIN)/python examples

release: $(INSTALLED)  ## from a tag, in CI: wheels, archive, bill of materials, attestations, and the log of releases (docs/RELEASES.md)
	PYTHONPATH=.import $(BIN)/python -m tools.release publish $(ARGS)

format: $(INSTALLED)  ## format the code
	$(BIN)/ruff check --fix-only --show-fixes .
	$(BIN)/ruff format .

agreement: $(INSTALLED) $(PROGRAMS)  ## all cases and agreement vectors shown to the page: two minutes and more
	CONSTANCIA_AGREEMENT=all $(BIN)/pytest -q tests/verify/test_agreement.py tests/e2e/test_page_agreement.py tests/e2e/test_page_verifier.py $(ARGS)

fuzz: $(INSTALLED)  ## search for inputs that break a parser: ARGS='--minutes 60 --seed 1 --only note'
	PYTHONPATH=.import:. $(BIN)/python -m tests.fuzz $(ARGS)

simulate: $(INSTALLED)  ## log, witnesses, monitors and a bad network, seeded: ARGS='--runs 2000 --seed 1'
	PYTHONPATH=.import:. $(BIN)/python -m tests.simulation $(ARGS)

tamper: $(INSTALLED)  ## altered ledgers from a seed: ARGS='--minutes 30 --seed 1 --page 200'
	PYTHONPATH=.import:. $(BIN)/python -m tests.tamper $(ARGS)

soak: $(INSTALLED) $(PROGRAMS)  ## server, witnesses, monitors, publisher, browser at work: ARGS='--minutes 20'
	PYTHONPATH=.import:. $(BIN)/python tests/benchmarks/soak.py $(ARGS)

audit: $(INSTALLED)  ## known vulnerabilities of the pinned packages; NOT CHECKED (75) where the database can't be asked
	PYTHONPATH=.import $(BIN)/python -m tools.audit $(ARGS)

mutants: $(INSTALLED)  ## mutate the code and report what no test notices: ARGS='--minutes 10 --seed 1'
	PYTHONPATH=.import:. $(BIN)/python -m tests.mutants $(ARGS)

# pip of the system installs into .venv, so that Debian's python3-venv (ensurepip) is not needed.
$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "constancia needs Python 3.11 or newer")'
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q -r requirements.lock
	$(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install -q --no-deps --no-build-isolation -e .
	touch $@

acts: $(INSTALLED)  ## write the sentences of all acts where the verifier reads them, from the catalogues
	$(BIN)/python tools/docs/act_words.py

page: acts  ## build the single-file verifier from verify/page/
	$(BIN)/python tools/build_verifier_page.py

# Once for each .venv/; the stamp is not made where a program is missing and can't be installed, so it is said each time.
$(PROGRAMS): tests/system.sh | $(INSTALLED)
	@if ./tests/system.sh; then touch $@; fi

lock: $(INSTALLED)  ## pin the newest versions
	$(BIN)/pip-compile -q --upgrade --extra server --extra fast --extra monitor --extra pdf --extra s3 --extra postgres --extra hsm --extra dev --generate-hashes --allow-unsafe --strip-extras \
	    --no-emit-index-url --no-emit-trusted-host --no-header -o requirements.lock pyproject.toml

docs: $(INSTALLED)  ## generate the documentation of acts from their code
	$(BIN)/python -m tools.docs.build_domain_docs
	$(BIN)/python -m tools.docs.build_refusal_docs

story: $(INSTALLED)  ## write the demonstration as data: examples/process-2017-2025.json
	$(BIN)/python -m tools.docs.build_story

screenshots: $(INSTALLED) $(PROGRAMS)  ## photograph the demonstration's pages: docs/screenshots/
	$(BIN)/python -m tools.screenshots

bench: $(INSTALLED)  ## figures, as ratios within one run
	for script in tests/benchmarks/bench_*.py; do PYTHONPATH=. $(BIN)/python $$script || exit 1; done

peers: $(INSTALLED)  ## this ledger next to other stores: docs/benchmarks.md
	PYTHONPATH=.import:. $(BIN)/python -m tests.benchmarks.peers $(ARGS)

rounds: $(INSTALLED)  ## kill -9 and faults of the machine in all that writes: ARGS='--rounds 5000 --seed 1'
	PYTHONPATH=.import:. $(BIN)/python tests/e2e/forked_rounds.py $(ARGS)
	PYTHONPATH=.import:. $(BIN)/python tests/e2e/crash_rounds.py --rounds 20

standby: $(INSTALLED) $(PROGRAMS)  ## failover of PostgreSQL, round after round: ARGS='--minutes 5 --seed 1'
	PYTHONPATH=.import:. $(BIN)/python tests/e2e/standby_rounds.py $(ARGS)

patroni: $(INSTALLED) $(PROGRAMS)  ## the same under Patroni and etcd, by examples/deploy/patroni.yml: ARGS='--rounds 3 --seed 1'
	PYTHONPATH=.import:. $(BIN)/python tests/e2e/patroni_rounds.py $(ARGS)

container:  ## build examples/deploy/Containerfile and try it; NOT CHECKED (75) where no engine runs
	@./tools/container.sh

api-docs: $(INSTALLED)  ## docs/API.md from the docstrings
	PYTHONPATH=.import $(BIN)/python tools/docs/api_reference.py

clean:  ## remove .venv/, the demonstration and what was built
	rm -rf .venv $(DEMO) build dist
