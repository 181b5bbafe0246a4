"""Speeds of counters."""

from walker_rl.terminal.rates import RATE_WINDOW, Rates


def test_a_rate_is_change_over_time():
    rates = Rates()
    rates.add(10.0, {"a": 100, "b": 7})
    rates.add(12.0, {"a": 150, "b": 7})
    assert (rates.rate("a"), rates.rate("b")) == (25.0, 0.0)


def test_what_is_not_known_is_zero():
    rates = Rates()
    assert rates.rate("a") == 0.0
    rates.add(1.0, {"a": 5})
    assert rates.rate("a") == 0.0
    rates.add(1.0, {"a": 9})
    assert rates.rate("a") == 0.0


def test_a_counter_that_comes_later_is_timed_from_then_on():
    rates = Rates()
    rates.add(0.0, {"a": 0})
    rates.add(10.0, {"a": 10, "b": 0})
    rates.add(12.0, {"a": 12, "b": 40})
    assert (rates.rate("a"), rates.rate("b")) == (1.0, 20.0)


def test_only_the_last_minute_counts():
    rates = Rates()
    for second in range(200):
        rates.add(float(second), {"a": 0 if second < 100 else 5 * (second - 100)})
    assert rates.rate("a") == 5.0
    assert RATE_WINDOW < 99


def test_a_counter_that_falls_is_timed_from_then_on():
    rates = Rates()
    rates.add(0.0, {"a": 100, "b": 7})
    rates.add(10.0, {"a": 18, "b": 9})
    assert (rates.rate("a"), rates.rate("b")) == (0.0, 0.0)
    rates.add(11.0, {"a": 20, "b": 9})
    assert (rates.rate("a"), rates.rate("b")) == (2.0, 0.0)


def test_what_is_cleared_is_forgotten():
    rates = Rates()
    rates.add(0.0, {"a": 0})
    rates.add(1.0, {"a": 1})
    rates.clear()
    assert rates.rate("a") == 0.0
