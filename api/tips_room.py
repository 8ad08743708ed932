"""Opens the tips' room for the desk, and carries its checkpoints into the main log: the only way between the two."""

from contextlib import AbstractAsyncContextManager

from api.desk import Desk
from episodes.events import TipsCheckpointed
from runtime.clock import Clock
from runtime.places import Places
from runtime.settings.model import Settings
from tips.box import Limits
from tips.desk import Tips, open_tips
from tips.log import Checkpoint

MIB = 1024 * 1024


def open_room(settings: Settings, places: Places, clock: Clock) -> AbstractAsyncContextManager[Tips]:
    """The room at `[tips] url`, or in its own file under `var`."""
    tips = settings.tips
    url = tips.url or f"sqlite+aiosqlite:///{places.var / 'tips.db'}"
    limits = Limits(most_files=tips.most_files, most_file_bytes=tips.most_file_mib * MIB, answer_days=tips.answer_days)
    return open_tips(url, places.secrets, limits, clock.utc_ns, clock.mono_ns)


async def checkpoint(desk: Desk) -> bool:
    """Put the tips' signed checkpoint into the main log, if their own has grown."""

    async def put(made: Checkpoint) -> None:
        async with desk.store.work(actor="tips") as work:
            work.record(TipsCheckpointed(size=made.size, head=made.head, signature=made.signature))

    tips: Tips = desk.tips
    return await tips.tell(put)


async def checkpoints(desk: Desk) -> None:
    """At even intervals, so that a checkpoint's moment tells nothing of a tip's. For `runtime.supervise`."""
    while True:
        await desk.clock.sleep(desk.settings.evidence.checkpoint_every_s)
        await checkpoint(desk)
