"""WHEP, WHIP's mirror (draft). Ours by default; any: `python -m pytest tests/interop/test_whep.py --url URL --token T`."""

import asyncio

import httpx
import pytest

from tests.interop import peers, rules
from tests.interop.conftest import Endpoint
from tests.interop.ours import Ours


@pytest.fixture(scope="module")
def offer() -> str:
    return asyncio.run(peers.offer_of(peers.screen()))


def test_a_post_creates_a_session_and_a_delete_ends_it(http: httpx.Client, whep: Endpoint, offer: str) -> None:
    rules.judge_created(http, whep, offer, "sendonly")


def test_what_is_no_viewers_offer_is_refused(http: httpx.Client, whep: Endpoint) -> None:
    doubles = [asyncio.run(peers.offer_of(peers.screen(*count))) for count in ((2, 1), (1, 2))]
    rules.judge_refusals(http, whep, doubles)


def test_reading_tells_nothing_and_options_what_may_be_sent(http: httpx.Client, whep: Endpoint, offer: str) -> None:
    rules.judge_silence(http, whep, offer)


def test_trickle_and_restart(http: httpx.Client, whep: Endpoint, offer: str) -> None:
    rules.judge_trickle(http, whep, offer)


def test_only_307_redirects(http: httpx.Client, whep: Endpoint, offer: str) -> None:
    made = rules.post(http, whep, offer)
    rules.judge_redirects([made, http.get(whep.url)])
    rules.end(http, whep, made)


async def test_pictures_flow_under_fresh_consent(whep: Endpoint) -> None:
    peer = await peers.screen()
    tracks = []
    peer.on("track", tracks.append)
    async with httpx.AsyncClient(timeout=15, trust_env=False) as http:
        made = await http.post(whep.url, content=peer.localDescription.sdp, headers={**rules.SDP, **whep.bearer})
        assert made.status_code == 201
        async with peers.connected(peer, made.text):
            checks = peers.checks_from_there(peer)
            async with asyncio.timeout(20):
                picture = await next(track for track in tracks if track.kind == "video").recv()
                assert picture.width > 0
                while len(checks) < 2:
                    await asyncio.sleep(0.1)
            await http.delete(whep.place(made), headers=whep.bearer)


def test_ours_says_when_to_ask_again_for_what_is_not_live(
    http: httpx.Client, request: pytest.FixtureRequest, offer: str
) -> None:
    if request.config.getoption("--url", ""):
        pytest.skip("only of our own do we know what is not live")
    mine: Ours = request.getfixturevalue("ours")
    refused = rules.post(http, Endpoint(f"{mine.base_url}/whep/two", mine.tokens["two"]), offer)
    assert refused.status_code == 409
    assert int(refused.headers["retry-after"]) > 0
