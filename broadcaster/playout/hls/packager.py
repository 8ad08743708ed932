"""Segments on disk. In: the public's frames. Out: `*.m4s`, an init segment, `program.m3u8`, and word of each listing.

A segment is whole groups of pictures; it is written beside its name and renamed, then the playlist likewise, so a
reader never sees half of either. After a restart the numbers go on and a discontinuity is marked. What a person takes
back leaves the disk; an empty `.gone` file stays in its place, so that the desk can say so.
"""

from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from broadcaster.feed import Frame, ToPlaylist
from broadcaster.mux import Collected, Muxer
from broadcaster.playout.hls import playlist as rules
from broadcaster.playout.hls.boxes import Boxes
from broadcaster.playout.hls.playlist import Playlist, Segment

NAME = "program.m3u8"
# No edit lists: each track counts from the same zero, and a fragment says when it begins.
_MP4 = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof+frag_discont+skip_trailer",
    "use_editlist": "0",
    "flush_packets": "1",
}
# A player that read the playlist just before may still ask for what has left it.
_GRACE = 4


class Packager:
    """One run of one episode."""

    def __init__(self, start: ToPlaylist, listed: Callable[[int], None]) -> None:
        self._start = start
        self._listed = listed
        self._folder = Path(start.folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._state = self._folder.with_suffix(".json")
        self._playlist = self._before()
        self._target_s = rules.target_s(start.segment_s, start.keyframe_s)
        self._sink, self._boxes, self._muxer = self._new_run()
        self._keys: deque[int] = deque()  # bounded by a segment's keyframes
        self._end_ns = 0
        self._held: list[bytes] = []
        self._held_from_ns = 0
        self._run = ""
        # After a cut the next segment is listed as soon as there is one, however short.
        self._hurry = False
        self._fresh = bool(self._playlist.next)
        self._gone: deque[str] = deque()  # bounded by the window of the playlist
        self._sweep()

    def put(self, frame: Frame) -> None:
        """One frame of the public's programme. Raises OSError when the disk refuses."""
        if not self._run:
            if frame.kind != "video" or not frame.key:
                return
            self._muxer.start()
            # Every run has names of its own: caches must never mix two.
            self._run = f"{(frame.time_ns + self._start.utc_offset_ns) // 1_000_000:x}"
        if frame.kind == "video":
            if frame.key:
                self._keys.append(frame.time_ns)
            self._end_ns = frame.time_ns + frame.duration_ns
        self._muxer.put(frame)
        self._cut(self._sink.take())

    def cut(self, from_ns: int, to_ns: int) -> None:
        """Nobody may fetch what became public within `[from_ns, to_ns)`, be it listed or still held."""
        offset_ns = self._start.utc_offset_ns
        self._playlist, gone = rules.withdrawn(self._playlist, from_ns + offset_ns, to_ns + offset_ns)
        for uri in gone:
            (self._folder / f"{uri}.gone").touch()
            (self._folder / uri).unlink(missing_ok=True)
        if gone:
            self._write_playlist()
        if self._run and self._end_ns > from_ns and (self._held_from_ns if self._held else self._keys[0]) < to_ns:
            self._muxer.close()
            self._sink, self._boxes, self._muxer = self._new_run()
            self._keys.clear()
            self._held.clear()
            self._run, self._fresh = "", True
        self._hurry = True

    def close(self, *, ended: bool) -> None:
        """List the rest; `ended`: nothing more will come in this episode."""
        if self._run:
            self._muxer.close()
            self._keys.append(self._end_ns)
            self._cut(self._sink.take())
            if self._held:
                self._list(self._end_ns)
        if ended:
            self._playlist = msgspec.structs.replace(self._playlist, ended=True)
            self._write_playlist()

    def _cut(self, data: bytes) -> None:
        for kind, whole in self._boxes.feed(data):
            if kind == "init":
                self._write(self._init, whole)
                continue
            from_ns = self._keys.popleft()
            if not self._held:
                self._held_from_ns = from_ns
            self._held.append(whole)
            end_ns = self._keys[0] if self._keys else self._end_ns
            if self._hurry or rules.full(end_ns - self._held_from_ns, self._start.keyframe_s, self._target_s):
                self._list(end_ns)

    def _list(self, end_ns: int) -> None:
        self._hurry = False
        uri = f"{self._run}-{self._playlist.next:06d}.m4s"
        self._write(uri, b"".join(self._held))
        self._held.clear()
        segment = Segment(
            uri=uri,
            init=self._init,
            utc_ns=self._held_from_ns + self._start.utc_offset_ns,
            duration_ns=end_ns - self._held_from_ns,
            discontinuity=self._fresh,
        )
        self._fresh = False
        self._playlist, gone = rules.added(self._playlist, segment, self._start.window)
        self._write_playlist()
        self._listed(end_ns)
        self._gone.extend(each.uri for each in gone)
        while len(self._gone) > _GRACE:
            (self._folder / self._gone.popleft()).unlink(missing_ok=True)

    def _new_run(self) -> tuple[Collected, Boxes, Muxer]:
        sink = Collected()
        return sink, Boxes(), Muxer(sink, "mp4", self._start.picture, self._start.sound, _MP4)

    @property
    def _init(self) -> str:
        return f"{self._run}-init.mp4"

    def _write_playlist(self) -> None:
        self._write(NAME, rules.text(self._playlist).encode())
        part = self._state.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self._playlist))
        part.replace(self._state)

    def _write(self, name: str, data: bytes) -> None:
        part = self._folder / f"{name}.part"
        part.write_bytes(data)
        part.replace(self._folder / name)

    def _before(self) -> Playlist:
        """Where this episode's playlist stood, or a new one."""
        target = rules.target_s(self._start.segment_s, self._start.keyframe_s)
        try:
            found = msgspec.json.decode(self._state.read_bytes(), type=Playlist)
        except (OSError, msgspec.MsgspecError):
            found = None
        if found and found.episode_id == self._start.episode_id:
            return msgspec.structs.replace(found, target_s=max(target, found.target_s), ended=False)
        return Playlist(episode_id=self._start.episode_id, target_s=target)

    def _sweep(self) -> None:
        """Remove what no playlist names any more."""
        named = {name for segment in self._playlist.segments for name in (segment.uri, segment.init)}
        named |= {NAME} if named else set()
        swept = {".m4s", ".mp4", ".part", ".m3u8"} | (set() if named else {".gone"})
        for path in self._folder.iterdir():
            if path.name not in named and path.suffix in swept:
                path.unlink(missing_ok=True)
