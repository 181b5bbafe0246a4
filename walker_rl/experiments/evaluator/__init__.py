"""The evaluator: evaluates a training's policies, keeps candidates, chooses the best, and films the stages."""
