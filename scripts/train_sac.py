"""Trains SAC; takes the options of `walker-rl train sac`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "sac", *sys.argv[1:]]))
