"""Films made ready for air, each in a process of its own: whatever a file holds, it can end only that process."""
