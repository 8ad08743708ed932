"""Setting type: rules of Chinese and Latin in one line, and text that means harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes import events as e
from episodes.text import FALLBACK, GlyphTable, missing_glyphs
from episodes.wording import CardWords
from overlay.faces import face_of, table
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import CardPlate, LivePlate, SlatePage, TitlePlate
from overlay.scene import LawCard, LowerThird, QuestionStrap, ResultCard, TipLine
from overlay.theme import DAYLIGHT
from overlay.typeset import SHRINK_TO, Style, clean, fit, width, wrap

FRAME = Frame(640, 360)
HOSTILE = (
    "",
    " ",
    "名",
    "很长的名字" * 40,
    "Llanfair" * 25,
    "\u202eabc\u202c مرحبا שלום",
    "é̂̃" * 60,
    "👩‍👩‍👧‍👦🇨🇳😀" * 20,
    "\x00\x07\x1b[31m\n\r\t\u2028",
    "nan",
    "１e309",
    "\ud800",
    "%s{0}$(x)<b>&amp;",
)


def test_letters_and_figures_are_latin_and_chinese_punctuation_is_chinese() -> None:
    assert {face_of(c) for c in "Az09%.-:()"} == {"latin"}
    assert {face_of(c) for c in "检，。“”…—·（）≥≤"} == {"han"}


def test_a_little_space_stands_between_chinese_and_figures_but_not_before_punctuation() -> None:
    style = Style(100)

    def parts(*texts: str) -> float:
        return sum(width(each, style) for each in texts)

    assert width("第103期", style) == pytest.approx(parts("第", "103", "期") + 25)
    assert width("50%为", style) == pytest.approx(parts("50%", "为"))
    assert width("：《", style) == pytest.approx(parts("：", "《") - 50)


def test_long_text_shrinks_to_a_floor_and_then_ends_in_dots() -> None:
    style = Style(40)
    assert fit("短", style, 400) == ("短", style)
    text, smaller = fit("十个字十个字十个字十", style, 330)
    assert text == "十个字十个字十个字十"
    assert 40 * SHRINK_TO <= smaller.size < 40
    text, smaller = fit("长" * 60, style, 330)
    assert text.endswith("…")
    assert width(text, smaller) <= 330


def test_lines_break_by_rule() -> None:
    style = Style(20)
    for room in range(60, 300, 7):
        for line in wrap("读数为62.4\u202f%，超出限值（≥50\u202f%）；依《食品安全法》办理。", style, room, 20):
            assert line[0] not in "，。；）》%"
            assert line[-1] not in "（《≥"
            assert not line.endswith(("62.4", "50"))
    words = wrap("see the Food Safety Law for all of it", style, 100, 9)
    assert " ".join(words) == "see the Food Safety Law for all of it"
    assert len(wrap("长" * 500, style, 100, 3)) == 3


def test_what_no_face_draws_becomes_one_known_mark_and_is_named() -> None:
    assert clean("a😀b") == f"a{FALLBACK}b"
    assert clean("a\u202eb\x00c") == "abc"
    (missing,) = missing_glyphs("豇豆😀😀", table())
    assert (missing.character, missing.index, missing.name) == ("😀", 2, "GRINNING FACE")
    assert missing_glyphs("现场快检 初筛：阳性（疑似不符合）≥50\u202f%，℃，JB103-02", table()) == ()
    assert [each.character for each in missing_glyphs("a\x07", table())] == ["\x07"]


def test_the_table_finds_the_ends_of_its_ranges() -> None:
    small = GlyphTable.of(b'{"han": [[10, 12], [20, 20]]}')
    assert [chr(n) for n in range(9, 22) if small.face_has("han", chr(n))] == ["\n", "\x0b", "\x0c", "\x14"]


def test_the_fixed_words_and_the_wording_have_all_their_glyphs() -> None:
    from episodes import wording
    from overlay import words

    texts = [v for module in (words, wording) for v in vars(module).values() if isinstance(v, str)]
    fixed = [text for text in texts if not text.startswith('"""')]
    for text in fixed:
        assert missing_glyphs(text.replace("\n", ""), table()) == (), text


def test_every_character_of_common_use_is_there() -> None:
    # GB 2312, the smallest set a Chinese name may need; its rows 16–87 hold the characters.
    characters = "".join(
        bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
    )
    assert len(characters) == 6763
    assert missing_glyphs(characters, table()) == ()


def contents(text: str, number: str) -> list[object]:
    question = e.QuestionApproved(question_id="q", text=text, nickname=text, mentions_result=True, by="m")
    said = CardWords(
        tone="lab_compliant",
        label=text,
        headline=text,
        lines=(text, text, text, text),
        item=text,
        sample_no=text,
        value=number,
        unit=text,
        limit_words=text,
        value_share=float("nan"),
        limit_share=float("inf"),
    )
    measured = CardWords(
        tone="positive",
        label="",
        headline="更正：" + "样" * 200,
        lines=("非最终结论",) * 3,
        item=text,
        sample_no=text,
        value=number or "1",
        unit=text,
        limit_words=text or "≤1000000000",
        value_share=float("nan"),
        limit_share=1e9,
    )
    return [
        TitlePlate(text, text, text, text),
        LivePlate(text, True, text, text),
        CardPlate(ResultCard(test_id="t", words=said)) if text else None,
        CardPlate(ResultCard(test_id="t", words=measured)),
        QuestionStrap(approved=question),
        LowerThird(name=text, title=text, credential=text),
        LawCard(statute=text, article=text, plain=text),
        TipLine(address=text, phone=text),
        SlatePage(text, text, text, TitlePlate(text, text, text, text)),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_drawn_safely_inside_the_frame(text: str) -> None:
    for content in contents(text, "1000000000"):
        if content is None:
            continue
        left, top, right, bottom = paint(content, FRAME, DAYLIGHT).box  # type: ignore[arg-type]
        assert 0 <= left < right <= FRAME.width
        assert 0 <= top < bottom <= FRAME.height


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=220), st.sampled_from(("NaN", "-0", "1e9", "0.000000001", "９")))
def test_any_text_can_be_drawn(text: str, number: str) -> None:
    for content in contents(text, number):
        if content is not None:
            assert paint(content, FRAME, DAYLIGHT).image.width > 0  # type: ignore[arg-type]


def test_the_clock_survives_a_bad_time_zone() -> None:
    from overlay.layout import clock, countdown

    assert clock(1_790_000_000 * 10**9, "Nowhere/At_All") == "22:13"
    assert clock(1_790_000_000 * 10**9, "../etc/passwd") == "22:13"
    assert [countdown(90 * 10**9, s * 10**9) for s in (0, 30, 89, 90, 91)] == ["1:30", "1:00", "0:01", "", ""]
