"""Losses as pure functions of tensors or arrays. A wrong rank, where it would matter, is a ValueError."""
