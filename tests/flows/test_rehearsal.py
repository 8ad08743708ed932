"""A rehearsal through the whole house: the private platform gets it, nobody else does, and nothing of it counts."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.cast import administrator, engage
from demo.stage import Stage
from episodes.target import PRACTICE_NAME
from tests.house import ROOT, House, wait_for
from tests.platforms import Server, judge, rtmp_servers

CHOSEN = {"route": "proposal", "evidence": "代表提议，2099年第1号"}
TARGET, TITLE = "临江综合市场", "夜市后厨"
FINDING = "彩排里编出来的问题"


class Evening:
    """A house, two platforms, and its cast signed in."""

    def __init__(self, house: House, platforms: list[Server], stage: Stage, runner: asyncio.Runner) -> None:
        self.house, self.stage, self.runner = house, stage, runner
        self.public, self.private = platforms

    def do(self, who: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.runner.run(self.stage.person(who).post(path, body or {}))

    def ask(self, who: str, path: str) -> dict[str, Any]:
        return self.runner.run(self.stage.person(who).get(path))

    def page(self, path: str) -> httpx.Response:
        """As a stranger sees it."""
        return httpx.get(f"{self.house.base_url}{path}", timeout=10, trust_env=False)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with rtmp_servers(tmp_path / "platforms", 2) as platforms, asyncio.Runner() as runner:
        house = House(tmp_path / "house").start()
        try:
            kept = tmp_path / "cast.json"
            admin = administrator(house.config, kept, house.env)
            cast = runner.run(engage(house.base_url, admin, kept))
            stage = Stage(house.base_url, cast, None, tmp_path)
            runner.run(stage.open())
            yield Evening(house, platforms, stage, runner)
            runner.run(stage.close())
        finally:
            house.stop()


def test_a_rehearsal_is_the_whole_show_and_nobody_elses(evening: Evening) -> None:
    real = planned(evening)
    figures = shown(evening.page("/record"))
    made = evening.do("director", f"/api/v1/episodes/{real}/rehearse")["episode_id"]
    evening.do("director", f"/api/v1/episodes/{made}/live", {"delay_s": 1})

    wait_for("the private platform's picture", lambda: evening.private.received("private"))
    revealed = evening.do("director", f"/api/v1/episodes/{made}/reveal")
    assert revealed["name"] == PRACTICE_NAME
    evening.do("officer", "/api/v1/findings", {"key_item": True, "where": "A12", "sentence": FINDING})
    playlist = f"{evening.house.base_url}/live/program.m3u8"
    watching = evening.stage.person("director")
    wait_for("the staff's own look", lambda: evening.runner.run(watching.http.get(playlist)).is_success)

    # The public: no page, playlist, platform or room knows of it.
    assert evening.page("/live/program.m3u8").status_code == 404
    for path in ("/", "/episodes", "/record", "/next.ics"):
        said = evening.page(path).text
        assert PRACTICE_NAME not in said, path
        assert FINDING not in said, path
        assert TARGET not in said, path
    assert evening.public.received("public") == []

    evening.do("director", f"/api/v1/episodes/{made}/end")
    wait_for("the end of the push", lambda: evening.ask("director", "/api/v1/studio")["playout"]["public"] == "off")
    assert evening.public.received("public") == [], "not even for a moment"
    seen = judge(evening.private.received("private")[0])
    assert "h264" in seen.codecs
    assert seen.video[-1] - seen.video[0] > 2

    # The real one is as it was: approved, sealed, uncounted; nothing practised is evidence.
    episodes = {each["episode_id"]: each for each in evening.ask("producer", "/api/v1/episodes")["episodes"]}
    assert episodes[real]["state"] == "approved"
    assert [each["revealed"] for each in episodes[real]["targets"]] == [False]
    assert shown(evening.page("/record")) == figures
    command = [sys.executable, "-m", "api.cli", "export", "--config", str(evening.house.config)]
    bundle = subprocess.run(command, capture_output=True, env=evening.house.env, cwd=ROOT, check=True).stdout.decode()
    assert FINDING not in bundle
    assert PRACTICE_NAME not in bundle


def shown(page: httpx.Response) -> str:
    """What stands on a page; its head names the visitor."""
    return page.text.partition("<main")[2]


def planned(evening: Evening) -> str:
    """An approved episode with a sealed target, a public output and a private one."""
    slot = {"name": "开门见光", "agency": "江北市市场监督管理局", "weekday": 3, "starts": "19:00", "minutes": 90}
    evening.do("producer", "/api/v1/programmes", slot)
    plan = {"number": 7, "title": TITLE, "theme": "夜市", "starts": "2099-01-01T19:00:00+08:00", "cameras": ["全景"]}
    episode = str(evening.do("producer", "/api/v1/episodes", plan)["episode_id"])
    evening.do("producer", f"/api/v1/episodes/{episode}/target", {"name": TARGET, "place": "江北区"} | CHOSEN)
    evening.runner.run(evening.stage.approve(episode))
    for name, server, private in (("公开平台", evening.public, False), ("内部监看", evening.private, True)):
        body = {"episode_id": episode, "name": name, "url": server.url("private" if private else "public")}
        evening.do("producer", "/api/v1/outputs", body | {"private": private})
    return episode
