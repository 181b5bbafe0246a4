"""One process each: warms up, then does one thing for ever and counts how often. See `benchmarks.turns`."""
