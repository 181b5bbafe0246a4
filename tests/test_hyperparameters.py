"""Documented, range-checked fields."""

import dataclasses
import math

import pytest

from walker_rl.hyperparameters import Allowed, allowed, hyperparameter, problems, reset_in_turn


@pytest.mark.parametrize(
    ("rule", "good", "bad", "words"),
    [
        ({"minimum": 1}, [1, 2, 1e9], [0, 0.999, -5], "at least 1"),
        ({"above": 0}, [1e-9, 3], [0, 0.0, -1], "greater than 0"),
        ({"minimum": 0, "maximum": 1}, [0, 0.5, 1], [-0.001, 1.001], "in [0, 1]"),
        ({"above": 0, "maximum": 1}, [1e-9, 1], [0, 1.5], "in (0, 1]"),
        ({"choices": ("elu", "relu")}, ["elu", "relu"], ["tanh", "", "ELU"], "one of elu, relu"),
        ({}, [-1e12, 0, 5], [-1.1e12, 1e300], ""),
        ({"minimum": 1}, [(1,), (256, 256), (1,) * 100], [(0,), (256, 0), (), (1,) * 101], "at least 1"),
        ({"minimum": 2, "maximum": 10_000}, [2, 10_000], [1, 10_001, 1e9], "in [2, 10,000]"),
    ],
)
def test_what_a_rule_permits(rule, good, bad, words):
    one = Allowed("meaning", **rule)
    assert one.describe() == words
    assert all(one.permits(value) for value in good)
    assert not any(one.permits(value) for value in bad)


@pytest.mark.parametrize("rule", [{}, {"minimum": 0}, {"above": 0}, {"minimum": 0, "maximum": 1}])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_rule_permits_what_is_not_finite(rule, value):
    assert not Allowed("meaning", **rule).permits(value)


@pytest.mark.parametrize("value", [None, True, False])
def test_null_and_truth_have_no_range(value):
    assert Allowed("meaning", minimum=5).permits(value)


@dataclasses.dataclass(frozen=True)
class Inner:
    low: int = hyperparameter(1, "low end", minimum=0)
    high: int = hyperparameter(2, "high end", minimum=0)

    def conflicts(self):
        if self.low >= self.high:
            yield "low", f"less than inner.high = {self.high}"


@dataclasses.dataclass(frozen=True)
class Outer:
    name: str
    sizes: tuple[int, ...] = hyperparameter((3, 4), "sizes of layers", unit="units", minimum=1)
    inner: Inner = dataclasses.field(default_factory=Inner)


def test_problems_name_the_field_the_value_and_what_is_allowed():
    assert list(problems(Outer("x"))) == []
    assert list(problems(Outer("x", sizes=(3, 0), inner=Inner(low=-1)))) == [
        "sizes = [3, 0]: must be at least 1",
        "inner.low = -1: must be at least 0",
    ]


@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        ((), "sizes = []: must be a list of one or more"),
        ((math.inf,), "sizes = [inf]: must be at most 1e+12"),
        ((-math.inf,), "sizes = [-inf]: must be at least 1"),
        ((-(10**13),), "sizes = [-10000000000000]: must be at least 1"),
        ((3, 10**13), "sizes = [3, 10000000000000]: must be at most 1e+12"),
        ((1,) * 101, f"sizes = {[1] * 101}: must be a list of at most 100"),
    ],
)
def test_lists_of_nothing_of_no_number_and_of_too_much(sizes, problem):
    assert list(problems(Outer("x", sizes=sizes))) == [problem]


def test_conflicts_of_a_section_are_problems_too():
    assert list(problems(Outer("x", inner=Inner(5, 5)))) == ["inner.low = 5: must be less than inner.high = 5"]


def test_a_field_carries_its_rule():
    fields = {field.name: allowed(field) for field in dataclasses.fields(Outer)}
    assert fields["name"] is None
    assert fields["sizes"] == Allowed("sizes of layers", unit="units", minimum=1)
    assert Outer("x").sizes == (3, 4)


def test_each_value_goes_back_to_its_default_in_turn():
    assert list(reset_in_turn(Outer("x"))) == []
    changed = Outer("y", sizes=(5,), inner=Inner(high=7))
    assert list(reset_in_turn(changed)) == [
        ("sizes", "[5]", Outer("y", inner=Inner(high=7))),
        ("inner.high", "7", Outer("y", sizes=(5,))),
    ]
