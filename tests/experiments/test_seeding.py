"""One seed for everything, and nothing shared."""

import dataclasses
import itertools

import pytest

from walker_rl.experiments.seeding import endless_evaluation_seeds, evaluation_seeds, make_actor_seeds, make_seeds


def test_seeds_follow_from_the_one_seed():
    assert make_seeds(3) == make_seeds(3)
    assert make_seeds(3) != make_seeds(4)


def test_no_two_parts_share_a_seed_in_any_run():
    """800 draws of 32 bits: two are equal with a probability of 7e-5, and the draws are fixed."""
    values = [value for seed in range(100) for value in dataclasses.astuple(make_seeds(seed))]
    assert len(set(values)) == 800
    assert all(0 <= value < 2**32 for value in values)
    assert all(type(value) is int for value in values)


@pytest.mark.parametrize("seed", [0, 2**32, 10**30])
def test_any_seed_from_zero_up_will_do(seed):
    assert len(set(dataclasses.astuple(make_seeds(seed)))) == 8


def test_evaluation_episodes_are_distinct_and_fixed():
    seeds = evaluation_seeds(5, 50)
    assert len(set(seeds)) == 50
    assert seeds == evaluation_seeds(5, 50)
    assert not set(seeds) & set(evaluation_seeds(6, 50))


def test_the_choice_of_a_best_sees_no_episode_of_an_evaluation():
    for seeds in map(make_seeds, range(20)):
        assert not {*evaluation_seeds(seeds.selection, 500)} & {*evaluation_seeds(seeds.evaluation, 500)}


def test_later_parts_do_not_move_the_seeds_of_the_first():
    """Runs and results that are kept stay comparable."""
    seeds = make_seeds(4)
    assert (seeds.environment, seeds.evaluation) == (367776961, 2673505557)


def test_more_episodes_at_the_end_do_not_change_those_before():
    """A resumed run may have another number of final episodes; the first ones stay."""
    assert evaluation_seeds(5, 50)[:15] == evaluation_seeds(5, 15)
    assert [*itertools.islice(endless_evaluation_seeds(5), 2_000)] == evaluation_seeds(5, 2_000)


def test_every_process_that_plays_any_actor_has_seeds_of_its_own():
    """1,300 draws of 32 bits, which are fixed: two are equal with a probability of 2e-4."""
    values = [value for seed in range(50) for value in dataclasses.astuple(make_seeds(seed))]
    for seed, index, start in itertools.product(range(3), range(20), range(5)):
        assert make_actor_seeds(seed, index, start) == make_actor_seeds(seed, index, start)
        values += dataclasses.astuple(make_actor_seeds(seed, index, start))
    assert len(values) == 1_300
    assert len(set(values)) == 1_300
