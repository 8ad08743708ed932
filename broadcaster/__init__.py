"""Studio and playout, from phones to the public.

A frame only moves right: ingest, program, compositor, encode, delay, outputs.
"""
