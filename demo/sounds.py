"""Sound of our own making. In: a scene's name. Out: LOOP_S seconds of float32 stereo at 48 kHz, 2 x samples, ±1.

A soft room tone and slow plucked notes, different for each scene, so that one hears a cut. The ends meet
without a click.
"""

import numpy as np
from numpy.typing import NDArray

from demo.pictures import LOOP_S

RATE = 48_000
_NOTES_HZ = {"stalls": (220.0, 277.2, 329.6, 440.0, 329.6), "bench": (293.7, 349.2, 440.0, 349.2, 293.7)}


def loop(scene: str) -> NDArray[np.float32]:
    """The scene's loop; the same every time."""
    samples = int(RATE * LOOP_S)
    at_s = np.arange(samples) / RATE
    chance = np.random.default_rng(7)
    # Noise made in the frequency domain is periodic, so that the loop has no seam.
    spectrum = np.fft.rfft(chance.standard_normal(samples))
    hertz = np.fft.rfftfreq(samples, 1 / RATE)
    room = np.fft.irfft(spectrum * np.exp(-hertz / 400.0), samples)
    room *= 0.02 / np.max(np.abs(room))
    music = np.zeros(samples)
    notes = _NOTES_HZ[scene]
    for number, hz in enumerate(notes):
        start = int(number * samples / len(notes))
        tail = samples - start
        music[start:] += 0.12 * np.sin(2 * np.pi * hz * at_s[:tail]) * np.exp(-at_s[:tail] * 2.5)
    music *= np.minimum(1.0, (LOOP_S - at_s) * 20)
    left = room + music
    right = np.roll(room, RATE // 7) + 0.8 * music
    return np.stack((left, right)).astype(np.float32)
