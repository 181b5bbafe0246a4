"""Speeds of walker_rl, side by side with those of its alternatives."""
