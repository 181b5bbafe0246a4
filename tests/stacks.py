"""Which of the two stacks a test belongs to."""

import pytest

from walker_rl.stack import HAS_ACME

NEED_ACME = [
    "agents/d4pg/test_acme_parity.py",
    "agents/ddpg/test_acme_parity.py",
    "agents/dmpo/test_acme_parity.py",
    "cli/commands/test_cluster.py",
    "cli/commands/test_launch.py",
    "experiments/distributed",
]
"""Folders and files of tests that need what the portable stack lacks."""

acme_stack = pytest.mark.skipif(not HAS_ACME, reason="belongs to the Acme stack, which this Python does not have")
"""Marks a test, a parameter or, as `pytestmark`, a file."""
