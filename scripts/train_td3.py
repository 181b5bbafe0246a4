"""Trains TD3; takes the options of `walker-rl train td3`."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", "td3", *sys.argv[1:]]))
