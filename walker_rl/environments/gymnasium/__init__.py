"""Tasks that Gymnasium registers."""
