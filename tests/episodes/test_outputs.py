"""How an output comes back: grace, patience, a limit, the platform's window, the spare address."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.outputs import Again, Attempts, Ended, OutputPolicy, Rules, Stop, after

NS = 1_000_000_000
HOUSE = Rules(grace_s=3, retry_first_s=1, retry_most_s=30, tries_most=0, resume_s=0, spare_after=3)
REFUSED = Ended(reason="refused")
BROKEN = Ended(reason="reset", had_us=True, held_s=60)


def follow(ends: list[Ended], rules: Rules = HOUSE, *, has_spare: bool = False, began: Attempts | None = None):
    """All that follows a row of failures; time passes as it is waited."""
    attempts, now_ns, out = began or Attempts(), 10**12, []
    for ended in ends:
        attempts, follows = after(attempts, ended, rules, now_ns, has_spare=has_spare)
        out.append((attempts, follows))
        now_ns += round(getattr(follows, "wait_s", 0) * NS)
    return out


def waits(ends: list[Ended], rules: Rules = HOUSE, **more: object) -> list[float]:
    return [follows.wait_s for _, follows in follow(ends, rules, **more) if isinstance(follows, Again)]


def test_a_platform_that_never_had_us_is_tried_more_and_more_patiently() -> None:
    assert waits([REFUSED] * 8) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_platform_gets_its_grace_before_the_first_reconnect() -> None:
    assert waits([BROKEN, REFUSED, REFUSED]) == [3, 2, 4]


def test_who_is_told_already_publishing_waits_for_the_old_line_to_go() -> None:
    assert waits([Ended(reason="rejected", says="Already publishing")] * 4) == [3, 3, 4, 8]


def test_a_good_connection_begins_the_count_anew_and_a_short_one_does_not() -> None:
    short = Ended(reason="reset", had_us=True, held_s=2)
    assert waits([REFUSED] * 4 + [BROKEN]) == [1, 2, 4, 8, 3]
    assert waits([short] * 5) == [3, 3, 4, 8, 16]


def test_a_line_broken_by_a_dump_is_no_failure() -> None:
    attempts, follows = after(Attempts(failures=1), Ended(reason="cut", had_us=True), HOUSE, 10**12, has_spare=True)
    assert (attempts.failures, follows) == (1, Again(3))


def test_a_limit_of_tries_stops_and_asks_a_person() -> None:
    told = follow([REFUSED] * 3, msgspec.structs.replace(HOUSE, tries_most=3))
    assert [type(follows) for _, follows in told] == [Again, Again, Stop]
    assert told[-1][1] == Stop("tries")


def test_after_the_platforms_window_a_reconnect_would_open_a_second_broadcast() -> None:
    rules = msgspec.structs.replace(HOUSE, resume_s=20, retry_most_s=8)
    told = follow([BROKEN] + [REFUSED] * 9, rules)
    stops = [index for index, (_, follows) in enumerate(told) if isinstance(follows, Stop)]
    assert told[stops[0]][1] == Stop("window")
    assert sum(follows.wait_s for _, follows in told[: stops[0]]) <= 20
    assert not [follows for _, follows in follow([REFUSED] * 20, rules) if isinstance(follows, Stop)], "it never had us"


def test_the_spare_address_comes_after_so_many_failures_and_stays() -> None:
    told = follow([REFUSED] * 7, has_spare=True)
    assert [attempts.use for attempts, _ in told] == ["main"] * 2 + ["spare"] * 5
    assert told[2][1] == Again(0.0)
    assert all(attempts.use == "main" for attempts, _ in follow([REFUSED] * 7))
    never = msgspec.structs.replace(HOUSE, spare_after=0)
    assert all(attempts.use == "main" for attempts, _ in follow([REFUSED] * 7, never, has_spare=True))


def test_an_address_refused_for_good_stops_or_goes_to_the_spare_at_once() -> None:
    wrong = Ended(reason="scheme", for_good=True)
    assert follow([wrong])[0][1] == Stop("address")
    told = follow([wrong, wrong], has_spare=True)
    assert told[0][0].use == "spare"
    assert told[1][1] == Stop("address"), "both are wrong"


def test_an_outputs_own_policy_comes_before_the_houses() -> None:
    mine = HOUSE.with_policy(OutputPolicy(grace_s=0, tries_most=2))
    assert (mine.grace_s, mine.tries_most, mine.retry_most_s) == (0, 2, 30)


@given(
    st.lists(
        st.builds(
            Ended,
            reason=st.sampled_from(["refused", "rejected", "wedged"]),
            had_us=st.booleans(),
            held_s=st.floats(0, 100),
        ),
        min_size=1,
        max_size=30,
    ),
    st.builds(
        Rules,
        grace_s=st.floats(0, 20),
        retry_first_s=st.floats(0.1, 5),
        retry_most_s=st.floats(5, 60),
        tries_most=st.integers(0, 6),
        resume_s=st.sampled_from([0, 5, 40]),
        spare_after=st.integers(0, 4),
    ),
    st.booleans(),
)
def test_never_too_early_never_too_often_never_back_by_itself(ends: list[Ended], rules: Rules, has_spare: bool) -> None:
    attempts, now_ns, used = Attempts(), 10**12, "main"
    for ended in ends:
        attempts, follows = after(attempts, ended, rules, now_ns, has_spare=has_spare)
        assert used == "main" or attempts.use == "spare"
        used = attempts.use
        if isinstance(follows, Stop):
            return
        if ended.had_us:
            assert follows.wait_s >= rules.grace_s
        assert follows.wait_s <= max(rules.retry_most_s, rules.grace_s)
        assert not rules.tries_most or attempts.failures < rules.tries_most
        now_ns += round(follows.wait_s * NS)


@pytest.mark.parametrize("failures", [1, 50, 10_000])
def test_the_wait_never_overflows(failures: int) -> None:
    assert 1 <= HOUSE.backoff_s(failures) <= 30
