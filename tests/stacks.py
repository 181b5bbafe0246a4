"""Which of the two stacks a test belongs to."""

import pytest

from walker_rl.stack import HAS_ACME

acme_stack = pytest.mark.skipif(not HAS_ACME, reason="belongs to the Acme stack, which this Python does not have")
"""Marks a test, a parameter or, as `pytestmark`, a file."""
