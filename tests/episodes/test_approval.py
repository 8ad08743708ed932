"""An approval is of one version, by a second person; an officer counts only with a credential of that day."""

from datetime import date

import msgspec
import pytest

from episodes import approval, officers
from episodes.approval import Basis, Content
from episodes.episode import State
from episodes.officers import Credential, Officer
from episodes.people import Role
from runtime.problems import UserProblem

CONTENT = Content(
    programme_id="p1",
    number=104,
    title="校园周边",
    theme="校园",
    starts_utc_ns=10**18,
    rehearsal=False,
    demo=False,
    legal_basis="《食品安全法》第一百一十条",
    scope="江北区",
    targets=("ab",),
)
BASIS = Basis(legal_basis="《食品安全法》第一百一十条", scope="江北区", given_by="gu", reviewed_by="feng", version=2)


def approve(by: str = "feng", state: State = State.PLANNED, basis: Basis = BASIS, **more: str) -> object:
    words = {"seen": approval.hash_of(CONTENT), "before": "", "document": "", **more}
    return approval.approve(state, CONTENT, basis, episode_id="e", requesters={"gu", "shen"}, by=by, **words)


def test_any_covered_change_is_another_version() -> None:
    seen = {approval.hash_of(CONTENT)}
    for name, value in {
        "number": 105, "title": "夜市", "theme": "夜市", "starts_utc_ns": 1, "minutes": 60, "legal_basis": "x", "scope": "y",
        "targets": ("ab", "cd"), "ladder": ("司机",), "rehearsal": True, "demo": True, "programme_id": "p2",
    }.items():  # fmt: skip
        other = msgspec.structs.replace(CONTENT, **{name: value})
        assert approval.changed(CONTENT, other) == (name,)
        assert approval.FIELD_WORDS[name]
        seen.add(approval.hash_of(other))
    assert len(seen) == 13, "no two contents have one hash"
    assert set(approval.FIELD_WORDS) == set(Content.__struct_fields__)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"by": "gu"}, "same_person"),
        ({"by": "shen"}, "same_person"),
        ({"seen": "0" * 64}, "approval_changed"),
        ({"before": approval.hash_of(CONTENT)}, "already_approved"),
        ({"basis": msgspec.structs.replace(BASIS, reviewed_by="")}, "basis_unreviewed"),
        ({"basis": Basis()}, "basis_missing"),
        ({"state": State.ENDED}, "episode_state"),
        ({"state": State.APPROVED}, "episode_state"),
    ],
)
def test_what_is_no_approval(more: dict, code: str) -> None:
    with pytest.raises(UserProblem, match=code):
        approve(**more)


def test_an_approval_names_what_was_read() -> None:
    assert approve().approved == approval.hash_of(CONTENT)
    assert approve(state=State.LIVE).by == "feng", "a target added on air is approved on air"


def test_a_basis_is_reviewed_by_another_and_never_overwritten_unseen() -> None:
    with pytest.raises(UserProblem, match="same_person"):
        approval.review(State.PLANNED, BASIS, episode_id="e", version=2, by="gu")
    with pytest.raises(UserProblem, match="conflict"):
        approval.review(State.PLANNED, BASIS, episode_id="e", version=1, by="feng")
    with pytest.raises(UserProblem, match="conflict"):
        approval.give(State.PLANNED, BASIS, episode_id="e", legal_basis="x", scope="y", version=1, by="gu")
    with pytest.raises(UserProblem, match="episode_state"):
        approval.give(State.LIVE, BASIS, episode_id="e", legal_basis="x", scope="y", version=2, by="gu")


def officer(*roles: Role, until: str = "2026-12-31", active: bool = True) -> Officer:
    card = Credential(user_id="a", number="JB-1", valid_from=date(2026, 1, 1), valid_until=date.fromisoformat(until))
    return Officer(user_id="a", name="陈", roles=frozenset(roles), active=active, credential=card)


@pytest.mark.parametrize(
    ("who", "day", "standing"),
    [
        (officer(Role.OFFICER), "2026-12-31", "valid"),
        (officer(Role.OFFICER), "2027-01-01", "expired"),
        (officer(Role.OFFICER), "2025-12-31", "not_yet"),
        (officer(Role.OFFICER, Role.CAMERA), "2026-06-01", "valid"),
        (officer(Role.OFFICER, Role.TESTER), "2026-06-01", "not_officer"),
        (officer(Role.GUEST), "2026-06-01", "not_officer"),
        (officer(Role.CAMERA), "2026-06-01", "not_officer"),
        (officer(Role.OFFICER, active=False), "2026-06-01", "closed"),
        (msgspec.structs.replace(officer(Role.OFFICER), credential=None), "2026-06-01", "no_credential"),
    ],
)
def test_who_counts_as_an_officer(who: Officer, day: str, standing: str) -> None:
    assert officers.standing(who, date.fromisoformat(day)) == standing


def test_one_person_is_one_officer() -> None:
    assert len(officers.counting([officer(Role.OFFICER), officer(Role.OFFICER)], date(2026, 6, 1))) == 1
    assert officers.least(date(2026, 6, 1)) == 2


@pytest.mark.parametrize(("number", "begins", "ends"), [("x", "2026-01-01", "2026-12-31"), ("JB-1234", "2026-02-30", "2026-12-31"), ("JB-1234", "2026-02-01", "2026-01-31")])  # fmt: skip
def test_a_credential_that_cannot_be(number: str, begins: str, ends: str) -> None:
    with pytest.raises(UserProblem):
        officers.checked("a", number, begins, ends)
