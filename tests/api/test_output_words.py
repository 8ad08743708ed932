"""What the staff read of an output: known sayings become sentences with a next step, unknown ones are quoted."""

import pytest

from api.deeds.outputs import OutputView, TriedView
from api.output_words import expiry_words, output_words, why
from episodes.status import OutputStatus
from web.i18n import texts

NS = 1_000_000_000
NOW = 1_790_000_000 * NS
ZH, EN = texts("zh"), texts("en")


def view(**more: object) -> OutputView:
    known = {"output_id": "o1", "episode_id": "e", "name": "江北发布", "address": "rtmp://x/live/••••", "wanted": True}
    return OutputView(**{**known, "expires_utc_ns": 0, **more})


def status(state: str, reason: str = "", **more: object) -> OutputStatus:
    return OutputStatus(output_id="o1", name="江北发布", state=state, reason=reason, **more)


@pytest.mark.parametrize(
    ("says", "word"),
    [
        ("Already publishing", "正有人在推"),
        ("NetStream.Publish.BadName", "正有人在推"),
        ("stream already exists", "正有人在推"),
        ("key expired", "过期"),
        ("txTime expired, please check", "过期"),
        ("Operation not permitted", "不认这个密钥"),
        ("Authentication failed.", "不认这个密钥"),
        ("invalid stream key", "不认这个密钥"),
        ("403 Forbidden", "不认这个密钥"),
        ("No such app", "没有这个应用"),
        ("application not found", "没有这个应用"),
        ("room is banned", "封禁"),
        ("Too many connections", "超限"),
        ("unsupported video codec", "不收这种画面"),
        ("server busy", "正忙"),
    ],
)
def test_known_sayings_become_a_sentence_with_a_next_step(says: str, word: str) -> None:
    assert word in why("rejected", says, ZH)
    assert says not in why("rejected", says, ZH)


def test_an_unknown_saying_is_quoted() -> None:
    assert "“E-4711: see console”" in why("rejected", "E-4711: see console", ZH)
    assert "“E-4711: see console”" in why("rejected", "E-4711: see console", EN)


def test_live_is_said_only_with_proof() -> None:
    live = output_words(view(status=status("live", kbps=2630.0)), ZH, NOW)
    assert (live["healthy"], live["bad"], live["figure"], live["said"]) == (True, False, "2.63 Mbps", "")
    for state in ("stalled", "failing", "given_up", "refused"):
        row = output_words(view(status=status(state, "wedged")), ZH, NOW)
        assert (row["healthy"], row["bad"], row["failed"]) == (False, True, True)
    connecting = output_words(view(status=status("connecting")), ZH, NOW)
    assert (connecting["healthy"], connecting["bad"]) == (False, False)


def test_what_happens_next_is_said() -> None:
    failing = status("failing", "rejected", says="Already publishing", retry_in_s=3.2, tries=2)
    said = output_words(view(status=failing), ZH, NOW)["said"]
    assert "3秒后再连，第3次" in said
    assert "点重连" in output_words(view(status=status("given_up", "window")), ZH, NOW)["said"]
    assert "5次" in output_words(view(status=status("given_up", "tries", tries=5)), ZH, NOW)["said"]
    assert (
        "12秒没有确认收到" in output_words(view(status=status("stalled", "stalled", acked_ago_s=12)), ZH, NOW)["said"]
    )
    slow = output_words(view(status=status("live", "slow", kbps=200)), ZH, NOW)
    assert "太慢" in slow["said"]
    assert (slow["bad"], slow["healthy"]) == (True, False)
    assert "备用地址" in output_words(view(spare="x", status=status("live", use="spare")), ZH, NOW)["said"]


def test_an_address_that_runs_out_before_the_end_is_warned_of() -> None:
    soon, later = NOW + 3600 * NS, NOW + 40 * 3600 * NS
    assert expiry_words(view(), ZH, NOW) == ""
    assert "到期" in expiry_words(view(expires_utc_ns=soon), ZH, NOW)
    assert expiry_words(view(expires_utc_ns=later), ZH, NOW) == ""
    assert "到期" in expiry_words(view(expires_utc_ns=later), ZH, NOW, later + NS)
    assert "已过期" in expiry_words(view(expires_utc_ns=NOW - NS), ZH, NOW)
    both = expiry_words(view(expires_utc_ns=soon, spare_expires_utc_ns=NOW - NS), EN, NOW)
    assert "expires at" in both
    assert "has expired" in both
    assert output_words(view(expires_utc_ns=soon), ZH, NOW)["bad"]


def test_a_test_push_is_told_until_the_output_is_live() -> None:
    tried = TriedView(utc_ns=NOW, ok=False, reason="rejected", says="key expired")
    assert "试推没有通过：推流地址过期了" in output_words(view(tried=tried), ZH, NOW)["said"]
    assert output_words(view(tried=tried, status=status("live")), ZH, NOW)["said"] == ""
