"""Every text for users goes through a catalogue, and English has them all."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from episodes.conclusions import VERDICT_WORDS
from web.extract import CJK, ROOT, WORDING, Found, extract
from web.i18n import LOCALES, SOURCE, chosen, texts

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def found() -> Found:
    return extract()


def catalogue(lang: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """msgid → (file, translations), over all slices."""
    have: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for path in sorted((LOCALES / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if not message.id:
                    continue
                msgid = message.id[0] if isinstance(message.id, tuple) else message.id
                said = message.string if isinstance(message.string, tuple) else (message.string,)
                have.setdefault(msgid, []).append((path.name, tuple(each or "" for each in said)))
    return have


ENGLISH = catalogue("en")
SHOWN = "豇豆 上海青 菠菜"
"""Samples that shows often hold; names of samples come from people, not from us."""


def test_no_text_is_missing_in_english(found: Found) -> None:
    missing = {msgid: min(places) for msgid, places in found.used.items() if msgid not in ENGLISH}
    assert not missing


def test_no_translation_is_unused(found: Found) -> None:
    wording = "".join((ROOT / name).read_text("utf-8") for name in WORDING)
    demo = "".join(path.read_text("utf-8") for path in sorted((ROOT / "demo").glob("*.py")))
    data = "".join(path.read_text("utf-8") for path in sorted((ROOT / "episodes").glob("*.py")))
    unused = [
        f"{ENGLISH[msgid][0][0]}: {msgid}"
        for msgid in ENGLISH
        if CJK.search(msgid)
        and msgid not in found.used
        and not any(msgid in said for said in (wording, demo, data, SHOWN))
    ]
    assert not unused


def test_every_line_of_wording_has_its_english() -> None:
    missing = []
    for name in ("episodes/wording.py", "episodes/public.py", "episodes/limits.py"):
        tree = ast.parse((ROOT / name).read_text("utf-8"))
        joined = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and CJK.search(node.value)):
                continue
            if id(node) not in joined | prose and node.value not in ENGLISH and node.value not in VERDICT_WORDS:
                missing.append(f"{name}:{node.lineno}: {node.value}")
    assert not missing


def test_no_chinese_stands_outside_the_catalogue(found: Found) -> None:
    assert not found.bare


def test_translations_are_english_and_keep_the_placeholders() -> None:
    wrong = []
    for msgid, versions in ENGLISH.items():
        for file, said in versions:
            for each in said:
                if not each:
                    wrong.append(f"{file}: {msgid!r} is empty")
                elif CJK.search(each):
                    wrong.append(f"{file}: {msgid!r} is not translated")
                elif set(PLACEHOLDER.findall(each)) - set(PLACEHOLDER.findall(msgid)):
                    wrong.append(f"{file}: {msgid!r} has other placeholders than {each!r}")
    assert not wrong


def test_two_slices_never_disagree() -> None:
    # The same Chinese may need two Englishes in two places: then it has a context (pgettext).
    said: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for path in sorted((LOCALES / "en").glob("*.po")):
        with path.open("rb") as file:
            messages = list(read_po(file))
        for message in messages:
            if message.id:
                key = (message.context or "", str(message.id))
                said.setdefault(key, set()).add(
                    message.string if isinstance(message.string, tuple) else (message.string,)
                )
    twice = {key: versions for key, versions in said.items() if len(versions) > 1}
    assert not twice


def test_the_extractor_sees_what_is_wrapped_and_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "api" / "x.py").write_text(
        '"""说明。"""\nN_("包好")\nraise UserProblem("a", "问题")\nx = "漏了"\n', "utf-8"
    )
    (tmp_path / "web" / "templates" / "x.html").write_text(
        '<p>{{ _("模板") }}</p>\n<p title="漏">{# 注 #}</p>\n', "utf-8"
    )
    found = extract(tmp_path)
    assert set(found.used) == {"包好", "问题", "模板"}
    assert [each.split(":")[0] for each in found.bare] == ["api/x.py", "web/templates/x.html"]


@pytest.mark.parametrize(
    ("wishes", "accept", "lang"),
    [
        (("", None), "", SOURCE),
        (("en", None), "zh-CN", "en"),
        (("xx", "en"), "zh-CN", "en"),
        ((None, None), "fr-FR, en-GB;q=0.8, zh;q=0.5", "en"),
        ((None, None), "zh-TW, en;q=0.5", SOURCE),
        ((None, None), "fr, de;q=nonsense", SOURCE),
        (("../../etc", None), "*", SOURCE),
    ],
)
def test_the_language_is_chosen(wishes: tuple[str | None, ...], accept: str, lang: str) -> None:
    assert chosen(wishes, accept) == lang


def test_a_parameter_that_is_a_word_of_ours_is_translated_too() -> None:
    said = texts("en")("这两个岗位不能由同一个人担任：%(one)s、%(other)s", one="导播", other="线索办理")
    assert "Director" in said
    assert "Tip desk" in said


def test_every_percent_sign_in_the_catalogue_formats() -> None:
    for msgid in ENGLISH:
        names = dict.fromkeys(PLACEHOLDER.findall(msgid), "x")
        assert isinstance(texts("en")(msgid, **names) if names else texts("en")(msgid), str)
