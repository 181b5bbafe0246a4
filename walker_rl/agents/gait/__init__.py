"""Gaits: the robot driven by explicit functions of time."""
