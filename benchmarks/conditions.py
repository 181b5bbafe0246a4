"""The conditions that contestants share. Standard library only: contestants run in other Python environments."""

TASK = "Walker2DBulletEnv-v0"

WARM_UP_STEPS = 1_300
"""Environment steps before the count of an off-policy contestant begins."""

ENDLESS = ("max_actor_steps=1000000000", "evaluation.period=1000000000", "checkpoint.seconds_period=null")
"""Fields of a run of walker_rl that does not end, without evaluations and checkpoints by time."""
