"""Numbers as people write them, in every option, and values that are empty."""

import pytest
import typer

from walker_rl.cli import main
from walker_rl.cli.app import app

GROUPS = ("train", "launch", "submit")
"""Commands that have a command per agent."""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train d4pg --seed -1k", "seed = -1000: must be at least 0"),
        (
            "evaluate --episodes 10k --seed 1e5",
            "run: must be given, a run directory or a policy file; or --pretrained NAME",
        ),
        ("evaluate --episodes 1M", "episodes = 1M: must be an integer in [1, 100,000]"),
        ("probe nothing --steps 1k", "task = nothing: must be one that walker-rl list shows"),
        ("tune d4pg --trials 1e1 --jobs 1k --pruner x", "pruner = x: must be one of median, hyperband, none"),
        ("watch nowhere --port 8k", "run = nowhere: does not exist; must be a run directory or a folder of them"),
        ("node --role actor --index 1.5", "index = 1.5: must be an integer of at least 0"),
    ],
)
def test_an_integer_may_be_a_count(words, message, capsys):
    assert main(words.split()) == 2
    assert capsys.readouterr() == ("", f"error: {message}\n")


def options(command, context):
    """All options of a command and of those below it; of a group with a command per agent, only one agent's."""
    if not hasattr(command, "list_commands"):
        return [one for one in command.params if one.param_type_name == "option"]
    names = ["d4pg"] if command.name in GROUPS else command.list_commands(context)
    return [one for name in names for one in options(command.get_command(context, name), context)]


def test_every_option_that_takes_an_integer_takes_a_count():
    whole = typer.main.get_command(app)
    found = {
        (one.opts[0], parser and parser("1.5k"))
        for one in options(whole, typer.Context(whole))
        if one.type_descriptor.annotation is int
        for parser in [one.type_descriptor.parameter_info.parser]
        if one.type_descriptor.parameter_info.max != 1_000
    }
    assert {"--steps", "--more-steps", "--seed", "--episodes", "--trials", "--port", "--fps"} < {
        name for name, _ in found
    }
    assert {value for _, value in found} == {1_500}


@pytest.mark.parametrize(
    ("words", "must_be"),
    [
        ("train d4pg --seed=", "an integer"),
        ("train d4pg --until=", "a number"),
        ("train d4pg --set=", "field=value, as in agent.n_step=3"),
        ("sweep d4pg --grid=", "field=value,value, as in agent.n_step=1,3"),
        ("sweep d4pg --seeds=", "integers or ranges of them, as in 0-4 or 0,2,5"),
        ("tune d4pg --pruner=", "one of median, hyperband, none"),
        ("evaluate --pretrained=", "one of d4pg, ddpg, dmpo, gait, ppo, sac, td3"),
        ("render --size=", "WIDTHxHEIGHT in pixels, as in 480x360"),
        ("compare x --thresholds=", "numbers with commas between them, as in 500,1000"),
    ],
)
def test_an_empty_value_is_shown_as_empty(words, must_be, capsys):
    assert main(words.split()) == 2
    name = words.split("--")[1].rstrip("=")
    assert capsys.readouterr() == ("", f"error: {name} = '': must be {must_be}\n")
