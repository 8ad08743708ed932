"""View models: words from the record, value with limit and method, figures as reported."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from episodes.commands import RecordMade
from episodes.events import AnyEvent, EpisodeWentLive, LabConcluded
from episodes.figures import Figures
from episodes.public import PublicShow, show_after
from tests.browser.stage import evening
from web.fragments import PARTS, messages, render
from web.i18n import LANGUAGES, texts
from web.pages import calendar, figures, show
from web.pages.episodes import next_of, row_of

NS = 1_000_000_000
HEADLINE = json.loads((Path(__file__).parents[1] / "episodes" / "headline.json").read_text("utf-8"))
LIVE = EpisodeWentLive(episode_id="now", number=103, programme="开门见光", agency="局", title="晚市", theme="晚市")


def told(*events: AnyEvent) -> PublicShow:
    folded = PublicShow()
    for seq, event in enumerate(events, 1):
        folded = show_after(folded, RecordMade(seq=seq, utc_ns=seq * NS, event=event))
    return folded


EVENING = told(LIVE, *evening("now", NS))


def test_a_card_holds_value_limit_and_method_together() -> None:
    for card in show.result_cards(EVENING, texts("zh-CN")):
        if card.reading:
            assert card.limit
            assert re.search(r"[≥≤]\d", card.limit)
            assert card.method
            assert card.scale
            assert card.scale.limit == 50


def test_an_invalid_or_running_test_shows_no_reading() -> None:
    quiet = [card for card in show.result_cards(EVENING, texts("zh-CN")) if card.tone in {"invalid", "running"}]
    assert len(quiet) == 2
    assert not any(card.reading or card.limit or card.scale for card in quiet)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_before_a_laboratory_nothing_is_called_compliant(lang: str) -> None:
    html = render("results", EVENING, lang) + render("timeline", EVENING, lang)
    assert not re.search(r"(?<!疑似)不符合规定|合格|违法|compliant", html.replace("may not comply", ""), re.IGNORECASE)


def test_a_laboratorys_word_is_solid_and_names_its_report() -> None:
    decided = told(
        LIVE, *evening("now", NS), LabConcluded(episode_id="now", test_id="now-t2", compliant=False, report_no="R-9")
    )
    card = next(card for card in show.result_cards(decided, texts("zh-CN")) if card.sample == "JB103-02")
    assert (card.tone, card.headline) == ("lab_noncompliant", "不合格")
    assert any("R-9" in line for line in card.lines)
    field = show.field_card(decided.tests[1], texts("zh-CN"))
    assert field.headline == "阳性（疑似不符合）"
    assert "62.4" in field.reading


def test_english_translates_every_line_of_ours() -> None:
    ours = {word for card in show.result_cards(EVENING, texts("en")) for word in (card.label, *card.lines)}
    chinese = {word for word in ours if re.search(r"[\u4e00-\u9fff]", word)}
    assert not chinese


def test_findings_put_key_items_first_and_verified_last() -> None:
    rows = show.finding_rows(EVENING, texts("zh-CN"))
    assert [(row.key_item, row.verified) for row in rows] == [(True, False), (False, False), (False, True)]


def test_every_part_an_event_changes_renders_in_every_language() -> None:
    for part in {part for named in PARTS.values() for part in named}:
        for lang in LANGUAGES:
            assert render(part, EVENING, lang).strip()


def test_a_hostile_name_is_text_and_not_markup() -> None:
    bad = told(LIVE, *(_hostile(event) for event in evening("now", NS)))
    for part in ("head", "results", "findings", "timeline", "facts"):
        assert "<img" not in render(part, bad, "zh-CN")


def _hostile(event: AnyEvent) -> AnyEvent:
    return msgspec.structs.replace(
        event,
        **{
            f: "<img src=x onerror=alert(1)>" for f in ("name", "item", "sentence", "text", "what") if hasattr(event, f)
        },
    )


def test_going_on_air_changes_the_page_as_a_whole() -> None:
    (message,) = messages((RecordMade(seq=1, utc_ns=NS, event=LIVE),), told(LIVE), NS, "en")
    assert (message["type"], message["on"]) == ("air", True)


def test_the_headline_figures_are_shown_as_they_were_reported() -> None:
    reported = Figures(
        views_at_least=HEADLINE["views"]["at_least"],
        demo=True,
        **{
            key: HEADLINE[key]
            for key in ("episodes", "entities_inspected", "findings", "findings_verified", *figures.OUTCOMES)
        },
    )
    shown = figures.shown(reported, texts("zh-CN"))
    assert {key: each.text for key, each in shown.items()} == HEADLINE["shown_as"]
    english = figures.shown(reported, texts("en"))
    assert english["views"].text == "> 24,270,000"


@pytest.mark.parametrize(
    ("verified", "found", "said"), [(363, 364, "99.7%"), (0, 0, "—"), (364, 364, "100%"), (1, 3, "33.3%")]
)
def test_rates_are_floored(verified: int, found: int, said: str) -> None:
    shown = figures.shown(Figures(findings=found, findings_verified=verified), texts("zh-CN"))
    assert shown["rectification_rate"].text == said


def test_demo_shows_are_not_counted_as_our_own_record() -> None:
    demo = told(msgspec.structs.replace(LIVE, demo=True), *evening("now", NS))
    ended = msgspec.structs.replace(demo, ended_utc_ns=99 * NS)
    assert figures.counted((ended,)) == Figures()
    assert row_of(demo) is None, "a show on air is no past episode"
    assert row_of(ended).corrections == 1


def test_the_calendar_is_one_event_without_secrets() -> None:
    name = "开门见光，晚间；特别长的栏目名字" * 3
    one = calendar.Coming(uid="e1", name=name, number=104, starts_utc_ns=1_800_000_000 * NS, minutes=110)
    text = calendar.feed([one], url="https://live.example.cn/", now_utc_ns=NS, words=texts("zh-CN"))
    assert text.endswith("END:VCALENDAR\r\n")
    assert "DTSTART:20270115T080000Z\r\n" in text
    assert "DURATION:PT110M" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_countdown_rounds_up() -> None:
    coming = next_of(104, 90 * 60 * NS + 1, 0)
    assert (coming.days, coming.hours, coming.minutes) == (0, 1, 31)
    assert next_of(104, 0, 5 * NS).wait_s == 0
