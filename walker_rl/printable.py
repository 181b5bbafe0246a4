"""Text to print: untrusted names and messages made fit for a terminal, a figure or a file's name; numbers as text."""

import hashlib
import re

MAX_FILE_NAME = 100
"""Most bytes of a text in a file's name, which has other parts and at most 255 bytes."""


def printable(text: str) -> str:
    """Returns `text` without control characters; white space of any kind becomes a space."""
    return "".join(char if char.isprintable() else " " * char.isspace() for char in text)


def one_line(message: str) -> str:
    """Returns a message as one printable line; bytes of a path that are no text are escaped."""
    return printable(message.encode(errors="backslashreplace").decode())


def plain(text: str) -> str:
    """A name for figures, escaped so that it is never taken for a formula or left out of a legend."""
    shown = printable(text).replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def file_name(text: str) -> str:
    """`text` as part of a file's name: a task's colons and slashes become hyphens, the end of a long one a hash."""
    name = re.sub(r"[^\w.+-]", "-", text).encode()
    if len(name) > MAX_FILE_NAME:
        digest = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:8]
        name = name[: MAX_FILE_NAME - 9] + f"-{digest}".encode()
    return name.decode(errors="ignore")


def counted(number: int, what: str) -> str:
    """A number with its noun, as in "1 seed", "5 seeds", "1,000 seeds"."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def format_duration(seconds: float | None) -> str:
    """Formats a duration, as in "90 s", "2 min 30 s", "45 min" or "1 h 05 min"; "?" for None."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 2:
        return f"{60 * minutes + rest} s"
    if minutes < 10:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def form_of_return(value: float) -> str:
    """Returns the form, for `format`, of returns like `value`: whole, or with three digits if small or huge."""
    return ",.0f" if 10 <= abs(value) < 1e9 else ",.3g"


def format_return(value: float | None) -> str:
    """Formats a return, as in "1,234" or "0.421"; "-" for None."""
    return "-" if value is None else f"{value:{form_of_return(value)}}"


def format_score(value: float) -> str:
    """Formats the return of one policy or episode, or the score of a trial, as in "1234.5" or "0.421"."""
    return f"{value:.1f}" if 10 <= abs(value) < 1e9 else f"{value:.3g}"


def describe_sizes(observation_size: int, action_size: int) -> str:
    """Describes a task's sizes, as in "2 observations and 1 action"."""
    return f"{counted(observation_size, 'observation')} and {counted(action_size, 'action')}"
