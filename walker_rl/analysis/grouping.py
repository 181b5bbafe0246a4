"""Words of `--group-by` that are no ordinary field of config.yaml."""

GROUP_BY = "agent_name"
"""The default: an agent's runs form a group."""

BY_FOLDER = "folder"
"""Stands for a field: groups are split by the folder of their run directories or tables."""
