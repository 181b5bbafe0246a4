"""Exceptions that are reported to the user in one line."""

import difflib
import traceback
from collections.abc import Iterable
from types import FrameType

MAX_LINE = 1_000
"""Most characters of an error's line, since it repeats a value that may be long. A command with two paths fits."""


_CUT = " ... "


class LineError(Exception):
    """An error of one line, whose middle is left out if it is long."""

    def __str__(self) -> str:
        """Returns the line; the field is at its beginning, and what is allowed at its end."""
        line = super().__str__()
        half = (MAX_LINE - len(_CUT)) // 2
        return line if len(line) <= MAX_LINE else f"{line[:half]}{_CUT}{line[-half:]}"


class UserError(LineError):
    """Bad input; the message names the field, the value and what is allowed. Exit status 2."""


class NotWholeError(UserError):
    """A file or a run that is not whole: torn, damaged, or too young for the request."""


class RunError(LineError):
    """A run that cannot continue (full disk, non-finite loss); the message says what was kept. Exit status 1."""


class ResumableError(RunError):
    """A run that failed while it trained, and can be resumed; the command that does so follows the message."""


class RunIsComplete(Exception):
    """The run to resume is complete; the message gives the command that lengthens it. Exit status 0."""


def text_of(error: BaseException) -> str:
    """Returns an error's text in one line, or its kind if it has no text."""
    return " ".join(str(error).split()) or type(error).__name__


def reason_of(error: BaseException) -> str:
    """Returns the reason of an OSError without its number and its path, or the text of another error."""
    return getattr(error, "strerror", None) or text_of(error)


def kind_and_message(error: BaseException) -> str:
    """Returns an error's kind and the first line of its text, if it has any, as in "OSError: no such robot"."""
    return ": ".join([type(error).__name__, *str(error).splitlines()[:1]])


def described(error: BaseException, package: str = "") -> str:
    """Describes an error of third-party code in one line, with its place, as `place_of` returns it."""
    kind, text = type(error).__name__, text_of(error)
    return (kind if text == kind else f"{kind}: {text}") + place_of(error, package)


def place_of(error: BaseException, package: str) -> str:
    """Returns an error's last place in `package` ("": any code not ours), as in " (rail.py:7)"; "" if none."""
    ours = __name__.partition(".")[0]
    places = [
        f" ({frame.f_code.co_filename}:{line})"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (_is_in(frame, package) if package else not _is_in(frame, ours))
    ]
    return "".join(places[-1:])


def _is_in(frame: FrameType, package: str) -> bool:
    is_generated = frame.f_code.co_filename == "<string>"  # Such as a dataclass's constructor.
    return not is_generated and f"{frame.f_globals.get('__name__')}.".startswith(f"{package}.")


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Returns the end of a message about an unknown name, as in "; did you mean d4pg?".

    Args:
        name: unknown name.
        known: names that exist.
        cutoff: least likeness of a suggestion, from 0 to 1.

    Returns:
        At most three suggestions, whatever their case; "" if no name resembles `name`.
    """
    names = {one.lower(): one for one in known}
    near = [names[match] for match in difflib.get_close_matches(name.lower(), names, n=3, cutoff=cutoff)]
    return f"; did you mean {' or '.join(near)}?" if near else ""
