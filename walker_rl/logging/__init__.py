"""Metrics to CSV, TensorBoard, Weights & Biases and MLflow."""
