"""Searches for a gait; takes the options of `walker-rl train gait`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "gait", *sys.argv[1:]]))
