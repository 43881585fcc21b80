# Two commands do everything on a fresh machine: `make run` and `make test`.
.PHONY: help run serve test lint types js bench pictures golden models site handout format clean dev
.DEFAULT_GOAL := help
SHELL := /bin/sh

PORT ?= 8501
ADDRESS ?= localhost
WORKERS ?= 2
PYTEST ?=
BENCH ?= engine jacobians pages
MODELS ?=
PICTURES ?=
PLAYS ?=
OUT ?= site
WHEELS ?=
DECK ?= 000
FILE ?= handout.html
SITE ?=
BIN := .venv/bin

# One BLAS thread: a second gains nothing at 32 units and costs up to six times on a busy core.
export OPENBLAS_NUM_THREADS := 1
export PYTHON
PYTHON ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: ## make the environment, start the app, print its address (PORT=8501 ADDRESS=localhost)
	@sh scripts/environment.sh requirements.txt
	@$(BIN)/python -m streamlit run app.py --server.headless true \
	  --server.port $(PORT) --server.address $(ADDRESS) --browser.gatherUsageStats false

serve: ## the same by several processes behind one port, for a class (WORKERS=2 PORT ADDRESS)
	@sh scripts/environment.sh requirements.txt
	@$(BIN)/python -m scripts.serve --workers $(WORKERS) --port $(PORT) --address $(ADDRESS)

test: dev lint types js ## everything: lint, types, JavaScript, unit, page and browser tests
	@$(BIN)/python scripts/browser.py || echo 'Browser tests will be named as skipped; where CI is set they fail.'
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

lint: dev ## ruff: faults and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: dev ## ruff: mend what it can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

types: dev ## mypy
	@$(BIN)/mypy

js: dev ## the components' JavaScript: tests, types and faults, where node is installed
	@sh scripts/javascript/check.sh

bench: dev ## the engine against its peers, and slider to painted (BENCH=load: many readers at once)
	@$(BIN)/python -m benchmarks $(BENCH)

pictures: dev ## take the README's pictures anew, in Chromium (PICTURES='gates flow')
	@$(BIN)/python -m scripts.pictures $(PICTURES)

golden: dev ## make the golden numbers of the tests anew (needs PyTorch and Keras)
	@$(BIN)/python -c 'import torch, keras' || { \
	  echo 'First: $(BIN)/python -m pip install torch keras'; exit 1; }
	@KERAS_BACKEND=torch $(BIN)/python scripts/make_golden.py

models: dev ## train the shipped networks and record the races anew (PLAYS=plays.txt, MODELS='wave captions')
	@$(BIN)/python -m scripts.models $(MODELS) $(if $(PLAYS),--text '$(PLAYS)')

site: dev ## the app as a folder for any web host, without a server (OUT=site, WHEELS=folder with NumPy)
	@$(BIN)/python -m scripts.site --out '$(OUT)' $(if $(WHEELS),--wheels '$(WHEELS)')

handout: dev ## a deck as one HTML file (DECK=000 FILE=handout.html SITE=https://where.the/app/is)
	@$(BIN)/python -m scripts.handout $(DECK) $(FILE) $(if $(SITE),--address '$(SITE)')

clean: ## remove the environment, the site and every cache
	rm -rf .venv site build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev:
	@sh scripts/environment.sh requirements-dev.txt
