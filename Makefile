# make demo | test | check | fmt | bench   (make help lists them all)
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON_RUN := .venv/bin/python
ARGS ?=

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t16

.PHONY: environment
environment: ## .venv, exactly as locked
	@deploy/local/environment

.PHONY: demo
demo: environment ## run the whole shop here: servers, demo goods, web, relay, worker
	@$(PYTHON_RUN) -m grocery.config.demo $(ARGS)

.PHONY: demo-reset
demo-reset: environment ## forget everything that the demo has kept
	@$(PYTHON_RUN) -m grocery.config.demo --reset

.PHONY: test
test: environment ## all tests, on real servers, in parallel and random order
	@deploy/local/browser
	$(PYTHON_RUN) -m pytest -n 2 -q $(ARGS)

# What the checks need so that the settings can be read; nothing connects to it.
check documents: export DATABASE_URL = postgresql://nobody@127.0.0.1/none
check documents: export REDIS_URL = redis://127.0.0.1/0
check documents: export SECRET_KEY = only for checks, only for checks, only for checks
check documents: export JWT_PRIVATE_KEY = none
check documents: export DATABASE_POOL = 0

.PHONY: check
check: environment ## style, types, boundaries, migrations, documents
	$(PYTHON_RUN) -m ruff check .
	$(PYTHON_RUN) -m ruff format --check .
	$(PYTHON_RUN) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON_RUN) -W ignore manage.py makemigrations --check --dry-run
	$(PYTHON_RUN) -W ignore manage.py check
	env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY -u JWT_PRIVATE_KEY $(PYTHON_RUN) -m pytest -q tests/architecture

.PHONY: documents
documents: environment ## draw anew what is drawn from the code: domain map, OpenAPI, GraphQL schema
	$(PYTHON_RUN) -m tests.architecture.documents

.PHONY: fmt
fmt: environment ## format and mend what can be mended
	$(PYTHON_RUN) -m ruff check --fix .
	$(PYTHON_RUN) -m ruff format .

.PHONY: bench
bench: environment ## the figures of docs/measurements.md
	$(PYTHON_RUN) -m tests.load $(ARGS)

.PHONY: bench-inventory
bench-inventory: environment ## the figures about stock: make bench-inventory ARGS="reserve hot"
	$(PYTHON_RUN) -m tests.load.inventory $(ARGS)

.PHONY: bench-checkout
bench-checkout: environment ## what placing an order costs: make bench-checkout ARGS=rush
	$(PYTHON_RUN) -m tests.load.checkout $(ARGS)

.PHONY: bench-search
bench-search: environment ## whether search finds what is meant, on the real catalogues
	$(PYTHON_RUN) -m tests.load.search.quality

.PHONY: fault-points
fault-points: environment ## kill whoever places, changes, cancels, delivers, takes back and pays orders at every statement, one after the other
	FAULT_STEP=1 $(PYTHON_RUN) -m pytest -q --timeout 900 tests/chaos/test_faults.py tests/chaos/test_changing_faults.py tests/chaos/test_returning_faults.py tests/chaos/test_paying_faults.py $(ARGS)

.PHONY: fault-matrix
fault-matrix: environment ## every fault at every operation of every payment provider, and where it ends
	FAULT_MATRIX=1 $(PYTHON_RUN) -m tests.payments.fault_matrix

.PHONY: lighthouse
lighthouse: environment ## Lighthouse on pages of a running shop: make lighthouse ARGS="http://localhost:8000/ …"
	@deploy/local/browser
	@$(PYTHON_RUN) -m tests.browser.lighthouse $(ARGS)

.PHONY: lock
lock: environment ## pin anew what pyproject.toml asks for
	.venv/bin/uv pip compile --quiet pyproject.toml --universal --python-version 3.12 --generate-hashes --no-header -o requirements.lock $(ARGS)
	.venv/bin/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.12 --generate-hashes --no-header -c requirements.lock -o requirements-dev.lock $(ARGS)
