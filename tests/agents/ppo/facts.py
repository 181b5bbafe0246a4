"""What the tests of all agents must know of PPO."""

TINY = (
    "agent.num_environments=2",
    "agent.unroll_length=100",
    "agent.batch_size=40",
    "agent.num_epochs=4",
    "agent.policy_learning_rate=[3e-4,0,0,2000]",
    "agent.clip=[0.4,0.1,0,2000]",
    "agent.policy_hidden_sizes=[16,16]",
    "agent.critic_hidden_sizes=[16,16]",
)
