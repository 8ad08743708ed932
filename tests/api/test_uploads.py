"""Bodies that are no form: refused by their kind, and nothing is stored."""

import pytest
from pyrage import x25519

from api.desk import Desk
from tests.api.conftest import Browser
from tips import seal

ARMOURED = "-----BEGIN AGE ENCRYPTED FILE-----\n(the browser's)\n-----END AGE ENCRYPTED FILE-----\n"


@pytest.fixture
async def identity(desk: Desk) -> str:
    """The desk can take tips in."""
    made = x25519.Identity.generate()
    await desk.tips.inbox.set_key(seal.DeskKey(str(made.to_public()), ARMOURED), "dora")
    return str(made)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"--x\r\n", "multipart/form-data", 415),
        (b"what=1", "text/plain", 415),
        (b"no boundary in here", "multipart/form-data; boundary=x", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="what"\r\n\r\n\xff\xfe\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            400,
        ),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nA: " + b"b" * 5000 + b"\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 60 + b"--x--\r\n",
            "multipart/form-data; boundary=x",
            413,
        ),
        (b"x" * 1_100_000, "multipart/form-data; boundary=x", 413),
    ],
)
async def test_broken_bodies_are_refused(
    browser: Browser, identity: str, desk: Desk, body: bytes, kind: str, status: int
) -> None:
    await browser.get("/tip")
    answer = await browser.http.post("/tip", content=body, headers={"content-type": kind, "accept": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await desk.tips.inbox.rows() == ()
