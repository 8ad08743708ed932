"""The gate's own points, looked at now. In: the store, settings, the rooms' last words. Out: findings in order.

`go_live` asks the same function as the panel, in its own transaction: what a page shows green is what the desk lets
pass.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.checks import Finding, Said
from api.checks import said as text
from api.desk import Desk
from api.gate.register import day_of
from episodes import gate as rules
from episodes import kits, officers
from episodes.approval import hash_of
from episodes.episode import State
from episodes.ladder import Rung, is_open
from episodes.text import GlyphTable, missing_glyphs
from runtime.tables import glyph_table
from store import approvals, gate, ladders
from store.people import names
from store.tables.episodes import Episode, Programme
from store.tables.gate import GateDecision, LadderKnown
from store.tables.graphics import PreparedGraphic
from store.tables.outputs import Output

_NS = 1_000_000_000
_TRIED_HOURS = 24


async def look(desk: Desk, session: AsyncSession, episode: Episode, delay_s: float | None = None) -> list[Finding]:
    """Every point of the gate for one episode; `delay_s` is what the director asks for in going live."""
    programme = await session.get_one(Programme, episode.programme_id)
    now = desk.clock.utc_ns()
    day = day_of(max(now, episode.starts_utc_ns), programme.timezone)
    found = [
        await _approval(session, episode),
        await _officers(session, episode, day),
        _masks(),
        await _glyphs(session, episode, programme),
        await _ladder(desk, session, episode),
        *await _kits(session, day),
        await _tried(session, episode, now),
        await _moderation(session, episode),
        _delay(desk, episode, delay_s),
    ]
    decided = await gate.decisions_of(session, episode.id)
    people = await names(session, {each.by for each in decided.values()})
    return [_with_decision(each, decided, people, rehearsal=episode.rehearsal) for each in found]


def waiting(found: Iterable[Finding], *, rehearsal: bool) -> tuple[str, ...]:
    """The points the show still waits for."""
    every = list(found)
    return rules.left(
        {each.name: each.ok for each in every}, {each.name for each in every if each.decided}, rehearsal=rehearsal
    )


def _with_decision(
    finding: Finding, decided: dict[str, GateDecision], people: dict[str, str], *, rehearsal: bool
) -> Finding:
    blocks, row = rules.blocks(finding.name, rehearsal=rehearsal), decided.get(finding.name)
    said: Said | None = None
    if row is not None and not finding.ok:
        said = text("%(name)s决定这样播出：%(why)s", name=people.get(row.by, row.by), why=row.why)
    return Finding(
        finding.name,
        ok=finding.ok,
        says=finding.says,
        mend=finding.mend,
        stage=rules.stage_of(finding.name),
        blocks=blocks,
        decided=said,
        open_to=blocks and rules.POINTS[finding.name].open_to,
    )


async def _approval(session: AsyncSession, episode: Episode) -> Finding:
    row = await approvals.standing(session, episode.id)
    if row is not None and row.hash == hash_of(await approvals.content_now(session, episode)):
        return Finding("approval", ok=True, says=text("已由另一人批准，版本%(version)s。", version=row.hash[:12]))
    mend = text("请在制片台写执法依据，由法制审核的另一个人复核、批准。")
    return Finding("approval", ok=False, says=text("还没审批，或批准后有改动。"), mend=mend)


async def _officers(session: AsyncSession, episode: Episode, day: date) -> Finding:
    coming = await gate.officers_of(session, episode.id)
    good, least = officers.counting(coming, day), officers.least(day)
    if len(good) >= least:
        return Finding("officers", ok=True, says=text("%(count)s名执法人员证件有效。", count=len(good)))
    poor = [each for each in coming if officers.standing(each, day) != "valid"]
    says = text("证件有效的执法人员%(count)s名，至少要%(least)s名。", count=len(good), least=least)
    if poor:
        why = officers.STANDING_WORDS[officers.standing(poor[0], day)]
        mend = text("%(name)s：%(why)s。请到“人员与器材”登记，或换人。", name=poor[0].name, why=why)
    else:
        mend = text("请把执法人员排进这一期，或抽取执法人员。检测员、协助人员和嘉宾不算。")
    return Finding("officers", ok=False, says=says, mend=mend)


def _masks() -> Finding:
    says = text("这套系统还没有遮挡功能。")
    mend = text("请写明这一期怎样保护未成年人、路人、证件和反对拍摄的人，由导播或制片记名决定。")
    return Finding("masks", ok=False, says=says, mend=mend)


@cache
def _table() -> GlyphTable:
    return GlyphTable.of(glyph_table())


async def _glyphs(session: AsyncSession, episode: Episode, programme: Programme) -> Finding:
    query = select(PreparedGraphic.fields).where(PreparedGraphic.episode_id == episode.id)
    prepared = [value for fields in (await session.scalars(query)).all() for value in fields.values()]
    table = _table()
    shown = "".join((programme.name, programme.agency, episode.title, episode.theme, *prepared))
    missing = missing_glyphs(shown, table)
    if missing:
        letters = "、".join(f"{each.character} ({each.name})" for each in missing[:5])
        mend = text("请换成别的写法，否则画面上是〓。")
        return Finding("glyphs", ok=False, says=text("上屏字体没有这些字：%(letters)s。", letters=letters), mend=mend)
    return Finding("glyphs", ok=True, says=text("标题、主题和准备好的字幕都能上屏。"))


async def _ladder(desk: Desk, session: AsyncSession, episode: Episode) -> Finding:
    rungs = await ladders.rungs_of(session, episode.id)
    known = await ladders.known(session, [each.rung_id for each in rungs])
    open_ = [each for each in rungs if _is_open(desk, each, episode)]
    silent = [one for each in open_ for one in each.people if not _acknowledged(known.get((each.rung_id, one)))]
    if not rungs:
        mend = text("请在制片台写保密层级：司机、执法人员、导播各在什么时候知道地址。")
        return Finding("ladder", ok=False, says=text("还没有写保密层级。"), mend=mend)
    if silent:
        people = await names(session, silent)
        who = "、".join(people.get(each, each) for each in silent)
        mend = text("请当面提醒：打开“目的地”查看，再按“已知悉”。")
        return Finding("ladder", ok=False, says=text("该知道地址的人还没确认：%(names)s。", names=who), mend=mend)
    return Finding("ladder", ok=True, says=text("保密层级%(count)s级，到时候的都已知悉。", count=len(rungs)))


def _is_open(desk: Desk, rung: Rung, episode: Episode) -> bool:
    return is_open(rung, State(episode.state), episode.starts_utc_ns, desk.clock.utc_ns())


def _acknowledged(row: LadderKnown | None) -> bool:
    return bool(row and row.acknowledged_utc_ns)


async def _kits(session: AsyncSession, day: date) -> list[Finding]:
    batches = [gate.batch_of(each) for each in await gate.batch_rows(session)]
    return [_batches("kit", "kit", batches, day), _batches("reagents", "reagent", batches, day)]


def _batches(name: str, kind: kits.Kind, batches: list[kits.Batch], day: date) -> Finding:
    mine = [each for each in batches if each.kind == kind]
    word = kits.KIND_WORDS[kind]
    if not mine:
        mend = text("请到“人员与器材”登记批号和有效期。")
        return Finding(name, ok=False, says=text("没有登记%(kind)s。", kind=word), mend=mend)
    if over := kits.expired(mine, day):
        which = "、".join(f"{each.name} {each.batch}" for each in over)
        mend = text("请换新的，把过期的停用；不要带到现场。")
        says = text("%(kind)s到那天已过期：%(which)s。", kind=word, which=which)
        return Finding(name, ok=False, says=says, mend=mend)
    first = min(each.expires for each in mine)
    says = text("%(kind)s%(count)s批都在有效期，最早到%(day)s。", kind=word, count=len(mine), day=first.isoformat())
    return Finding(name, ok=True, says=says)


async def _tried(session: AsyncSession, episode: Episode, now: int) -> Finding:
    query = select(Output).where(Output.episode_id == episode.id, Output.wanted.is_(True)).order_by(Output.name)
    rows = (await session.scalars(query)).all()
    if not rows:
        return Finding("tried", ok=True, says=text("没有要推的平台，只在本站播出。"))
    since = now - _TRIED_HOURS * 3600 * _NS
    failed = [each.name for each in rows if each.tried_utc_ns and not each.tried_ok]
    untried = [each.name for each in rows if each.tried_utc_ns < since and each.name not in failed]
    mend = text("请在推流设置里逐个试推。")
    if failed:
        return Finding("tried", ok=False, says=text("试推失败：%(names)s。", names="、".join(failed)), mend=mend)
    if untried:
        says = text("一天之内没有试推：%(names)s。", names="、".join(untried))
        return Finding("tried", ok=False, says=says, mend=mend)
    return Finding("tried", ok=True, says=text("%(count)s个平台试推过。", count=len(rows)))


async def _moderation(session: AsyncSession, episode: Episode) -> Finding:
    there = await gate.moderators_on_duty(session, episode.id)
    if there:
        return Finding("moderation", ok=True, says=text("值守：%(names)s。", names="、".join(there)))
    mend = text("请审核员在审核台或制片台按“我来值守”。")
    return Finding("moderation", ok=False, says=text("没有审核员值守。"), mend=mend)


def _delay(desk: Desk, episode: Episode, delay_s: float | None) -> Finding:
    planned = desk.settings.playout.delay_s if episode.delay_s is None else episode.delay_s
    seconds = planned if delay_s is None else delay_s
    if desk.rooms.playout is None:
        return Finding("delay", ok=False, says=text("播出进程不在。"), mend=text("请先启动日光：daylight serve。"))
    says = text("公众比现场晚%(seconds)s秒。", seconds=f"{seconds:g}")
    mend = text("没有延时就没有东西可切除。请把延时设到10秒以上。")
    return Finding("delay", ok=seconds > 0, says=says, mend=mend)
