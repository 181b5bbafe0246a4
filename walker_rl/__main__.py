"""`python -m walker_rl` is the command walker-rl."""

import sys

from walker_rl.cli import main

if __name__ == "__main__":
    sys.exit(main())
