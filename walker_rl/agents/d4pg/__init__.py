"""D4PG: distributional deterministic policy gradient with n-step returns."""
