"""A share of the time, by a clock of the test's own."""

from walker_rl.experiments import allowance
from walker_rl.experiments.allowance import Allowance


def test_what_has_been_spent_is_waited_for(monkeypatch):
    now = 100.0
    monkeypatch.setattr(allowance.time, "monotonic", lambda: now)
    tenth = Allowance(0.1)
    assert tenth.is_left
    with tenth.spending():
        now += 3.0
    assert not tenth.is_left
    now += 26.0
    assert not tenth.is_left
    now += 2.0
    assert tenth.is_left
