"""DMPO: maximum a posteriori policy optimisation with a distributional critic."""
