"""Files that survive a crash or a full disk, their locks, and the errors of outputs that can't be written."""
