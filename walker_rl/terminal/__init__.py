"""Terminal output of runs, launched runs, sweeps and searches."""
