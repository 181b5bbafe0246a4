"""Names that a shell completes; importing this file imports nothing of them."""


def complete_tasks() -> list[str]:
    """Names of the tasks that `walker-rl list` shows."""
    from walker_rl.environments import task_names

    return task_names()


def complete_pretrained() -> list[str]:
    """Names of the pretrained policies."""
    from walker_rl.pretrained import pretrained_policies

    return [policy.name for policy in pretrained_policies()]
