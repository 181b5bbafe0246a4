"""float32 matrix products `SIZE` x `SIZE`, a chain on each core: an upper bound for this machine."""

import os
import sys

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import tensorflow as tf

from benchmarks.efficiency import UNIT_FLOP
from benchmarks.meter import Meter

NUM_CORES = len(os.sched_getaffinity(0))


def main() -> None:
    size, meter = int(sys.argv[1]), Meter()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(NUM_CORES)
    starts = tf.random.normal([NUM_CORES, size, size])
    rotation, _ = tf.linalg.qr(tf.random.normal([size, size]))  # Preserves norms.

    @tf.function
    def multiply() -> tf.Tensor:
        chains = tf.unstack(starts)
        for _ in range(UNIT_FLOP // (2 * size**3)):
            chains = [tf.matmul(chain, rotation) for chain in chains]
        return tf.add_n([chain[0, 0] for chain in chains])

    for _ in range(20):
        float(multiply())
    while True:
        float(multiply())
        for _ in range(NUM_CORES):
            meter.tick()


if __name__ == "__main__":
    main()
