"""What an approval is of. In: an episode's plan, basis, chosen targets. Out: a hash; who may give, review, approve.

An approval is of one version: whoever approves names the hash of what they read, and it holds for exactly that.
Covered are programme, number, title, theme, time and length, whether it is a rehearsal or a demo, the legal basis with
its scope, the targets that people chose, and who learns their address when. Not covered: what chance decides after the
approval (drawn targets and officers, checked by the draw), and what must change on the day (cameras, outputs, delay,
crew, which the gate judges).
"""

import hashlib
from collections.abc import Collection

import msgspec

from episodes.episode import State, next_state
from episodes.events import EpisodeApproved, LegalBasisGiven, LegalBasisReviewed
from runtime.problems import UserProblem
from runtime.words import N_

_MOST_BASIS = 200
_MOST_SCOPE = 200
_MOST_DOCUMENT = 60

FIELD_WORDS = {
    "programme_id": N_("栏目"),
    "number": N_("期数"),
    "title": N_("标题"),
    "theme": N_("主题"),
    "starts_utc_ns": N_("开播时间"),
    "minutes": N_("时长"),
    "rehearsal": N_("彩排"),
    "demo": N_("演示标记"),
    "legal_basis": N_("执法依据"),
    "scope": N_("检查范围"),
    "targets": N_("人工选定的对象"),
    "ladder": N_("保密层级"),
}
"""What a person calls each covered field."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one approval covers. `targets` are commitments, `ladder` lines of text: neither tells a name."""

    programme_id: str
    number: int
    title: str
    theme: str
    starts_utc_ns: int
    minutes: int = 0
    rehearsal: bool
    demo: bool
    legal_basis: str
    scope: str
    targets: tuple[str, ...] = ()
    ladder: tuple[str, ...] = ()


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """The legal basis as it stands; `version` grows with each change, `reviewed_by` is empty until somebody did."""

    legal_basis: str = ""
    scope: str = ""
    given_by: str = ""
    reviewed_by: str = ""
    version: int = 0


def hash_of(content: Content) -> str:
    """Hex SHA-256 over a tag and the content's canonical JSON."""
    body = msgspec.json.encode(content, order="sorted")
    return hashlib.sha256(b"daylight.approval.v1\0" + body).hexdigest()


def changed(before: Content, now: Content) -> tuple[str, ...]:
    """The fields in which two contents differ."""
    return tuple(each for each in Content.__struct_fields__ if getattr(before, each) != getattr(now, each))


def give(
    state: State, before: Basis, *, episode_id: str, legal_basis: str, scope: str, version: int, by: str
) -> LegalBasisGiven:
    """A person says on what the inspection rests. `version` is the one they had before them."""
    _may_change(state)
    _same(before.version, version)
    basis, reach = legal_basis.strip(), scope.strip()
    if not basis or len(basis) > _MOST_BASIS:
        raise UserProblem("legal_basis", "请写明执法依据，最多200字。", 422)
    if not reach or len(reach) > _MOST_SCOPE:
        raise UserProblem("scope", "请写明检查范围：到哪个区、哪类经营者。", 422)
    return LegalBasisGiven(episode_id=episode_id, legal_basis=basis, scope=reach, by=by)


def review(state: State, basis: Basis, *, episode_id: str, version: int, by: str) -> LegalBasisReviewed:
    """Another person reads it and finds it right."""
    _may_change(state)
    if not basis.legal_basis:
        raise UserProblem("basis_missing", "还没有人提出执法依据，请先填写。", 409)
    _same(basis.version, version)
    if by == basis.given_by:
        raise UserProblem("same_person", "执法依据要由另一个人复核，不能自提自审。", 403)
    return LegalBasisReviewed(episode_id=episode_id, by=by)


def approve(
    state: State,
    content: Content,
    basis: Basis,
    *,
    episode_id: str,
    requesters: Collection[str],
    before: str,
    seen: str,
    document: str,
    by: str,
) -> EpisodeApproved:
    """A second person approves what they have read: `seen` is its hash, `before` that of what stands approved."""
    now = hash_of(content)
    event = EpisodeApproved(
        episode_id=episode_id, by=by, legal_basis=basis.legal_basis, approved=now, document=document.strip()
    )
    next_state(state, event)
    if before == now:
        raise UserProblem("already_approved", "这一版已经审批过。", 409)
    if by in requesters:
        raise UserProblem("same_person", "审批要由另一个人来做：立项、提依据、选对象的人都不能审批。", 403)
    if not basis.legal_basis:
        raise UserProblem("basis_missing", "还没有人提出执法依据，请先填写。", 409)
    if not basis.reviewed_by:
        raise UserProblem("basis_unreviewed", "执法依据还没有由另一个人复核，请先复核再审批。", 409)
    if seen != now:
        raise UserProblem("approval_changed", "你看过以后内容有改动。请刷新，看过现在的内容再审批。", 409)
    if len(document) > _MOST_DOCUMENT:
        raise UserProblem("document", "签批文号最多60字。", 422)
    return event


def _may_change(state: State) -> None:
    if state not in {State.PLANNED, State.APPROVED}:
        raise UserProblem("episode_state", "已开播的一期不能再改执法依据。", 409)


def _same(now: int, seen: int) -> None:
    if now != seen:
        raise UserProblem("conflict", "刚有人改过，请刷新后再试。", 409)
