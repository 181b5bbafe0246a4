"""Metrics to CSV, TensorBoard and the terminal."""
