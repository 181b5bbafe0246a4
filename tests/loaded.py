"""The modules that a process has imported, and the packages that take long to import."""

import subprocess
import sys

HEAVY = {
    "acme",
    "dm_control",
    "gym",
    "gymnasium",
    "h5py",
    "imageio_ffmpeg",
    "jax",
    "launchpad",
    "matplotlib",
    "minari",
    "mlflow",
    "mujoco",
    "numpy",
    "onnx",
    "optuna",
    "pybullet",
    "pybullet_envs",
    "reverb",
    "scipy",
    "sonnet",
    "tensorboard",
    "tensorflow",
    "tensorflow_probability",
    "trfl",
    "wandb",
}
TENSORFLOW = {"acme", "launchpad", "reverb", "sonnet", "tensorflow", "tensorflow_probability", "trfl"}


def loaded_by(code: str) -> set[str]:
    """Names of the modules that are loaded after `code` has run in a process of its own."""
    report = f"{code}\nimport sys; print(*sys.modules, sep='\\n')"
    process = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(process.stdout.splitlines())
