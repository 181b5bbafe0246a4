"""The D4PG learner alone, compared with the machine's rate of float32 matrix products.

`python -m benchmarks.efficiency` prints the floating-point operations of the matrix products in one update.
"""

from collections.abc import Iterator

from benchmarks.contests import ours
from benchmarks.report import Row
from benchmarks.turns import Contestant, run_module, take_turns

PRODUCT_SIZE = 256
"""Width of the learner's layers, and its batch size."""

UNIT_FLOP = 2 * 1024**3
"""Floating-point operations in one unit of `benchmarks.contestants.products`."""


def measure(rounds: int) -> Iterator[Row]:
    """Measures updates per second, and their share of the products' rate."""
    learner = ours("D4PG learner", "learner", "d4pg")
    products = Contestant("products", ("benchmarks.contestants.products", str(PRODUCT_SIZE)))
    rates = take_turns((learner, products), rounds, seconds=3.0)
    flop = int(run_module("benchmarks.efficiency"))
    yield Row("D4PG learner alone", "updates/s", rates[learner.name])
    yield Row(
        f"the same, at {flop / 1e9:.3f} GFLOP",
        "GFLOP/s",
        [rate * flop / 1e9 for rate in rates[learner.name]],
        f"matrix products {PRODUCT_SIZE}^3",
        [rate * UNIT_FLOP / 1e9 for rate in rates[products.name]],
        target=0.6,
    )


def flop_of_update() -> int:
    """Counts `2 m k n` for each product of `[m, k]` and `[k, n]` in the graph of an update."""
    from benchmarks.contestants.ours import benchmark_config
    from walker_rl.experiments.parts import make_parts

    learner = make_parts(benchmark_config("d4pg", "learner", [])).learner_side.learner
    total = 0
    for operation in learner._traced_update.graph.get_operations():
        if operation.type == "MatMul":
            (m, n), inner = operation.outputs[0].shape, operation.inputs[0].shape
            total += 2 * m * n * inner[0 if operation.get_attr("transpose_a") else 1]
    return total


if __name__ == "__main__":
    print(flop_of_update())
