"""Statistics and figures of run directories; never imports TensorFlow."""
