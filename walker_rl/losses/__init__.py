"""Losses as pure functions of tensors. Each checks the ranks of its arguments, and raises ValueError for another."""
