"""One output in a process of its own, so that it may be watched, killed and replaced."""
