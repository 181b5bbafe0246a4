"""Random damage that can be repeated, bombs, and limits of time and memory."""

import contextlib
import itertools
import os
import secrets
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np

VARIABLE = "WALKER_RL_FUZZ_SEED"

MAX_SECONDS = 2.0
MAX_MEMORY = 8_000_000
"""Bytes, for files of ten kilobytes."""


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


def places(tree: Any, before: tuple = ()) -> Iterator[tuple]:
    """Paths of keys and indices to all values in nested dicts and lists."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in children:
        yield (*before, key)
        yield from places(value, (*before, key))


@contextlib.contextmanager
def bounded(max_memory: int = MAX_MEMORY) -> Iterator[None]:
    """Bounds the CPU time and the memory of the block."""
    tracemalloc.start()
    began = time.process_time()
    try:
        yield
        assert time.process_time() - began < MAX_SECONDS
        assert tracemalloc.get_traced_memory()[1] < max_memory
    finally:
        tracemalloc.stop()


_NAMES = "abcdefghij"


def bomb(line: str) -> str:
    """YAML each of whose lines has the one before nine times."""
    lines = [f"{_NAMES[0]}: &{_NAMES[0]} {{x: 1}}"]
    for before, name in itertools.pairwise(_NAMES):
        lines.append(f"{name}: &{name} {line.format(', '.join([f'*{before}'] * 9))}")
    return "\n".join(lines)
