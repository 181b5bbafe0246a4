"""Random damage that can be repeated."""

import os
import secrets

import numpy as np

VARIABLE = "WALKER_RL_FUZZ_SEED"


def make_generator() -> np.random.Generator:
    """Numbers unlike those of the last time; pytest shows the seed of a test that fails."""
    seed = int(os.environ.get(VARIABLE, secrets.randbelow(2**32)))
    print(f"{VARIABLE}={seed}")
    return np.random.default_rng(seed)


def damaged(content: bytes, random: np.random.Generator) -> bytes:
    """A copy with bytes that are flipped, lost, repeated, emptied, or from elsewhere in it."""
    begin, other = sorted(random.integers(len(content), size=2))
    length = int(random.integers(1, 64))
    noise = random.bytes(length)
    return [
        content[:begin] + bytes([content[begin] ^ (1 << int(random.integers(8)))]) + content[begin + 1 :],
        content[:begin],
        content[:begin] + content[begin + length :],
        content[:begin] + noise + content[begin:],
        content[:begin] + noise + content[begin + length :],
        content[:begin] + bytes(length) + content[begin + length :],
        content[:begin] + content[other:],
        content[:other] + content[begin:],
    ][random.integers(8)]
