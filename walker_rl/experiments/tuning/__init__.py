"""Hyperparameter search: trials are ordinary runs, and Optuna proposes them."""
