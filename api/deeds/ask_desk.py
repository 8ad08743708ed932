"""问法制: a private word with the legal desk. In: words and pictures of who is on the spot, answers. Out: threads.

Words rest sealed; the record says that somebody asked and was answered, no more. Nothing of it is public or on air.
"""

import msgspec

from api.auth.who import Person
from api.deeds.doing import new_id, once
from api.deeds.inspection import When, check_files, takes_entries
from api.desk import Desk
from episodes import inspection as rules
from episodes.events import DeskAnswered, DeskAsked
from runtime.problems import UserProblem
from store import Work
from store.tables.inspection import DeskMessage, DeskThread


class Asked(msgspec.Struct, frozen=True):
    thread_id: str
    message_id: str


async def ask_desk(
    desk: Desk,
    who: Person,
    *,
    command_id: str = "",
    episode_id: str,
    thread_id: str = "",
    text: str,
    files: tuple[str, ...] = (),
    when: When,
) -> Asked:
    """A new question, or one word more in one's own thread."""

    async def body(work: Work) -> Asked:
        await takes_entries(work, episode_id)
        await check_files(work, episode_id, files)
        at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=False)
        if thread_id:
            thread = await _thread(work, thread_id)
            if thread.by != who.user_id:
                raise UserProblem("no_thread", "没有这个问答。", 404)
            thread.state = "open"
        else:
            thread = DeskThread(
                id=new_id(),
                episode_id=episode_id,
                by=who.user_id,
                name=who.name,
                state="open",
                made_utc_ns=desk.clock.utc_ns(),
            )
            work.session.add(thread)
            await work.session.flush()  # its messages refer to it
        message_id = _say(desk, work, thread, who, text, files, at, from_desk=False)
        work.record(DeskAsked(episode_id=episode_id, thread_id=thread.id, at_utc_ns=at, by=who.user_id))
        return Asked(thread.id, message_id)

    return await once(desk, who, "ask_desk", command_id, Asked, body)


async def answer_thread(desk: Desk, who: Person, *, command_id: str = "", thread_id: str, text: str) -> Asked:
    """The legal desk's answer."""

    async def body(work: Work) -> Asked:
        thread = await _thread(work, thread_id)
        thread.state = "answered"
        message_id = _say(desk, work, thread, who, text, (), desk.clock.utc_ns(), from_desk=True)
        work.record(DeskAnswered(episode_id=thread.episode_id, thread_id=thread.id, by=who.user_id))
        return Asked(thread.id, message_id)

    return await once(desk, who, "answer_thread", command_id, Asked, body)


async def _thread(work: Work, thread_id: str) -> DeskThread:
    row = await work.session.get(DeskThread, thread_id, with_for_update=True)
    if row is None:
        raise UserProblem("no_thread", "没有这个问答。", 404)
    return row


def _say(
    desk: Desk,
    work: Work,
    thread: DeskThread,
    who: Person,
    text: str,
    files: tuple[str, ...],
    at_utc_ns: int,
    *,
    from_desk: bool,
) -> str:
    words, message_id = rules.note_text(text, files), new_id()
    work.session.add(
        DeskMessage(
            id=message_id,
            thread_id=thread.id,
            by=who.user_id,
            name=who.name,
            from_desk=from_desk,
            sealed=desk.secrets_box.seal(words.encode(), f"desk_messages.{message_id}"),
            files=list(files),
            at_utc_ns=at_utc_ns,
            received_utc_ns=desk.clock.utc_ns(),
        )
    )
    return message_id
