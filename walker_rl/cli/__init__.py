"""The command walker-rl, one file per command; a command imports what is heavy when it runs."""

from walker_rl.cli.app import main

__all__ = ["main"]
