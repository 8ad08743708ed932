"""An episode's approval as `/produce` shows it. In: the store, who looks. Out: four steps, who does what next."""

from typing import Any

import msgspec

from api.auth.who import Person
from api.deeds.doing import the_episode
from api.desk import Desk
from episodes import approval as rules
from episodes.people import Role
from store import approvals as store
from store.people import names
from store.tables.episodes import Episode
from store.tables.gate import Approval
from web.i18n import Texts

GIVERS = (Role.PRODUCER, Role.LEGAL)
_OPEN = {"planned", "approved"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of 立项, 执法依据, 法制审核, 批准: done by whom and when, or open."""

    name: str
    by: str
    utc_ns: int = 0
    note: str = ""


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what this person may do: give, review, approve, or empty."""

    steps: tuple[Step, ...]
    legal_basis: str
    scope: str
    basis_version: int
    version: str
    approved: str
    changed: tuple[str, ...]
    next: tuple[str, ...]
    targets: int


async def approval_view(desk: Desk, who: Person, episode_id: str, words: Texts) -> ApprovalView:
    """What `/produce` and the API say of it; never a target's name."""
    async with desk.store.read() as session:
        episode = await the_episode(session, episode_id)
        basis_row, last = await store.basis_row(session, episode_id), await store.last_approval(session, episode_id)
        content = await store.content_now(session, episode)
        requesters = await store.requesters(session, episode)
        basis = store.basis_of(basis_row)
        people = await names(
            session, {episode.planned_by, basis.given_by, basis.reviewed_by, last.by if last else ""} - {""}
        )
    holds = last if last and not last.void_utc_ns else None
    version = rules.hash_of(content)
    steps = (
        Step(name=words("立项"), by=people.get(episode.planned_by, episode.planned_by)),
        Step(
            name=words("执法依据"),
            by=people.get(basis.given_by, basis.given_by),
            utc_ns=basis_row.given_utc_ns if basis_row else 0,
        ),
        Step(
            name=words("法制审核"),
            by=people.get(basis.reviewed_by, basis.reviewed_by),
            utc_ns=basis_row.reviewed_utc_ns if basis_row else 0,
        ),
        Step(
            name=words("批准"),
            by=people.get(holds.by, holds.by) if holds else "",
            utc_ns=holds.utc_ns if holds else 0,
            note=holds.document if holds else "",
        ),
    )
    return ApprovalView(
        steps=steps,
        legal_basis=basis.legal_basis,
        scope=basis.scope,
        basis_version=basis.version,
        version=version,
        approved=holds.hash if holds else "",
        changed=_changed(last, content, words),
        next=_next(who, episode, basis, requesters, approved=holds.hash == version if holds else False),
        targets=len(content.targets),
    )


def _changed(last: Approval | None, content: rules.Content, words: Texts) -> tuple[str, ...]:
    if last is None:
        return ()
    fields = rules.changed(store.content_of_approval(last), content)
    return tuple(words(rules.FIELD_WORDS[each]) for each in fields)


def _next(
    who: Person, episode: Episode, basis: rules.Basis, requesters: frozenset[str], *, approved: bool
) -> tuple[str, ...]:
    can = []
    if who.is_a(*GIVERS) and episode.state in _OPEN:
        can.append("give")
    if who.is_a(Role.LEGAL):
        if episode.state in _OPEN and basis.legal_basis and not basis.reviewed_by and who.user_id != basis.given_by:
            can.append("review")
        waits = episode.state in {"planned", "live"} and not approved
        if waits and basis.reviewed_by and who.user_id not in requesters:
            can.append("approve")
    return tuple(can)


def approval_json(view: ApprovalView) -> dict[str, Any]:
    """As the API gives it."""
    return {
        "legal_basis": view.legal_basis,
        "scope": view.scope,
        "basis_version": view.basis_version,
        "version": view.version,
        "approved": view.approved,
        "changed": list(view.changed),
        "next": list(view.next),
        "targets": view.targets,
    }
