"""Trains DDPG; takes the options of `walker-rl train ddpg`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "ddpg", *sys.argv[1:]]))
