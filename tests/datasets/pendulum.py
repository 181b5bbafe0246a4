"""A policy of the pendulum, the bounds of its observations, and the mark of tests that need Minari."""

import importlib.util

import numpy as np
import pytest

from tests.fakes import random_variables
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy
from walker_rl.policies.torso import TorsoSpec

SHAPE = PolicyArchitecture(3, 1, TorsoSpec((8,), layer_norm=False, activation="relu"), head="tanh")
SAVED = SavedPolicy("d4pg", "Pendulum-v1", 7, SHAPE, random_variables(SHAPE))
BOUNDS = (np.full(3, -np.inf, np.float32), np.full(3, np.inf, np.float32))

needs_minari = pytest.mark.skipif(importlib.util.find_spec("minari") is None, reason="needs the extra minari")
