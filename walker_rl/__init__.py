"""A research training suite for PyBullet's walkers, built on Acme."""

__version__ = "0.2.0"
