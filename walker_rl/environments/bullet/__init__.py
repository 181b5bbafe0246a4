"""Robots of `pybullet_envs` and `pybulletgym`."""
