"""Replay in a Reverb server of this process, for local runs that ask for it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import reverb
import tensorflow as tf

from walker_rl.errors import text_of
from walker_rl.types import State

TABLE = "transitions"


class ReverbReplay:
    """One table of packed rows in its own server.

    Reverb's sampler takes no seed, so a resumed run continues, but not bit for bit. Its server listens on every network
    interface, on a port that the system chooses, without authentication.

    Attributes:
        num_inserted: number of transitions ever inserted.
    """

    def __init__(self, row_size: int, max_size: int):
        """Starts a server for `max_size` rows of `row_size` floats on a free port."""
        self._row_size = row_size
        self._max_size = max_size
        self.num_inserted = 0
        self._start_server()

    @property
    def size(self) -> int:
        """Number of transitions that the server holds now."""
        self._writer.flush()
        return self._client.server_info()[TABLE].current_size

    def insert(self, rows: np.ndarray) -> None:
        """Sends transitions `[n, row_size]`; they arrive asynchronously."""
        for row in rows:
            self._writer.append({"row": row})
            self._writer.create_item(TABLE, priority=1.0, trajectory={"row": self._writer.history["row"][-1]})
        self.num_inserted += len(rows)

    def make_dataset(self, batch_size: int) -> Iterator[np.ndarray]:
        """Endless batches `[batch_size, row_size]`; the first waits for the first transition."""
        dataset = reverb.TrajectoryDataset.from_table_signature(
            server_address=self._client.server_address,
            table=TABLE,
            max_in_flight_samples_per_worker=2 * batch_size,
        ).batch(batch_size, drop_remainder=True)
        for sample in dataset.as_numpy_iterator():
            yield sample.data["row"]

    def save(self) -> State:
        """The files of Reverb's own checkpoint as arrays of bytes.

        Raises:
            OSError: if the folder for temporary files is full.
        """
        self._writer.flush()
        try:
            folder = Path(self._client.checkpoint())
        except RuntimeError as error:
            raise OSError(f"Reverb's checkpoint: {text_of(error)}") from None
        files = {path.name: np.fromfile(path, np.uint8) for path in sorted(folder.iterdir())}
        return {"files": files, "num_inserted": self.num_inserted}

    def restore(self, state: State) -> None:
        """Restarts the server with the state that `save` returned; datasets made before stop working."""
        self.close()
        self._start_server(state["files"])
        self.num_inserted = state["num_inserted"]

    def close(self) -> None:
        """Stops the server."""
        self._writer.close()
        self._server.stop()
        self._folder.cleanup()

    def _start_server(self, files: dict[str, np.ndarray] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="walker_rl_reverb_")
        if files:
            # Reverb loads the newest sub-folder that has a DONE file.
            checkpoint = Path(self._folder.name) / "2000-01-01T00:00:00.000000000+00:00"
            checkpoint.mkdir()
            for name, content in files.items():
                content.tofile(checkpoint / name)
        table = reverb.Table(
            name=TABLE,
            sampler=reverb.selectors.Uniform(),
            remover=reverb.selectors.Fifo(),
            max_size=self._max_size,
            rate_limiter=reverb.rate_limiters.MinSize(1),
            signature={"row": tf.TensorSpec([self._row_size], tf.float32)},
        )
        checkpointer = reverb.checkpointers.DefaultCheckpointer(path=self._folder.name)
        self._server = reverb.Server([table], checkpointer=checkpointer)
        self._client = reverb.Client(f"localhost:{self._server.port}")
        self._writer = self._client.trajectory_writer(num_keep_alive_refs=1)
