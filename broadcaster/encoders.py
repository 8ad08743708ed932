"""The one set of encoder settings. In: `settings.encode`. Out: opened H.264 and AAC encoders.

Studio (programme) and playout (slate) both open theirs here, so that the parameter sets are the same bytes and the
slate splices into the programme. Lookahead and frame threads are off: a frame that goes in comes out at once, and one
thread costs the least CPU per frame.
"""

from fractions import Fraction

import av
from av.codec.context import Flags

from episodes.renditions import RENDITIONS
from runtime.settings.model import Encode

AAC_SAMPLES = 1024
SAMPLE_RATE = 48_000
_VBV_SECONDS = 1.0


def x264_options(encode: Encode) -> dict[str, str]:
    """What x264 is told beyond size, rate and preset; `bench/pipeline` gives ffmpeg's command line the same."""
    kilobits = encode.video_kbps
    gop = round(encode.keyframe_s * encode.fps)
    params = {
        "repeat-headers": 1,
        "annexb": 1,
        "keyint": gop,
        "min-keyint": 1,
        "scenecut": 0,
        "open-gop": 0,
        "bframes": 0,
        "rc-lookahead": 0,
        "sync-lookahead": 0,
        "mbtree": 0,
        "sliced-threads": 0,
        "threads": 1,
        "force-cfr": 1,
        "vbv-maxrate": kilobits,
        "vbv-bufsize": round(kilobits * _VBV_SECONDS),
    }
    return {
        "preset": encode.preset,
        "forced-idr": "1",
        "x264-params": ":".join(f"{name}={value}" for name, value in params.items()),
    }


def for_rendition(encode: Encode, name: str) -> Encode:
    """The settings of one rendition: its size and rate, all else the programme's, so that one timeline fits all."""
    found = next((each for each in RENDITIONS if each.name == name), None)
    if found is None:
        return encode
    changed = {"width": found.width, "height": found.height, "video_kbps": found.video_kbps}
    return encode.model_copy(update=changed)


def open_video(encode: Encode) -> av.VideoCodecContext:
    """H.264, Annex B, SPS/PPS in `extradata` and before every IDR, no B-frames, no delay; `time_base` is 1/fps."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)  # noqa: S101 - narrows the library's union
    context.width, context.height = encode.width, encode.height
    context.pix_fmt = "yuv420p"
    context.framerate = Fraction(encode.fps)
    context.time_base = Fraction(1, encode.fps)
    context.bit_rate = encode.video_kbps * 1000
    context.gop_size = round(encode.keyframe_s * encode.fps)
    context.max_b_frames = 0
    context.thread_count = 1
    context.flags |= Flags.global_header
    context.options = x264_options(encode)
    context.open()
    return context


def open_audio(encode: Encode) -> av.AudioCodecContext:
    """AAC-LC, 48 kHz stereo, 1024 samples a frame, planar float in, raw frames (no ADTS) out."""
    context = av.CodecContext.create("aac", "w")
    assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - narrows the library's union
    context.sample_rate = SAMPLE_RATE
    context.layout = "stereo"
    context.format = "fltp"
    context.bit_rate = encode.audio_kbps * 1000
    context.time_base = Fraction(1, SAMPLE_RATE)
    context.flags |= Flags.global_header
    # At 128 kb/s speech and street noise sound the same; the default search costs two and a half times as much.
    context.options = {"aac_coder": "fast"}
    context.open()
    return context
