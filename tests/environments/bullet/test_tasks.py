"""The tables of tasks, held to what the packages register."""

from tests.environments.bullet.described import described, table


def test_the_table_is_what_pybullet_registers():
    assert table("pybullet_envs") == described("pybullet_envs")
