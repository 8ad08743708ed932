"""The rule table: what strikes, where, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.words import clean_name, clean_text, fingerprint, hits
from runtime.problems import UserProblem


def codes(text: str, *, revealed: bool = False, name: str = "小满") -> set[str]:
    return {hit.code for hit in hits(text, name, revealed=revealed)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("B12档后面的冰柜每天半夜换标签，我在那上班亲眼看见的。", "tip"),
        ("我要举报一家店", "tip"),
        ("我是那里的厨师，肉都是过期的", "tip"),
        ("他家老板电话 138 0000 0000，大家去问问", "phone"),
        ("打１３８００００１２３４", "phone"),
        ("+8613800001234", "phone"),
        ("座机 0750-3123456", "phone"),
        ("身份证 44070219900307123X", "id_number"),
        ("车牌粤J·12345", "plate"),
        ("写信到 a.b@example.com", "email"),
        ("第二家是不是临江老灶卤味店？", "shop_name"),
        ("看 www.example.com", "link"),
        ("加微信领优惠券，全场五折", "advert"),
        ("卖这种菜的都该关门，太坏了", "heated"),
    ],
)
def test_a_rule_strikes(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "阳性的豇豆，已经卖出去的怎么办？",
        "酶抑制率是什么意思？",
        "主持人讲得清楚",
        "这个市场我天天来，查得好。",
        "12315打得通吗",
        "快检20分钟，2026年6月9日播的那期我看了",
    ],
)
def test_ordinary_talk_strikes_nothing(text: str) -> None:
    assert codes(text) == set()


def test_shop_names_sleep_after_the_reveal() -> None:
    assert codes("临江海鲜酒楼开了十年", revealed=True) == set()


def test_names_are_looked_at_too() -> None:
    found = hits("你好", "13800001234", revealed=True)
    assert [(hit.code, hit.where) for hit in found] == [("phone", "name")]


def test_a_hit_says_where_in_the_text_as_written() -> None:
    text = "打１３８００００１２３４吧"
    hit = hits(text, "小满", revealed=False)[0]
    assert text[hit.start : hit.end] == "１３８００００１２３４"
    assert hit.conceal


@pytest.mark.parametrize("name", ["主持人方晴", "官方", "ＡＤＭＩＮ", "审\u200b核员", "市监局小王"])
def test_nobody_looks_like_the_staff(name: str) -> None:
    with pytest.raises(UserProblem) as refused:
        clean_name(name)
    assert refused.value.code == "name_taken"


@pytest.mark.parametrize(
    ("text", "code"), [("", "text_empty"), ("\u200b\u202e \n", "text_empty"), ("长" * 201, "text_long")]
)
def test_empty_and_long_are_refused(text: str, code: str) -> None:
    with pytest.raises(UserProblem) as refused:
        clean_text(text, 200)
    assert refused.value.code == code


def test_direction_overrides_and_controls_are_dropped() -> None:
    assert clean_text("a\u202eb\x00c\nd\u200b e", 50) == "abc d e"


@given(st.text(max_size=300))
def test_clean_text_is_one_plain_line_and_stays_so(text: str) -> None:
    try:
        clean = clean_text(text, 300)
    except UserProblem:
        return
    assert "\n" not in clean
    assert "\u202e" not in clean
    assert clean_text(clean, 300) == clean
    clean.encode()


@given(st.text(max_size=200), st.text(max_size=30))
def test_hits_always_point_into_what_was_said(text: str, name: str) -> None:
    for hit in hits(text, name, revealed=False):
        said = text if hit.where == "text" else name
        assert 0 <= hit.start < hit.end <= len(said)


def test_fingerprints_ignore_width_case_and_punctuation() -> None:
    assert fingerprint("加 ＶＸ 领券！！") == fingerprint("加vx，领券")
    assert fingerprint("好") != fingerprint("不好")
    assert fingerprint("！") != fingerprint("？？")
