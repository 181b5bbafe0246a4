"""float32 matrix products over all cores: what the machine can do at most."""

import os

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import tensorflow as tf

from benchmarks.meter import Meter

SIZE = 2048


def main() -> None:
    meter = Meter()
    a, b = tf.random.normal([2, SIZE, SIZE])
    multiply = tf.function(lambda: tf.reduce_sum(tf.matmul(a, b)))
    for _ in range(5):
        multiply()
    while True:
        float(multiply())
        meter.tick()


if __name__ == "__main__":
    main()
