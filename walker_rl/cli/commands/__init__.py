"""The sub-commands of walker-rl, one file each."""
