"""What an actor sends is what the local runner would have stored, item for item."""

import numpy as np
import pytest

from tests.fakes import FixedVariables
from tests.tiny import tiny_agent
from walker_rl.agents import agent_names
from walker_rl.environments import make_environment
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.roles.actor import RemoteVariables
from walker_rl.experiments.distributed.wire.messages import Weights
from walker_rl.experiments.distributed.wire.patience import Patience
from walker_rl.experiments.distributed.wire.transitions import TransitionStream
from walker_rl.experiments.environment_loop import EnvironmentLoop
from walker_rl.experiments.parts import builder_of

NUM_STEPS = 250


def play(builder, sink, variable_source):
    """Random steps, then the policy's, over several episodes."""
    environment = make_environment("Walker2DBulletEnv-v0", seed=3)
    policy = builder.make_policy(seed=4)
    actor = builder.make_actor(policy, builder.make_adder(sink), variable_source, seed=5)
    loop = EnvironmentLoop(environment, actor)
    num_episodes = sum(loop.step() is not None for _ in range(NUM_STEPS))
    environment.close()
    return num_episodes


@pytest.mark.parametrize("agent_name", agent_names())
def test_a_streamed_transition_equals_a_stored_one(channel, agent_name):
    builder = builder_of(load_config(agent_name, (), tiny_agent(agent_name)))
    architecture = builder.architecture
    random = np.random.default_rng(0)
    size = sum(int(np.prod(shape)) for shape in architecture.variable_shapes().values())
    weights = (0.1 * random.standard_normal(size)).astype(np.float32)

    replay = builder.make_replay("arrays", seed=0)
    variables = FixedVariables(architecture.split_weights(weights))
    num_episodes = play(builder, replay, variables)
    assert num_episodes > 1

    channel.send(Weights(weights, 0))
    inbox = channel.subscribe_to_rows(builder.layout.row_size, NUM_STEPS)  # Enough that nobody waits.
    patience = Patience("nothing heard", 300.0, channel.ping)
    with TransitionStream(channel, builder.layout.row_size, patience) as stream:
        assert play(builder, stream, RemoteVariables(channel, architecture)) == num_episodes
    patience.close()

    rows = replay.save()["rows"]
    blocks = []
    while sum(map(len, blocks)) < len(rows):
        blocks.append(inbox.get(timeout=60))
    streamed = np.concatenate(blocks)
    np.testing.assert_array_equal(streamed, rows)
    assert len(rows) == replay.num_inserted > 1
