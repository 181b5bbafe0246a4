"""The candidates of a run and the choice among them, with real policies and real episodes."""

import contextlib
import json
import shutil

import numpy as np
import pytest

from tests.experiments.local_runs import train_new, train_on
from tests.fakes import file_size_limit, random_variables
from tests.tiny import AGENT, TINY_RUN
from walker_rl.environments import make_environment
from walker_rl.evaluation import Evaluation, evaluate
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.evaluator.candidates import Candidates, choose_best
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import RecordedEvaluation, recorded_evaluations
from walker_rl.experiments.seeding import evaluation_seeds, make_seeds
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.terminal.display import Display

ARCHITECTURE = PolicyArchitecture(
    3, 1, TorsoSpec((8,), layer_norm=True, activation="elu"), head="tanh", init_stddev=0.3
)


def policy_at(actor_steps: int) -> SavedPolicy:
    return SavedPolicy("agent", "Pendulum-v1", actor_steps, ARCHITECTURE, random_variables(ARCHITECTURE, actor_steps))


def returned(*episode_returns: float) -> Evaluation:
    return Evaluation(episode_returns, (200,) * len(episode_returns), (False,) * len(episode_returns))


def steps_of(candidates: Candidates) -> list[int]:
    return [load_policy(path).actor_steps for path in candidates.paths]


def test_the_steady_rank_before_the_high(tmp_path):
    candidates = Candidates(tmp_path / "kept", num_kept=2)
    assert candidates.add(policy_at(10), returned(10.0, 12.0))  # 11 - 1
    assert not candidates.add(policy_at(20), returned(5.0, 45.0))  # 25 - 20
    assert candidates.add(policy_at(30), returned(11.0, 11.0))
    assert steps_of(candidates) == [30, 10]
    assert not candidates.add(policy_at(40), returned(11.0, 11.0)), "of equals the earlier is first"
    assert steps_of(candidates) == [30, 40]
    assert not candidates.add(policy_at(50), returned(0.0, 99.0))
    assert sorted((tmp_path / "kept").iterdir()) == sorted(candidates.paths)


def test_a_policy_that_is_added_again_displaces_no_other(tmp_path):
    candidates = Candidates(tmp_path, num_kept=2)
    for steps in (10, 20, 20, 20):
        candidates.add(policy_at(steps), returned(float(steps)))
    assert steps_of(candidates) == [20, 10]


def test_a_killed_run_takes_up_the_candidates_that_it_has_files_of(tmp_path):
    before = Candidates(tmp_path, num_kept=2)
    for steps in (10, 20, 30):
        before.add(policy_at(steps), returned(float(steps)))
    after = Candidates(tmp_path, num_kept=2)
    after.restore([RecordedEvaluation(steps, float(steps), 0.0) for steps in (10, 20, 30)])
    assert after.paths == before.paths
    save_policy(tmp_path / "step_000000000035.npz", policy_at(35))  # Its evaluation was lost with the process.
    after.add(policy_at(40), returned(25.0))
    assert steps_of(after) == [30, 40]
    assert sorted(tmp_path.iterdir()) == sorted(after.paths)


def test_one_that_cannot_be_deleted_ends_nothing(tmp_path):
    (tmp_path / "step_000000000005.npz").mkdir()
    candidates = Candidates(tmp_path, num_kept=1)
    assert candidates.add(policy_at(10), returned(1.0))
    assert candidates.add(policy_at(20), returned(2.0))
    assert steps_of(candidates) == [20]


def test_a_torn_candidate_leaves_the_choice_to_the_others(tmp_path):
    candidates = Candidates(tmp_path, num_kept=3)
    for steps in (10, 20, 30):
        candidates.add(policy_at(steps), returned(float(steps)))
    lines = []
    torn, missing, whole = candidates.paths
    torn.write_bytes(torn.read_bytes()[:-50])
    missing.unlink()
    assert choose_best([torn, missing, whole], lambda saved: returned(1.0), lines.append).actor_steps == 10
    assert [line.split(":")[0] for line in lines] == ["warning", "warning"]
    assert choose_best([torn, missing], lambda saved: returned(1.0), lines.append) is None


def test_the_choice_is_by_mean_minus_standard_deviation_of_the_same_episodes(tmp_path):
    candidates = Candidates(tmp_path, num_kept=5)
    for steps in range(5):
        candidates.add(policy_at(steps), returned(0.0))
    environment, lines = make_environment("Pendulum-v1", seed=0), []

    def play(saved: SavedPolicy) -> Evaluation:
        return evaluate(environment, saved.make_act, [1, 2, 3])

    chosen = choose_best(candidates.paths, play, lines.append)
    ranks = {}
    for saved in map(policy_at, range(5)):
        returns = play(saved).episode_returns
        ranks[saved.actor_steps] = np.mean(returns) - np.std(returns)
    environment.close()
    assert chosen.actor_steps == max(ranks, key=ranks.get)
    for steps, line in enumerate(lines):
        assert f"mean - std {ranks[steps]:.1f}, falls in 0 of 3 episodes" in line
    assert choose_best(candidates.paths[1:2], play, lines.append).actor_steps == 1
    assert len(lines) == 5, "a single candidate is not played"


def test_nothing_is_played_on_a_full_disk(tmp_path):
    config = load_config(AGENT, (), (*TINY_RUN, "task=Pendulum-v1"))
    run, steps = create_run_directory(tmp_path / "run", config), []
    evaluator = Evaluator(config, ARCHITECTURE, run, Display(), before_step=lambda: steps.append(1))
    with contextlib.closing(evaluator):
        with file_size_limit(100), pytest.raises(OSError):
            evaluator.evaluate(random_variables(ARCHITECTURE), 300)
        assert not steps
        evaluator.evaluate(random_variables(ARCHITECTURE), 300)
        assert steps


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of four evaluations that keeps three candidates."""
    changes = ("task=Pendulum-v1", "max_actor_steps=1200", "evaluation.num_candidates=3")
    config = load_config(AGENT, (), (*TINY_RUN, *changes, "evaluation.num_selection_episodes=4"))
    return config, train_new(tmp_path_factory.mktemp("runs") / "run", config)


@pytest.mark.slow
def test_a_run_chooses_on_episodes_of_their_own_and_ends_with_others(run):
    config, run = run
    seeds, settings = make_seeds(config.seed), config.evaluation
    ranked = sorted(recorded_evaluations(run.metrics), key=lambda one: one.stddev_return - one.mean_return)
    kept = sorted(one.actor_steps for one in ranked[:3])
    files = sorted(run.candidates.iterdir())
    assert [load_policy(path).actor_steps for path in files] == kept
    environment = make_environment(config.task, seed=0)
    selection = evaluation_seeds(seeds.selection, settings.num_selection_episodes)
    ranks = {path: evaluate(environment, load_policy(path).make_act, selection).steady_return for path in files}
    assert run.best_policy.read_bytes() == max(ranks, key=ranks.get).read_bytes()
    final = evaluation_seeds(seeds.evaluation, settings.num_episodes + settings.num_final_episodes)
    played = evaluate(environment, load_policy(run.best_policy).make_act, final[settings.num_episodes :])
    environment.close()
    best = json.loads(run.summary.read_text())["best"]
    for name in ("episode_returns", "episode_lengths", "episode_falls"):
        assert tuple(best[name]) == getattr(played, name)


@pytest.mark.slow
def test_a_resumed_run_writes_torn_policies_anew(run, tmp_path, capsys):
    config, before = run
    after = RunDirectory(shutil.copytree(before.path, tmp_path / "run"))
    after.summary.unlink()
    after.last_policy.write_bytes(before.last_policy.read_bytes()[:-50])
    for path in (after.best_policy, *after.candidates.iterdir()):
        path.write_bytes(b"")
    train_on(after, config)
    assert after.last_policy.read_bytes() == before.last_policy.read_bytes()
    assert after.best_policy.read_bytes() == before.last_policy.read_bytes(), "no other is left"
    assert json.loads(after.summary.read_text())["last"] == json.loads(before.summary.read_text())["last"]
    assert capsys.readouterr().out.count("; the policy at 1,200 steps is written instead") == 1, "the best"


@pytest.mark.slow
def test_a_run_that_ends_at_its_checkpoint_has_no_policy_from_after_it(run, tmp_path):
    """A killed run may have evaluated after its newest checkpoint, and then be resumed with a lower limit."""
    config, before = run
    after = RunDirectory(shutil.copytree(before.path, tmp_path / "run"))
    with contextlib.closing(Evaluator(config, builder_of(config).architecture, after, Display())) as evaluator:
        evaluator.continue_after([RecordedEvaluation(900, -1000.0, 0.0)])
        evaluator.finish(load_policy(max(after.candidates.iterdir())).variables)
    assert load_policy(after.last_policy).actor_steps == 900


@pytest.mark.slow
def test_a_run_without_candidates_has_no_best_policy_from_after_its_end(run, tmp_path):
    """A killed run may have replaced all of its checkpoint's candidates."""
    config, before = run
    after = RunDirectory(shutil.copytree(before.path, tmp_path / "run"))
    newest = load_policy(max(after.candidates.iterdir()))
    save_policy(after.best_policy, newest)
    assert newest.actor_steps > 900
    with contextlib.closing(Evaluator(config, builder_of(config).architecture, after, Display())) as evaluator:
        evaluator.last_actor_steps = 900
        evaluator.finish(newest.variables)
    assert load_policy(after.best_policy).actor_steps == 900
