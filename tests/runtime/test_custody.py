"""Sealed files: both custodians or nothing; cut off anywhere they open up to there; changed they do not."""

import io

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.custody.custodians import Custody, check
from runtime.custody.envelope import (
    CannotSeal,
    Custodian,
    NotSealed,
    Opened,
    Sealer,
    Tampered,
    WrongKeys,
    end_utc_ns,
)

KEYS = [pyrage.x25519.Identity.generate() for _ in range(4)]
PAIR = (
    Custodian("法制科", (str(KEYS[0].to_public()), str(KEYS[2].to_public()))),
    Custodian("纪检组", (str(KEYS[1].to_public()),)),
)
BOTH = (str(KEYS[0]), str(KEYS[1]))
CHUNKS = (b"first fragment" * 50, b"", b"second" * 400, b"third")


def sealed(*, closed: bool = True) -> tuple[bytes, list[int]]:
    """The file, and where each record ends."""
    sealer = Sealer(PAIR)
    data, ends = sealer.header, []
    for number, chunk in enumerate(CHUNKS):
        data += sealer.seal(chunk, 1000 + number)
        ends.append(len(data))
    return (data + sealer.seal(b"", 2000, last=True) if closed else data), ends


WHOLE, ENDS = sealed()


def opened(data: bytes, keys=BOTH) -> tuple[tuple[bytes, ...], bool]:
    reader = Opened(io.BytesIO(data), keys)
    chunks = tuple(reader)
    return chunks, reader.complete


def test_both_custodians_open_it_and_a_spare_key_does_too() -> None:
    data, _ = sealed()
    assert opened(data) == ((*CHUNKS, b""), True)
    assert opened(data, (str(KEYS[2]), str(KEYS[1])))[0] == (*CHUNKS, b"")
    assert b"fragment" not in data


@pytest.mark.parametrize("keys", [BOTH[:1], BOTH[1:], (str(KEYS[3]), str(KEYS[1])), ()])
def test_one_alone_opens_nothing(keys: tuple[str, ...]) -> None:
    with pytest.raises(WrongKeys):
        opened(sealed()[0], keys)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cut_off_anywhere_it_opens_up_to_there_and_says_so(data: st.DataObject) -> None:
    whole, ends = WHOLE, ENDS
    at = data.draw(st.integers(min_value=ends[0], max_value=len(whole) - 1))
    chunks, complete = opened(whole[:at])
    assert not complete
    assert chunks == CHUNKS[: sum(end <= at for end in ends)]
    assert end_utc_ns(io.BytesIO(whole[:at])) == 1000 + len(chunks) - 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    whole, ends = WHOLE, ENDS
    at = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    bent = bytearray(whole)
    bent[at] ^= 1 << data.draw(st.integers(min_value=0, max_value=7))
    try:
        chunks, complete = opened(bytes(bent))
    except (Tampered, WrongKeys, NotSealed):
        return
    # A length that now points past the end is the same as a file that was cut off there.
    assert not complete
    assert chunks == CHUNKS[: sum(end <= at for end in ends)]


def test_records_cannot_be_exchanged_left_out_or_added() -> None:
    whole, ends = sealed(closed=False)
    one, two, three = whole[: ends[0]], whole[ends[1] : ends[2]], whole[ends[2] : ends[3]]
    for bent in (one + three, whole[: ends[1]] + three + two, whole + three):
        with pytest.raises(Tampered):
            opened(bent)
    other, others = sealed(closed=False)
    with pytest.raises(Tampered):
        opened(one + other[others[0] : others[1]])


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        PAIR[:1],
        (PAIR[0], PAIR[0]),
        (PAIR[0], Custodian("x", ())),
        (PAIR[0], Custodian("x", PAIR[0].recipients[:1])),
    ],
)
def test_fewer_than_two_hands_are_refused(wrong: tuple[Custodian, ...]) -> None:
    with pytest.raises(CannotSeal):
        check(wrong)


def test_sealing_to_one_is_impossible() -> None:
    with pytest.raises(CannotSeal):
        Sealer(PAIR[:1])
    with pytest.raises(CannotSeal):
        Sealer((PAIR[0], Custodian("x", ("age1nonsense",))))


def test_a_first_start_makes_two_keys_and_says_they_lie_here(tmp_path) -> None:
    custody = Custody(tmp_path)
    with pytest.raises(CannotSeal):
        custody.custodians()
    made = custody.ready()
    assert custody.ready() == made
    left = custody.keys_left()
    assert [path.stat().st_mode & 0o777 for path in left] == [0o600, 0o600]
    sealer = Sealer(made)
    data = sealer.header + sealer.seal(b"x", 1, last=True)
    assert opened(data, tuple(path.read_text().strip() for path in left))[0] == (b"x",)
    custody.name(PAIR)
    assert custody.ready() == PAIR
    for path in left:
        path.unlink()
    assert custody.keys_left() == ()
