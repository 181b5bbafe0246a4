"""Trains D4PG with many processes; takes the options of `walker-rl launch d4pg`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["launch", "d4pg", *sys.argv[1:]]))
