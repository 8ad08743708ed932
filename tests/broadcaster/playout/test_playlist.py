"""The playlist's rules, without a disk."""

import itertools

import pytest

from broadcaster.playout.hls import playlist as rules
from broadcaster.playout.hls.boxes import Boxes
from broadcaster.playout.hls.playlist import Playlist, Segment

NS = 1_000_000_000


def segment(number: int, *, cut: bool = False, init: str = "a-init.mp4") -> Segment:
    utc_ns = 1_760_000_000 * NS + number * 2 * NS
    return Segment(uri=f"{number}.m4s", init=init, utc_ns=utc_ns, duration_ns=2 * NS, discontinuity=cut)


def test_window_slides_and_counts():
    playlist = Playlist(episode_id="e", target_s=2)
    gone: list[str] = []
    for number in range(10):
        playlist, left = rules.added(playlist, segment(number, cut=number in {2, 9}), 4)
        gone += [each.uri for each in left]
    assert gone == [f"{number}.m4s" for number in range(6)]
    assert (playlist.first, playlist.next, playlist.discontinuities) == (6, 10, 1)
    text = rules.text(playlist)
    assert "#EXT-X-MEDIA-SEQUENCE:6\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n" in text
    assert text.count("#EXT-X-MAP") == 1
    assert "#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2025-10-09T08:53:38.000Z\n#EXTINF:2.000000,\n9.m4s" in text
    assert not text.endswith("#EXT-X-ENDLIST\n")


@pytest.mark.parametrize(
    ("segment_s", "keyframe_s", "target"), [(1, 2, 2), (4, 2, 4), (6, 2, 6), (3, 2, 3), (1, 0.5, 1)]
)
def test_target_duration_is_honest(segment_s, keyframe_s, target):
    assert rules.target_s(segment_s, keyframe_s) == target
    for first in (keyframe_s, 0.3, 0.6):
        length = first
        for _ in itertools.count():
            if rules.full(round(length * NS), keyframe_s, target):
                break
            length += keyframe_s
        assert round(length) <= target


def test_boxes_in_any_pieces():
    def box(kind: bytes, size: int) -> bytes:
        return size.to_bytes(4, "big") + kind + bytes(size - 8)

    stream = (
        box(b"ftyp", 20) + box(b"moov", 50) + box(b"moof", 30) + box(b"mdat", 90) + box(b"moof", 9) + box(b"mdat", 8)
    )
    for step in (1, 7, 1000):
        boxes = Boxes()
        found = [part for at in range(0, len(stream), step) for part in boxes.feed(stream[at : at + step])]
        assert [(kind, len(data)) for kind, data in found] == [("init", 70), ("fragment", 120), ("fragment", 17)]
