"""Further sizes and shapes of the programme, each encoded once."""
