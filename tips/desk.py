"""The whole room, opened and closed at once. In: addresses and limits. Out: box, inbox, checkpoints."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from nacl.signing import SigningKey

from runtime.pace import Pace
from runtime.problems import UserProblem
from tips import log, receipt
from tips.box import Limits, TipBox
from tips.engine import TipsEngine, open_engine
from tips.inbox import Inbox

DERIVING_MOST = 8
INTAKE_MOST, INTAKE_WINDOW_S = 10, 600.0
STATUS_MOST, STATUS_WINDOW_S = 30, 600.0


class Tips:
    """`box` for reporters, `inbox` for the desk."""

    def __init__(
        self, engine: TipsEngine, limits: Limits, key: SigningKey, utc_ns: Callable[[], int], mono_ns: Callable[[], int]
    ) -> None:
        self.box, self.inbox = TipBox(engine, limits, utc_ns), Inbox(engine, utc_ns)
        self.intake_pace = Pace(INTAKE_MOST, INTAKE_WINDOW_S, INTAKE_MOST * 50, mono_ns)
        self.status_pace = Pace(STATUS_MOST, STATUS_WINDOW_S, STATUS_MOST * 50, mono_ns)
        self._engine, self._key = engine, key
        self._lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tips-kdf")
        self._deriving = 0
        self._told: log.Checkpoint | None = None

    async def derive(self, held: receipt.Receipt) -> receipt.Keys:
        """Words to keys, for pages without scripts: one at a time, a few waiting, the rest refused."""
        if self._deriving >= DERIVING_MOST:
            raise UserProblem("tip_busy", "现在查询的人多，请稍后再试。", 503)
        self._deriving += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._lane, receipt.derive, held)
        finally:
            self._deriving -= 1

    async def checkpoint(self) -> log.Checkpoint:
        """The chain's size and head, signed."""
        async with self._engine.read() as session:
            return await log.checkpoint(session, self._key)

    @property
    def verify_key(self) -> bytes:
        """Whoever checks checkpoints needs it."""
        return bytes(self._key.verify_key)

    async def tell(self, put: Callable[[log.Checkpoint], Awaitable[None]]) -> bool:
        """Give `put` the checkpoint, if the chain has grown since the last one told."""
        made = await self.checkpoint()
        if made.size == 0 or (self._told and self._told.head == made.head):
            return False
        await put(made)
        self._told = made
        return True

    async def tell_on(self, every_s: float, put: Callable[[log.Checkpoint], Awaitable[None]]) -> None:
        """At even intervals, so that a checkpoint's moment tells nothing of a tip's. For `runtime.supervise`."""
        while True:
            await asyncio.sleep(every_s)
            await self.tell(put)

    def close(self) -> None:
        self._lane.shutdown(wait=True)


def _own(url: str) -> None:
    if url.startswith("sqlite") and (path := Path(url.partition(":///")[2])).is_file():
        path.chmod(0o600)


@asynccontextmanager
async def open_tips(
    url: str, secrets_dir: Path, limits: Limits, utc_ns: Callable[[], int], mono_ns: Callable[[], int]
) -> AsyncIterator[Tips]:
    """`url` is an SQLAlchemy address; SQLite files are made readable by their owner alone."""
    async with open_engine(url) as engine:
        tips = Tips(engine, limits, log.signing_key(secrets_dir), utc_ns, mono_ns)
        _own(url)
        if (broken := await tips.inbox.broken_at()) is not None:
            structlog.get_logger("tips").error("tips_chain_broken", at=broken)
        try:
            yield tips
        finally:
            tips.close()
