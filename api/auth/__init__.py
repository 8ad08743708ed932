"""Accounts, sessions, the second factor and the door. In: names and secrets. Out: a `Person`, or a refusal."""
