"""One recording in a process of its own, so that a slow or full disk holds up nobody."""
