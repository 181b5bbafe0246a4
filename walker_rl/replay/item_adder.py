"""The adder of an actor that makes its items itself, such as one for each episode."""

from typing import Any

from walker_rl.replay.interface import Sink
from walker_rl.replay.layout import Layout


class ItemAdder:
    """Inserts an actor's items one by one."""

    def __init__(self, sink: Sink, layout: Layout):
        """Makes an adder for one actor, which packs items by `layout` into `sink`."""
        self._sink = sink
        self._layout = layout

    def add(self, item: Any) -> None:
        """Records an item."""
        self._sink.insert(self._layout.row(item))
