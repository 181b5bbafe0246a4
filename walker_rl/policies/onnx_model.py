"""A policy as an ONNX model: normalisation, torso, mean and squashing in one graph, as in `NumpyPolicy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.policies.numpy_policy import MAX_NORMALIZED, PolicyArchitecture
from walker_rl.policies.torso import LAYER_NORM_EPSILON

if TYPE_CHECKING:
    import onnx

    from walker_rl.policies.policy_file import SavedPolicy

OPSET, IR_VERSION = 13, 8
"""Versions of the operators and of the file format, old enough for all runtimes of recent years."""

_OPERATORS = {"elu": "Elu", "relu": "Relu", "tanh": "Tanh"}


def onnx_model(saved: SavedPolicy) -> onnx.ModelProto:
    """Makes a model of `saved`, with input `observation` `[B, O]` and output `action` `[B, A]`, both float32.

    The action is without noise, in [-1, 1]. The metadata name the agent, the task and the steps of training.

    Raises:
        UserError: if the policy is no network.
    """
    from onnx import TensorProto, checker, helper

    shape = saved.architecture
    if not isinstance(shape, PolicyArchitecture):
        raise UserError(
            f"policy = {saved.agent_name}: must be a network, not {shape.kind}, which are functions of time"
        )
    graph = _Graph(shape.copy_weights(saved.variables, np.float32))
    _add_policy(graph, shape)
    ends = {"observation": shape.observation_size, "action": shape.action_size}
    inputs, outputs = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size])] for name, size in ends.items()
    )
    model = helper.make_model(
        helper.make_graph(graph.nodes, "policy", inputs, outputs, graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="walker-rl",
        producer_version=__version__,
    )
    about = {"agent_name": saved.agent_name, "task": saved.task, "actor_steps": str(saved.actor_steps)}
    helper.set_model_props(model, about)
    checker.check_model(model)
    return model


def _add_policy(graph: _Graph, shape: PolicyArchitecture) -> None:
    """Adds all nodes from `observation` to `action`."""
    hidden = "observation"
    if shape.normalize:
        centred = graph.add("Sub", hidden, graph.weight("normalizer/mean"))
        scaled = graph.add("Mul", centred, graph.weight("normalizer/scale"))
        hidden = graph.add("Clip", scaled, *(graph.constant(sign * MAX_NORMALIZED) for sign in (-1, 1)))
    for index in range(len(shape.torso.hidden_sizes)):
        hidden = graph.add_linear(hidden, f"hidden_{index}")
        if index == 0 and shape.torso.layer_norm:
            hidden = graph.add("Tanh", graph.add_layer_norm(hidden))
        else:
            hidden = graph.add(_OPERATORS[shape.torso.activation], hidden)
    mean = graph.add_linear(hidden, "mean")
    if shape.make_head().squashes:
        graph.add("Tanh", mean, output="action")
    else:
        graph.add("Clip", mean, graph.constant(-1.0), graph.constant(1.0), output="action")


class _Graph:
    """Nodes and initialisers; each method returns the name of its result.

    Attributes:
        nodes: operations in the order of evaluation.
        initializers: weights and constants.
    """

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def weight(self, name: str) -> str:
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(self._weights[name], name))
        return name

    def constant(self, value: float | np.floating) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.array(value, np.float32), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def add_linear(self, inputs: str, name: str) -> str:
        return self.add("Gemm", inputs, self.weight(f"{name}/w"), self.weight(f"{name}/b"))

    def add_layer_norm(self, inputs: str) -> str:
        centred = self.add("Sub", inputs, self.add("ReduceMean", inputs, axes=[-1]))
        variance = self.add("ReduceMean", self.add("Mul", centred, centred), axes=[-1])
        stddev = self.add("Sqrt", self.add("Add", variance, self.constant(LAYER_NORM_EPSILON)))
        scaled = self.add("Mul", self.add("Div", centred, stddev), self.weight("layer_norm/scale"))
        return self.add("Add", scaled, self.weight("layer_norm/offset"))
