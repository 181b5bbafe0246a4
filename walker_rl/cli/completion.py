"""Names for shell completion; heavy imports wait until a completion is requested."""


def complete_tasks() -> list[str]:
    """Returns the names of the tasks that `walker-rl list` shows."""
    from walker_rl.environments import task_names

    return task_names()


def complete_pretrained() -> list[str]:
    """Returns the names of the pretrained policies."""
    from walker_rl.pretrained import pretrained_names

    return pretrained_names()
