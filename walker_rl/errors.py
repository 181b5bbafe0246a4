"""What a user did wrong, or what the machine refused, in one line."""


class UserError(Exception):
    """Bad input; the message names the field, the value and what is allowed. Exit status 2."""


class NotWholeError(UserError):
    """A file, or a run, that is not whole: torn, damaged, or too young for what is asked of it."""


class RunError(Exception):
    """A run that cannot go on (full disk, non-finite loss); the message says what was kept. Exit status 1."""
