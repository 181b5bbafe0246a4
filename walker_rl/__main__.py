"""`python -m walker_rl` is the command walker-rl."""

import sys

from walker_rl.processes.search_path import current_folder_last

if __name__ == "__main__":
    current_folder_last()

    from walker_rl.cli import main

    sys.exit(main())
