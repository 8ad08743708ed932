"""A draw over HTTP as pages do it, checked afterwards by command line and by three lines of shell; nothing told before."""

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app as command_line
from api.deeds import targets
from episodes import draw as rules
from episodes.events import DrawCommitted, TargetViewed
from episodes.people import Role
from runtime.clock import SteppedClock
from tests.api.pages import Page, pages
from tests.api.stage import DIRECTOR, Stage
from tests.beacon import SIGNATURE, VALUE, a_minute_before

from .conftest import Browser

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHARES = ("a1" * 32, "b2" * 32)
NAMES = [f"暗巷{n:03}号面馆" for n in range(40)]
POOL = "id,name,stratum,weight,address\n" + "".join(
    f"JY{n:05},{name},东城,{1 + n % 4},密语街{n}号\n" for n, name in enumerate(NAMES)
)
ROLES = {"gu": (Role.PRODUCER,), "feng": (Role.LEGAL,), "shen": (Role.DIRECTOR,), "luo": (Role.TESTER,)}


@pytest.fixture
def clock() -> SteppedClock:
    return a_minute_before()


@pytest.fixture
async def people(app, stage: Stage) -> AsyncIterator[dict[str, Page]]:
    async with pages(app, stage, ROLES) as made:
        yield made


async def drawn(stage: Stage, people: dict[str, Page]) -> tuple[str, str]:
    """(episode, draw), sealed."""
    gu, feng = people["gu"], people["feng"]
    episode_id = await stage.planned()
    pool = await gu.upload("draw-pools?name=东城", POOL)
    assert (pool["candidates"], pool["strata"]) == (40, {"东城": 40})
    lock = rules.lock_of(SHARES[0])
    made = await gu(f"episodes/{episode_id}/draws", 201, pool_id=pool["pool_id"], count=2, lock=lock)
    draw_id = made["draw_id"]
    await gu(f"draws/{draw_id}/join", 403, lock=rules.lock_of(SHARES[1]))
    await feng(f"draws/{draw_id}/join", lock=rules.lock_of(SHARES[1]))
    await stage.clock.advance(90)
    await gu(f"draws/{draw_id}/value", value=VALUE, signature=SIGNATURE)
    assert await gu(f"draws/{draw_id}/share", share=SHARES[0]) == {"state": "valued", "places": 0}
    assert await feng(f"draws/{draw_id}/share", share=SHARES[1]) == {"state": "drawn", "places": 2}
    return episode_id, draw_id


async def seen_by_all(anybody: Browser, people: dict[str, Page], episode_id: str, draw_id: str) -> str:
    """Everything that tells of the draw to the public, and to staff who look without a trace."""
    paths = (f"/draws/{draw_id}", f"/draws/{draw_id}/proof.json", f"/draws/{draw_id}/pool.txt", "/", "/episodes")
    texts = [(await anybody.get(path)).text for path in paths]
    for login in ("gu", "feng", "shen"):
        produce = await people[login].browser.get("/produce")
        assert produce.status_code == 200
        assert 'data-state="drawn"' in produce.text
        texts.append(produce.text)
        texts.append((await people[login].browser.get("/studio")).text)
        texts.append((await people[login].browser.get(f"/api/v1/episodes/{episode_id}/draws")).text)
        texts.append((await people[login].browser.get("/api/v1/episodes")).text)
    return "\n".join(texts)


async def test_a_draw_from_the_page_to_the_shell(
    stage: Stage, people: dict[str, Page], browser: Browser, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    episode_id, draw_id = await drawn(stage, people)
    told = await seen_by_all(browser, people, episode_id, draw_id)
    assert not [name for name in NAMES if name in told]
    assert "密语街" not in told
    assert not [share for share in SHARES if share in told]
    (committed,) = await stage.events(DrawCommitted)
    assert committed.committed in told
    assert (await browser.get(f"/draws/{draw_id}/proof.json")).status_code == 404
    assert await stage.events(TargetViewed) == []

    await stage.approve(episode_id)
    await stage.rooms.say()
    await stage.go_live(episode_id)
    shown = [await targets.reveal(stage.desk, DIRECTOR, episode_id=episode_id) for _ in range(2)]
    assert (await browser.get(f"/draws/{draw_id}/proof.json")).status_code == 404, "never ahead of the picture"
    last = (await stage.records())[-1]
    await stage.shown(last.seq, stage.clock.utc_ns())

    proof, pool = tmp_path / "proof.json", tmp_path / "pool.txt"
    proof.write_bytes((await browser.get(f"/draws/{draw_id}/proof.json")).content)
    pool.write_bytes((await browser.get(f"/draws/{draw_id}/pool.txt")).content)
    audit = tmp_path / "audit.json"
    sent = {"x-csrf-token": people["feng"].browser.csrf}
    answer = await people["feng"].browser.http.post(f"/api/v1/draws/{draw_id}/audit", json={}, headers=sent)
    audit.write_bytes(answer.content)
    assert await people["gu"](f"draws/{draw_id}/audit", 403) is not None

    done = CliRunner().invoke(
        command_line,
        ["draw", "verify", str(proof), "--audit", str(audit), "--committed", committed.committed],
    )
    assert done.exit_code == 0, done.output
    assert all(each.name in done.output for each in shown)
    assert [name for name in NAMES if name in done.output] == sorted(each.name for each in shown)

    page = (await browser.get(f"/draws/{draw_id}?lang=zh-CN")).text
    lowest = shell_of(page, tmp_path)
    text = proof.read_text("utf-8")
    came = re.findall(r'"ticket":"([0-9a-f]{64})"', text)
    assert lowest[: len(came)] == came
    heard = capfd.readouterr()
    assert not [name for name in NAMES if name in heard.out + heard.err], "no name in a log"


def shell_of(page: str, folder: Path) -> list[str]:
    """Runs the page's own three lines; the tickets they end with."""
    block = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)[1]
    lines = block.replace("&lt;", "<").replace("&amp;", "&").replace("&#34;", '"').replace("&gt;", ">")
    assert len(lines.strip().splitlines()) == 3
    done = subprocess.run(["bash", "-euc", lines], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert all(row[0] == row[1] for row in rows), "sha256sum says the same"
    return [row[0] for row in rows]


async def test_a_changed_proof_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text("{}")
    done = CliRunner().invoke(command_line, ["draw", "verify", str(file)])
    assert done.exit_code != 0
    assert "no proof of a draw" in str(done.exception)


async def test_who_may_and_what_is_refused(stage: Stage, people: dict[str, Page], browser: Browser) -> None:
    episode_id = await stage.planned()
    gu, luo = people["gu"], people["luo"]
    await luo(f"episodes/{episode_id}/draws", 403, lock="a" * 64)
    refused = await gu.upload("draw-pools?name=东城", POOL + "JY00001,又一家,东城,1,x\n", 422)
    assert refused["code"] == "pool_twice"
    assert "又一家" not in str(refused)
    assert "42" in refused["detail"]
    await gu(f"episodes/{episode_id}/draws", 404, lock="a" * 64)
    await gu(f"episodes/{episode_id}/draws", 422, lock="a" * 64, count=99)
    pool = await gu.upload("draw-pools?name=东城", POOL)
    wish = {"pool_id": pool["pool_id"], "lock": "a" * 64}
    made = await gu(f"episodes/{episode_id}/draws", 201, **wish)
    assert (await browser.get(f"/draws/{made['draw_id']}")).status_code == 404, "nothing is public before both halves"
    await gu(f"draws/{made['draw_id']}/abort", reason="other")
    await gu(f"draws/{made['draw_id']}/abort", 409, reason="other")


def test_the_documented_lines_and_figures_agree(tmp_path: Path) -> None:
    """docs/protocol/draw.md: its shell block, run on its test vector, gives its figures."""
    text = (DOCS / "protocol" / "draw.md").read_text("utf-8")
    key, first, second, value = "a" * 64, "1" * 64, "2" * 64, "12345612345612345612"
    found = (
        rules.Candidate(id="JY1001", name="老街烧烤店", weight=2),
        rules.Candidate(id="JY1002", name="江边 大排档"),
        rules.Candidate(id="JY1003", name="阿婆糖水"),
    )
    owners = rules.owners_of(key, found)
    pool = rules.pool_text([""], owners)
    (tmp_path / "pool.txt").write_text(pool, "utf-8")
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1]
    script = f"value={value}; first={first}; second={second}\n{block}"
    done = subprocess.run(["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    by_shell = [line.split()[0] for line in done.stdout.splitlines()]
    secret = rules.secret_of(first, second)
    seed = rules.seed_of(rules.pool_hash(pool), value, secret)
    order = rules.order_of(pool, seed, 1)
    assert by_shell == [each.hash for each in order]
    assert [owners[each.leaf].id for each in order[:2]] == ["JY1001", "JY1003"]
    salt = rules.salt_of(key, "JY1001", 0)
    figures = [
        salt,
        rules.leaf_of(salt, "JY1001", "老街烧烤店"),
        rules.pool_hash(pool),
        rules.lock_of(first),
        rules.lock_of(second),
        secret,
        seed,
    ]
    for figure in (*figures, *by_shell[:2]):
        assert f"`{figure}`" in text
