"""Environments that a function of the user makes."""
