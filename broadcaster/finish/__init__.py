"""Makes an ended episode's playable master and its public cut, in a process of its own, without encoding anything."""
