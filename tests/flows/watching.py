"""A viewer's eye. In: a desk's address. Out: when the page first said something and when the picture first showed it.

Both are read the way a viewer reads them: the page by GET, the picture from the HLS playlist, segment by segment. Times
are CLOCK_MONOTONIC seconds in this process, so that page and picture can be compared.
"""

import contextlib
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import av
import httpx
import numpy as np
from av.video.frame import VideoFrame

_EVERY_S = 0.1
CARD_BLOCKS = {
    "positive": (174, 56, 0),
    "negative": (0, 102, 108),
    "withdrawn": (86, 97, 108),
    "corrected": (107, 56, 166),
}
"""The colour of a result card's block (RGB), which tells its tone from afar."""
_BLOCK_AT = (slice(458, 486), slice(74, 166))


@dataclass
class Watcher:
    """Watches until stopped; run it as a thread."""

    base_url: str
    folder: Path
    words: tuple[str, ...]
    page_said: dict[str, float] = field(default_factory=dict)
    listed: dict[str, float] = field(default_factory=dict)
    pages: int = 0

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="viewer")
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)

    def _run(self) -> None:
        with httpx.Client(base_url=self.base_url, timeout=5, trust_env=False) as http:
            while not self._over.wait(_EVERY_S):
                with contextlib.suppress(httpx.HTTPError):
                    # Page before playlist: if the page knows it first, it must have run ahead.
                    self._read_page(http)
                    self._read_playlist(http)

    def _read_page(self, http: httpx.Client) -> None:
        asked = time.monotonic()
        page = http.get("/", headers={"Accept-Language": "zh-CN"})
        if page.is_success:
            self.pages += 1
            for word in self.words:
                if word not in self.page_said and word in page.text:
                    self.page_said[word] = asked

    def _read_playlist(self, http: httpx.Client) -> None:
        playlist = http.get("/live/program.m3u8")
        if not playlist.is_success:
            return
        names = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', playlist.text) + re.findall(
            r"^[^#\s].*$", playlist.text, re.MULTILINE
        )
        for name in names:
            if name not in self.listed:
                content = http.get(f"/live/{name}")
                if content.is_success:
                    self.listed[name] = time.monotonic()
                    (self.folder / Path(name).name).write_bytes(content.content)

    def segments(self) -> list[tuple[str, float]]:
        """Media segments in the order they were listed, with the time of listing."""
        return [(name, at) for name, at in self.listed.items() if not _is_init(name)]

    def picture_showed(self) -> dict[str, float]:
        """For each tone, when the first segment that shows its card was listed."""
        inits = [self.folder / Path(name).name for name in self.listed if _is_init(name)]
        shown: dict[str, float] = {}
        for name, at in self.segments():
            for tone in tones_in(inits[-1], self.folder / Path(name).name):
                shown.setdefault(tone, at)
        return shown


def _is_init(name: str) -> bool:
    return "init" in Path(name).name


def tones_in(init: Path, segment: Path) -> set[str]:
    """The tones of result cards seen in a segment."""
    whole = segment.with_suffix(".whole.mp4")
    whole.write_bytes(init.read_bytes() + segment.read_bytes())
    seen: set[str] = set()
    with av.open(str(whole)) as source:
        for number, frame in enumerate(source.decode(video=0)):
            if number % 6 == 0:
                seen |= _tone_of(frame)
    return seen


def _tone_of(frame: VideoFrame) -> set[str]:
    block = frame.to_ndarray(format="rgb24")[_BLOCK_AT].reshape(-1, 3).astype(np.float64)
    mean = block.mean(axis=0)
    if block.std(axis=0).max() > 12:
        return set()
    return {tone for tone, colour in CARD_BLOCKS.items() if np.abs(mean - colour).max() < 16}
