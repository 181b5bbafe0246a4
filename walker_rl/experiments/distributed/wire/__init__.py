"""Messages and transitions between the processes of a run."""
