"""FLV tags, which are RTMP's messages. In: H.264 access units and AAC frames with times. Out: bytes at once. Pure.

A muxer of a library holds every picture until sound of the same time has come (54 ms here, measured), so that its tags
are sorted by time; RTMP asks for order within picture and within sound only. Layout: Adobe Video File Format 10.1,
annex E; ISO/IEC 14496-15, 5.3.3.1 (decoder configuration); ISO/IEC 14496-3, 1.6.2.1 (AudioSpecificConfig).
"""

import struct

from broadcaster.feed import Frame, Picture, Sound
from broadcaster.nal import parameter_sets, units

HEADER = b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"
_AUDIO, _VIDEO, _SCRIPT = 8, 9, 18
_KEY_AVC, _INTER_AVC = 0x17, 0x27
_CONFIGURATION, _PAYLOAD = b"\x00", b"\x01"
_AAC = 0xAF
"""AAC; the 44 kHz, 16 bit, stereo bits are always set so for AAC, whatever it is."""
_AAC_LC = 2
_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_NO_OFFSET = b"\x00\x00\x00"
_NS_PER_MS = 1_000_000


class Tags:
    """One stream's tags. The first frame must be a video keyframe; its time becomes 0 ms."""

    def __init__(self, picture: Picture, sound: Sound) -> None:
        self._picture, self._sound = picture, sound
        self._sets = parameter_sets(picture.key_unit)
        self._zero_ns: int | None = None
        self._last_ms = {"video": -1, "audio": -1}

    def begin(self) -> bytes:
        """File header, metadata, and what the decoders must know before the first frame."""
        return (
            HEADER
            + _tag(_SCRIPT, 0, _metadata(self._picture, self._sound))
            + _decoder(0, self._picture.key_unit)
            + _tag(_AUDIO, 0, bytes((_AAC,)) + _CONFIGURATION + audio_specific_config(self._sound))
        )

    def frame(self, frame: Frame) -> bytes:
        """One frame's tag. Sound from before the first picture is nothing; a time that repeats moves by 1 ms."""
        if self._zero_ns is None:
            self._zero_ns = frame.time_ns
        since_ns = frame.time_ns - self._zero_ns
        if since_ns < 0:
            return b""
        time_ms = max((since_ns + _NS_PER_MS // 2) // _NS_PER_MS, self._last_ms[frame.kind] + 1)
        self._last_ms[frame.kind] = time_ms
        if frame.kind == "audio":
            return _tag(_AUDIO, time_ms, bytes((_AAC,)) + _PAYLOAD + frame.data)
        head = bytes((_KEY_AVC if frame.key else _INTER_AVC,)) + _PAYLOAD + _NO_OFFSET
        tag = _tag(_VIDEO, time_ms, head + b"".join(struct.pack("!I", len(unit)) + unit for unit in units(frame.data)))
        return self._renewed(time_ms, frame.data) + tag if frame.key else tag

    def _renewed(self, time_ms: int, key_unit: bytes) -> bytes:
        """What decoders must be told anew when the parameter sets change in mid-stream; nothing otherwise."""
        sets = parameter_sets(key_unit)
        if not sets or sets == self._sets:
            return b""
        self._sets = sets
        return _decoder(time_ms, key_unit)


def configuration(key_unit: bytes) -> bytes:
    """AVCDecoderConfigurationRecord of a keyframe with its parameter sets. Raises ValueError without them."""
    sets = parameter_sets(key_unit)
    sps = [unit for unit in sets if unit[0] & 0x1F == 7]  # noqa: PLR2004 - NAL unit type of an SPS
    pps = [unit for unit in sets if unit[0] & 0x1F == 8]  # noqa: PLR2004 - and of a PPS
    if not sps or not pps:
        raise ValueError("a keyframe without parameter sets")
    head = b"\x01" + sps[0][1:4] + b"\xff"
    return head + b"".join(
        (
            bytes((0xE0 | len(sps),)),
            *(struct.pack("!H", len(unit)) + unit for unit in sps),
            bytes((len(pps),)),
            *(struct.pack("!H", len(unit)) + unit for unit in pps),
        )
    )


def audio_specific_config(sound: Sound) -> bytes:
    """Two bytes: object type AAC-LC, rate, channels. Raises ValueError for a rate AAC does not list."""
    return struct.pack("!H", _AAC_LC << 11 | _RATES.index(sound.sample_rate) << 7 | sound.channels << 3)


def _tag(kind: int, time_ms: int, body: bytes) -> bytes:
    head = struct.pack("!B3s3sB3x", kind, len(body).to_bytes(3), (time_ms & 0xFFFFFF).to_bytes(3), time_ms >> 24 & 0xFF)
    return head + body + struct.pack("!I", len(head) + len(body))


def _decoder(time_ms: int, key_unit: bytes) -> bytes:
    return _tag(_VIDEO, time_ms, bytes((_KEY_AVC,)) + _CONFIGURATION + _NO_OFFSET + configuration(key_unit))


def _metadata(picture: Picture, sound: Sound) -> bytes:
    facts: dict[str, float | bool | str] = {
        "framerate": float(picture.fps),
        "videocodecid": 7.0,
        "audiocodecid": 10.0,
        "audiosamplerate": float(sound.sample_rate),
        "audiosamplesize": 16.0,
        "stereo": sound.channels == 2,  # noqa: PLR2004 - two are stereo
        "encoder": "Daylight",
    }
    body = b"".join(_name(name) + _value(value) for name, value in facts.items())
    return _value("onMetaData") + b"\x08" + struct.pack("!I", len(facts)) + body + b"\x00\x00\x09"


def _name(name: str) -> bytes:
    return struct.pack("!H", len(name)) + name.encode()


def _value(value: float | bool | str) -> bytes:
    """AMF0."""
    if isinstance(value, bool):
        return bytes((1, value))
    if isinstance(value, str):
        return b"\x02" + _name(value)
    return b"\x00" + struct.pack("!d", value)
