"""What a recorder's successor is fed: from the last keyframe on the disk on, never more than the bound."""

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.backlog import Backlog


def fed(keys: list[bool], most: int = 10_000) -> Backlog:
    backlog = Backlog(most)
    for number, key in enumerate(keys):
        backlog.put(number.to_bytes(2, "big") * 5, number, video_key=key)
    return backlog


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 70), st.integers(10, 400))
def test_it_begins_at_a_keyframe_misses_nothing_and_is_bounded(keys: list[bool], kept: int, most: int) -> None:
    backlog = fed(keys, most)
    assert backlog.bytes <= most
    backlog.kept(kept)
    held = [int.from_bytes(each.framed[:2], "big") for each in backlog]
    assert backlog.bytes == 10 * len(held)
    if held:
        assert keys[held[0]]
        assert held == list(range(held[0], len(keys)))
    if most >= 10 * len(keys):
        wanted = [number for number, key in enumerate(keys) if key and number <= kept][-1:] or [
            number for number, key in enumerate(keys) if key
        ][:1]
        assert held[:1] == wanted
