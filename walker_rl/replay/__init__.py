"""Replay behind one interface, in arrays of this process or Reverb tables; and a queue, which yields items once."""
