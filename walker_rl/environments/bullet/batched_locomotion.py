"""PyBullet's walkers, stepped with batched queries, where `pybullet_envs` queries each link and joint.

Every number comes from the same doubles by the same operations in the same order as in `pybullet_envs`, so
observations, rewards and ends of episodes are equal bit for bit.
"""

import math
from typing import Any

import numpy as np

_JOINT_LIMIT = 0.99  # share of the way from a joint's centre to its end
_MIN_OBSERVATION, _MAX_OBSERVATION = np.float32(-5), np.float32(5)
_NUM_OF_BODY = 8  # numbers of an observation that are neither joints nor feet

# pybullet_envs imports its robots' module as a top-level one; pybulletgym has classes of the same names.
_WALKER, _HUMANOID = "robot_locomotors.WalkerBase", "robot_locomotors.Humanoid"


def is_batchable(environment: Any) -> bool:
    """True if `environment` is from `pybullet_envs` and steps and observes as the base class of its walkers."""
    robot = getattr(environment, "robot", None)
    return (
        _origin(environment, "step") == "pybullet_envs.gym_locomotion_envs.WalkerBaseBulletEnv"
        and _origin(robot, "calc_state") == _WALKER
        and _origin(robot, "calc_potential") == _WALKER
        and _origin(robot, "apply_action") in (_WALKER, _HUMANOID)
    )


class BatchedLocomotion:
    """Steps a `WalkerBaseBulletEnv` and observes in its resets; updates the same attributes of it and its robot."""

    def __init__(self, environment: Any):
        """Takes over an environment that `is_batchable` and has been reset once."""
        self._environment = environment
        self._robot = robot = environment.robot
        self._bullet = _BoundFunctions(environment._p)
        torso = robot.robot_body
        self._body = torso.bodies[torso.bodyIndex]
        self._torso = torso.bodyPartIndex
        self._joints = [joint.jointIndex for joint in robot.ordered_joints]
        low, high = np.transpose([(joint.lowerLimit, joint.upperLimit) for joint in robot.ordered_joints])
        self._joint_centres, self._joint_ranges = 0.5 * (low + high), high - low
        driven, self._torques = motors(robot)
        self._motors = [joint.jointIndex for joint in driven]
        self._feet = [foot.bodyPartIndex for foot in robot.feet]
        parts = [(part.bodies[part.bodyIndex], part.bodyPartIndex) for part in robot.parts.values()]
        self._links = [link for body, link in parts if body == self._body and link >= 0]
        self._bases = [(index, body) for index, (body, link) in enumerate(parts) if link < 0]
        self._rotation = np.eye(3)
        self._end_of_joints = _NUM_OF_BODY + 2 * len(self._joints)
        self._observation_size = self._end_of_joints + len(self._feet)
        robot.calc_state = self._observe

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool]:
        """Applies `action` `[A]` in [-1, 1], float32.

        Returns:
            Observation `[O]`, reward, and True if the episode has ended.
        """
        environment, robot = self._environment, self._robot
        self._bullet.setJointMotorControlArray(
            self._body,
            self._motors,
            self._bullet.TORQUE_CONTROL,
            forces=(self._torques * action).tolist(),
        )
        self._bullet.stepSimulation()
        observation = self._observe()
        environment._alive = float(robot.alive_bonus(observation[0] + robot.initial_z, robot.body_rpy[1]))
        has_ended = bool(environment._isDone() or math.isnan(np.add.reduce(observation)))  # Clipped: never infinite.
        potential, environment.potential = environment.potential, robot.calc_potential()
        self._feel_ground()
        electricity = environment.electricity_cost * _mean(np.abs(action * robot.joint_speeds))
        electricity += environment.stall_torque_cost * _mean(np.square(action))
        environment.rewards = [
            environment._alive,
            float(environment.potential - potential),
            electricity,
            float(environment.joints_at_limit_cost * robot.joints_at_limit),
            0.0,
        ]
        return observation, sum(environment.rewards), has_ended

    def _observe(self) -> np.ndarray:
        """Computes the observation `[O]` as `WalkerBase.calc_state` does."""
        robot = self._robot
        joints = self._observe_joints()
        velocity = self._observe_body()
        roll, pitch, yaw = robot.body_rpy
        x, y, z = robot.body_xyz
        if robot.initial_z is None:
            robot.initial_z = z
        ahead_y, ahead_x = robot.walk_target_y - y, robot.walk_target_x - x
        ahead = np.array([ahead_y, ahead_x])
        robot.walk_target_theta = np.arctan2(ahead_y, ahead_x)
        robot.walk_target_dist = np.sqrt(ahead.dot(ahead))
        angle = robot.walk_target_theta - yaw
        sine, cosine = np.sin(-yaw), np.cos(-yaw)
        self._rotation[0, 0] = self._rotation[1, 1] = cosine
        self._rotation[0, 1], self._rotation[1, 0] = -sine, sine
        vx, vy, vz = np.dot(self._rotation, velocity).tolist()
        body = [z - robot.initial_z, np.sin(angle), np.cos(angle), 0.3 * vx, 0.3 * vy, 0.3 * vz, roll, pitch]
        observation = np.empty(self._observation_size, np.float32)
        observation[:_NUM_OF_BODY] = body
        observation[_NUM_OF_BODY : self._end_of_joints] = joints
        observation[self._end_of_joints :] = robot.feet_contact
        return np.minimum(np.maximum(observation, _MIN_OBSERVATION), _MAX_OBSERVATION)

    def _observe_joints(self) -> np.ndarray:
        """Positions and speeds of joints, interleaved, float32 `[2 J]`."""
        states = self._bullet.getJointStates(self._body, self._joints)
        joints = np.empty(2 * len(states), np.float32)
        positions, speeds, *_ = zip(*states, strict=True)
        joints[0::2] = 2 * (np.array(positions) - self._joint_centres) / self._joint_ranges
        joints[1::2] = 0.1 * np.array(speeds)
        self._robot.joint_speeds = joints[1::2]
        self._robot.joints_at_limit = np.count_nonzero(np.abs(joints[0::2]) > _JOINT_LIMIT)
        return joints

    def _observe_body(self) -> np.ndarray:
        """Updates the pose of the robot and its torso; returns the torso's velocity `[3]`."""
        robot = self._robot
        positions = [link[0] for link in self._bullet.getLinkStates(self._body, self._links)]
        for index, body in self._bases:
            positions.insert(index, self._bullet.getBasePositionAndOrientation(body)[0])
        position, orientation, velocity = self._observe_torso()
        x, y, _ = (np.add.reduce(np.array(tuple(zip(*positions, strict=True))), axis=1) / len(positions)).tolist()
        robot.body_xyz = (x, y, position[2])
        robot.body_real_xyz = np.array(position)
        robot.body_rpy = self._bullet.getEulerFromQuaternion(orientation)
        return np.array(velocity)

    def _observe_torso(self) -> tuple[Any, Any, Any]:
        if self._torso < 0:
            position, orientation = self._bullet.getBasePositionAndOrientation(self._body)
            velocity, _ = self._bullet.getBaseVelocity(self._body)
        else:
            position, orientation, *_, velocity, _ = self._bullet.getLinkState(
                self._body, self._torso, computeLinkVelocity=1
            )
        return position, orientation, velocity

    def _feel_ground(self) -> None:
        contacts = self._bullet.getContactPoints(bodyA=self._body)
        ground = self._environment.ground_ids
        touching = {contact[3] for contact in contacts if (contact[2], contact[4]) in ground}
        for index, foot in enumerate(self._feet):
            self._robot.feet_contact[index] = foot in touching


class _BoundFunctions:
    """Caches the functions of a `BulletClient`, which makes them anew at each access."""

    def __init__(self, client: Any):
        self._client = client

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._client, name)
        setattr(self, name, function)
        return function


def _mean(values: np.ndarray) -> float:
    """Equals `values.mean()`, at half its cost."""
    return float(np.float32(np.add.reduce(values) / len(values)))


def _origin(owner: Any, method: str) -> str:
    """Module and name of the class that defines a method of `owner`, as in `module.Class`; "" if it has none."""
    function = getattr(owner, method, None)
    return f"{function.__module__}.{function.__qualname__}".rpartition(".")[0] if function else ""


def motors(robot: Any) -> tuple[list[Any], np.ndarray]:
    """The joints that an action drives, in its order, and their torques at an action of 1, in Nm."""
    if hasattr(robot, "motors"):
        powers = list(zip(robot.motors, robot.motor_power, strict=True))
    else:
        powers = [(joint, joint.power_coef) for joint in robot.ordered_joints if joint.power_coef != 0]
    torques = np.array([robot.power * power for _, power in powers])
    if _origin(robot, "apply_action") == _HUMANOID:
        torques = torques.astype((1.0 * np.float32(1)).dtype)  # The only one that does not convert actions to floats.
    return [joint for joint, _ in powers], torques
