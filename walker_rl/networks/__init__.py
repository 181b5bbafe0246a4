"""Sonnet networks, and the NumPy evaluation of a policy that actors use."""
