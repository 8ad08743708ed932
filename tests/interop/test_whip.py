"""WHIP as RFC 9725 says. Ours by default; any server: `python -m pytest tests/interop/test_whip.py --url URL --token T`."""

import asyncio

import httpx
import pytest

from tests.interop import peers, rules
from tests.interop.conftest import SECRET, Endpoint
from tests.interop.ours import Ours


@pytest.fixture(scope="module")
def offer() -> str:
    return asyncio.run(peers.offer_of(peers.camera()))


def test_a_post_creates_a_session_and_a_delete_ends_it(http: httpx.Client, whip: Endpoint, offer: str) -> None:
    rules.judge_created(http, whip, offer, "recvonly")


def test_what_is_not_one_picture_in_sdp_is_refused(http: httpx.Client, whip: Endpoint) -> None:
    doubles = [asyncio.run(peers.offer_of(peers.camera(*count))) for count in ((2, 1), (1, 2))]
    rules.judge_refusals(http, whip, doubles)


def test_reading_tells_nothing_and_options_what_may_be_sent(http: httpx.Client, whip: Endpoint, offer: str) -> None:
    rules.judge_silence(http, whip, offer)


def test_endpoint_and_session_want_the_token(http: httpx.Client, whip: Endpoint, offer: str) -> None:
    rules.judge_tokens(http, whip, offer)


def test_trickle_and_restart(http: httpx.Client, whip: Endpoint, offer: str) -> None:
    rules.judge_trickle(http, whip, offer)


def test_only_307_redirects(http: httpx.Client, whip: Endpoint, offer: str) -> None:
    made = rules.post(http, whip, offer)
    rules.judge_redirects([made, rules.post(http, Endpoint(whip.url + "/", whip.token), offer), http.get(whip.url)])
    if made.is_success:
        rules.end(http, whip, made)


async def test_media_flows_under_fresh_consent(whip: Endpoint) -> None:
    peer = await peers.camera()
    async with httpx.AsyncClient(timeout=15, trust_env=False) as http:
        made = await http.post(whip.url, content=peer.localDescription.sdp, headers={**rules.SDP, **whip.bearer})
        assert made.status_code == 201
        async with peers.connected(peer, made.text):
            checks = peers.checks_from_there(peer)
            async with asyncio.timeout(20):
                while len(checks) < 2:
                    await asyncio.sleep(0.1)
            assert peer.connectionState == "connected"
            assert (await http.delete(whip.place(made), headers=whip.bearer)).status_code == 200
            async with asyncio.timeout(10):
                while peer.connectionState != "closed":
                    await asyncio.sleep(0.05)


def test_ours_says_when_it_is_full(
    http: httpx.Client, request: pytest.FixtureRequest, whip: Endpoint, offer: str
) -> None:
    if request.config.getoption("--url", ""):
        pytest.skip("only our own can be filled from here")
    mine: Ours = request.getfixturevalue("ours")
    made = rules.post(http, whip, offer)
    other = Endpoint(f"{mine.base_url}/whip/two", mine.tokens["two"])
    refused = rules.post(http, other, offer)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert http.delete(whip.place(made).replace("/one/", "/two/"), headers=other.bearer).status_code == 404
    assert http.delete(whip.place(made), headers=whip.bearer).status_code == 200
    made = rules.post(http, other, offer)
    assert made.status_code == 201, "there is room again"
    rules.end(http, other, made)
    assert http.delete(whip.place(made), headers=whip.bearer).status_code in {403, 404}


def test_ours_hands_out_turn_with_a_token_only(
    http: httpx.Client, request: pytest.FixtureRequest, whip: Endpoint
) -> None:
    if request.config.getoption("--url", ""):
        pytest.skip("a server need not have TURN")
    told = http.options(whip.url, headers=whip.bearer).headers["link"]
    assert told.count('rel="ice-server"') == 2
    assert told.count("credential=") == 1
    assert SECRET not in told
