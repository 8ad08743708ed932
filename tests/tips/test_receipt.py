"""Receipts: the word table, reading back what was copied, and keys."""

import contextlib
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage import x25519

from runtime.problems import UserProblem
from runtime.settings.model import Tips as TipsSettings
from tips import receipt, words
from tips.bech32 import encode

INDICES = st.lists(st.integers(0, words.COUNT - 1), min_size=9, max_size=9)


def test_every_word_and_every_reading_is_its_own() -> None:
    assert words.COUNT == 4096
    assert len({words.word(index) for index in range(4096)}) == 4096
    assert len({words.reading(index) for index in range(4096)}) == 4096


def test_the_shortest_receipt_the_settings_allow_has_ninety_bits() -> None:
    with pytest.raises(ValueError, match="receipt_words"):
        TipsSettings(receipt_words=7)
    assert TipsSettings(receipt_words=8).receipt_words * math.log2(words.COUNT) >= 90
    assert TipsSettings().receipt_words >= 9


@given(INDICES, st.sampled_from([" ", "，", "\n", " 3. ", "、"]), st.booleans())
def test_words_are_read_as_copied(indices: list[int], between: str, latin: bool) -> None:
    spell = words.reading if latin else words.word
    assert words.parse(between.join(spell(index) for index in indices), 9) == tuple(indices)


@given(INDICES)
def test_characters_may_stand_without_spaces(indices: list[int]) -> None:
    assert words.parse("".join(words.word(index) for index in indices), 9) == tuple(indices)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "receipt_count"),
        ("青山 白鹭", "receipt_count"),
        ("青山 abc", "receipt_word"),
        ("x" * 9999, "receipt_wrong"),
    ],
)
def test_wrong_words_are_told_by_their_place(written: str, code: str) -> None:
    with pytest.raises(UserProblem) as refused:
        words.parse(written, 9)
    assert refused.value.code == code


@given(st.text(max_size=80))
def test_anything_written_is_words_or_a_problem(written: str) -> None:
    with contextlib.suppress(UserProblem):
        assert len(words.parse(written, 9)) == 9


@pytest.mark.parametrize(("written", "code"), [("k7m3-2qxa", "K7M3-2QXA"), (" K7M32QXA ", "K7M3-2QXA")])
def test_a_public_id_is_read_as_typed(written: str, code: str) -> None:
    assert receipt.read_id(written) == code


@pytest.mark.parametrize("written", ["", "K7M3-2QX", "K7M3-2QX0", "K7M3-2QXAA", "../../etc"])
def test_no_other_public_id_is(written: str) -> None:
    with pytest.raises(UserProblem):
        receipt.read_id(written)


@settings(max_examples=5, deadline=None)
@given(INDICES)
def test_keys_depend_on_every_word_and_on_the_id(indices: list[int]) -> None:
    keys = receipt.derive(receipt.Receipt("AAAA-AAAA", tuple(indices)))
    again = receipt.derive(receipt.Receipt("AAAA-AAAA", tuple(indices)))
    other_id = receipt.derive(receipt.Receipt("AAAA-AAAB", tuple(indices)))
    other_word = receipt.derive(receipt.Receipt("AAAA-AAAA", (*indices[:8], (indices[8] + 1) % words.COUNT)))
    assert (keys.auth, keys.identity) == (again.auth, again.identity)
    assert len({keys.auth, other_id.auth, other_word.auth, keys.verifier}) == 4
    assert re.fullmatch(r"age1[0-9a-z]{58}", keys.recipient)


def test_what_a_log_would_print_says_nothing() -> None:
    held = receipt.new(9)
    keys = receipt.derive(held)
    printed = f"{held} {held!r} {keys} {keys!r} {[held, keys]}"
    assert not any(word in printed for word in held.words)
    assert keys.auth not in printed
    assert keys.identity not in printed


def test_bech32_spells_keys_as_age_does() -> None:
    # The vector of RFC-like BIP-173, and a key that the age library itself made and reads back.
    assert encode("a", b"") == "a12uel5l"
    assert encode("abcdef", bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")) == (
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
    )
    spelled = encode("AGE-SECRET-KEY-", bytes(range(32))).upper()
    assert str(x25519.Identity.from_str(spelled)) == spelled
