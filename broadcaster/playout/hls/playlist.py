"""The playlist's rules. In: segments as they are finished. Out: the playlist's next state and its text. Pure."""

import math
from datetime import UTC, datetime

import msgspec

_NS = 1_000_000_000
# A segment's length is rounded before it is compared with the target (RFC 8216, 4.3.3.1).
_ROUND = 0.499


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One listed file. `gap`: it was listed and is taken back; its number stays, so that players do not lose count."""

    uri: str
    init: str
    utc_ns: int
    duration_ns: int
    discontinuity: bool = False
    gap: bool = False


class Playlist(msgspec.Struct, frozen=True, kw_only=True):
    """What players may fetch now; the two sequences only ever grow within an episode."""

    episode_id: str
    target_s: int
    first: int = 0
    discontinuities: int = 0
    segments: tuple[Segment, ...] = ()
    ended: bool = False

    @property
    def next(self) -> int:
        """The number of the segment to come."""
        return self.first + len(self.segments)


def target_s(segment_s: float, keyframe_s: float) -> int:
    """A segment holds whole groups of pictures, so it may be longer than was wished."""
    return math.ceil(max(segment_s, keyframe_s))


def full(length_ns: int, keyframe_s: float, target: int) -> bool:
    """Whether a segment of this length must be cut here, because another group would make it too long."""
    return length_ns / _NS + keyframe_s >= target + _ROUND


def added(playlist: Playlist, segment: Segment, window: int) -> tuple[Playlist, tuple[Segment, ...]]:
    """With one more segment; also those that left the window."""
    segments = (*playlist.segments, segment)
    gone, kept = segments[:-window], segments[-window:]
    longest = round(segment.duration_ns / _NS)
    return msgspec.structs.replace(
        playlist,
        segments=kept,
        first=playlist.first + len(gone),
        discontinuities=playlist.discontinuities + sum(each.discontinuity for each in gone),
        target_s=max(playlist.target_s, longest),
        ended=False,
    ), gone


def withdrawn(playlist: Playlist, from_utc_ns: int, to_utc_ns: int) -> tuple[Playlist, tuple[str, ...]]:
    """Without what is public within `[from, to)`; also the files that nobody may have any more."""
    segments = tuple(
        msgspec.structs.replace(each, gap=True)
        if each.utc_ns < to_utc_ns and from_utc_ns < each.utc_ns + each.duration_ns
        else each
        for each in playlist.segments
    )
    gone = tuple(new.uri for old, new in zip(playlist.segments, segments, strict=True) if new.gap and not old.gap)
    return msgspec.structs.replace(playlist, segments=segments), gone


def text(playlist: Playlist) -> str:
    """The playlist as players read it."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-TARGETDURATION:{playlist.target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{playlist.first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{playlist.discontinuities}",
    ]
    init = ""
    for segment in playlist.segments:
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = segment.init
            lines.append(f'#EXT-X-MAP:URI="{init}"')
        if segment.gap:
            lines.append("#EXT-X-GAP")
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{_date(segment.utc_ns)}",
            f"#EXTINF:{segment.duration_ns / _NS:.6f},",
            segment.uri,
        ]
    if playlist.ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _date(utc_ns: int) -> str:
    at = datetime.fromtimestamp(utc_ns // _NS, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{utc_ns % _NS // 1_000_000:03d}Z"
