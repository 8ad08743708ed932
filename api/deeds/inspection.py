"""The checklist's deeds. In: ticks, answers and notes from phones, often late. Out: rows and facts, each once.

An answer that fails opens its finding in the same transaction, so that neither stands without the other.
"""

import hashlib

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.deeds.findings import put_finding
from api.desk import Desk
from episodes import inspection as rules
from episodes.checklist import Checklist, shown
from episodes.events import Answer, FindingOpened, ItemAnswered, NoteWritten, SpotTicked, Tick
from runtime.problems import UserProblem
from store import Work, plans
from store import inspection as kept
from store.tables.episodes import Episode
from store.tables.inspection import ChecklistAnswer, SpotNote, SpotTick


class When(msgspec.Struct, frozen=True):
    """When it happened by the phone, and whether it was written on paper first."""

    at_utc_ns: int
    paper: bool = False


class ItemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered; `version` is the one they saw, 0 for none."""

    item_id: str
    place: str
    answer: Answer
    version: int = 0
    sentence: str = ""
    measure: rules.Measure = ""
    note: str = ""
    files: tuple[str, ...] = ()


class AnswerMade(msgspec.Struct, frozen=True):
    version: int
    finding_id: str


class NoteMade(msgspec.Struct, frozen=True):
    note_id: str


async def checklist_of(session: AsyncSession, episode_id: str) -> Checklist:
    """The checklist an episode is inspected by."""
    return shown(await plans.checklist_of(session, episode_id))


async def tick(desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, tick: Tick, when: When) -> Ok:
    """Recording was announced, credentials were shown. Once is enough; a second tick changes nothing."""

    async def body(work: Work) -> Ok:
        await takes_entries(work, episode_id)
        at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=when.paper)
        if await work.session.get(SpotTick, (episode_id, tick)) is not None:
            return Ok()
        work.session.add(
            SpotTick(
                episode_id=episode_id,
                tick=tick,
                by=actor.user_id,
                at_utc_ns=at,
                received_utc_ns=desk.clock.utc_ns(),
                paper=when.paper,
            )
        )
        work.record(SpotTicked(episode_id=episode_id, tick=tick, at_utc_ns=at, by=actor.user_id, paper=when.paper))
        return Ok()

    return await once(desk, actor, "spot_tick", command_id, Ok, body)


async def answer(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, given: ItemAnswer, when: When
) -> AnswerMade:
    """Answer an item of a place. Two phones get a clear conflict, never a silent overwrite."""

    async def body(work: Work) -> AnswerMade:
        await takes_entries(work, episode_id)
        checklist = await checklist_of(work.session, episode_id)
        item = next((each for each in checklist.items if each.item_id == given.item_id), None)
        if item is None:
            raise UserProblem("no_item", "要点表里没有这一项，请刷新后再记。", 404)
        place = given.place.strip()
        row = await kept.answer_of(work.session, episode_id, place, item.item_id)
        before = kept.standing(row)
        name_of = (await kept.names(work.session, [before.by])).get(before.by, "")
        after = rules.answered(before, given.version, given.answer, sentence=given.sentence, name_of=name_of)
        at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=when.paper)
        await check_files(work, episode_id, given.files)
        finding_id = after.finding_id
        if given.answer == "fail" and not finding_id:
            finding_id = new_id()
            put_finding(
                desk,
                work,
                actor,
                FindingOpened(
                    episode_id=episode_id,
                    finding_id=finding_id,
                    key_item=item.weight == "key",
                    where=place,
                    sentence=given.sentence.strip(),
                    measure=rules.MEASURE_WORDS[given.measure],
                    paper=when.paper,
                ),
            )
        if row is None:
            row = ChecklistAnswer(id=new_id(), episode_id=episode_id, place=place, item_id=item.item_id)
            work.session.add(row)
        note = rules.note_text(given.note, given.files) if given.note or given.files else ""
        row.template, row.asked, row.key_item = checklist.template, item.words, item.weight == "key"
        row.answer, row.version, row.finding_id = given.answer, after.version, finding_id
        row.sentence, row.files = given.sentence.strip(), list(given.files)
        row.sealed_note = desk.secrets_box.seal(note.encode(), f"checklist_answers.{row.id}")
        row.by, row.at_utc_ns, row.received_utc_ns = actor.user_id, at, desk.clock.utc_ns()
        row.paper = when.paper
        work.record(
            ItemAnswered(
                episode_id=episode_id,
                item_id=item.item_id,
                place=place,
                template=row.template,
                answer=given.answer,
                version=after.version,
                files=given.files,
                at_utc_ns=at,
                by=actor.user_id,
                finding_id=finding_id,
                paper=when.paper,
            )
        )
        return AnswerMade(after.version, finding_id)

    return await once(desk, actor, "answer_item", command_id, AnswerMade, body)


async def note(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str = "",
    episode_id: str,
    place: str,
    text: str,
    files: tuple[str, ...],
    when: When,
) -> NoteMade:
    """A note that belongs to no item."""

    async def body(work: Work) -> NoteMade:
        await takes_entries(work, episode_id)
        at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=when.paper)
        await check_files(work, episode_id, files)
        words, note_id = rules.note_text(text, files).encode(), new_id()
        work.session.add(
            SpotNote(
                id=note_id,
                episode_id=episode_id,
                place=place.strip(),
                sealed=desk.secrets_box.seal(words, f"spot_notes.{note_id}"),
                files=list(files),
                by=actor.user_id,
                at_utc_ns=at,
                received_utc_ns=desk.clock.utc_ns(),
                paper=when.paper,
            )
        )
        digest = hashlib.sha256(words).hexdigest()
        work.record(
            NoteWritten(
                episode_id=episode_id,
                note_id=note_id,
                sha256=digest,
                files=files,
                at_utc_ns=at,
                by=actor.user_id,
                paper=when.paper,
            )
        )
        return NoteMade(note_id)

    return await once(desk, actor, "spot_note", command_id, NoteMade, body)


async def takes_entries(work: Work, episode_id: str) -> Episode:
    """The episode, which must be open for entries; it does not end before this work commits."""
    row = await the_episode(work.session, episode_id, lock=True)
    rules.open_for_entries(row.state)
    return row


async def check_files(work: Work, episode_id: str, files: tuple[str, ...]) -> None:
    """Photos and spoken notes come before what they belong to."""
    found = await kept.files(work.session, files)
    if len(files) > rules.MOST_FILES or {each.id for each in found if each.episode_id == episode_id} != {*files}:
        raise UserProblem("no_file", "附带的照片或口述没有收到，请重拍一张再记。", 409)
