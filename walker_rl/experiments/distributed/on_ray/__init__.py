"""Places the commands of a run on a Ray cluster.

These modules run in Ray's own Python, as `python -m on_ray.driver` in the folder above. So they import one another
relatively, and nothing else of walker_rl; Ray sends `hosts` to its machines by value.
"""
