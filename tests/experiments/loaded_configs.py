"""Configurations for tests, from overrides and from texts, and the one line of those that are refused."""

from pathlib import Path

import pytest

from tests.tiny import DISTRIBUTIONAL_AGENT
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config


def load(*overrides: str, agent_name: str = DISTRIBUTIONAL_AGENT):
    return load_config(agent_name, overrides=overrides)


def load_text(path: Path, text: str):
    path.write_text(text)
    return load_config(DISTRIBUTIONAL_AGENT, files=[path])


def refusal(call, *arguments, **keywords) -> str:
    with pytest.raises(UserError) as caught:
        call(*arguments, **keywords)
    line = str(caught.value)
    assert "\n" not in line
    return line
