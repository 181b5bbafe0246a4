"""The onlooker of a run: after each evaluation it reads the metrics, as a person would."""

from collections.abc import Callable

from walker_rl.errors import reason_of
from walker_rl.experiments.allowance import Allowance
from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict
from walker_rl.experiments.run.alarms import alarms
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import read_run_record, recorded_evaluations
from walker_rl.terminal.display import Display

SHARE = 0.008
"""Maximum share of a training's time for curves and alarms."""


class Onlooker:
    """Shows the history of evaluations, redraws the curve, and raises each alarm once."""

    def __init__(self, config: ExperimentConfig, run: RunDirectory, display: Display):
        """Reads the metrics of `run`, and warns on `display`."""
        self._run = run
        self._display = display
        self._config = config
        self._fields = flatten(to_dict(config))
        self._allowance = Allowance(SHARE)
        self._raised: set[str] = set()

    def look(self) -> None:
        """Shows the recorded evaluations; postpones the curve and the alarms if they have taken too much time.

        What can't be read or drawn, as on a full disk, causes a warning.
        """
        try:
            self._look()
        except OSError as error:
            self._display.message(f"warning: {self._run.curve}: not drawn ({reason_of(error)})")

    def _look(self) -> None:
        evaluations = recorded_evaluations(self._run.metrics)
        self._display.show_history([one.mean_return for one in evaluations])
        if evaluations and self._allowance.is_left:
            with self._allowance.spending():
                self._raise_alarms()
                draw_curve(self._run, self._config, self._display.message)

    def _raise_alarms(self) -> None:
        for name, text in alarms(read_run_record(self._run.metrics, self._fields)).items():
            if name not in self._raised:
                self._raised.add(name)
                self._display.message(f"warning: {text}")


def draw_curve(run: RunDirectory, config: ExperimentConfig, tell: Callable[[str], None]) -> None:
    """Draws the curve of a run; a failure leaves the old one, and calls `tell` with a warning."""
    try:
        from walker_rl.experiments.run.curve import plot_curve

        plot_curve(run.metrics, run.curve, config)
    except Exception as error:  # Matplotlib fails with some settings and filters of warnings.
        tell(f"warning: {run.curve}: not drawn ({reason_of(error)})")
