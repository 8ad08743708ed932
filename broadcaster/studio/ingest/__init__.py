"""Phones in: WHIP offers become sessions, RTP becomes `EncodedFrame`s on our clock."""
