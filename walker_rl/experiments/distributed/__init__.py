"""The distributed runner: one command per role, placed by Launchpad and connected by Reverb."""
