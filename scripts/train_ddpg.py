"""Trains DDPG; takes the options of `walker-rl train ddpg`."""

import sys

from walker_rl.cli.train import train_agent

if __name__ == "__main__":
    sys.exit(train_agent("ddpg"))
