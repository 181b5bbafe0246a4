"""Trains DMPO; takes the options of `walker-rl train dmpo`."""

import sys

from walker_rl.cli.train import train_agent

if __name__ == "__main__":
    sys.exit(train_agent("dmpo"))
