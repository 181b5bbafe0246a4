"""Draws the comparison of runs; takes the options of `walker-rl compare`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["compare", *sys.argv[1:]]))
