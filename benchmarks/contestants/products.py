"""float32 matrix products `SIZE` x `SIZE` on all cores, one core each: what the machine can do at most."""

import os
import sys

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import tensorflow as tf  # noqa: E402

from benchmarks.meter import Meter  # noqa: E402

NUM_CORES = len(os.sched_getaffinity(0))
UNIT_FLOP = 2 * 2048**3
"""However many products it takes."""


def main() -> None:
    size, meter = int(sys.argv[1]), Meter()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(NUM_CORES)
    matrices = tf.random.normal([2, size, size])
    num_products = UNIT_FLOP // (2 * size**3)

    @tf.function
    def multiply() -> tf.Tensor:
        a, b = tf.unstack(matrices)
        # Different factors, so that no product is that of another.
        return tf.add_n([tf.matmul(a * index, b)[0, 0] for index in range(num_products * NUM_CORES)])

    for _ in range(5):
        multiply()
    while True:
        float(multiply())
        for _ in range(NUM_CORES):
            meter.tick()


if __name__ == "__main__":
    main()
