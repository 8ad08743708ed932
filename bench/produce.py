"""`python -m bench.produce`: page loads of the staff and of the public after three years of weekly shows.

156 episodes, all but one published, each with its targets, findings, rapid tests, lines and outputs, in a real store
behind the real application; only the network is left out. Median and worst of some loads.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from api.app import create_app
from api.desk import Desk
from api.opening import open_desk, running
from bench.report import Figure, report
from episodes.events import (
    AnyEvent,
    EpisodeEnded,
    EpisodePlanned,
    EpisodePublished,
    EpisodeWentLive,
    FindingOpened,
    FindingVerified,
    ProgrammeSet,
    RapidTestReviewed,
    RapidTestStarted,
    TargetRevealed,
    TimelinePosted,
)
from episodes.people import Role
from runtime.bus.local import LocalBus
from runtime.settings.model import Settings
from store.people import account_by_login
from store.tables.episodes import Episode, Programme, Target
from store.tables.log import PublicPlace
from store.tables.outputs import Output
from store.tables.people import User

WEEK_NS = 7 * 86_400 * 1_000_000_000
LIMIT_MS = 500.0
"""What a page may take before somebody waits for it."""
PAGES = (
    "/produce",
    "/produce?episode=3",
    "/studio",
    "/moderate",
    "/api/v1/episodes",
    "/",
    "/episodes",
    "/episodes/3",
    "/record",
)


def evening(episode_id: str, number: int, findings: int, tests: int, lines: int) -> list[AnyEvent]:
    """What a show leaves in the record."""
    made: list[AnyEvent] = [
        EpisodeWentLive(
            episode_id=episode_id, number=number, programme="开门见光", agency="江北市", title="夜市", theme="夜市"
        ),
        TargetRevealed(episode_id=episode_id, target_id=f"{episode_id}t", ordinal=1, name="演示市场", place="江北区"),
    ]
    made += [
        TimelinePosted(episode_id=episode_id, entry_id=f"{episode_id}l{n}", text="现场进展。", by="u")
        for n in range(lines)
    ]
    for n in range(findings):
        finding_id = f"{episode_id}f{n}"
        made.append(
            FindingOpened(
                episode_id=episode_id, finding_id=finding_id, key_item=n == 0, where=f"A{n}", sentence="没有进货记录"
            )
        )
        made.append(FindingVerified(episode_id=episode_id, finding_id=finding_id))
    for n in range(tests):
        same = {"episode_id": episode_id, "test_id": f"{episode_id}s{n}", "sample_no": f"S{n}", "item": "豇豆"}
        same |= {"method": "酶抑制率法", "unit": "%", "tester": "周敏"}
        started = RapidTestStarted(
            **same,
            food_category="蔬菜",
            batch="B",
            stall_code="A1",
            method_id="enzyme_inhibition",
            family="screening",
            reagent_batch="R",
            reagent_expires="2099-12-31",
            device_id="D",
            minutes=15,
        )
        reviewed = RapidTestReviewed(
            **same,
            verdict="negative",
            family="screening",
            value="12.8",
            comparator=">=",
            limit="50",
            basis="GB",
            reviewer="陈立川",
            read_utc_ns=1,
        )
        made += [started, reviewed]
    return [*made, EpisodeEnded(episode_id=episode_id), EpisodePublished(episode_id=episode_id)]


async def three_years(desk: Desk, episodes: int) -> int:
    """The house and its past; answers the last record's number."""
    now = desk.clock.utc_ns()
    house = {"name": "开门见光", "agency": "江北市", "weekday": 3, "starts": "19:00", "minutes": 90}
    async with desk.store.work("bench") as work:
        work.session.add(Programme(id="p", timezone="Asia/Shanghai", **house))
        user = User(id="all", login="all", name="全能", roles=list(Role), password_hash="x", pin_hash="")  # noqa: S106
        user.made_utc_ns = now
        work.session.add(user)
        await work.session.flush()
        work.record(ProgrammeSet(programme_id="p", **house))
    for number in range(1, episodes + 1):
        episode_id, coming = f"e{number}", number == episodes
        starts = now - (episodes - 1 - number) * WEEK_NS
        plan = {"programme_id": "p", "number": number, "title": "夜市", "theme": "夜市", "starts_utc_ns": starts}
        async with desk.store.work("bench") as work:
            work.session.add(
                Episode(id=episode_id, state="approved" if coming else "published", cameras=["one", "two"], **plan)
            )
            await work.session.flush()
            for ordinal in (1, 2):
                work.session.add(
                    Target(
                        id=f"{episode_id}t{ordinal}",
                        episode_id=episode_id,
                        ordinal=ordinal,
                        sealed=b"x",
                        commitment="c" * 64,
                        revealed=not coming,
                    )
                )
            for n in range(4):
                output = Output(id=f"{episode_id}o{n}", episode_id=episode_id, name=f"平台{n}", address=b"x")
                output.masked, output.wanted, output.made_utc_ns, output.policy = "rtmp://…", True, n, {}
                output.use, output.turn, output.rendition, output.private = "main", 0, "main", False
                work.session.add(output)
            work.record(EpisodePlanned(episode_id=episode_id, cameras=("one", "two"), **plan))
            if not coming:
                work.record(*evening(episode_id, number, findings=4, tests=6, lines=20))
        last = work.records[-1].seq
    async with desk.store.work("bench") as work:
        await work.session.merge(PublicPlace(id=1, seq=last, utc_ns=now))
    return last


@asynccontextmanager
async def somebody(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in, with every role."""
    async with desk.store.read() as session:
        account = await account_by_login(session, "all")
    assert account
    opened = await desk.auth.sign_in(account, "bench")
    transport = httpx.ASGITransport(create_app(desk))
    cookies = {"daylight": opened.token}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk.bench", cookies=cookies, headers={"accept": "text/html"}
    ) as http:
        yield http


async def measure(episodes: int, runs: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="daylight-bench-produce-") as folder:
        settings = Settings(server={"var": Path(folder) / "var"})
        async with open_desk(settings, LocalBus().end("desk")) as desk:
            last = await three_years(desk, episodes)
        async with open_desk(settings, LocalBus().end("desk")) as desk, running(desk), somebody(desk) as http:
            figures = [Figure(name="records", value=last, unit="records")]
            for path in PAGES:
                took = [await load(http, path) for _ in range(runs)]
                middle = statistics.median(took)
                figures.append(
                    Figure(
                        name=path,
                        value=middle,
                        unit="ms",
                        peer=f"the limit of {LIMIT_MS:g} ms",
                        ratio=middle / LIMIT_MS,
                    )
                )
                figures.append(Figure(name=f"{path}, worst", value=max(took), unit="ms"))
            return figures


async def load(http: httpx.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await http.get(path)
    took = (time.perf_counter() - began) * 1000
    assert answer.is_success, (path, answer.status_code)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=156)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    report("produce", asyncio.run(measure(given.episodes, given.runs)))


if __name__ == "__main__":
    main()
