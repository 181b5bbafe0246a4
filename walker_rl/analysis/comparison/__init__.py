"""Figures of many runs: each in a file that makes its numbers from runs, and draws from the numbers alone."""
