"""A live show as the chat needs it. In: a desk. Out: an episode on air, and the public clock moved by hand."""

from api.desk import Desk
from episodes.events import EpisodeWentLive
from episodes.status import PublicPosition
from store import log
from store.tables.episodes import Episode, Programme

EPISODE = "e103"


async def on_air(desk: Desk) -> str:
    """Episode 103 live in the store, and seen by the public."""
    async with desk.store.work("test") as work:
        work.session.add(
            Programme(
                id="p1", name="日光", agency="局", weekday=4, starts="19:00", minutes=90, timezone="Asia/Shanghai"
            )
        )
        await work.session.flush()
        work.session.add(
            Episode(
                id=EPISODE,
                programme_id="p1",
                number=103,
                title="晚市与后厨",
                theme="晚市",
                starts_utc_ns=1,
                state="live",
                cameras=[],
            )
        )
        work.record(
            EpisodeWentLive(
                episode_id=EPISODE,
                number=103,
                programme="日光",
                agency="局",
                title="晚市与后厨",
                theme="晚市",
                demo=True,
            )
        )
    await release(desk)
    return EPISODE


async def release(desk: Desk) -> None:
    """The public's picture has reached everything recorded so far."""
    async with desk.store.read() as session:
        head = await log.head(session)
    position = PublicPosition(seq=head.seq, utc_ns=desk.clock.utc_ns(), episode_id=EPISODE)
    await desk.public.heard_position(position)
