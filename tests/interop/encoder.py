"""FFmpeg as a WHIP client, through PyAV. In: one JSON line on standard input (url, token, cert_file, key_file). Out: media.

A process of its own: opening and closing such an output holds the interpreter.
"""

import json
import sys
import time
from fractions import Fraction

import av
import numpy as np

FPS, RATE, SAMPLES = 30, 48_000, 960


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    options = {"authorization": orders["token"], "cert_file": orders["cert_file"], "key_file": orders["key_file"]}
    with av.open(orders["url"], "w", format="whip", options=options) as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        video.codec_context.max_b_frames, video.codec_context.gop_size = 0, 30
        video.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        audio = output.add_stream("libopus", rate=RATE)
        audio.layout, audio.format = "stereo", "flt"
        picture = np.full((540, 640), 128, np.uint8)
        sound = np.zeros((1, 2 * SAMPLES), np.float32)
        began, number, samples = time.monotonic(), 0, 0
        while True:
            now = time.monotonic() - began
            if samples / RATE < now:
                frame = av.AudioFrame.from_ndarray(sound, format="flt", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = RATE, samples, Fraction(1, RATE)
                samples += SAMPLES
                output.mux(audio.encode(frame))
            elif number / FPS < now:
                picture[:90, :160] = number % 200
                frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                number += 1
                output.mux(video.encode(frame))
            else:
                time.sleep(0.004)


if __name__ == "__main__":
    main()
