"""The shared evaluator: plays policies, keeps candidates, chooses the best, and films the stages of a training."""
