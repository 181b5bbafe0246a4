"""Contestants, one process each: warms up, then repeats one activity and counts it. See `benchmarks.turns`."""
