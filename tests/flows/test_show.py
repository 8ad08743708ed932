"""The three ways through the house, on the show that the demo plays: cameras, results, messages, platforms, pages."""

import itertools
import re
from pathlib import Path

import httpx
from typer.testing import CliRunner

from api.cli import app as command_line
from tests.custodians import unsealed
from tests.flows.conftest import DELAY_S, WORDS, Show
from tests.house import wait_for
from tests.platforms import judge

SHOW_S = 60.0
PLAYER_BEHIND_S = 6.0
PORTRAIT = 3
"""The platform that takes the show upright."""


def test_every_step_of_the_script_was_accepted(show: Show) -> None:
    assert "a step was refused" not in show.said, show.said[-3000:]


def test_four_platforms_receive_the_same_programme(show: Show) -> None:
    for number, server in enumerate(show.platforms):
        recordings = server.received(f"key{number}-s3cret")
        assert len(recordings) == 1, f"{server}: one broadcast, not {len(recordings)}"
        seen = judge(recordings[0])
        assert seen.codecs == ("aac", "h264")
        assert seen.size == ((540, 960) if number == PORTRAIT else (1280, 720))
        assert seen.video[-1] - seen.video[0] > SHOW_S - 10
        assert all(b > a for a, b in zip(seen.video, seen.video[1:], strict=False))
        assert all(b > a for a, b in zip(seen.audio, seen.audio[1:], strict=False))
        gaps = [b - a for a, b in zip(seen.keys, seen.keys[1:], strict=False)]
        assert max(gaps) < 2.2, f"keyframes {max(gaps):.2f} s apart"


def test_the_page_never_runs_ahead_of_the_picture(show: Show) -> None:
    said, shown = show.watcher.page_said, show.watcher.picture_showed()
    assert show.watcher.pages > 100
    for word, tone in (("阳性（疑似不符合）", "positive"), ("更正：1号样品读数应为18.2%", "corrected")):
        assert word in said, f"the page never said {word}: {said}"
        assert tone in shown, f"the picture never showed {tone}: {shown}"
        # A player begins three segments behind the list: until then not even a page opened anew may know.
        late_s = said[word] - shown[tone]
        assert late_s >= PLAYER_BEHIND_S - 2.25, f"{word} on the page {late_s:.2f} s after its segment was listed"
        assert late_s <= PLAYER_BEHIND_S + 6, f"{word} on the page {late_s:.2f} s after its segment was listed"


def test_the_page_says_all_that_aired(show: Show) -> None:
    assert set(show.watcher.page_said) == set(WORDS), sorted(set(WORDS) - set(show.watcher.page_said))
    order = [
        show.watcher.page_said[word] for word in ("临江综合市场", "阳性（疑似不符合）", "该结果正在核实，暂不作准")
    ]
    assert order == sorted(order)


def test_hls_is_continuous_and_comes_after_the_delay(show: Show) -> None:
    segments = show.watcher.segments()
    assert len(segments) > (SHOW_S - 10) / 2
    gaps = [b - a for (_, a), (_, b) in itertools.pairwise(segments)]
    assert max(gaps) < 2 + DELAY_S + 3


def test_the_master_and_both_originals_are_playable(show: Show, tmp_path: Path) -> None:
    originals = show.episode / "originals"
    wait_for("three recordings", lambda: len(list(originals.glob("*/*.sealed"))) >= 2)
    assert {path.name for path in originals.iterdir()} == {"全景", "快检台"}
    assert not [*originals.rglob("*.mp4"), *originals.rglob("*.mkv")], "nothing in clear"
    recordings = sorted((show.episode / "master").glob("*.mp4"))
    for camera in originals.iterdir():
        recordings += unsealed(show.house.var, camera, tmp_path / camera.name)
    for path in recordings:
        seen = judge(path)
        assert "h264" in seen.codecs
        assert len(seen.codecs) == 2
        assert seen.video[-1] - seen.video[0] > 20


def test_the_episode_is_published_with_its_correction(show: Show) -> None:
    with httpx.Client(base_url=show.house.base_url, trust_env=False, headers={"Accept-Language": "zh-CN"}) as http:
        page = wait_for("the published episode", lambda: _page(http, "/episodes/103"), within_s=20)
        assert "更正：1号样品读数应为18.2%" in page
        assert "读数未超限值" in page
        record = _page(http, "/record")
        assert record is not None
        assert "演示数据" in record
        assert "超过2427万人次" in re.sub(r"<[^>]+>", "", record)


def test_its_replay_is_on_the_page_and_plays(show: Show, tmp_path: Path) -> None:
    with httpx.Client(base_url=show.house.base_url, trust_env=False, headers={"Accept-Language": "zh-CN"}) as http:
        page = wait_for(
            "the replay", lambda: "replay.mp4" in (found := _page(http, "/episodes/103") or "") and found, within_s=60
        )
        chapters = re.findall(r"</span>([^<]+)</a></li>", page)
        assert "节目开始" in chapters
        assert len(chapters) > 3
        assert not any("临江综合市场" in title for title in chapters), "no name in a chapter"
        (tmp_path / "replay.mp4").write_bytes(http.get("/episodes/103/replay.mp4").content)
    seen = judge(tmp_path / "replay.mp4")
    assert seen.errors == ""
    assert {"h264", "aac"} <= set(seen.codecs)
    assert max(b - a for a, b in itertools.pairwise(seen.video)) < 0.2


def test_anybody_runs_its_draw_again(show: Show, tmp_path: Path) -> None:
    with httpx.Client(base_url=show.house.base_url, trust_env=False) as http:
        draws = set(re.findall(r'href="/draws/([0-9a-f]+)"', _page(http, "/episodes/103") or ""))
        assert draws, "the episode's page links its draws"
        for draw in draws:
            assert draw in http.get(f"/draws/{draw}").text
            proof = tmp_path / f"{draw}.json"
            proof.write_bytes(http.get(f"/draws/{draw}/proof.json").raise_for_status().content)
            done = CliRunner().invoke(command_line, ["draw", "verify", str(proof)])
            assert done.exit_code == 0, done.output


def _page(http: httpx.Client, path: str) -> str | None:
    answer = http.get(path)
    return answer.text if answer.is_success else None


def test_no_secret_reached_a_log(show: Show) -> None:
    logged = show.house.logged()
    assert "s3cret" not in logged
    for password in re.findall(r'"password": *"([^"]+)"', (show.house.var / "demo" / "accounts.json").read_text()):
        assert password not in logged
    assert "临江综合市场" not in logged
    assert not re.search(r"Bearer [A-Za-z0-9_-]{8,}", logged)
