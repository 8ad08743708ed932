"""The director's voice, from a microphone at the desk to earpieces in the field. Never near the programme."""
