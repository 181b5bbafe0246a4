"""What is to be seen: the whole robot, at every moment, before ground that moves."""

import numpy as np
import pytest

from tests.environments.pictures import robot_pixels
from walker_rl.environments import Environment, make_environment
from walker_rl.environments.bullet.family import tasks

WIDTH, HEIGHT = 120, 90


def hide_what_is_no_robot(environment: Environment) -> None:
    """Puts the flag and the cube of flagrun under the floor, since they may well be at the edge of the picture."""
    simulation = environment._simulation
    for thing in (getattr(simulation.robot, name, None) for name in ("flag", "aggressive_cube")):
        if thing is not None:
            simulation.client.resetBasePositionAndOrientation(thing.bodies[0], (0, 0, -9), (0, 0, 0, 1))


@pytest.mark.parametrize("name", tasks())
@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_the_whole_robot_is_in_every_picture(name, strength):
    environment = make_environment(name, seed=0)
    phase = np.arange(environment.task.action_size)
    timestep = environment.reset(0)
    hide_what_is_no_robot(environment)
    for step in range(120):
        if timestep.last():
            break
        timestep = environment.step(strength * np.sign(np.sin(0.15 * step + phase)))
        if step % 6 == 0 or timestep.last():
            seen = robot_pixels(environment.render(WIDTH, HEIGHT))
            rows, columns = np.nonzero(seen)
            assert rows.size > 0.002 * seen.size
            assert rows.min() > 0 and rows.max() < HEIGHT - 1
            assert columns.min() > 0 and columns.max() < WIDTH - 1
    environment.close()


def test_a_tall_picture_holds_the_robot_too():
    environment = make_environment("HalfCheetahBulletEnv-v0", seed=0)
    environment.reset(0)
    _, columns = np.nonzero(robot_pixels(environment.render(90, 180)))
    assert columns.min() > 0 and columns.max() < 89


def test_the_camera_goes_with_the_robot_and_the_ground_passes():
    environment = make_environment("HalfCheetahBulletEnv-v0", seed=0)
    environment.reset(0)
    robot = environment._simulation.robot
    before, place = environment.render(WIDTH, HEIGHT), robot.body_real_xyz[0]
    for step in range(150):
        environment.step(np.full(6, np.sign(np.sin(0.2 * step))))
    after, distance = environment.render(WIDTH, HEIGHT), robot.body_real_xyz[0] - place
    assert distance > 2.0
    for picture in (before, after):
        _, columns = np.nonzero(robot_pixels(picture))
        assert abs(columns.mean() - WIDTH / 2) < 0.15 * WIDTH
    nearest_ground = np.abs(after[-3:].astype(float) - before[-3:]).max(axis=2) > 20
    assert nearest_ground.mean() > 0.05
