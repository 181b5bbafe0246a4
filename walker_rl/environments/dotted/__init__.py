"""Environments made by a function of yours."""
