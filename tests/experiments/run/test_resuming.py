"""Runs that cannot be resumed, and what is said of them."""

import re

import pytest

from tests.tiny import AGENT
from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.directory import create_run_directory
from walker_rl.experiments.run.resuming import check_has_checkpoint


def test_a_launched_run_of_an_older_version_is_refused_with_that_version(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT), "launch")
    check_has_checkpoint(run)
    manifest = run.checkpoints / "gen-000000000200" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text("{}")
    commit = re.search("commit: (.*)", run.config.read_text())[1]
    version = rf"walker_rl {__version__} \(commit {commit}\)"
    with pytest.raises(UserError, match=f"^run = {run.path}: must be resumed with {version}, which wrote its check"):
        check_has_checkpoint(run)
