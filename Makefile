# The commands of the warehouse. `make help` lists them. Needs python3 >= 3.11 and make, nothing else.
SHELL := /bin/sh
PYTHON3 ?= python3
UV_VERSION := 0.13.9
PORT ?=

# `make run` works on the demo company, DEMO=1 turns any other command to it.
ifneq ($(filter run,$(MAKECMDGOALS)),)
DEMO := 1
endif

# Two data folders are two separate instances: everything that a run writes is under OPS_DATA_DIR.
# (python and not $(abspath): a path may contain spaces.)
# The environment wins over .env, of which the programs read the rest themselves.
OPS_DATA_DIR ?= $(or $(shell $(PYTHON3) -I orchestration/env_file.py OPS_DATA_DIR 2>/dev/null),data)
DATA := $(shell $(PYTHON3) -c 'import os, sys; print(os.path.join(os.path.abspath(os.path.expanduser(sys.argv[1])), *sys.argv[2:]))' '$(OPS_DATA_DIR)' $(if $(DEMO),demo) 2>/dev/null)
override OPS_DATA_DIR := $(DATA)
export OPS_DATA_DIR
export DAGSTER_HOME := $(DATA)/dagster
export DBT_TARGET_PATH := $(DATA)/dbt/target
export DBT_LOG_PATH := $(DATA)/dbt/logs
export DBT_PROJECT_DIR := $(CURDIR)/dbt_project
export DBT_PROFILES_DIR := $(CURDIR)/dbt_project
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)

# Nothing is told to anybody.
export DAGSTER_DISABLE_TELEMETRY := true
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export RUNTIME__DLTHUB_TELEMETRY := false
export DO_NOT_TRACK := 1

PY := .venv/bin/python
STAMP := .venv/.synced
DEMO_FLAG := $(if $(DEMO),--demo)

.DEFAULT_GOAL := help
.PHONY: help setup run refresh report dev test check accept withdraw replay rows audit prune erase docs screenshots workbook-template bench

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{ printf "  make %-17s %s\n", $$1, $$2 }'
	@echo "  DEMO=1 turns refresh, report, dev, accept, withdraw, replay, rows, erase, audit and prune to the demo company; settings: .env.example"

setup: $(STAMP) ## install the locked packages into .venv (every command does it when needed)

$(STAMP): uv.lock pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || { \
	  echo "python3 from 3.11 to 3.13 is needed; '$(PYTHON3)' is $$($(PYTHON3) --version 2>&1 || echo missing). Name another one: make PYTHON3=/path/to/python3.12" >&2; exit 1; }
	@test -x .tools/bin/uv || uv self version >/dev/null 2>&1 || { \
	  echo "uv is missing: getting it from PyPI into .tools/"; mkdir -p .tools; \
	  if $(PYTHON3) -m pip --version >/dev/null 2>&1; \
	  then $(PYTHON3) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv==$(UV_VERSION); \
	  else $(PYTHON3) scripts/bootstrap_uv.py .tools; fi; }
	@echo "installing the locked packages into .venv (once)"
	@UV_PYTHON_DOWNLOADS=never uv sync --frozen --compile-bytecode --quiet --python "$(PYTHON3)"
	@echo "dbt: reads the project (once, and again when it changed)"
	@$(PY) -m orchestration.dbt_manifest > /dev/null
	@$(PY) -m orchestration.report.charts
	@touch $(STAMP)

run: setup ## the whole pipeline on the demo company, through Dagster: publishes, prints the KPI scoreboard
	@$(PY) -m ingestion.demo.generate
	@$(PY) -m orchestration.refresh --demo

refresh: setup ## the pipeline over what is in OPS_DATA_DIR; exits 0 only when it published
	@$(PY) -m orchestration.refresh $(DEMO_FLAG)

report: setup ## the daily report of what is published once more, into reports/<day>/
	@$(PY) -m orchestration.report $(DEMO_FLAG)

dev: setup ## the Dagster UI and daemon (PORT=3000)
	@$(PY) -m orchestration.dev $(DEMO_FLAG) $(if $(PORT),--port $(PORT))

test: setup ## the whole test suite
	@.venv/bin/pytest -n auto --dist loadgroup $(PYTEST_ARGS)

check: setup ## ruff, mypy, sqlfluff, yamllint, dbt parse, definitions load
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/sqlfluff lint --processes 2 --disable-progress-bar dbt_project
	@.venv/bin/yamllint --strict .
	@$(PY) -m orchestration.graph_rules

accept: setup ## let a held batch through: BATCH=<batch id>; or true KPIs that look unusual: DAYS=2026-03-30..2026-03-31
	@$(if $(DAYS),$(PY) -m orchestration.publication.accepted_days "$(DAYS)",$(PY) -m orchestration.batches accept "$(BATCH)")

withdraw: setup ## take a batch out for good: BATCH=<batch id>
	@$(PY) -m orchestration.batches withdraw "$(BATCH)"

replay: setup ## quarantined lines once more, after a fix: SOURCE=app_events
	@$(PY) -m orchestration.replay "$(SOURCE)"

rows: setup ## the rows that a failed check counted: CHECK=<check name>
	@$(PY) -m orchestration.rows "$(CHECK)"

audit: setup ## checks that read all of history again, too slow for each refresh (weekly)
	@$(PY) -m orchestration.audit

prune: setup ## remove what nobody reads again: old runs and reports, withdrawn raw files; join small ones; DRY_RUN=1 only lists it
	@DRY_RUN="$(DRY_RUN)" $(PY) -m orchestration.pruning

erase: setup ## take a person out of everything for good: APP=<app_id> USER=<user_id>; DRY_RUN=1 only lists what would change
	@USER_IS_OF="$(origin USER)" DRY_RUN="$(DRY_RUN)" $(PY) -m orchestration.erasure $(DEMO_FLAG)

docs: setup ## docs/metrics.md from the YAML beside the dbt models
	@$(PY) -m orchestration.metrics_page

screenshots: setup ## docs/report-*.png from the demo company's report (needs chromium)
	@$(PY) scripts/report_screenshots.py "$(DATA)/$(if $(DEMO),,demo/)reports/latest/app-aurora.html"

workbook-template: setup ## an empty ops workbook to fill in: LANGUAGE=zh|en TABLES="apps activities" FILE=path
	@FILE="$(FILE)" TABLES="$(TABLES)" LANGUAGE="$(LANGUAGE)" $(PY) -m ingestion.sources.ops_workbook.template

ifdef LANDING
bench: setup ## the benchmarks; of landing alone: LANDING="--events 5000000 --dlt", "--history" or "--gigabytes 5"
	@$(PY) -m benchmarks.landing $(LANDING)
else
bench: setup
	@$(PY) benchmarks/refresh.py
	@$(PY) -m benchmarks.landing
	@$(PY) -m benchmarks.anomalies
	@$(PY) -m benchmarks.readers
	@$(PY) -m benchmarks.start_up
	@$(PY) -m benchmarks.backfill
	@$(PY) -m benchmarks.sensor
	@UV_PYTHON_DOWNLOADS=never uv sync --frozen --group bench --quiet --python "$(PYTHON3)"
	@$(PY) -m benchmarks.user_mart
endif
