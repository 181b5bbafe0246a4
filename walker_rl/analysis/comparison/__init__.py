"""Figures of many runs: each module tabulates numbers from runs, and draws from these numbers alone."""
