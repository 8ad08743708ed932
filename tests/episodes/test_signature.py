"""Signatures: what a pad sends is checked, hashed and drawn the same for ever."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from episodes.signature import canonical, digest, path, signature
from runtime.problems import UserProblem


def sent(*strokes: list[int], **other: object) -> str:
    return json.dumps({"v": 1, "w": 1000, "h": 400, "s": strokes} | other)


def test_a_drawn_name_is_kept_and_drawn() -> None:
    drawn = signature(sent([100, 200, 50, -40, 60, 30], [700, 100]))
    assert drawn.points() == (((100, 200), (150, 160), (210, 190)), ((700, 100),))
    assert path(drawn) == "M100 200l50 -40l60 30M700 100l0 0"
    assert signature(canonical(drawn).decode()) == drawn
    assert digest(drawn) == digest(signature(sent([100, 200, 50, -40, 60, 30], [700, 100])))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "signature"),
        ("{}", "signature"),
        (sent([1, 2, 100, 3, 5]), "signature"),
        (sent([1]), "signature"),
        (sent([990, 200, 50, 0, 60, 0]), "signature"),
        (sent([1, 2, 100, 100], v=2), "signature"),
        (sent([1, 2, 100, 100], name="何阿珍"), "signature"),
        (sent([1, 2, 100, 100], w=10**9), "signature"),
        (sent(), "signature_short"),
        (sent([500, 200, 3, 3]), "signature_short"),
        (sent(*[[1, 2, 100, 100]] * 65), "signature_long"),
        (sent([1, 2, *[1, 0, -1, 0] * 1200]), "signature_long"),
    ],
)
def test_what_is_no_signature_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(UserProblem) as refused:
        signature(text)
    assert (refused.value.code, refused.value.status) == (code, 422)


@given(st.lists(st.lists(st.integers(), max_size=9), max_size=5))
def test_no_numbers_break_it(strokes: list[list[int]]) -> None:
    try:
        drawn = signature(sent(*strokes))
    except UserProblem:
        return
    assert path(drawn).count("M") == len(drawn.s)
