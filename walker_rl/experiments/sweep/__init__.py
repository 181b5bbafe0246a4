"""Many runs over the cores of one machine, each an ordinary run directory made by `walker-rl train`."""
