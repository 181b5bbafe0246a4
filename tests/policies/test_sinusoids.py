"""Formulas of time against the formula itself."""

import numpy as np
import pytest

from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.policies.sinusoids import SinusoidArchitecture

OBSERVATION = np.arange(5, dtype=np.float32)
PARAMETERS = {
    "frequency": np.array([0.025]),
    "amplitude": np.array([0.5, 0.2]),
    "phase": np.array([0.0, 0.25]),
    "offset": np.array([0.1, -0.3]),
}


def variables(architecture, **more):
    size = architecture.num_parameters
    return {**PARAMETERS, **more, "deviation": np.zeros((size, size))}


def test_the_left_leg_does_what_the_right_one_did_half_a_cycle_before():
    architecture = SinusoidArchitecture(4, is_symmetric=True, feedback_index=None)
    policy = architecture.make_policy()
    policy.update(variables(architecture))
    actions = np.array([policy.action(OBSERVATION) for _ in range(80)])
    cycles = 0.025 * np.arange(80)
    np.testing.assert_allclose(actions[:, 0], 0.1 + 0.5 * np.sin(2 * np.pi * cycles), atol=1e-6)
    np.testing.assert_allclose(actions[:, 1], -0.3 + 0.2 * np.cos(2 * np.pi * cycles), atol=1e-6)
    np.testing.assert_allclose(actions[20:, 2:], actions[:60, :2], atol=1e-6)
    np.testing.assert_allclose(actions[40:], actions[:40], atol=1e-6)
    assert actions.dtype == np.float32


def test_each_joint_has_parameters_of_its_own_where_there_is_no_symmetry():
    architecture = SinusoidArchitecture(2, is_symmetric=False, feedback_index=None)
    assert architecture.variable_shapes() == {
        "frequency": (1,),
        "amplitude": (2,),
        "phase": (2,),
        "offset": (2,),
        "deviation": (7, 7),
    }
    policy = architecture.make_policy()
    policy.update(variables(architecture))
    assert policy.action(OBSERVATION).shape == (2,)


def test_feedback_adds_a_multiple_of_one_entry_and_actions_are_clipped():
    architecture = SinusoidArchitecture(4, is_symmetric=True, feedback_index=3)
    plain = SinusoidArchitecture(4, is_symmetric=True, feedback_index=None).make_policy()
    plain.update(variables(SinusoidArchitecture(4, is_symmetric=True, feedback_index=None)))
    policy = architecture.make_policy()
    policy.update(variables(architecture, gain=np.array([0.1, -10.0])))
    action, expected = policy.action(OBSERVATION), plain.action(OBSERVATION)
    np.testing.assert_allclose(action[[0, 2]], expected[[0, 2]] + 0.3, atol=1e-6)
    np.testing.assert_array_equal(action[[1, 3]], [-1, -1])


def test_a_servo_moves_each_joint_to_where_the_formula_tells():
    """Joints 0 and 1, and half a cycle apart 2 and 3; angles and speeds alternate from entry 1 on."""
    architecture = SinusoidArchitecture(4, is_symmetric=True, feedback_index=0, servo_index=1)
    policy = architecture.make_policy()
    policy.update(
        variables(architecture, stiffness=np.array([0.5]), damping=np.array([0.2]), gain=np.array([0.3, 0.0]))
    )
    observation = np.array([2.0, 0.1, 1.0, 0.2, -1.0, 0.3, 0.0, 9.0, 0.0, -5.0], np.float32)
    told = np.array([0.1 + 0.6, -0.3 + 0.2, 0.1 + 0.6, -0.3 - 0.2])  # At t = 0: sin 0 and sin 90 degrees, and opposite.
    pulled = 0.5 * (told - [0.1, 0.2, 0.3, 9.0]) - 0.2 * np.array([1.0, -1.0, 0.0, 0.0])
    np.testing.assert_allclose(policy.action(observation), [*pulled[:3], -1.0], atol=1e-6)


@pytest.mark.parametrize(
    ("feedback_index", "servo_index", "smallest"), [(None, None, 0), (3, None, 4), (None, 8, 20), (30, 8, 31)]
)
def test_a_formula_plays_tasks_that_observe_what_it_is_fed_back(feedback_index, servo_index, smallest):
    architecture = SinusoidArchitecture(6, True, feedback_index, servo_index)
    assert architecture.plays(smallest, 6)
    assert not architecture.plays(smallest - 1, 6)
    assert not architecture.plays(100, 4)


def test_a_saved_formula_starts_each_episode_anew(tmp_path):
    architecture = SinusoidArchitecture(4, is_symmetric=True, feedback_index=None)
    save_policy(
        tmp_path / "gait.npz", SavedPolicy("agent", "Walker2DBulletEnv-v0", 7, architecture, variables(architecture))
    )
    saved = load_policy(tmp_path / "gait.npz")
    assert saved.architecture == architecture
    first, second = saved.make_act(), saved.make_act()
    start = first(OBSERVATION)
    assert (first(OBSERVATION) != start).any()
    np.testing.assert_array_equal(second(OBSERVATION), start)


def test_wrong_parameters_are_named():
    architecture = SinusoidArchitecture(4, is_symmetric=True, feedback_index=None)
    policy, known = architecture.make_policy(), variables(architecture)
    with pytest.raises(ValueError, match=r"phase.* missing"):
        policy.update({name: value for name, value in known.items() if name != "phase"})
    with pytest.raises(ValueError, match=r"gain.* unknown"):
        policy.update({**known, "gain": np.zeros(2)})
    with pytest.raises(ValueError, match=r"offset.* shape"):
        policy.update({**known, "offset": np.zeros(3)})


def test_kinds_have_names_of_their_own():
    assert SinusoidArchitecture.kind != PolicyArchitecture.kind
