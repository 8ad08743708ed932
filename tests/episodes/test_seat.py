"""One holds the desk: by right of a free seat, an offer, or a silent holder; never by accident."""

import pytest
from msgspec.structs import replace

from episodes import seat as rules
from episodes.seat import OFFER_S, SILENT_S, Sitter
from runtime.problems import UserProblem

S = 1_000_000_000
SHEN, LIN = Sitter("seat-1", "shen", "沈岚"), Sitter("seat-2", "lin", "林舟")
SHEN_TABLET = Sitter("seat-3", "shen", "沈岚")
HELD = rules.taken(SHEN, 100 * S)
LATER = 100 * S + round(SILENT_S * S)


def test_a_free_desk_is_taken_by_whoever_acts_first() -> None:
    assert rules.may_take(None, SHEN, 0) == "free"
    assert rules.may_act(None, SHEN, 0) is False
    assert rules.may_act(HELD, SHEN, 100 * S) is True


@pytest.mark.parametrize("who", [LIN, SHEN_TABLET])
def test_a_held_desk_refuses_every_other_browser(who: Sitter) -> None:
    for rule in (rules.may_take, rules.may_act):
        with pytest.raises(UserProblem) as refused:
            rule(HELD, who, LATER - 1)
        assert (refused.value.code, refused.value.status, refused.value.params) == ("desk_held", 409, {"name": "沈岚"})


def test_a_silent_holder_is_replaced_only_on_purpose() -> None:
    assert rules.may_take(HELD, LIN, LATER) == "silent"
    with pytest.raises(UserProblem, match="desk_held"):
        rules.may_act(HELD, LIN, LATER)
    # The same person at another browser may simply go on.
    assert rules.may_act(HELD, SHEN_TABLET, LATER) is False


def test_an_offer_passes_the_desk_on_when_it_is_accepted_in_time() -> None:
    offered = rules.offered(HELD, SHEN, "lin", 200 * S)
    held = replace(offered, seen_utc_ns=300 * S)
    assert rules.may_take(held, LIN, 201 * S) == "accepted"
    with pytest.raises(UserProblem, match="desk_held"):
        rules.may_take(held, LIN, 200 * S + round(OFFER_S * S))
    with pytest.raises(UserProblem, match="desk_held"):
        rules.may_take(rules.offered(held, SHEN, "", 202 * S), LIN, 203 * S)
    assert rules.may_act(held, SHEN, 201 * S), "until then the holder holds it"


def test_only_the_holder_offers_and_not_to_themselves() -> None:
    for held, who, to, code in (
        (HELD, LIN, "gu", "desk_not_yours"),
        (None, LIN, "gu", "desk_not_yours"),
        (HELD, SHEN, "shen", "desk_to_self"),
    ):
        with pytest.raises(UserProblem, match=code):
            rules.offered(held, who, to, 0)
