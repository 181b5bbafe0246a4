"""ONNX models, run by onnxruntime and held to the NumPy evaluation of the policy."""

import contextlib
import itertools

import numpy as np
import pytest

from tests.fakes import random_variables
from walker_rl.environments import make_environment
from walker_rl.errors import UserError
from walker_rl.policies.activations import ACTIVATIONS
from walker_rl.policies.heads import HEADS
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.pretrained import find_pretrained

pytest.importorskip("onnx", reason="needs the extra onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime runs what is exported")

OBSERVATIONS = np.random.default_rng(0).normal(0, 2, (1_000, 22)).astype(np.float32)


def played(saved: SavedPolicy, observations: np.ndarray = OBSERVATIONS) -> np.ndarray:
    """The actions of the model."""
    from walker_rl.policies.onnx_model import onnx_model

    session = onnxruntime.InferenceSession(onnx_model(saved).SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map["task"] == saved.task
    (actions,) = session.run(["action"], {"observation": observations})
    return actions


@pytest.mark.parametrize(
    ("head", "layer_norm", "activation", "normalize"),
    [*itertools.product(HEADS, [True, False], ACTIVATIONS, [False]), ("tanh", True, "elu", True)],
)
def test_a_model_acts_as_the_policy(head, layer_norm, activation, normalize):
    torso = TorsoSpec((32, 24), layer_norm, activation)
    shape = PolicyArchitecture(22, 6, torso, head, normalize=normalize)
    saved = SavedPolicy("d4pg", "Walker2DBulletEnv-v0", 7, shape, random_variables(shape))
    actions = played(saved)
    assert actions.std() > 0.1
    np.testing.assert_allclose(actions, saved.make_policy().action(OBSERVATIONS), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["d4pg", "ppo"])
def test_a_pretrained_policy_is_exported(name):
    """Held to it on 1,000 observations of its own walk."""
    saved, environment = load_policy(find_pretrained(name).path), make_environment("Walker2DBulletEnv-v0", 0)
    policy, observations = saved.make_policy(), []
    with contextlib.closing(environment):
        timestep = environment.reset()
        while len(observations) < 1_000:
            observations.append(timestep.observation)
            timestep = environment.step(policy.action(timestep.observation))
    batch = np.stack(observations)
    np.testing.assert_allclose(played(saved, batch), policy.action(batch), rtol=0, atol=1e-5)


def test_a_function_of_time_is_refused():
    with pytest.raises(UserError, match=r"^policy = gait: must be a network, not sinusoids"):
        played(load_policy(find_pretrained("gait").path))
