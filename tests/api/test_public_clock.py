"""The public never learns a record before its picture has reached it, never loses one, never goes back."""

import asyncio
import random

import pytest

from api.deeds import episodes, rapid_tests
from api.opening import open_desk
from api.public_clock import PublicClock
from episodes.commands import RecordMade
from episodes.events import EpisodeWentLive, PastFiguresSet
from episodes.public import PublicShow, show_after
from episodes.status import PublicPosition
from runtime.settings.model import Settings
from tests.api.stage import DIRECTOR, PRODUCER, Stage

NS = 1_000_000_000
FIGURES = PastFiguresSet(
    as_of="2025-01-01",
    demo=True,
    episodes=102,
    views_at_least=24_270_000,
    entities_inspected=213,
    findings=364,
    findings_verified=364,
    cases_filed=7,
    business_suspensions=8,
    platform_delisting_orders=5,
    hygiene_grade_downgrades=7,
)


def listen(public: PublicClock) -> list[tuple[RecordMade, int]]:
    heard: list[tuple[RecordMade, int]] = []
    public.listeners.append(lambda records, utc_ns: heard.extend((record, utc_ns) for record in records))
    return heard


async def settled(stage: Stage) -> int:
    """The log's head, once the public clock has had every chance to release."""
    head = (await stage.records())[-1].seq
    await stage.desk.public.advance()
    await asyncio.sleep(0.05)
    return head


async def test_off_air_a_public_record_is_public_at_once(stage: Stage) -> None:
    heard = listen(stage.desk.public)
    await stage.planned()
    await episodes.set_past_figures(stage.desk, PRODUCER, figures=FIGURES)
    head = await settled(stage)
    assert stage.desk.public.seq == head
    assert [record.event for record, _ in heard] == [FIGURES], "and staff facts never are"
    assert stage.desk.public.show.past == FIGURES


async def test_on_air_nothing_is_public_before_the_picture(stage: Stage) -> None:
    heard = listen(stage.desk.public)
    episode_id = await stage.live()
    test_id = await stage.reviewed(episode_id)
    kept = {type(record.event).__name__: record.seq for record in await stage.records()}
    await settled(stage)
    assert heard == []
    assert stage.desk.public.show.live is None
    await stage.shown(kept["EpisodeWentLive"], 111 * NS)
    assert [type(record.event).__name__ for record, _ in heard] == ["EpisodeWentLive"]
    await stage.shown(kept["RapidTestReviewed"] - 1, 222 * NS)
    assert stage.desk.public.show.tests[0].result is None
    await stage.shown(kept["RapidTestReviewed"], 333 * NS)
    assert stage.desk.public.show.tests[0].test_id == test_id
    assert stage.desk.public.show.tests[0].result is not None
    assert [utc_ns // NS for _, utc_ns in heard] == [111, 222, 333]


async def test_a_failing_listener_silences_nobody(stage: Stage) -> None:
    stage.desk.public.listeners.append(lambda *_: 1 / 0)
    heard = listen(stage.desk.public)
    await stage.live()
    await stage.shown((await stage.records())[-1].seq, NS)
    assert len(heard) == 1


async def test_without_playout_nothing_moves(stage: Stage) -> None:
    heard = listen(stage.desk.public)
    episode_id = await stage.live()
    await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="一句")
    await stage.clock.advance(3600)
    await settled(stage)
    assert heard == []
    await stage.rooms.restart_playout()
    await settled(stage)
    assert heard == [], "a playout that knows nothing yet releases nothing"


async def test_it_never_goes_back_and_never_ahead_of_another_episodes_picture(stage: Stage) -> None:
    heard = listen(stage.desk.public)
    await stage.live()
    head = await settled(stage)
    await stage.desk.public.heard_position(PublicPosition(seq=head, utc_ns=1, episode_id="another"))
    assert heard == []
    await stage.shown(head, 5 * NS)
    seq = stage.desk.public.seq
    await stage.shown(1, 6 * NS)
    assert stage.desk.public.seq == seq == head
    assert len(heard) == 1


async def test_after_the_end_the_rest_waits_for_the_delay_to_drain(stage: Stage) -> None:
    heard = listen(stage.desk.public)
    episode_id = await stage.live()
    await stage.reviewed(episode_id)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    await episodes.publish(stage.desk, PRODUCER, episode_id=episode_id)
    await stage.rooms.say()
    await settled(stage)
    assert heard == [], "the delay still holds all of it"
    ended = next(record.seq for record in await stage.records() if type(record.event).__name__ == "EpisodeEnded")
    await stage.shown(ended - 1, 9 * NS)
    assert stage.desk.public.show.on_air
    await stage.clock.advance(1)
    await stage.rooms.drained()
    await stage.until(lambda: stage.desk.public.show.published)
    head = await settled(stage)
    assert stage.desk.public.seq == head
    assert stage.desk.public.show.ended_utc_ns


async def test_the_next_episode_is_held_though_the_last_one_is_over(stage: Stage) -> None:
    episode_id = await stage.live()
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    await stage.clock.advance(1)
    await stage.rooms.drained()
    await stage.until(lambda: stage.desk.public.show.ended_utc_ns)
    other = await stage.live(104)
    await settled(stage)
    assert stage.desk.public.show.live.episode_id == episode_id
    await stage.shown((await stage.records())[-1].seq, 3 * NS)
    assert stage.desk.public.show.live.episode_id == other


async def test_a_restarted_desk_stands_where_the_public_was(stage: Stage, settings: Settings, bus) -> None:
    episode_id = await stage.live()
    test_id = await stage.reviewed(episode_id)
    await episodes.set_past_figures(stage.desk, PRODUCER, figures=FIGURES)
    await stage.shown((await stage.records())[-1].seq, 7 * NS)
    await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=test_id)
    async with open_desk(settings, bus.end("desk2"), clock=stage.clock) as again:
        assert again.public.seq == stage.desk.public.seq
        assert again.public.show == stage.desk.public.show
        assert again.public.show.tests[0].state == "reviewed", "the withdrawal is not public yet"
        head = (await stage.records())[-1].seq
        stage.rooms.seq = head
        await again.public.heard_status(stage.rooms.playout_status())
        assert again.public.show.tests[0].state == "withdrawn", "and playout's status alone brings it on"


@pytest.mark.parametrize("seed", range(4))
async def test_a_stale_page_plus_events_equals_a_fresh_page(stage: Stage, seed: int) -> None:
    """Pages opened at random moments and fed by events all end as the show a newcomer sees; none runs ahead."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable show
    public = stage.desk.public
    pages: list[list[PublicShow]] = []

    def on_release(records: tuple[RecordMade, ...], _: int) -> None:
        for page in pages:
            for record in records:
                page[0] = show_after(page[0], record)

    public.listeners.append(on_release)
    episode_id = await stage.live()
    # What came before the show is past when it begins.
    begun = (await stage.records(EpisodeWentLive))[-1].seq
    tests = [await stage.reviewed(episode_id) for _ in range(2)]
    shown = 0
    for _ in range(12):
        match chance.randrange(5):
            case 0:
                await episodes.post_timeline(stage.desk, DIRECTOR, episode_id=episode_id, text="一句")
            case 1:
                await stage.reviewed(episode_id)
            case 2 if tests:
                await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=tests.pop())
            case 3:
                pages.append([public.show])
            case _:
                shown = chance.randint(shown, (await stage.records())[-1].seq)
                await stage.shown(shown, shown * NS)
        await public.advance()
        assert public.seq <= max(shown, begun), "nothing runs ahead"
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    pages.append([public.show])
    await stage.shown((await stage.records())[-1].seq, 99 * NS)
    fresh = public.show
    assert fresh.ended_utc_ns
    for page in pages:
        assert _seen(page[0]) == _seen(fresh)


def _seen(show: PublicShow) -> tuple[object, ...]:
    """All a page shows; `seq` counts staff facts, too, which no page hears of."""
    return (show.live, show.ended_utc_ns, show.tests, show.timeline, show.findings, show.questions, show.targets)
