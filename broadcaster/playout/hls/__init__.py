"""HLS in a process of its own, so that a slow disk holds up no output."""
