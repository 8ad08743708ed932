"""Staff screens: WHEP sessions that share packets made anyway. Left of the delay, never public."""
