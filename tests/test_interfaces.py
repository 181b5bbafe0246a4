"""Acme's interfaces, and the ones that take their place where Acme is not installed."""

import importlib.util
import inspect

import pytest

from tests.stacks import acme_stack
from walker_rl import interfaces, stack

CLASSES = ("Actor", "Learner", "Logger", "VariableSource")


@pytest.fixture
def ours(monkeypatch):
    """The module as it is without Acme."""
    monkeypatch.setattr(stack, "HAS_ACME", False)
    spec = importlib.util.spec_from_file_location("interfaces_without_acme", interfaces.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert all(getattr(module, name).__module__ == spec.name for name in interfaces.__all__)
    return module


def parameters(function) -> list[tuple[str, object]]:
    return [(each.name, each.default) for each in inspect.signature(function).parameters.values()]


@acme_stack
def test_acmes_own_classes_are_taken_where_acme_is_installed():
    import acme
    from acme import specs
    from acme.utils import loggers

    taken = {
        acme.Actor: interfaces.Actor,
        acme.Learner: interfaces.Learner,
        acme.VariableSource: interfaces.VariableSource,
        loggers.Logger: interfaces.Logger,
        specs.EnvironmentSpec: interfaces.EnvironmentSpec,
    }
    assert all(acmes is named for acmes, named in taken.items())


@acme_stack
@pytest.mark.parametrize("name", CLASSES)
def test_ours_ask_for_the_same_methods_with_the_same_arguments(ours, name):
    acmes, own = getattr(interfaces, name), getattr(ours, name)
    assert own.__abstractmethods__ == acmes.__abstractmethods__
    methods = {name for name, _ in inspect.getmembers(acmes, inspect.isfunction)}
    assert {name for name, _ in inspect.getmembers(own, inspect.isfunction)} == methods
    for method in methods:
        assert parameters(getattr(own, method)) == parameters(getattr(acmes, method))


@acme_stack
def test_our_spec_has_the_same_fields(ours):
    assert ours.EnvironmentSpec._fields == interfaces.EnvironmentSpec._fields


@pytest.mark.parametrize("name", CLASSES)
def test_an_interface_cannot_be_made(ours, name):
    with pytest.raises(TypeError, match="abstract"):
        getattr(ours, name)()
