# `make run` and `make test` are all a new user needs; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
.DEFAULT_GOAL := help
.PHONY: help run setup test lint bench eval lock docs clean

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(VENV)/.runtime ## Environment, sample library, index, service and page at http://127.0.0.1:8000
	@$(BIN)/zhongcao run

setup: $(VENV)/.runtime ## Only the environment: .venv with the zhongcao command

test: $(VENV)/.dev ## Everything the tests need, then the checks and the tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/pytest

lint: $(VENV)/.dev ## Style, types and import direction only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.dev ## Speed, as ratios to peers measured in the same run
	@$(BIN)/zhongcao bench --data $(DATA)

eval: $(VENV)/.dev ## Quality on the labelled sets in DATA
	@for set in hashtag qbqtc cmrc2018 drcd; do $(BIN)/zhongcao eval search --data $(DATA)/retrieval/$$set || exit 1; done
	@$(BIN)/zhongcao eval types --data $(DATA)/gold/types
	@$(BIN)/zhongcao eval match --data $(DATA)/gold/match
	@$(BIN)/zhongcao eval compliance --data $(DATA)/gold/compliance/sentences.jsonl
	@$(BIN)/zhongcao eval extract --data $(DATA)/html_wechat
	@$(BIN)/zhongcao eval charset
	@$(BIN)/zhongcao eval feeds --data $(DATA)/feeds
	@$(BIN)/zhongcao eval robots --data $(DATA)/robots
	@$(BIN)/zhongcao eval security --data $(DATA)/security
	@$(BIN)/zhongcao eval dedupe --made-from $(DATA)/xhs/json
	@$(BIN)/zhongcao eval learn

lock: $(VENV)/.dev ## Pin the newest allowed versions again
	@$(BIN)/pip-compile -q --upgrade --strip-extras --no-emit-index-url --no-emit-find-links --generate-hashes -o requirements.lock pyproject.toml
	@$(BIN)/pip-compile -q --strip-extras --no-emit-index-url --no-emit-find-links --generate-hashes --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

docs: $(VENV)/.dev ## Write the generated pages of docs/ again
	@$(BIN)/zhongcao settings > docs/settings.md

clean: ## Remove the environment (the library under var/ stays)
	rm -rf $(VENV)

$(BIN)/python:
	@sh .ci/venv $(PYTHON) $(VENV)

$(VENV)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	@echo "Installing the packages of requirements.lock; this takes about a minute."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing what the tests need."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
