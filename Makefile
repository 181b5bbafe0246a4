# `make walk`, `make train` and `make test` need no preparation: the first call sets up what they need.
# PYTHON=3.12 asks for a version.

PRESET := d4pg --prior gait --config configs/fast.yaml
VENV_PYTHON := .venv/bin/python
COMPILE := $(VENV_PYTHON) -m uv pip compile --quiet --generate-hashes --no-annotate --custom-compile-command "make lock"
ACME := --python-version 3.10 --python-platform x86_64-unknown-linux-gnu
PORTABLE := --python-version 3.11 --universal

.PHONY: help walk train test test-slow benchmark figures docs ray lint format lock setup setup-dev pybulletgym

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

walk: ## film a trained policy that walks, within two minutes of a fresh clone
	@scripts/walk.sh $(PYTHON)

train: setup ## train D4PG to walk in minutes; or AGENT=dmpo STEPS= SEED= RUN_DIR= ARGS="any option of walker-rl train"
	@.venv/bin/walker-rl train $(or $(AGENT),$(PRESET)) $(if $(STEPS),--steps $(STEPS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(RUN_DIR),--run-dir "$(RUN_DIR)") $(ARGS)

test: setup-dev pybulletgym ## run the tests that take seconds; ARGS="any option of pytest"
	@$(VENV_PYTHON) -m pytest -m "not slow" --numprocesses 2 $(ARGS)

test-slow: setup-dev pybulletgym ## run the tests that take minutes
	@$(VENV_PYTHON) -m pytest -m slow --numprocesses 2 --dist loadfile $(ARGS)

benchmark: setup-dev ## time this project against its peers; PARTS="training start" for some, ARGS="--rounds 3"
	@$(VENV_PYTHON) -m benchmarks $(PARTS) $(ARGS)

figures: setup ## draw every figure of images/ again, and the table of forecasts, from results/
	@$(VENV_PYTHON) scripts/forecast_table.py
	@for folder in results/*/; do \
		.venv/bin/walker-rl compare "$$folder" --output "images/$$(basename "$$folder")" || exit; done

docs: setup-dev ## build the documentation site: open site/index.html
	@NO_MKDOCS_2_WARNING=1 $(VENV_PYTHON) -m mkdocs build --strict $(ARGS)

ray: setup ## set up .venv-ray, for `walker-rl cluster submit` on a Ray cluster
	@test -x .venv-ray/bin/ray || { $(VENV_PYTHON) -m venv .venv-ray && .venv-ray/bin/python -m pip install --quiet "ray>=2.52,<3"; }

lint: setup-dev ## check style, format and types
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@$(VENV_PYTHON) -m mypy

format: setup-dev ## put the code into the project's format
	@$(VENV_PYTHON) -m ruff check --fix
	@$(VENV_PYTHON) -m ruff format

lock: setup-dev ## resolve pyproject.toml into three locks for each stack; ARGS=--upgrade for newer versions
	@$(COMPILE) $(ACME) pyproject.toml --output-file requirements.lock $(ARGS)
	@$(COMPILE) $(ACME) pyproject.toml --extra dev --extra docs --constraint requirements.lock \
		--output-file requirements-dev.lock $(ARGS)
	@$(COMPILE) $(ACME) --group play --constraint requirements.lock --output-file requirements-walk.lock $(ARGS)
	@$(COMPILE) $(PORTABLE) pyproject.toml --output-file requirements.portable.lock $(ARGS)
	@$(COMPILE) $(PORTABLE) pyproject.toml --extra dev --extra docs --constraint requirements.portable.lock \
		--output-file requirements-dev.portable.lock $(ARGS)
	@$(COMPILE) $(PORTABLE) --group play --constraint requirements.portable.lock \
		--output-file requirements-walk.portable.lock $(ARGS)

setup: ## set up .venv for walker-rl, which the targets above do when they need it
	@scripts/bootstrap.sh requirements.lock $(PYTHON)

setup-dev: ## set up .venv with pytest and the other tools of the targets above
	@scripts/bootstrap.sh requirements-dev.lock $(PYTHON)

pybulletgym: setup-dev
	@scripts/install_pybulletgym.sh
