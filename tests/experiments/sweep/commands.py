"""Commands of jobs."""

from walker_rl.experiments.sweep.job import Job


def overrides_in_command(job: Job) -> list[str]:
    words = job.command()
    return [words[index + 1] for index, word in enumerate(words) if word == "--set"]
