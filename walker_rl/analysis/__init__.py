"""From run directories to figures; never imports TensorFlow."""
