"""The programme: which picture and which sound are on air at each tick of its own clock."""
