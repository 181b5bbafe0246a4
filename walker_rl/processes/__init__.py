"""Signals, exit statuses, child processes and slots of cores, for all commands that run for long."""
