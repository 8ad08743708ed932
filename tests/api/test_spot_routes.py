"""Who may do what on the spot, over HTTP; pages of the legal desk, the host and the cards; nothing that tells a target."""

import hashlib

import pytest
from fastapi import FastAPI

from api.deeds import episodes, targets
from api.deeds.doing import System
from api.desk import Desk
from episodes.entity import Entity
from episodes.licence import credit_code_check
from episodes.people import Role
from episodes.target import TargetContent
from runtime.bus.local import LocalBus
from store import entities
from tests.api.show import fake_rooms, planned, say_rooms, token_for
from tests.api.stage import approve
from tests.ready import ready

from .conftest import Browser

JPEG = b"\xff\xd8\xff\xe0frame"


def code(first: str) -> str:
    return first + credit_code_check(first)


SEALED, OTHER = code("91440700MA4UQ8X10"), code("91440700MA4UQ8X11")


@pytest.fixture
async def episode(desk: Desk, bus: LocalBus):
    episode_id = await planned(desk)
    await approve(desk, episode_id)
    await ready(desk, episode_id)
    async with fake_rooms(bus):
        say_rooms(desk)
        await episodes.go_live(desk, System(), episode_id=episode_id)
        yield episode_id


@pytest.fixture
async def people(app: FastAPI, add):
    """Signed-in browsers by login."""
    found: dict[str, Browser] = {}
    for login, role in (
        ("chen", Role.OFFICER),
        ("luo", Role.TESTER),
        ("he", Role.LEGAL),
        ("shen", Role.DIRECTOR),
        ("zhu", Role.HOST),
    ):
        await add(login, role)
        found[login] = Browser(app)
        await found[login].log_in(login)
    yield found
    for each in found.values():
        await each.http.aclose()


async def say(browser: Browser, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    headers = {"accept": "application/json", "x-csrf-token": browser.csrf}
    answer = await browser.http.post(path, json=body, headers=headers)
    return answer.status_code, answer.json()


async def test_each_does_their_own_part(desk: Desk, people: dict[str, Browser], episode: str) -> None:
    at = {"episode_id": episode, "at_ms": desk.clock.utc_ns() // 10**6}
    answer = at | {"item_id": "purchase", "place": "A12档", "answer": "fail", "sentence": "没有进货查验记录"}
    assert (await say(people["luo"], "/api/v1/spot/answers", answer))[0] == 403
    assert (await say(people["shen"], "/api/v1/spot/answers", answer))[0] == 403
    status, made = await say(people["chen"], "/api/v1/spot/answers", answer)
    assert (status, made["version"]) == (200, 1)
    status, refused = await say(people["chen"], "/api/v1/spot/answers", answer | {"answer": "pass"})
    assert (status, refused["code"]) == (409, "conflict")
    assert "chen名" in str(refused["detail"])

    status, asked = await say(people["luo"], "/api/v1/spot/asks", at | {"text": "能取样吗"})
    assert status == 201
    path = f"/api/v1/threads/{asked['thread_id']}/answer"
    assert (await say(people["shen"], path, {"text": "能"}))[0] == 403
    assert (await say(people["he"], path, {"text": "能"}))[0] == 201
    page = await people["he"].get("/legal")
    assert "能取样吗" in page.text
    assert "没有进货查验记录" in page.text
    for who in ("chen", "shen"):
        assert (await people[who].get("/legal")).status_code == 403
    assert "能取样吗" not in (await people["chen"].get("/api/v1/spot")).text


async def test_only_the_legal_desk_gives_cameras_back(desk: Desk, people: dict[str, Browser], episode: str) -> None:
    token = await token_for(desk, "bench")
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    http = people["chen"].http
    made = (await http.post("/api/v1/camera/objection", json={"everywhere": False}, headers=headers)).json()
    assert made["cameras"] == ["bench"]
    assert (await http.get("/api/v1/camera", headers=headers)).json()["held"] is True
    ruling = {"ruling": "resume", "reason": "可以拍"}
    path = f"/api/v1/objections/{made['objection_id']}/ruling"
    for who in ("chen", "shen"):
        assert (await say(people[who], path, ruling))[0] == 403
    assert "经营者拒绝拍摄" in (await people["he"].get("/legal")).text
    assert (await say(people["he"], path, ruling))[0] == 200
    assert (await say(people["he"], path, ruling))[1]["code"] == "no_objection"
    assert (await http.get("/api/v1/camera", headers=headers)).json()["held"] is False


async def test_a_photo_is_seen_by_those_whose_work_it_is(desk: Desk, people: dict[str, Browser], episode: str) -> None:
    luo = people["luo"]
    headers = {
        "x-csrf-token": luo.csrf,
        "x-command-id": "photo-0001",
        "x-sha256": hashlib.sha256(JPEG).hexdigest(),
        "content-type": "image/jpeg",
        "accept": "application/json",
    }
    path = f"/api/v1/spot/files?episode_id={episode}&at_ms={desk.clock.utc_ns() // 10**6}&camera=bench"
    for _ in range(2):
        answer = await luo.http.post(path, content=JPEG, headers=headers)
        assert (answer.status_code, answer.json()) == (201, {"file_id": "photo-0001"})
    where = "/api/v1/spot/files/photo-0001"
    assert (await luo.http.get(where)).content == JPEG
    found = await people["chen"].http.get(where)
    assert (found.content, found.headers["cache-control"]) == (JPEG, "private, no-store")
    assert (await people["shen"].http.get(where)).status_code == 403


async def test_a_scan_does_not_tell_a_target(desk: Desk, people: dict[str, Browser], episode: str) -> None:
    async with desk.store.work("test") as work:
        rows = [
            entities.ready(Entity(licence=licence, name=name, place="江北区", category="农贸市场"))
            for licence, name in ((SEALED, "临江综合市场"), (OTHER, "临江第二市场"))
        ]
        await entities.put(work.session, rows, import_id="t", now_utc_ns=1)
    content = TargetContent(name="临江综合市场", place="江北区")
    await targets.seal_target(desk, System(), episode_id=episode, content=content)
    cards = []
    for licence in (SEALED, OTHER):
        status, card = await say(people["chen"], "/api/v1/entities/scan", {"licence": f"统一社会信用代码:{licence}"})
        assert status == 200
        cards.append({**card, "entity_id": 0, "licence": "", "name": ""})
    assert cards[0] == cards[1]
    assert "临江综合市场" not in (await people["chen"].get("/api/v1/spot")).text


async def test_pages_of_the_host_and_the_cards(people: dict[str, Browser], episode: str) -> None:
    page = await people["zhu"].get("/host")
    assert "初筛，非最终结论" in page.text
    assert "这一期没有流程单" in page.text
    assert (await people["chen"].get("/host")).status_code == 403
    cards = (await people["luo"].get("/cards")).text
    assert cards.count("role-card") == 6
    assert "临江" not in cards


async def test_the_worker_speaks_for_the_crews_page_alone(browser: Browser) -> None:
    answer = await browser.http.get("/crew/worker.js")
    assert answer.headers["service-worker-allowed"] == "/crew"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "import" not in answer.text.split("(")[0]
