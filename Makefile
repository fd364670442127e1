# The only commands to remember. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help run test sure bench faults docs
MAKEFLAGS += --no-print-directory
PYTHON3 ?= python3
BIN := .venv/bin
# Arguments for pytest: make test TESTS="src/duban/tasks -k accept"
TESTS ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: ## try it: everything on this machine, with an invented city (PORT, DUBAN_HOME)
	@$(PYTHON3) ops/prepare.py
	@exec $(BIN)/duban run

test: ## the whole suite, browser included, on a database of its own
	@$(PYTHON3) ops/prepare.py --dev --browser
	@exec $(BIN)/pytest -n 2 $(TESTS)

sure: ## make sure: format, lint, types, contracts, migrations, translations, oldest browser, documents
	@$(PYTHON3) ops/prepare.py --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DUBAN_ENV=test $(BIN)/django-admin makemigrations --check --dry-run --settings duban.config.settings
	$(BIN)/python -m duban.config.messages check
	$(BIN)/python -m duban.config.oldest_browser
	$(BIN)/python -m duban.config.reference check

bench: ## measure it: a city of 19,453 units with 1,000,000 tasks (about 20 minutes)
	@$(PYTHON3) ops/prepare.py --dev
	@exec $(BIN)/python -m bench

faults: ## kill it many times, in the middle of everything
	@$(PYTHON3) ops/prepare.py --dev
	@exec $(BIN)/python -m bench.faults

docs: ## print the reference pages anew from the code, and take the pictures
	@$(PYTHON3) ops/prepare.py --dev --browser
	$(BIN)/python -m duban.config.reference write
	$(BIN)/python -m duban.config.pictures
