"""A policy's architecture as data."""

import dataclasses
import json
import subprocess
import sys

import pytest

from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

TORSO = TorsoSpec(hidden_sizes=(8, 7), layer_norm=True, activation="elu")
ARCHITECTURE = PolicyArchitecture(observation_size=5, action_size=2, torso=TORSO, head="gaussian")


def test_survives_json():
    assert PolicyArchitecture.from_dict(json.loads(json.dumps(ARCHITECTURE.to_dict()))) == ARCHITECTURE


def test_variable_shapes_in_order_of_evaluation():
    assert list(ARCHITECTURE.variable_shapes().items()) == [
        ("hidden_0/w", (5, 8)),
        ("hidden_0/b", (8,)),
        ("layer_norm/scale", (8,)),
        ("layer_norm/offset", (8,)),
        ("hidden_1/w", (8, 7)),
        ("hidden_1/b", (7,)),
        ("mean/w", (7, 2)),
        ("mean/b", (2,)),
        ("stddev/w", (7, 2)),
        ("stddev/b", (2,)),
    ]
    plain = dataclasses.replace(ARCHITECTURE, head="tanh", torso=TorsoSpec((8,), layer_norm=False, activation="elu"))
    assert list(plain.variable_shapes()) == ["hidden_0/w", "hidden_0/b", "mean/w", "mean/b"]


@pytest.mark.parametrize(
    ("whole", "field", "value"),
    [
        (TORSO, "activation", "swish"),
        (TORSO, "hidden_sizes", ()),
        (TORSO, "hidden_sizes", (8, 0)),
        (ARCHITECTURE, "head", "softmax"),
        (ARCHITECTURE, "init_stddev", 0.0),
        (ARCHITECTURE, "init_stddev", float("nan")),
    ],
)
def test_refuses_what_cannot_be_built(whole, field, value):
    with pytest.raises(ValueError, match=field):
        dataclasses.replace(whole, **{field: value})


def test_unknown_and_missing_fields_are_refused():
    fields = ARCHITECTURE.to_dict()
    with pytest.raises(ValueError, match="dropout: unknown field"):
        PolicyArchitecture.from_dict({**fields, "dropout": 0.1})
    with pytest.raises(ValueError, match="'head'"):
        PolicyArchitecture.from_dict({name: value for name, value in fields.items() if name != "head"})


def test_a_policy_can_be_evaluated_without_tensorflow():
    code = "import sys, walker_rl.policies.numpy_policy; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
