"""Hyperparameter search: trials are ordinary runs, and Optuna says what to try next."""
