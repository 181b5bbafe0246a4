"""Trains D4PG; takes the options of `walker-rl train d4pg`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "d4pg", *sys.argv[1:]]))
