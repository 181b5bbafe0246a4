"""The start of a run's processes on this machine, and their supervision."""
