"""Crew lists and seasons: who may combine what, five crew and two at the desk; seasons that follow each other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.assignment import (
    POST_WORDS,
    ROLES_FOR,
    TOGETHER_NEVER,
    Assigned,
    Post,
    checked_crew,
    missing,
    never_together,
    posts_of,
)
from episodes.people import Role, conflicting
from episodes.seasons import Season, checked, next_number, on_air_on, place_in, season_on
from episodes.template_starters import STARTERS
from runtime.problems import UserProblem

FIVE_AND_TWO: dict[str, tuple[frozenset[Role], tuple[Post, ...]]] = {
    # In the field.
    "chen": (frozenset({Role.OFFICER, Role.CAMERA}), (Post.OFFICER, Post.CAMERA)),
    "li": (frozenset({Role.OFFICER}), (Post.OFFICER, Post.REVIEWER)),
    "luo": (frozenset({Role.TESTER, Role.CAMERA}), (Post.TESTER, Post.CAMERA)),
    "fang": (frozenset({Role.HOST}), (Post.HOST,)),
    "wu": (frozenset({Role.CAMERA}), (Post.CAMERA, Post.DRIVER)),
    # At the desk.
    "shen": (frozenset({Role.DIRECTOR, Role.MODERATOR, Role.PRODUCER}), (Post.DIRECTOR, Post.MODERATOR, Post.PRODUCER)),
    "he": (frozenset({Role.LEGAL}), (Post.APPROVER, Post.LEGAL_DESK)),
}
ROLES = {name: roles for name, (roles, _) in FIVE_AND_TWO.items()}
CREW = tuple(Assigned(user_id=name, post=post) for name, (_, posts) in FIVE_AND_TWO.items() for post in posts)


def test_five_crew_and_two_at_the_desk_carry_every_theme() -> None:
    assert all(conflicting(roles) == () for roles in ROLES.values()), "accounts may hold these roles"
    made = checked_crew(CREW, ROLES, {})
    assert set(made) == set(CREW)
    for each in STARTERS.values():
        assert missing(made, each.content.posts) == (), each.name
    assert posts_of(made, "shen") == (Post.PRODUCER, Post.DIRECTOR, Post.MODERATOR)


def test_every_post_can_be_had_by_somebody_and_has_a_word() -> None:
    assert set(ROLES_FOR) == set(POST_WORDS) == set(Post)
    assert all(pair <= frozenset(Post) and len(pair) == 2 for pair in TOGETHER_NEVER)


@given(posts=st.lists(st.sampled_from(list(Post)), max_size=5))
def test_the_table_says_the_same_in_whatever_order_it_is_asked(posts) -> None:
    found = never_together(posts)
    assert found == never_together(reversed(posts))
    forbidden = [pair for pair in TOGETHER_NEVER if pair <= set(posts)]
    assert bool(found) == bool(forbidden)


@pytest.mark.parametrize(("one", "other"), [("tester", "reviewer"), ("producer", "approver"), ("guest", "officer")])
def test_nobody_checks_themselves(one: str, other: str) -> None:
    everything = {"wang": frozenset(Role)}
    both = [Assigned(user_id="wang", post=Post(one)), Assigned(user_id="wang", post=Post(other))]
    with pytest.raises(UserProblem, match="crew_together") as refused:
        checked_crew(both, everything, {"wang": "王"})
    assert refused.value.params["name"] == "王"


def test_an_account_without_the_role_or_a_camera_that_is_not_there_is_refused() -> None:
    for code, wrong in (
        ("crew_role", Assigned(user_id="fang", post=Post.OFFICER)),
        ("crew_unknown", Assigned(user_id="nobody", post=Post.HOST)),
        ("no_camera", Assigned(user_id="wu", post=Post.CAMERA, camera="cam-9")),
        ("no_camera", Assigned(user_id="fang", post=Post.HOST, camera="cam-1")),
    ):
        with pytest.raises(UserProblem, match=code):
            checked_crew([wrong], ROLES, {}, ("cam-1",))


def test_what_is_missing_counts_people_not_entries() -> None:
    two_phones = [
        Assigned(user_id="chen", post=Post.OFFICER),
        *(Assigned(user_id="wu", post=Post.CAMERA, camera=c) for c in "ab"),
    ]
    short = {each.post: each.count for each in missing(two_phones, (Post.CAMERA, Post.CAMERA, Post.HOST))}
    assert short == {Post.DIRECTOR: 1, Post.MODERATOR: 1, Post.CAMERA: 1, Post.OFFICER: 1, Post.HOST: 1}


def season(name: str, first: str, last: str, number: int, programme: str = "p") -> Season:
    return Season(
        season_id=name,
        programme_id=programme,
        name=name,
        first_day=date.fromisoformat(first),
        last_day=date.fromisoformat(last),
        first_number=number,
    )


ONE, TWO = season("一", "2026-01-01", "2026-06-30", 1), season("二", "2026-09-01", "2026-12-31", 27)


def test_seasons_follow_each_other_and_count_their_own_episodes() -> None:
    assert checked(TWO, (ONE,)) == TWO
    assert season_on((ONE, TWO), date(2026, 6, 30)) == ONE
    assert season_on((ONE, TWO), date(2026, 7, 1)) is None
    assert [place_in(TWO, number) for number in (26, 27, 33)] == [0, 1, 7]
    assert [on_air_on((ONE, TWO), day) for day in (date(2026, 8, 1), date(2026, 9, 1))] == [False, True]
    assert on_air_on((), date(2026, 8, 1)), "a programme without seasons is always on"
    assert next_number((ONE, TWO), date(2026, 9, 4), 20) == 27
    assert next_number((ONE, TWO), date(2026, 9, 4), 30) == 31


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ("season_overlap", season("三", "2026-06-30", "2026-08-01", 5)),
        ("season_number", season("三", "2027-01-01", "2027-06-30", 27)),
        ("season_days", season("三", "2027-06-30", "2027-01-01", 60)),
        ("season_name", season(" ", "2027-01-01", "2027-06-30", 60)),
        ("episode_number", season("三", "2027-01-01", "2027-06-30", 0)),
    ],
)
def test_a_season_that_does_not_fit_is_refused(code: str, bad: Season) -> None:
    with pytest.raises(UserProblem, match=code):
        checked(bad, (ONE, TWO))
    assert checked(season("别", "2026-01-01", "2026-12-31", 1, programme="q"), (ONE, TWO)), "programmes do not meet"
