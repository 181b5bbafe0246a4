"""Metrics to CSV, TensorBoard, Weights & Biases, MLflow and the terminal."""
