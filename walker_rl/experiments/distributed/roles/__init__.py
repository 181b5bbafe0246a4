"""The roles of a run: the central process, the evaluator and the actors."""
