"""WHIP and WHEP over HTTP: every row of the bad-input table, and what RFC 9725 asks. The studio only answers here."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from api.desk import Desk
from episodes.commands import OfferCamera, Trickle
from episodes.people import Role
from runtime.bus.local import LocalBus

from .conftest import Browser
from .show import OFFER, FakeStudio, fake_rooms, planned, token_for

SDP = {"content-type": "application/sdp"}


@pytest.fixture
async def studio(bus: LocalBus) -> AsyncIterator[FakeStudio]:
    async with fake_rooms(bus) as answering:
        yield answering


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        yield client


@pytest.fixture
async def token(desk: Desk) -> str:
    await planned(desk)
    return await token_for(desk, "bench")


def bearer(token: str) -> dict[str, str]:
    return {**SDP, "authorization": f"Bearer {token}"}


def check_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]


async def test_a_camera_is_published(http: httpx.AsyncClient, studio: FakeStudio, token: str) -> None:
    answer = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("application/sdp")
    assert answer.text == OFFER
    place = answer.headers["location"]
    assert place.startswith("/whip/bench/")
    assert answer.headers["etag"].startswith('"')
    assert "ETag" in answer.headers["access-control-expose-headers"]
    (asked,) = studio.heard
    assert isinstance(asked, OfferCamera)
    assert (asked.camera, asked.device_id) == ("bench", "device-0001")
    ended = await http.delete(place, headers={**bearer(token), "if-match": '"whatever"'})
    assert ended.status_code == 200
    assert studio.sessions == set()
    check_problem(await http.delete(place, headers=bearer(token)), 404, "gone")


async def test_a_chinese_camera_has_an_address(http: httpx.AsyncClient, studio: FakeStudio, desk: Desk) -> None:
    await planned(desk)
    mine = await token_for(desk, "全景")
    answer = await http.post(f"/whip/{quote('全景')}", content=OFFER, headers=bearer(mine))
    assert answer.headers["location"].startswith(f"/whip/{quote('全景')}/")
    assert (await http.delete(answer.headers["location"], headers=bearer(mine))).status_code == 200


BAD: list[tuple[str, dict[str, str] | None, str | bytes, int, str]] = [
    ("bench", SDP, OFFER, 401, "no_token"),
    ("bench", {**SDP, "authorization": "Basic abc"}, OFFER, 401, "no_token"),
    ("bench", bearer("not-a-token"), OFFER, 403, "token_wrong"),
    ("roof", None, OFFER, 404, "camera_unknown"),
    ("public", None, OFFER, 404, "camera_unknown"),
    ("%E5%85%A8%E6%99%AF", None, OFFER, 403, "camera_not_yours"),
    ("bench", {"content-type": "application/json"}, "{}", 415, "not_sdp"),
    ("bench", {"content-type": ""}, OFFER, 415, "not_sdp"),
    ("bench", None, "hello", 400, "bad_sdp"),
    ("bench", None, b"\xff\xfe\xfa", 400, "bad_sdp"),
    ("bench", None, OFFER + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", 422, "two_videos"),
    ("bench", None, OFFER + "a=x\r\n" * 20000, 413, "sdp_too_long"),
]
"""Camera, headers (None: a good token and type), body; status and code."""


async def test_bad_input_is_told_and_leaves_nothing(http: httpx.AsyncClient, studio: FakeStudio, token: str) -> None:
    for camera, headers, body, status, code in BAD:
        sent = bearer(token) if headers is None else {"authorization": f"Bearer {token}", **headers}
        if status == 401:
            sent = headers or {}
        answer = await http.post(f"/whip/{camera}", content=body, headers=sent)
        check_problem(answer, status, code)
        assert studio.sessions == set()
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_second_phone_takes_over_with_the_cameras_own_token(
    http: httpx.AsyncClient, studio: FakeStudio, desk: Desk, token: str
) -> None:
    assert (await http.post("/whip/bench", content=OFFER, headers=bearer(token))).status_code == 201
    again = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
    assert again.status_code == 201
    newer = await token_for(desk, "bench", "device-0002")
    assert (await http.post("/whip/bench", content=OFFER, headers=bearer(newer))).status_code == 201
    check_problem(await http.post("/whip/bench", content=OFFER, headers=bearer(token)), 403, "token_wrong")
    assert [each.device_id for each in studio.heard if isinstance(each, OfferCamera)][-1] == "device-0002"


async def test_a_busy_studio_says_when_to_come_back(http: httpx.AsyncClient, studio: FakeStudio, token: str) -> None:
    for code in ("full", "starting"):
        studio.refuse = code
        answer = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
        check_problem(answer, 503, code)
        assert int(answer.headers["retry-after"]) > 0


async def test_without_a_studio_there_is_a_retry(http: httpx.AsyncClient, token: str) -> None:
    answer = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
    check_problem(answer, 503, "studio_away")
    assert int(answer.headers["retry-after"]) > 0


async def test_candidates_trickle_under_the_sessions_etag(
    http: httpx.AsyncClient, studio: FakeStudio, token: str
) -> None:
    made = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
    place, etag = made.headers["location"], made.headers["etag"]
    sent = {"authorization": f"Bearer {token}", "content-type": "application/trickle-ice-sdpfrag"}
    check_problem(await http.patch(place, content="a=x", headers=sent), 428, "if_match")
    check_problem(await http.patch(place, content="a=x", headers={**sent, "if-match": '"old"'}), 412, "stale")
    for match in (etag, "*", '"*"'):
        answer = await http.patch(place, content="a=x", headers={**sent, "if-match": match})
        assert (answer.status_code, "etag" in answer.headers) == (204, False)
    wrong_type = await http.patch(place, content="a=x", headers={**sent, "content-type": "application/sdp"})
    check_problem(wrong_type, 415, "not_sdp")
    restart = await http.patch(place, content="a=ice-ufrag:new", headers={**sent, "if-match": "*"})
    assert (restart.status_code, restart.headers["etag"]) == (200, '"after"')
    assert restart.headers["content-type"].startswith("application/trickle-ice-sdpfrag")
    assert restart.text == "a=ice-ufrag:ours\r\n"
    assert {each.of for each in studio.heard if isinstance(each, Trickle)} == {"camera bench"}
    anonymous = {"content-type": sent["content-type"], "if-match": "*"}
    check_problem(await http.patch(place, content="a=x", headers=anonymous), 401, "no_token")


async def test_what_may_be_sent_is_told_and_get_tells_nothing(http: httpx.AsyncClient) -> None:
    for path in ("/whip/bench", "/whip/bench/s1", "/whep/program", "/whep/program/s1"):
        asked = await http.options(path)
        assert asked.status_code == 204
        assert asked.headers["accept-post"] == "application/sdp"
        assert "If-Match" in asked.headers["access-control-allow-headers"]
        for answer in (await http.get(path), await http.head(path)):
            assert (answer.status_code, answer.content) == (204, b"")


async def test_turn_credentials_go_to_who_holds_the_camera_and_die_by_themselves(
    http: httpx.AsyncClient, studio: FakeStudio, desk: Desk, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = ("stun:stun.test:3478", "turn:turn.test:3478?transport=udp")
    chosen = desk.settings.studio.model_copy(
        update={"ice_servers": servers, "turn_secret": SecretStr("shared"), "turn_hours": 2.0}
    )
    monkeypatch.setitem(vars(desk.settings), "studio", chosen)
    assert "link" not in (await http.options("/whip/bench")).headers
    check_problem(await http.options("/whip/bench", headers=bearer("x")), 403, "token_wrong")
    asked = await http.options("/whip/bench", headers=bearer(token))
    made = await http.post("/whip/bench", content=OFFER, headers=bearer(token))
    for answer in (asked, made):
        stun, turn = answer.headers["link"].split(", ")
        assert stun == '<stun:stun.test:3478>; rel="ice-server"'
        found = re.fullmatch(
            r'<turn:turn\.test:3478\?transport=udp>; rel="ice-server"; username="(\d+):\w+"; credential="([^"]+)"; credential-type="password"',
            turn,
        )
        assert found
        assert 7190 < int(found[1]) - desk.clock.utc_ns() / 1e9 < 7210
        assert "shared" not in answer.headers["link"]


async def test_a_refusal_can_be_read_by_a_page_of_another_origin(
    http: httpx.AsyncClient, studio: FakeStudio, token: str
) -> None:
    for answer in (
        await http.post("/whip/bench", content=OFFER, headers=SDP),
        await http.post("/whip/bench", content="{}", headers={**bearer(token), "content-type": "text/plain"}),
        await http.delete("/whip/bench/nobody", headers=bearer(token)),
    ):
        assert answer.status_code in {401, 404, 415}
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_staff_watch_with_their_session(browser: Browser, studio: FakeStudio, desk: Desk, add) -> None:
    await planned(desk)
    await add("lin", Role.DIRECTOR)
    anonymous = await browser.http.post("/whep/program", content=OFFER, headers=SDP)
    check_problem(anonymous, 403, "csrf")
    await browser.log_in("lin")
    own = {**SDP, "x-csrf-token": browser.csrf}
    answer = await browser.http.post("/whep/program", content=OFFER, headers=own)
    assert answer.status_code == 201
    assert (await browser.http.post("/whep/bench", content=OFFER, headers=own)).status_code == 201
    forged = await browser.http.post("/whep/program", content=OFFER, headers=SDP)
    check_problem(forged, 403, "csrf")
    place = answer.headers["location"]
    assert (await browser.http.delete(place, headers=own)).status_code == 200
    for reserved in ("public", "roof"):
        refused = await browser.http.post(f"/whep/{reserved}", content=OFFER, headers=own)
        check_problem(refused, 404, "source_unknown")
    studio.refuse = "not_live"
    waiting = await browser.http.post("/whep/bench", content=OFFER, headers=own)
    check_problem(waiting, 409, "not_live")
    assert int(waiting.headers["retry-after"]) > 0


async def test_a_tester_may_not_watch_and_a_device_may(
    browser: Browser, studio: FakeStudio, desk: Desk, add, token: str
) -> None:
    await add("luo", Role.TESTER)
    await browser.log_in("luo")
    refused = await browser.http.post("/whep/program", content=OFFER, headers={**SDP, "x-csrf-token": browser.csrf})
    check_problem(refused, 403, "not_yours")
    assert (await browser.http.post("/whep/program", content=OFFER, headers=bearer(token))).status_code == 201
    check_problem(await browser.http.post("/whep/program", content=OFFER, headers=bearer("x")), 403, "token_wrong")
