"""TensorBoard's event files, read back as TensorBoard reads them."""

from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

from walker_rl.logging.tracker import About

ABOUT = About(
    run_id="0123456789ab",
    name="a_run",
    task="Walker2DBulletEnv-v0",
    hyperparameters={"agent.sizes": [256, 256], "agent.noise": None, "agent.layer_norm": True, "seed": 3},
)


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by tag."""
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return {
        tag: [(event.step, event.value) for event in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]
    }


def videos(folder: Path) -> dict[str, list[tuple[int, tuple[int, int], bytes]]]:
    """Steps, sizes and contents by tag."""
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return {
        tag: [
            (image.step, (image.width, image.height), image.encoded_image_string) for image in accumulator.Images(tag)
        ]
        for tag in accumulator.Tags()["images"]
    }


def hyperparameters(folder: Path) -> tuple[str, dict[str, Any], bool]:
    """The group's name, the values, and whether the run is complete, as the HParams plugin reads them."""
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    contents = accumulator.PluginTagToContent(metadata.PLUGIN_NAME)
    session = metadata.parse_session_start_info_plugin_data(contents[metadata.SESSION_START_INFO_TAG])
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in session.hparams.items()}
    return session.group_name, values, metadata.SESSION_END_INFO_TAG in contents
