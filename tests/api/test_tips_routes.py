"""A tip's way over HTTP: sealed by the browser, sealed here in memory, asked for, answered; and what is refused."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pyrage import x25519

from api import opening
from api.desk import Desk
from episodes.events import TipsCheckpointed
from episodes.people import Role
from runtime.settings.model import Settings
from store import log
from tests.api.conftest import Browser
from tips import receipt, seal

CANARY = "金丝雀七三九一"
ARMOURED = "-----BEGIN AGE ENCRYPTED FILE-----\n(the browser's)\n-----END AGE ENCRYPTED FILE-----\n"
Add = Callable[..., Awaitable[str]]


@pytest.fixture
async def identity(desk: Desk) -> str:
    """The desk's private key; its public half is set."""
    made = x25519.Identity.generate()
    await desk.tips.inbox.set_key(seal.DeskKey(str(made.to_public()), ARMOURED), "dora")
    return str(made)


@pytest.fixture
async def dora(app: FastAPI, add: Add) -> Any:
    await add("dora", Role.TIP_DESK)
    one = Browser(app)
    async with one.http:
        await one.log_in("dora")
        yield one


def parts_of(identity: str, held: receipt.Receipt) -> dict[str, Any]:
    """What a browser sends."""
    keys = receipt.derive(held)
    desk = str(x25519.Identity.from_str(identity).to_public())
    return {
        "data": {
            "public_id": held.public_id,
            "verifier": keys.verifier,
            "recipient": keys.recipient,
            "key_id": "1",
        },
        "files": [("letter", ("letter", seal.seal_letter(seal.Letter(what=CANARY), [desk])))],
    }


async def send(browser: Browser, parts: dict[str, Any]) -> httpx.Response:
    return await browser.http.post(
        "/tip/sealed", **parts, headers={"x-csrf-token": browser.csrf, "accept": "application/json"}
    )


async def ask_json(browser: Browser, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = {"x-csrf-token": browser.csrf, "accept": "application/json"}
    return await browser.http.post(path, json=body or {}, headers=headers)


def found_words(html: str) -> tuple[str, str]:
    public_id = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", html)
    assert public_id
    return public_id[1], " ".join(re.findall(r'<b lang="zh-CN">(..)</b>', html))


def everything_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_without_a_key_the_form_says_where_else_to_go(browser: Browser) -> None:
    answer = await browser.get("/tip")
    assert answer.status_code == 503
    assert "12315" in answer.text
    assert "<form" not in answer.text


async def test_the_pages_are_not_kept_and_tell_nobody(browser: Browser, identity: str) -> None:
    for path in ("/tip", "/tip/status"):
        answer = await browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


async def test_sealed_in_the_browser_and_answered(
    browser: Browser, dora: Browser, identity: str, desk: Desk, settings: Settings
) -> None:
    await browser.get("/tip")
    held = receipt.new(9)
    keys = receipt.derive(held)
    answer = await send(browser, parts_of(identity, held))
    assert (answer.status_code, answer.json()) == (201, {"public_id": held.public_id})

    page = await dora.get("/desk/tips")
    (tip_id,) = re.findall(r'data-tip="([0-9a-f]+)"', page.text)
    await dora.get("/desk/tips")
    viewed = (await ask_json(dora, f"/desk/tips/{tip_id}/view")).json()
    letter = re.search(r'data-letter="([^"]+)"', viewed["html"])
    assert letter
    assert CANARY in seal.unseal(base64.b64decode(letter[1]), identity).decode()

    assert (await ask_json(dora, f"/desk/tips/{tip_id}/move", {"to": "answered"})).status_code == 409
    to = [viewed["recipient"], str(x25519.Identity.from_str(identity).to_public())]
    sealed = base64.b64encode(seal.seal_text("查实", to)).decode()
    assert (await ask_json(dora, f"/desk/tips/{tip_id}/reference", {"reference": "JB1"})).status_code == 200
    assert (await ask_json(dora, f"/desk/tips/{tip_id}/reply", {"sealed": sealed, "answer": True})).status_code == 200

    await browser.get("/tip/status")
    standing = (await ask_json(browser, "/tip/status/open", {"public_id": held.public_id, "auth": keys.auth})).json()
    assert "JB1" in standing["html"]
    assert not standing["open"]
    reply = re.search(r'data-sealed="([^"]+)"', standing["html"])
    assert reply
    assert seal.unseal_text(base64.b64decode(reply[1]), keys.identity) == "查实"
    assert CANARY.encode() not in everything_under(settings.server.var)


async def test_without_scripts_it_is_sealed_before_anything_is_written(
    browser: Browser, identity: str, desk: Desk, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    await browser.get("/tip")
    picture = b"\xff\xd8\xff" + CANARY.encode() * 60_000
    answer = await browser.http.post(
        "/tip",
        data={"csrf": browser.csrf, "where": "夜市", "what": CANARY},
        files=[("pictures", ("a.jpg", picture[:900_000], "image/jpeg"))],
    )
    assert answer.status_code == 201
    public_id, written = found_words(answer.text)
    assert len(written.split()) == settings.tips.receipt_words

    held = receipt.read(public_id, written, 9)
    said = await browser.http.post(
        "/tip/status",
        data={"csrf": browser.csrf, "public_id": public_id, "words": written, "say": "店后" + CANARY},
        files=[("none", ("", b""))],
    )
    assert said.status_code == 200
    assert f"店后{CANARY}" in said.text

    (row,) = await desk.tips.inbox.rows()
    opened = await desk.tips.inbox.view(row.tip_id, "dora")
    assert '"raw_pictures":true' in seal.unseal(opened.letter, identity).decode()
    assert seal.unseal(await desk.tips.inbox.picture(row.tip_id, 0, "dora"), identity) == picture[:900_000]
    out, err = capfd.readouterr()
    kept = everything_under(settings.server.var) + out.encode() + err.encode()
    for secret in (CANARY, written, *held.words, receipt.derive(held).auth):
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"what": ""}, 422),
        ({"what": "x" * 5001}, 422),
        ({"what": "x" * 70_000}, 413),
        ({"what": "好", "csrf": "forged"}, 403),
        ({"what": "好", "csrf": ""}, 403),
    ],
)
async def test_hostile_forms_store_nothing(
    browser: Browser, identity: str, desk: Desk, fields: dict[str, str], status: int
) -> None:
    await browser.get("/tip")
    answer = await browser.http.post(
        "/tip", data={"csrf": browser.csrf, **fields}, files=[("pictures", ("a.jpg", b"1"))]
    )
    assert answer.status_code == status
    assert await desk.tips.inbox.rows() == ()


async def test_script_in_every_field_comes_back_as_text(browser: Browser, identity: str, desk: Desk) -> None:
    await browser.get("/tip")
    bad = '"><script>alert(1)</script>'
    answer = await browser.http.post(
        "/tip/status", data={"csrf": browser.csrf, "public_id": bad, "words": bad, "say": bad}, files=[("n", ("", b""))]
    )
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("broken", ["letter", "plain", "key_id", "twice", "verifier"])
async def test_a_broken_sealed_tip_is_refused(browser: Browser, identity: str, desk: Desk, broken: str) -> None:
    await browser.get("/tip")
    parts = parts_of(identity, receipt.new(9))
    match broken:
        case "letter":
            parts["files"] = [("other", ("x", b"1"))]
        case "plain":
            parts["files"] = [("letter", ("letter", CANARY.encode() * 100))]
        case "key_id":
            parts["data"]["key_id"] = "१"
        case "twice":
            parts["files"] *= 2
        case _:
            parts["data"]["verifier"] = "<script>"
    answer = await send(browser, parts)
    assert answer.status_code == 422
    assert CANARY not in answer.text
    assert await desk.tips.inbox.rows() == ()


async def test_forgery_is_stopped(browser: Browser, identity: str, desk: Desk) -> None:
    await browser.get("/tip")
    parts = parts_of(identity, receipt.new(9))
    assert (await browser.http.post("/tip/sealed", **parts)).status_code == 403
    browser.csrf = browser.csrf[::-1]
    assert (await send(browser, parts)).status_code == 403
    assert await desk.tips.inbox.rows() == ()


async def test_guessing_is_slowed_down(browser: Browser, identity: str) -> None:
    await browser.get("/tip/status")
    guess = {"public_id": "AAAA-AAAA", "auth": "0" * 64}
    answers = [(await ask_json(browser, "/tip/status/open", guess)).status_code for _ in range(31)]
    assert answers == [403] * 30 + [429]


@pytest.mark.parametrize(
    "body",
    [
        {"public_id": "AAAA-AAAA", "auth": "xyz"},
        {"public_id": "A" * 99, "auth": "0" * 64},
        {"public_id": "AAAA-AAAA"},
        {"public_id": ["AAAA"], "auth": None},
    ],
)
async def test_a_malformed_proof_is_refused_without_echo(browser: Browser, identity: str, body: dict[str, Any]) -> None:
    await browser.get("/tip/status")
    answer = await ask_json(browser, "/tip/status/open", body)
    assert answer.status_code == 422
    assert "xyz" not in answer.text


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DIRECTOR, Role.ADMIN, Role.LEGAL])
async def test_only_the_tip_desk_gets_in(browser: Browser, add: Add, identity: str, role: Role) -> None:
    await add("someone", role)
    await browser.log_in("someone")
    assert (await browser.get("/desk/tips")).status_code == 403
    assert (await ask_json(browser, "/desk/tips/x/view")).status_code == 403


async def test_the_main_log_learns_a_checkpoint_and_no_more(
    desk: Desk, identity: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.get("/tip")
    await send(browser, parts_of(identity, receipt.new(9)))
    monkeypatch.setattr(opening, "TELL_TIPS_S", 0.01)
    telling = asyncio.ensure_future(opening._tell_tips(desk))
    try:
        async with asyncio.timeout(10):
            while not (records := await _records(desk)):
                await asyncio.sleep(0.01)
    finally:
        telling.cancel()
    expected = await desk.tips.checkpoint()
    assert records == [TipsCheckpointed(size=2, head=expected.head, signature=expected.signature)]


async def _records(desk: Desk) -> list[Any]:
    async with desk.store.read() as session:
        return [record.event for record in await log.read(session, kinds=(TipsCheckpointed,))]


async def test_uploads_at_once_are_bounded(
    browser: Browser, identity: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.get("/tip")
    monkeypatch.setattr("api.uploads._reading", 4)
    answer = await send(browser, parts_of(identity, receipt.new(9)))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
