"""Camera originals: what each phone sent, recorded as it came, while the episode is on air."""
