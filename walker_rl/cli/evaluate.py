"""`walker-rl evaluate RUN`."""

import json as json_format
from typing import Annotated

import typer

from walker_rl.cli.policy_argument import Pretrained, Run


def evaluate_policy(
    run: Run = None,
    pretrained: Pretrained = None,
    episodes: Annotated[int, typer.Option(min=1, max=100_000, help="Episodes to play.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Which episodes.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play a policy deterministically and print its returns and falls.

    A fall is an episode that ends before the task's time limit; std is the standard deviation over the episodes.
    """
    from walker_rl.cli.policy_argument import load_policy_asked_for

    saved = load_policy_asked_for(run, pretrained)

    from walker_rl.environments import make_environment
    from walker_rl.experiments.evaluation import evaluate
    from walker_rl.experiments.seeding import evaluation_seeds

    environment = make_environment(saved.task, seed)
    evaluation = evaluate(environment, saved.begin_episode, evaluation_seeds(seed, episodes))
    environment.close()
    if json:
        result = {
            "agent_name": saved.agent_name,
            "task": saved.task,
            "actor_steps": saved.actor_steps,
            "mean_return": evaluation.mean,
            "stddev_return": evaluation.stddev,
            "steady_return": evaluation.steady_return,
            "episode_returns": evaluation.episode_returns,
            "episode_lengths": evaluation.episode_lengths,
            "episode_falls": evaluation.episode_falls,
        }
        print(json_format.dumps(result))
        return
    print(f"{saved.agent_name} on {saved.task}, {saved.actor_steps:,} steps of training")
    print(evaluation)
    for episode_return, length in zip(evaluation.episode_returns, evaluation.episode_lengths, strict=True):
        print(f"  {episode_return:9.1f} in {length} steps")
