"""Losses as pure functions of tensors. Each checks its arguments' ranks, and raises ValueError for a wrong one."""
