"""Puts pieces of files end to end. In: pieces. Out: MP4 files that play from their first byte, nothing encoded anew.

Holes close up: players keep picture and sound together only when both run on. Where the picture's format changes a new
part begins, because one MP4 track has one format.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from broadcaster.finish.plan import MARGIN_NS, Piece
from episodes.finishing import Chapter, Part, Place

if TYPE_CHECKING:
    from av.container.core import Chapter as Chap

_NS = Fraction(1, 1_000_000_000)
_S = 1_000_000_000
# Half a tick of 90 kHz: a time that went through a file's clock may come back so much earlier.
_ROUND_NS = 20_000
_EASE_BYTES = 4 * 1024 * 1024
_EASE_S = 0.01


@dataclass
class Laid:
    """Where one piece came to lie: which part, and from where in it; `utc_ns` is its first picture's."""

    part: int
    utc_ns: int
    to_utc_ns: int
    at_ns: int


@dataclass
class Joined:
    """Files that were made, and where what lies in them."""

    parts: list[Part] = field(default_factory=list)
    laid: list[Laid] = field(default_factory=list)

    def place(self, chapter: Chapter) -> Place | None:
        """Where a moment is; in a hole it is what follows, after the end nowhere."""
        for laid in self.laid:
            if chapter.utc_ns < laid.to_utc_ns:
                at_ns = laid.at_ns + max(0, chapter.utc_ns - laid.utc_ns)
                return Place(kind=chapter.kind, about=chapter.about, part=laid.part, at_s=round(at_ns / _S, 2))
        return None


class Joiner:
    """Writes `<name>.mp4`, `<name>-2.mp4`, … into `folder`; half-made files are called `.part`."""

    def __init__(self, folder: Path, name: str, title: str, chapters: Sequence[Chapter]) -> None:
        self._folder, self._name, self._title = folder, name, title
        self._chapters = tuple(chapters)
        self._out: _Out | None = None
        self._made = Joined()

    def join(self, source: Path, pieces: Sequence[Piece], read: Callable[[int], None]) -> Joined:
        """All of it; `read` is told how many bytes were read. Raises OSError, av.FFmpegError."""
        plan = [(piece, form) for piece in pieces if (form := _form(source / piece.segment.file, piece))]
        for number, (piece, form) in enumerate(plan):
            if self._out is None or self._out.form != form.form:
                self._close()
                rest = [each for each in self._chapters if not self._made.place(each)]
                alike = takewhile(lambda each: each[1].form == form.form, plan[number:])  # noqa: B023 - used at once
                self._out = _Out(self._path(), form.form, self._title, _expected(tuple(alike), rest))
            self._lay(source / piece.segment.file, piece, form.key_ns, read)
        self._close()
        return self._made

    def _path(self) -> Path:
        number = len(self._made.parts) + 1
        return self._folder / (f"{self._name}.mp4" if number == 1 else f"{self._name}-{number}.mp4")

    def _lay(self, path: Path, piece: Piece, key_ns: int, read: Callable[[int], None]) -> None:
        assert self._out  # noqa: S101 - join made it
        laid = Laid(len(self._made.parts) + 1, piece.segment.begun_utc_ns + key_ns, piece.span.to_ns, self._out.end_ns)
        with av.open(str(path)) as file:
            self._out.put(file, piece, key_ns, read)
        self._made.laid.append(laid)

    def _close(self) -> None:
        out, self._out = self._out, None
        if out:
            self._made.parts.append(out.close())


@dataclass(frozen=True)
class _Form:
    """What must be the same for two pieces to share a file, and where this one's first keyframe is."""

    form: tuple[bytes, bytes]
    key_ns: int


def _form(path: Path, piece: Piece) -> _Form | None:
    """None when nothing of the piece can be shown: no keyframe in it, or no file."""
    from_ns = piece.span.from_ns - piece.segment.begun_utc_ns
    to_ns = _ends(piece)
    try:
        with av.open(str(path)) as file:
            form = tuple(bytes(stream.codec_context.extradata or b"") for stream in _streams(file))
            for packet, time_ns in _packets(file, _streams(file)[:1]):
                if time_ns >= to_ns:
                    return None
                if packet.is_keyframe and time_ns >= from_ns - _ROUND_NS:
                    return _Form((form[0], form[1] if len(form) > 1 else b""), time_ns)
    except (FileNotFoundError, av.FFmpegError):
        pass
    return None


def _ends(piece: Piece) -> int:
    """Where the piece ends, in its file's time."""
    return piece.span.to_ns - piece.segment.begun_utc_ns - (MARGIN_NS if piece.cut_after else 0)


def _streams(file: InputContainer) -> list[Stream]:
    return [*file.streams.video[:1], *file.streams.audio[:1]]


def _packets(file: InputContainer, streams: Sequence[Stream]) -> "Iterator[tuple[Packet[Stream], int]]":
    """Packets and their times; a file that was cut off ends where it does."""
    packets = file.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        if packet.pts is not None and packet.time_base is not None:
            yield packet, int(packet.pts * packet.time_base / _NS)


def _expected(plan: Sequence[tuple[Piece, _Form]], chapters: Sequence[Chapter]) -> list[tuple[int, str]]:
    """Where chapters will lie, by the plan: a header is written before what it speaks of."""
    joined, at_ns = Joined(), 0
    for piece, form in plan:
        joined.laid.append(Laid(1, piece.segment.begun_utc_ns + form.key_ns, piece.span.to_ns, at_ns))
        at_ns += max(0, _ends(piece) - form.key_ns)
    found = [(joined.place(chapter), chapter.title) for chapter in chapters]
    return [(round(place.at_s * 1000), title) for place, title in found if place] + [(at_ns // 1_000_000, "")]


class _Out:
    """One file that grows."""

    def __init__(self, path: Path, form: tuple[bytes, bytes], title: str, chapters: list[tuple[int, str]]) -> None:
        self.form = form
        self.end_ns = 0
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._container: OutputContainer = av.open(
            f"file:{self._part}", "w", format="mp4", options={"movflags": "faststart"}
        )
        self._container.metadata["title"] = title
        self._container.set_chapters(_as_chapters(chapters))
        self._streams: dict[str, Stream] = {}
        self._last_ns: dict[str, int] = {}

    def put(self, file: InputContainer, piece: Piece, key_ns: int, read: Callable[[int], None]) -> None:
        """The piece from its keyframe on, right behind what is there."""
        if not self._streams:
            for stream in _streams(file):
                self._streams[stream.type] = self._container.add_stream_from_template(stream)
        to_ns, base_ns = _ends(piece), self.end_ns
        # What is coded beside a cut reaches a frame or two across it.
        sound_ns = key_ns + (MARGIN_NS if piece.cut_before else 0)
        eased, open_kinds = 0, {stream.type for stream in _streams(file)}
        for packet, time_ns in _packets(file, _streams(file)):
            if time_ns >= to_ns:
                # Picture and sound come a fragment at a time: each ends for itself.
                open_kinds.discard(packet.stream.type)
                if not open_kinds:
                    break
                continue
            eased += packet.size
            if eased > _EASE_BYTES:
                read(eased)
                eased = 0
                # Whoever is on air meanwhile needs the disk more.
                time.sleep(_EASE_S)
            if time_ns >= (key_ns if packet.stream.type == "video" else sound_ns):
                self._mux(packet, base_ns + time_ns - key_ns)
        read(eased)

    def _mux(self, packet: "Packet[Stream]", at_ns: int) -> None:
        kind = packet.stream.type
        lasts_ns = int((packet.duration or 0) * (packet.time_base or 0) / _NS)
        at_ns = max(at_ns, self._last_ns.get(kind, -1) + 1)
        self._last_ns[kind] = at_ns
        self.end_ns = max(self.end_ns, at_ns + lasts_ns)
        packet.stream = self._streams[kind]
        packet.time_base = _NS
        packet.pts = packet.dts = at_ns
        packet.duration = lasts_ns
        self._container.mux(packet)

    def close(self) -> Part:
        """Finish the file and give it its name, whole and durable."""
        self._container.close()
        file = os.open(self._part, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
        self._part.chmod(0o600)
        self._part.replace(self._path)
        return Part(file=self._path.name, seconds=round(self.end_ns / _S, 2), bytes=self._path.stat().st_size)


def _as_chapters(places: list[tuple[int, str]]) -> "list[Chap]":
    """Each up to the next one; of several at one moment the last."""
    starts = dict(places[:-1])
    if not starts:
        return []
    ends = [*sorted(starts)[1:], max([places[-1][0], *starts])]
    return [
        {"id": number, "start": start, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": starts[start]}}
        for number, (start, end) in enumerate(zip(sorted(starts), ends, strict=True), 1)
        if end > start
    ]
