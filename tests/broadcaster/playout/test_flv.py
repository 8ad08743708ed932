"""Our FLV tags, read by libav: every frame comes out as it went in, at its time, without waiting for another."""

import io

import av
import pytest

from broadcaster.feed import Frame, Picture, Sound
from broadcaster.nal import units
from broadcaster.worker.flv import Tags, audio_specific_config, configuration
from runtime.settings.model import Encode
from tests.broadcaster.playout.material import ENCODE, loop_of


def _frames(seconds: int) -> list[Frame]:
    """Sound comes 60 ms after the picture of its time, as it does from a studio."""
    _, packets = loop_of(seconds)
    late_ns = {"video": 0, "audio": 60_000_000}
    return [
        Frame(kind=each.kind, time_ns=each.mono_ns, duration_ns=each.duration_ns, key=each.key, data=each.data)
        for each in sorted(packets, key=lambda packet: packet.mono_ns + late_ns[packet.kind])
    ]


def test_libav_reads_what_was_written() -> None:
    frames = _frames(3)
    tags = Tags(Picture(key_unit=frames[0].data), Sound())
    written = tags.begin() + b"".join(tags.frame(frame) for frame in frames)
    with av.open(io.BytesIO(written), format="flv") as source:
        assert source.streams.video[0].codec_context.extradata == configuration(frames[0].data)
        assert source.streams.audio[0].codec_context.sample_rate == 48_000
        assert source.streams.audio[0].codec_context.layout.nb_channels == 2
        found: dict[str, list[tuple[float, bytes, bool]]] = {"video": [], "audio": []}
        for packet in source.demux():
            if packet.size:
                found[packet.stream.type].append(
                    (float(packet.pts * packet.time_base), bytes(packet), packet.is_keyframe)
                )
    for kind in ("video", "audio"):
        put = [frame for frame in frames if frame.kind == kind]
        assert len(found[kind]) == len(put)
        for frame, (time_s, data, key) in zip(put, found[kind], strict=True):
            assert time_s == pytest.approx(frame.time_ns / 1e9, abs=0.0006)
            if kind == "audio":
                assert data == frame.data
            else:
                assert key == frame.key
                assert b"".join(len(unit).to_bytes(4) + unit for unit in units(frame.data)) == data


def test_the_picture_can_be_decoded() -> None:
    frames = _frames(1)
    tags = Tags(Picture(key_unit=frames[0].data), Sound())
    written = tags.begin() + b"".join(tags.frame(frame) for frame in frames)
    with av.open(io.BytesIO(written), format="flv") as source:
        assert sum(1 for _ in source.decode(video=0)) == sum(frame.kind == "video" for frame in frames)
    with av.open(io.BytesIO(written), format="flv") as source:
        assert sum(1 for _ in source.decode(audio=0)) > 40


def test_every_frame_is_whole_at_once() -> None:
    """No frame waits for the next: each call answers one whole tag."""
    frames = _frames(1)
    tags = Tags(Picture(key_unit=frames[0].data), Sound())
    for frame in frames:
        tag = tags.frame(frame)
        assert int.from_bytes(tag[1:4]) == len(tag) - 15
        assert int.from_bytes(tag[-4:]) == len(tag) - 4


def test_times_begin_at_the_first_picture_and_never_repeat() -> None:
    key = _frames(1)[0].data
    tags = Tags(Picture(key_unit=key), Sound())

    def at(kind: str, time_ns: int) -> int | None:
        tag = tags.frame(Frame(kind=kind, time_ns=time_ns, duration_ns=1, key=True, data=key))  # type: ignore[arg-type]
        return int.from_bytes(tag[7:8] + tag[4:7]) if tag else None

    assert at("video", 5_000_000_000) == 0
    assert at("audio", 4_990_000_000) is None, "sound from before the first picture"
    assert at("video", 5_000_100_000) == 1, "a time that repeats"
    assert at("audio", 5_010_400_000) == 10
    hours_ns = 20 * 3600 * 1_000_000_000
    assert at("video", 5_000_000_000 + hours_ns) == 20 * 3600 * 1000, "more than 24 bits"


def test_new_parameter_sets_are_told_before_their_picture() -> None:
    """A studio with other settings splices in: decoders are told, and only then."""
    other = Encode(width=320, height=180, fps=30, video_kbps=300, keyframe_s=2.0)
    tags = Tags(Picture(key_unit=loop_of(1)[1][0].data), Sound())
    written = tags.begin()
    for second, encode in enumerate((ENCODE, ENCODE, other)):
        video = [each for each in loop_of(1, encode)[1] if each.kind == "video"]
        for each in video:
            time_ns = each.mono_ns + second * 1_000_000_000
            frame = Frame(kind="video", time_ns=time_ns, duration_ns=each.duration_ns, key=each.key, data=each.data)
            written += tags.frame(frame)
    assert written.count(b"\x17\x00\x00\x00\x00") == 2, "once at the beginning, once at the change"
    with av.open(io.BytesIO(written), format="flv") as source:
        sizes = [(frame.width, frame.height) for frame in source.decode(video=0)]
    assert sizes == [(640, 360)] * 60 + [(320, 180)] * 30


def test_what_cannot_be_said_is_refused() -> None:
    with pytest.raises(ValueError, match="parameter sets"):
        configuration(b"\x00\x00\x01\x65abc")
    with pytest.raises(ValueError, match="not in"):
        audio_specific_config(Sound(sample_rate=47_000))
    assert audio_specific_config(Sound()) == b"\x11\x90"
