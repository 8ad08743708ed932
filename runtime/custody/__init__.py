"""Sealed recordings: who must come together to open one, and the envelope itself."""
