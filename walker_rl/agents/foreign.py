"""Errors of agents of other packages, in one line each."""

import contextlib
import dataclasses
from collections.abc import Iterator

from walker_rl.errors import RunError, UserError, what_was_raised


class AgentError(RunError):
    """Raised in a training if another package's agent fails."""


@dataclasses.dataclass(frozen=True)
class ForeignAgent:
    """An agent of another package.

    Attributes:
        name: the agent's name.
        package: its package.
    """

    name: str
    package: str

    @contextlib.contextmanager
    def calling(self, kind: type[Exception] = UserError) -> Iterator[None]:
        """Reports any failure of the agent's code in one line, with the place of the error in its package.

        Raises:
            UserError: if the code raises one.
            RunError: if the code raises one, as for a lost connection.
            Exception: of this `kind`, if the code raises anything else, SystemExit included.
        """
        try:
            yield
        except AgentError as error:  # Of a part that this one has called.
            raise kind(str(error)) from error
        except (UserError, RunError):
            raise
        except (Exception, SystemExit) as error:
            raise kind(f"agent = {self.name}: {self.package} {what_was_raised(error, self.package)}") from error
