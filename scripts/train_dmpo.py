"""Trains DMPO; takes the options of `walker-rl train dmpo`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "dmpo", *sys.argv[1:]]))
