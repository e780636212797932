# Marquee: every task of a developer's day. `make help` lists them.
# It needs GNU make and Python 3.11 or newer, nothing else: the environment is built in .venv.

PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --require-virtualenv
ROOMS := config venues events ticketing bookings reports
JOURNEYS = $(wildcard */tests/journeys)

# A process runs whole modules, in their order: what a module builds for all its tests is built once.
BY_MODULE = --dist loadscope --no-loadscope-reorder

# The first Python on the path that is new enough and can make environments.
FIND_PYTHON = for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then command -v $$python; break; fi; done

# What a production installation is given, for the checks of lint.
PRODUCTION = DEBUG=off DEMO=off SECRET_KEY=not-a-secret-but-it-has-more-than-fifty-characters ALLOWED_HOSTS=tickets.example.org \
	SITE_URL=https://tickets.example.org EMAIL_URL=smtp://localhost:25 DEFAULT_FROM_EMAIL=tickets@example.org \
	PAYMENT_PROVIDER=on_site VAR_DIR=$(VENV)/production

.DEFAULT_GOAL := help
.PHONY: help demo passwords test contract lint format journeys check requirements vendor pictures clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Serve a full demo at http://127.0.0.1:8000 (another port: make demo PORT=8001)
	@$(PY) -m config.serve --host $(HOST) --port $(PORT)

passwords: $(VENV)/.runtime ## Give the demo's staff new passwords, and print them
	@SITE_URL=http://$(HOST):$(PORT) $(PY) manage.py demo --passwords

test: $(VENV)/.development ## Run the tests, on SQLite or on the PostgreSQL of TEST_DATABASE_URL
	@$(PY) -m pytest -n auto $(BY_MODULE) --forbid-skips $(ARGS)

contract: $(VENV)/.development ## Ask every operation of the API whether it does what its document says
	@$(PY) -m pytest --forbid-skips config/tests/contract $(ARGS)

journeys: $(VENV)/.development ## Walk through the site in two real browsers at a time (/usr/bin/chromium)
	@test -n "$(JOURNEYS)" || { echo "There are no journeys in */tests/journeys." >&2; exit 1; }
	@$(PY) -m pytest -n 2 $(BY_MODULE) --forbid-skips $(JOURNEYS) $(ARGS)

lint: $(VENV)/.development ## Check formatting, style, imports, templates, migrations and production settings
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@find templates */templates -name '*.html' 2>/dev/null | xargs $(VENV)/bin/djade --target-version 5.2 --check
	@$(VENV)/bin/lint-imports --no-cache
	@$(PY) manage.py makemigrations --check
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@$(PRODUCTION) $(PY) manage.py collectstatic --no-input --clear --verbosity 0

format: $(VENV)/.development ## Format code and templates, and mend what can be mended
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@find templates */templates -name '*.html' 2>/dev/null | xargs $(VENV)/bin/djade --target-version 5.2

check: ## Do exactly what CI does: lint, tests on both databases, the contract of the API, journeys
	@.ci/run

requirements: $(VENV)/bin/python ## Pin the newest versions that pyproject.toml allows, with hashes
	@$(PIP) install --quiet uv
	@$(PY) -m uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --output-file requirements.txt
	@$(PY) -m uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --no-emit-index-url \
		pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

vendor: ## Fetch the browser files under static/vendor anew (needs npm)
	@sh static/vendor/refresh.sh

pictures: $(VENV)/.development ## Take the pictures of README and guides anew, from a demo that is running and from journeys (needs /usr/bin/chromium)
	@$(PY) docs/images/take.py http://$(HOST):$(PORT)/
	@PICTURES=docs/images $(PY) -m pytest --quiet $(addprefix bookings/tests/journeys/,test_draw_room.py test_door.py)

clean: ## Remove the environment and the caches; var/, with the data, stays
	@rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .schemathesis .mypy_cache .import_linter_cache .coverage
	@find $(ROOMS) -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. The stamps make sure that the second time takes no time.

$(VENV)/bin/python:
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "Marquee needs Python 3.11 or newer, with its venv module." >&2; \
		echo "Debian and Ubuntu: apt-get install python3 python3-venv. Elsewhere: https://www.python.org/downloads/" >&2; \
		exit 1; \
	fi; \
	echo "Building the environment in $(VENV) with $$($$python --version), once …"; \
	$$python -m venv --clear $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@ $(VENV)/.runtime
