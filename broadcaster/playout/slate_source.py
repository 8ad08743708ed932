"""Where the slate comes from. In: settings. Out: a coded slate, from a child process, or from the last time.

The picture is the graphics room's (`python -m overlay.render slate`), run as a process because playout imports no
graphics. When it fails or takes too long, the encoder draws a plain one. What was encoded is kept under
`var/playout`, named by what it depends on, so that a restart is on air at once; it is made anew in the background.
"""

import asyncio
import hashlib
import tempfile
import time
from pathlib import Path

import msgspec

from broadcaster.playout import slate
from broadcaster.playout.slate import Slate
from runtime.children import Child, python
from runtime.log import get
from runtime.settings import Settings
from runtime.settings.model import Encode

_log = get("slate")
_RENDER_S = 20.0
_ENCODE_S = 60.0
_FRESH_S = 600.0
_SOURCES = ("encoders.py", "playout/slate_encode.py")


class NoSlate(Exception):  # noqa: N818 - what is missing
    """The encoder cannot work at all."""


class SlateSource:
    """Makes the slate for these settings (`encode`: those of a rendition), or the test signal (`bars`)."""

    def __init__(
        self, settings: Settings, encode: Encode | None = None, *, picture: bool = True, bars: bool = False
    ) -> None:
        self._encode = encode or settings.encode
        self.picture = picture and not bars
        self._bars = bars
        kind = "bars" if bars else "slate"
        self._file = settings.server.var / "playout" / f"{kind}-{self._depends_on()}.bin"

    async def first(self) -> tuple[Slate, bool]:
        """A slate as soon as can be; True when it is from the last time and should be made anew."""
        try:
            old = time.time() - self._file.stat().st_mtime > _FRESH_S
            return slate.unpack(self._file.read_bytes()), old
        except (OSError, msgspec.MsgspecError):
            return await self.make(), False

    async def make(self) -> Slate:
        """Render and encode it. Raises NoSlate."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._file.parent, prefix="slate-") as folder:
            picture = await self._render(Path(folder) / "slate.png") if self.picture else None
            argv = ["--encode", self._encode.model_dump_json(), "--out", str(self._file)]
            argv += ["--picture", str(picture)] if picture else []
            argv += ["--bars"] if self._bars else []
            if not await _run("slate encoder", python("broadcaster.playout.slate_encode", *argv), _ENCODE_S):
                raise NoSlate("the slate cannot be encoded")
        return slate.unpack(self._file.read_bytes())

    async def _render(self, out: Path) -> Path | None:
        size = self._encode
        argv = ["slate", "--out", str(out), "--width", str(size.width), "--height", str(size.height)]
        done = await _run("slate picture", python("overlay.render", *argv), _RENDER_S)
        if not done:
            _log.warning("no picture for the slate: a plain one takes its place")
            return None
        return out

    def _depends_on(self) -> str:
        room = Path(__file__).resolve().parents[1]
        code = b"".join((room / name).read_bytes() for name in _SOURCES)
        return hashlib.sha256(self._encode.model_dump_json().encode() + code).hexdigest()[:16]


async def _run(name: str, argv: tuple[str, ...], most_s: float) -> bool:
    child = await Child.start(name, argv)
    try:
        async with asyncio.timeout(most_s):
            return await child.wait() == 0
    except TimeoutError:
        _log.warning("took too long", child=name, most_s=most_s)
        return False
    finally:
        await child.stop(grace_s=0.5)
