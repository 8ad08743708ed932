"""Whom the conformance suites talk to. In: `--url` and `--token`, or nothing. Out: an endpoint; by default our own.

Without `--url` a real `daylight serve` is started, a camera planned and a device bound to it as a phone does it.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psutil
import pytest

from tests.house import House
from tests.interop.ours import Ours, prepare
from tests.interop.turn_server import coturn

SECRET = "shared-with-coturn"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("interop", "WHIP and WHEP conformance")
    group.addoption("--url", default="", help="the endpoint to judge, e.g. https://example.org/whip/one")
    group.addoption("--token", default="", help="its bearer token")


@dataclass(frozen=True)
class Endpoint:
    """One WHIP or WHEP endpoint."""

    url: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def place(self, answer: httpx.Response) -> str:
        """The session's address."""
        return str(httpx.URL(self.url).join(answer.headers["location"]))


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    """Our own house with two planned cameras, of which one at a time may connect, and a TURN server."""
    folder = tmp_path_factory.mktemp("interop")
    secret = folder / "turn-secret"
    secret.write_text(f"{SECRET}\n")
    with coturn(folder / "coturn", SECRET) as (server, log):
        servers = [f"stun:{server}", f"turn:{server}?transport=udp"]
        settings = {
            "studio__max_cameras": 1,
            "studio__ice_servers": json.dumps(servers),
            "studio__turn_secret_file": secret,
        }
        house = House(folder / "house", **settings).start(within_s=120)
        try:
            yield asyncio.run(prepare(house, log))
        finally:
            for each in house.family():
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()


def _given(request: pytest.FixtureRequest) -> Endpoint | None:
    url = request.config.getoption("--url", "")
    return Endpoint(url, request.config.getoption("--token", "")) if url else None


@pytest.fixture(scope="session")
def whip(request: pytest.FixtureRequest) -> Endpoint:
    """A WHIP endpoint and the token of its camera."""
    given = _given(request)
    if given:
        return given
    mine: Ours = request.getfixturevalue("ours")
    return Endpoint(f"{mine.base_url}/whip/one", mine.tokens["one"])


@pytest.fixture(scope="session")
def whep(request: pytest.FixtureRequest) -> Endpoint:
    """A WHEP endpoint whose source is live."""
    given = _given(request)
    if given:
        return given
    mine: Ours = request.getfixturevalue("ours")
    return Endpoint(f"{mine.base_url}/whep/program", mine.tokens["one"])


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=15, trust_env=False, follow_redirects=False) as client:
        yield client
