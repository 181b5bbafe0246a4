"""Signals, exit statuses, child processes and slots of cores, for all long-running commands."""
