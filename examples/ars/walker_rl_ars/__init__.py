"""Augmented random search (ARS), an agent for walker_rl."""
