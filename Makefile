# `make` lists the targets. Everything is set up on first use; nothing needs to be active.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SERVER := .venv-label-studio
VERSION ?= $(shell $(BIN)/python -c "import json; print(json.load(open('models/zhibiao/config.json'))['version'])" 2>/dev/null || echo 0.1.0)
EXTRAS := service,spacy,dev
BUILD := build

.PHONY: help setup setup-training serve train evaluate robustness label-studio test test-label-studio lint format corpus clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

$(VENV)/.installed: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "needs Python 3.11 or newer; name it with: make PYTHON=python3.12 …"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]'
	@touch $@

$(VENV)/.training: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS),training]'
	@touch $@

$(VENV)/.annotation: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS),annotation]'
	@touch $@

# Apart from ours: the server pins what it needs.
$(SERVER)/.installed:
	$(PYTHON) -m venv $(SERVER)
	$(SERVER)/bin/python -m pip install --quiet label-studio==1.23.2
	@touch $@

setup: $(VENV)/.installed ## set up .venv for serving and testing

setup-training: $(VENV)/.training ## add what training needs (torch, CPU build)

# What Label Studio's calls must carry; make label-studio makes it.
ifneq ($(wildcard .label-studio/secret),)
serve: export ZHIBIAO_LABEL_STUDIO_SECRET ?= $(shell cat .label-studio/secret)
endif
serve: setup ## start the service on http://127.0.0.1:8000
	$(BIN)/python -m service

corpus: setup ## check the corpus and write it as JSON Lines
	$(BIN)/python -m annotations.export $(BUILD)/corpus.jsonl

train: setup-training corpus ## rebuild the released model from the corpus (hours on a CPU; goes on where it was stopped)
	$(BIN)/python -m training.base $(BUILD)/base
	$(BIN)/python -m training.finetune $(BUILD)/corpus.jsonl $(BUILD)/base $(BUILD)/tagger
	$(BIN)/python -m training.release $(BUILD)/corpus.jsonl $(BUILD)/base $(BUILD)/tagger models/zhibiao --version $(VERSION)

evaluate: setup-training ## score the released model, a trivial baseline beside it
	$(BIN)/python -m training.evaluate models/zhibiao

robustness: setup-training ## score it on the evaluation texts written otherwise
	$(BIN)/python -m training.robustness models/zhibiao

label-studio: $(SERVER)/.installed $(VENV)/.annotation ## start Label Studio on http://127.0.0.1:8080 with our project
	$(BIN)/python -m annotations.server

test: setup-training ## run the tests
	$(BIN)/python -m pytest

test-label-studio: setup-training $(SERVER)/.installed $(VENV)/.annotation ## run the tests on a real Label Studio
	$(BIN)/python -m pytest -m label_studio tests/label_studio

lint: setup-training ## ruff, mypy and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## let ruff mend what it can
	$(BIN)/ruff check --fix .

clean: ## remove what was built, not the environments
	rm -rf $(BUILD) *.egg-info
