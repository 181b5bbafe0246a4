"""Classic control from gym."""
