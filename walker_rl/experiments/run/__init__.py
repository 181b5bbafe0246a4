"""The run directory, and everything that is written to it and read back."""
