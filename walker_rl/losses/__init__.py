"""Losses as pure functions of tensors or arrays. Each checks their ranks, and raises ValueError for a wrong one."""
