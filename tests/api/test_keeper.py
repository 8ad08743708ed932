"""A room is begun again alone, sooner or later by how it fared; what cannot start is not."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.keeper import Keeper, Room, stop_in_order
from runtime.supervise import Background, Backoff

READY = 'printf 1 >&"$DAYLIGHT_READY_FD"; '


def shell(name: str, script: str, **more: object) -> Room:
    return Room(name, ("bash", "-c", script), **more)  # type: ignore[arg-type]


@asynccontextmanager
async def kept(
    *rooms: Room, env: dict[str, str] | None = None
) -> AsyncIterator[tuple[list[Keeper], asyncio.Future[int]]]:
    over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    keepers = [Keeper(room, over, env or {}) for room in rooms]
    async with Background() as tasks:
        for keeper in keepers:
            tasks.start(keeper.room.name, keeper.run())
        try:
            yield keepers, over
        finally:
            await stop_in_order([keepers])


async def ready(keeper: Keeper, within_s: float = 5.0) -> int:
    async with asyncio.timeout(within_s):
        await keeper.ready.wait()
    assert keeper.child
    return keeper.child.pid


async def until_gone(keeper: Keeper, pid: int) -> None:
    async with asyncio.timeout(5):
        while keeper.child and keeper.child.pid == pid:
            await asyncio.sleep(0.005)


async def test_a_killed_room_returns_at_once_and_alone() -> None:
    async with kept(shell("a", READY + "sleep 60"), shell("b", READY + "sleep 60")) as ((a, b), over):
        first, other = await ready(a), await ready(b)
        killed = time.monotonic()
        os.kill(first, signal.SIGKILL)
        await until_gone(a, first)
        assert await ready(a) != first
        assert time.monotonic() - killed < 0.6, "a first restart comes within 0.3 s and a process's start"
        assert (a.starts, b.starts, await ready(b)) == (2, 1, other)
        assert not over.done()


async def test_a_room_that_keeps_failing_is_begun_less_and_less_often() -> None:
    room = shell("bad", "exit 1", backoff=Backoff(first_s=0.05, most_s=5, factor=3))
    async with kept(room) as ((keeper,), over):
        await asyncio.sleep(1.0)
        assert 3 <= keeper.starts <= 4, "at about 0, 0.05, 0.2, 0.65 s"
        assert not over.done()


async def test_a_room_that_cannot_start_ends_everything_with_code_2() -> None:
    async with kept(shell("refuses", "echo 'One sentence.' >&2; exit 2"), shell("b", "sleep 60")) as ((a, _), over):
        async with asyncio.timeout(5):
            assert await over == 2
        assert a.starts == 1


async def test_a_good_end_ends_everything_only_where_it_shall() -> None:
    async with kept(shell("desk", "exit 0")) as ((keeper,), over):
        await asyncio.sleep(0.3)
        assert keeper.starts > 1
        assert not over.done()
    async with kept(shell("demo", "exit 0", ends_all=True)) as (_, over):
        async with asyncio.timeout(5):
            assert await over == 0


async def test_ready_is_reported_once_open_and_cleared_when_it_ends() -> None:
    script = f"sleep 0.2; {READY} sleep 0.3; exit 1"
    async with kept(shell("slow", script, backoff=Backoff(first_s=5))) as ((keeper,), _):
        assert not keeper.ready.is_set()
        await ready(keeper)
        await asyncio.sleep(0.6)
        assert not keeper.ready.is_set()


async def test_stopping_goes_group_by_group_and_kills_what_does_not_end(tmp_path: Path) -> None:
    log = tmp_path / "order"

    def trap(name: str) -> str:
        return f"trap 'echo {name} >> {log}; exit 0' TERM; {READY} while :; do sleep 0.02; done"

    stubborn = "trap '' TERM; " + READY + "while :; do sleep 0.02; done"
    rooms = [
        shell("playout", trap("playout")),
        shell("desk", trap("desk")),
        shell("studio", stubborn, grace_s=0.3),
    ]
    async with kept(*rooms) as (keepers, _):
        for keeper in keepers:
            await ready(keeper)
        playout, desk, studio = keepers
        await stop_in_order([(desk, studio), (playout,)])
        assert log.read_text().split() == ["desk", "playout"]
        assert studio.child
        assert studio.child.returncode == -signal.SIGKILL
        await asyncio.sleep(0.3)
        assert [keeper.starts for keeper in keepers] == [1, 1, 1], "what was stopped stays stopped"


async def test_the_environment_is_passed_on_and_demo_reports_nothing() -> None:
    check = 'test "$GIVEN" = yes && test -z "$DAYLIGHT_READY_FD"'
    room = shell("demo", check, ends_all=True, reports_ready=False)
    async with kept(room, env={"GIVEN": "yes"}) as (_, over):
        async with asyncio.timeout(5):
            assert await over == 0


async def test_a_room_that_stands_still_is_ended_and_begun_again_a_slow_one_is_not() -> None:
    beating = READY + 'while true; do printf . >&"$DAYLIGHT_READY_FD"; sleep 0.3; done'
    async with kept(shell("a", beating, patience_s=2.5), shell("b", "sleep 60", patience_s=1.0)) as ((a, b), _):
        first = await ready(a)
        os.kill(first, signal.SIGSTOP)
        await asyncio.sleep(1.2)
        os.kill(first, signal.SIGCONT)
        await asyncio.sleep(2.0)
        assert a.child
        assert a.child.pid == first, "a short stall is sat out"
        os.kill(first, signal.SIGSTOP)
        async with asyncio.timeout(15):
            while a.child.pid == first:
                await asyncio.sleep(0.05)
        assert b.starts == 1, "one that was never ready takes its time"
