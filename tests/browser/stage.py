"""A desk with a show on it, for looking at pages. In: a desk. Out: the same, after a believable evening of records."""

from api.desk import Desk
from episodes.events import (
    EpisodeEnded,
    EpisodePlanned,
    EpisodePublished,
    EpisodeWentLive,
    FindingOpened,
    FindingVerified,
    LabConcluded,
    PastFiguresSet,
    ProgrammeSet,
    PublicEvent,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestStarted,
    RapidTestWithdrawn,
    SampleDispatched,
    TargetRevealed,
    TimelinePosted,
)
from episodes.status import PublicPosition
from store.tables.episodes import Episode, Programme

NS = 1_000_000_000
PROGRAMME, AGENCY = "开门见光", "江北市市场监督管理局"


def started(episode_id: str, n: int, item: str, stall: str, *, oil: bool = False) -> RapidTestStarted:
    return RapidTestStarted(
        episode_id=episode_id,
        test_id=f"{episode_id}-t{n}",
        sample_no=f"JB103-0{n}",
        item=item,
        food_category="餐饮用油" if oil else "蔬菜",
        batch=f"B{n}",
        stall_code=stall,
        method_id="polar" if oil else "inhibition",
        method="极性组分测定" if oil else "酶抑制率法",
        family="measurement" if oil else "screening",
        unit="%",
        reagent_batch="R-2606",
        reagent_expires="2026-12-31",
        device_id="DX-7",
        tester="周敏",
        minutes=20,
    )


def reviewed(of: RapidTestStarted, verdict: str, value: str, read_utc_ns: int) -> RapidTestReviewed:
    oil = of.family == "measurement"
    return RapidTestReviewed(
        episode_id=of.episode_id,
        test_id=of.test_id,
        verdict=verdict,
        family=of.family,
        item=of.item,
        sample_no=of.sample_no,
        method=of.method,
        value=value,
        unit="%",
        comparator="<=" if oil else ">=",
        limit="27" if oil else "50",
        basis="GB 2716" if oil else "GB/T 5009.199",
        tester="周敏",
        reviewer="陈立川",
        read_utc_ns=read_utc_ns,
    )


def evening(episode_id: str, now: int) -> list[PublicEvent]:
    """An hour of a show: results of every kind, findings, lines of text."""
    pak, beans, chives = (
        started(episode_id, n, item, "A12档") for n, item in ((1, "上海青"), (2, "豇豆"), (3, "韭菜"))
    )
    oil, spinach = started(episode_id, 4, "煎炸油", "C03档", oil=True), started(episode_id, 5, "菠菜", "B02档")
    return [
        TargetRevealed(episode_id=episode_id, target_id="x1", ordinal=1, name="临江综合市场", place="江北区临江路18号"),
        TimelinePosted(episode_id=episode_id, entry_id="e1", text="出示证件，告知全程录音录像", by="u1"),
        pak,
        reviewed(pak, "negative", "12.8", now),
        RapidTestWithdrawn(episode_id=episode_id, test_id=pak.test_id, by="u1"),
        RapidTestCorrected(
            episode_id=episode_id,
            test_id=pak.test_id,
            what="1号样品采自A12档",
            reason="原画面标为A21档，读数与初筛结果不变",
            result=reviewed(pak, "negative", "12.8", now),
        ),
        beans,
        reviewed(beans, "positive", "62.4", now),
        chives,
        reviewed(chives, "invalid", "", now),
        oil,
        reviewed(oil, "within", "18.5", now),
        FindingOpened(
            episode_id=episode_id,
            finding_id="f1",
            key_item=True,
            where="A12档",
            sentence="两批蔬菜没有进货查验记录",
            measure="已责令改正",
        ),
        FindingOpened(
            episode_id=episode_id,
            finding_id="f2",
            key_item=False,
            where="B07档",
            sentence="电子秤超过检定有效期",
            measure="已责令改正",
        ),
        FindingOpened(
            episode_id=episode_id,
            finding_id="f3",
            key_item=False,
            where="C03档",
            sentence="从业人员健康证未公示",
            measure="当场改正",
        ),
        FindingVerified(episode_id=episode_id, finding_id="f3"),
        SampleDispatched(episode_id=episode_id, test_id=beans.test_id, laboratory="江北市检验检测院"),
        spinach,
    ]


HEADLINE = PastFiguresSet(
    as_of="2026-06-09",
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


async def set_stage(desk: Desk, *, live: bool = True, past: bool = True, demo: bool = False) -> None:
    """The programme, an ended episode, the next one and, with `live`, one on air."""
    now = desk.clock.utc_ns()
    async with desk.store.work("test") as work:
        work.session.add(
            Programme(
                id="p1", name=PROGRAMME, agency=AGENCY, weekday=3, starts="19:00", minutes=110, timezone="Asia/Shanghai"
            )
        )
        await work.session.flush()
        work.record(
            ProgrammeSet(programme_id="p1", name=PROGRAMME, agency=AGENCY, weekday=3, starts="19:00", minutes=110),
            HEADLINE,
        )
        _plan(work, "next", 104, "校园周边", "approved", now + 3 * 86_400 * NS + 2 * 3600 * NS + 14 * 60 * NS)
    await desk.public.advance()
    if past:
        async with desk.store.work("test") as work:
            _plan(work, "past", 102, "外卖后厨", "published", now - 7 * 86_400 * NS)
            work.record(*_past(now))
        await reach(desk, work.records[-1].seq, "past")
    if live:
        await go_live(desk, demo=demo)


async def go_live(desk: Desk, *, demo: bool = False) -> None:
    """Episode 103 is on air and the public sees it."""
    async with desk.store.work("test") as work:
        _plan(work, "now", 103, "晚市与后厨", "live", desk.clock.utc_ns())
        work.record(
            EpisodeWentLive(
                episode_id="now",
                number=103,
                programme=PROGRAMME,
                agency=AGENCY,
                title="晚市与后厨",
                theme="农贸市场晚市",
                demo=demo,
            )
        )
    await reach(desk, work.records[-1].seq)


def _plan(work, episode_id: str, number: int, title: str, state: str, starts: int) -> None:
    work.session.add(
        Episode(
            id=episode_id,
            programme_id="p1",
            number=number,
            title=title,
            theme=title,
            starts_utc_ns=starts,
            state=state,
            cameras=["one"],
        )
    )
    work.record(
        EpisodePlanned(
            episode_id=episode_id, programme_id="p1", number=number, title=title, theme=title, starts_utc_ns=starts
        )
    )


def _past(now: int) -> list[PublicEvent]:
    beans = started("past", 2, "豇豆", "A12档")
    return [
        EpisodeWentLive(
            episode_id="past", number=102, programme=PROGRAMME, agency=AGENCY, title="外卖后厨", theme="网络餐饮"
        ),
        *evening("past", now),
        LabConcluded(episode_id="past", test_id=beans.test_id, compliant=False, report_no="JB-2026-0612"),
        EpisodeEnded(episode_id="past"),
        EpisodePublished(episode_id="past"),
    ]


async def show_all(desk: Desk, *events: PublicEvent) -> int:
    """Record these and let the public's picture reach them."""
    async with desk.store.work("test") as work:
        work.record(*events)
    last = work.records[-1].seq
    await reach(desk, last)
    return last


async def reach(desk: Desk, seq: int, episode_id: str = "now") -> None:
    """Playout's word that the public has seen everything up to `seq`."""
    await desk.public.heard_position(PublicPosition(seq=seq, utc_ns=desk.clock.utc_ns(), episode_id=episode_id))
