"""The distributed runner: one command per role, which Launchpad places and Reverb connects."""
