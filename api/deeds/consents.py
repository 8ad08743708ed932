"""Guests' consents. In: a name, an office, a drawn signature. Out: a consent, and the strap it makes ready.

Without a standing consent no guest's name goes on the picture; officers are named by their credential number.
"""

import msgspec
from sqlalchemy import delete, func, select

from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.deeds.inspection import When
from api.desk import Desk
from episodes import inspection as rules
from episodes.events import ConsentWithdrawn, GuestConsented
from episodes.signature import canonical, digest, signature
from runtime.problems import UserProblem
from store import Work
from store.inspection import consents
from store.tables.graphics import PreparedGraphic
from store.tables.inspection import GuestConsent

TEXT_VERSION = "2026-1"
"""The wording guests sign (`crew/consent.html`); a changed wording is a new version."""
_STATES = frozenset({"planned", "approved", "live", "ended"})


class Consented(msgspec.Struct, frozen=True):
    consent_id: str


async def consent(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, name: str, title: str, signed: str, when: When
) -> Consented:
    """A guest signed. Their strap is ready from now on."""
    drawn = signature(signed)
    person, office = name.strip(), title.strip()
    if not person or not office:
        raise UserProblem("consent_who", "请写明嘉宾的姓名和身份。", 422)

    async def body(work: Work) -> Consented:
        episode = await the_episode(work.session, episode_id, lock=True)
        if episode.state not in _STATES:
            raise UserProblem("not_open", "这一期还没有开播，开播后再记。", 409)
        at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=when.paper)
        consent_id, sha256 = new_id(), digest(drawn)
        work.session.add(
            GuestConsent(
                id=consent_id,
                episode_id=episode_id,
                name=person,
                title=office,
                text=TEXT_VERSION,
                sealed=desk.secrets_box.seal(canonical(drawn), f"guest_consents.{consent_id}"),
                sha256=sha256,
                by=actor.user_id,
                at_utc_ns=at,
                received_utc_ns=desk.clock.utc_ns(),
                paper=when.paper,
            )
        )
        await _ready_strap(work, consent_id, episode_id, {"name": person, "title": office})
        work.record(
            GuestConsented(
                episode_id=episode_id,
                consent_id=consent_id,
                text=TEXT_VERSION,
                sha256=sha256,
                at_utc_ns=at,
                by=actor.user_id,
                paper=when.paper,
            )
        )
        return Consented(consent_id)

    return await once(desk, actor, "consent", command_id, Consented, body)


async def withdraw_consent(desk: Desk, actor: Actor, *, command_id: str = "", consent_id: str) -> Ok:
    """The guest took it back: the strap goes, the strokes are erased."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(GuestConsent, consent_id, with_for_update=True)
        if row is None or row.withdrawn_utc_ns:
            raise UserProblem("no_consent", "没有这份同意书，或者它已经撤回。", 404)
        row.withdrawn_utc_ns, row.sealed = desk.clock.utc_ns(), b""
        await work.session.execute(delete(PreparedGraphic).where(PreparedGraphic.id == consent_id))
        work.record(ConsentWithdrawn(episode_id=row.episode_id, consent_id=row.id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "withdraw_consent", command_id, Ok, body)


async def must_have_consented(work: Work, episode_id: str, name: str) -> None:
    """Raises UserProblem `no_consent` unless a guest of this name signed for this episode."""
    if name not in {each.name for each in await consents(work.session, episode_id)}:
        raise UserProblem(
            "no_consent", "%(name)s还没有签同意书，请先在手机上签字再上人名条。执法人员请填执法证号。", 409, name=name
        )


async def _ready_strap(work: Work, consent_id: str, episode_id: str, fields: dict[str, str]) -> None:
    """A prepared strap with the consent's id, after those there are; one press puts it on the picture."""
    query = select(func.max(PreparedGraphic.ordinal)).where(PreparedGraphic.episode_id == episode_id)
    last = await work.session.scalar(query)
    work.session.add(
        PreparedGraphic(
            id=consent_id,
            episode_id=episode_id,
            graphic="strap",
            fields=fields,
            ordinal=0 if last is None else last + 1,
        )
    )
