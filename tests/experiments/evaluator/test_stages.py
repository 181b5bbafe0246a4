"""The policies that are kept of a training, from its beginning to its end, and the films of them."""

import contextlib
import dataclasses

import pytest
from PIL import Image

from tests.experiments.local_runs import train_new
from tests.fakes import random_variables
from tests.tiny import AGENT, TINY_RUN
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.evaluator.stages import Stages
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.step_files import step_files
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.terminal.display import Display

ARCHITECTURE = PolicyArchitecture(
    3, 1, TorsoSpec((8,), layer_norm=True, activation="elu"), head="tanh", init_stddev=0.3
)
CONFIG = load_config(AGENT, (), (*TINY_RUN, "task=Pendulum-v1", "max_actor_steps=1500", "evaluation.film_period=2"))
SAVED = SavedPolicy("agent", "Pendulum-v1", 0, ARCHITECTURE, random_variables(ARCHITECTURE, 0))


def add(stages: Stages, *actor_steps: int) -> list[int]:
    """Adds policies at these steps; returns the steps of those that are kept."""
    for steps in actor_steps:
        stages.add(dataclasses.replace(SAVED, actor_steps=steps))
    return [saved.actor_steps for saved in stages.load(max(actor_steps))]


@pytest.mark.parametrize(
    ("evaluated", "kept"),
    [
        (range(10, 101, 10), [10, 30, 50, 80, 100]),
        (range(10, 61, 10), [10, 30, 50, 60]),  # The training continues to 100.
        ([10], [10]),
        ([10, 100], [10, 100]),
    ],
)
def test_five_policies_are_spread_evenly(tmp_path, evaluated, kept):
    assert add(Stages(tmp_path / "stages", 10, 100), *evaluated) == kept


def test_of_a_lengthened_training_those_stay_that_fit(tmp_path):
    add(Stages(tmp_path, 10, 100), *range(10, 101, 10))
    assert add(Stages(tmp_path, 10, 200), *range(110, 201, 10)) == [10, 50, 100, 150, 200]


def test_what_follows_the_checkpoint_of_a_killed_run_is_kept_as_if_it_had_not_been_killed(tmp_path):
    add(Stages(tmp_path / "killed", 10, 100), *range(10, 91, 10))
    again = add(Stages(tmp_path / "killed", 10, 100), *range(60, 101, 10))
    assert again == add(Stages(tmp_path / "straight", 10, 100), *range(10, 101, 10))


def test_those_from_after_the_end_of_the_run_are_not_loaded(tmp_path):
    """They are left if a killed run is resumed from its checkpoint with a lower limit."""
    stages = Stages(tmp_path, 10, 100)
    add(stages, *range(10, 101, 10))
    assert [saved.actor_steps for saved in stages.load(60)] == [10, 30, 50]


def test_other_files_are_left_alone(tmp_path):
    other = tmp_path / "step_of_mine.npz"
    other.touch()
    assert add(Stages(tmp_path, 10, 100), 10, 100) == [10, 100]
    assert other.exists()


def test_one_that_cannot_be_deleted_ends_nothing(tmp_path):
    (tmp_path / "step_000000000020.npz").mkdir()
    stages = Stages(tmp_path, 10, 110)
    for steps in (10, 35, 60, 85, 110):
        stages.add(dataclasses.replace(SAVED, actor_steps=steps))
    assert list(step_files(tmp_path)) == [10, 20, 35, 60, 85, 110]


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    return CONFIG, train_new(tmp_path_factory.mktemp("runs") / "run", CONFIG)


@pytest.mark.slow
def test_a_run_is_filmed_late_and_at_five_stages(filmed):
    _, run = filmed
    assert [path.stem for path in sorted(run.stages.iterdir())] == [f"step_{s:012d}" for s in range(300, 1501, 300)]
    with Image.open(run.latest_video) as film:
        assert film.size == (320, 240)
        assert film.n_frames == 121  # 4 s
    with Image.open(run.progress_video) as film:
        assert film.size == (1000, 150)
        assert film.n_frames == 181  # 6 s


def test_the_first_policy_is_filmed_and_then_each_in_turn_while_there_is_time(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    filmed = []
    with contextlib.closing(Evaluator(CONFIG, builder_of(CONFIG).architecture, run, Display())) as evaluator:
        films = evaluator._films
        films._render = lambda saved, path, **_: filmed.append((saved.actor_steps, path))
        for steps in range(300, 1501, 300):
            films._allowance._spent = 0.0 if steps < 1_500 else 3_600.0
            films.film_evaluated(dataclasses.replace(SAVED, actor_steps=steps), is_first=steps == 300)
        films.film_evaluated(dataclasses.replace(SAVED, actor_steps=1_800), is_first=False)
    assert filmed == [(300, run.first_video), (600, run.latest_video), (1_200, run.latest_video)]


@pytest.mark.slow
def test_a_damaged_stage_costs_the_film_and_not_the_run(filmed, capsys):
    config, run = filmed
    before = run.progress_video.read_bytes()
    damaged = max(run.stages.iterdir())
    damaged.write_bytes(b"torn")
    with contextlib.closing(Evaluator(config, builder_of(config).architecture, run, Display())) as evaluator:
        variables = load_policy(run.last_policy).variables
        evaluator.last_actor_steps = config.max_actor_steps
        assert evaluator.finish(variables).keys() == {"best", "last"}
    assert run.progress_video.read_bytes() == before
    assert f"warning: policy = {damaged}: is torn or no policy file" in capsys.readouterr().out


@pytest.mark.slow
def test_each_step_of_an_evaluation_or_a_film_shows_life(filmed):
    """An evaluator in a process of its own is taken for dead without a sign, and slow episodes have slow films."""
    config, run = filmed
    signs, best = [], load_policy(run.best_policy)
    evaluator = Evaluator(config, builder_of(config).architecture, run, Display(), lambda: signs.append(True))
    with contextlib.closing(evaluator):
        evaluation = evaluator.evaluate(best.variables, config.max_actor_steps)
        of_evaluation_and_film = len(signs)
        evaluator._films.film_best(best)
    assert of_evaluation_and_film >= sum(evaluation.episode_lengths)
    assert len(signs) > of_evaluation_and_film
