"""Places the commands of a run on a Ray cluster.

These modules run in Ray's own Python, as `python -m on_ray.driver` in the folder above. They therefore import
one another relatively, and nothing else from walker_rl. Ray sends them to its machines by value.
"""
