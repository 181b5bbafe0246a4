"""One interface for replay, two homes: arrays in this process, Reverb tables; and a queue, which gives items once."""
