"""The agents: their catalogue, and what several of them share."""

from walker_rl.agents.catalogue import (
    ENTRY_POINTS,
    agent_names,
    agent_summary,
    calling,
    check_members,
    config_class,
    display_name,
    left_out,
    make_builder,
    search_space,
)

__all__ = [
    "ENTRY_POINTS",
    "agent_names",
    "agent_summary",
    "calling",
    "check_members",
    "config_class",
    "display_name",
    "left_out",
    "make_builder",
    "search_space",
]
