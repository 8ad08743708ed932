"""Real clients against a real house: Chromium by TURN alone and through an ICE restart, and FFmpeg's WHIP muxer.

`test_whip.py` and `test_whep.py` have aiortc.
"""

import asyncio
import contextlib
import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route, async_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.house import ROOT
from tests.interop.conftest import SECRET
from tests.interop.ours import PHONE, Ours
from tests.relay import Faults, Relay, candidate, without_candidates

RELAY_ONLY = """
const Real = window.RTCPeerConnection;
window.made = [];
window.RTCPeerConnection = class extends Real {
  constructor(config) { super({ ...config, iceTransportPolicy: "relay" }); window.made.push(this); }
};
"""
PAIR = """async () => {
  const pc = window.made.at(-1), stats = await pc.getStats();
  const all = [...stats.values()];
  const way = all.find((each) => each.type === "transport");
  const pair = stats.get(way.selectedCandidatePairId);
  const sent = all.filter((each) => each.type === "outbound-rtp" && each.kind === "video");
  return { kind: stats.get(pair.localCandidateId).candidateType, name: stats.get(pair.localCandidateId).usernameFragment,
           state: pc.connectionState, frames: sent.reduce((sum, each) => sum + each.framesSent, 0),
           dtls: way.dtlsState, started: window.made.length };
}"""


async def pair_once(page: Page, met) -> dict:
    async with asyncio.timeout(40):
        while True:
            with contextlib.suppress(Exception):
                found = await page.evaluate(PAIR)
                if met(found):
                    return found
            await asyncio.sleep(0.2)


@pytest.mark.browser
async def test_a_phone_without_a_direct_path_comes_by_turn_and_survives_a_change_of_network(
    ours: Ours,
) -> None:
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await chromium.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True)
        await context.add_init_script(RELAY_ONLY)
        page = await context.new_page()
        asked: list[tuple[str, int]] = []
        page.on(
            "response", lambda each: asked.append((each.request.method, each.status)) if "/whip/" in each.url else None
        )
        await page.goto(await ours.code_url(PHONE))
        await page.wait_for_selector("#crew[data-link=live]", timeout=40_000)
        camera = await ours.until(PHONE, "live")
        assert camera["codec"] == "h264", "preferred, and Chromium has it"
        before = await pair_once(page, lambda found: found["frames"] > 10)
        assert (before["kind"], before["state"]) == ("relay", "connected")
        assert "ALLOCATE processed, success" in ours.turn_log.read_text("utf-8", "replace")
        assert SECRET not in ours.house.logged()

        await page.evaluate("navigator.connection.dispatchEvent(new Event('change'))")
        after = await pair_once(
            page, lambda found: found["name"] != before["name"] and found["frames"] > before["frames"] + 30
        )
        assert (after["kind"], after["state"], after["dtls"]) == ("relay", "connected", "connected")
        assert after["started"] == before["started"], "the session is the same"
        assert ("PATCH", 200) in asked
        assert sum(method == "POST" for method, _ in asked) == 1
        assert (await ours.until(PHONE, "live"))["fps"] > 5
        assert "ICE restarted" in ours.house.logged()
        await chromium.close()
    await ours.until(PHONE, "lost")


async def behind_relays(page: Page, relays: list[Relay]) -> None:
    """Every session of the page goes through a relay of its own; the faults of the one before it stay."""

    async def reroute(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        try:
            made = await route.fetch(post_data=without_candidates(route.request.post_data or ""), timeout=5000)
        except PlaywrightError:
            await route.abort()
            return
        body = await made.text()
        if made.status == 201:
            relays.append(Relay(candidate(body), relays[-1].faults if relays else None))
            body = relays[-1].through(body)
        await route.fulfill(response=made, body=body)

    await page.route("**/whip/**", reroute)


@pytest.mark.soak
@pytest.mark.browser
@pytest.mark.timeout(300)
async def test_chromium_through_a_bad_evening(ours: Ours, record_property: Callable[[str, object], None]) -> None:
    """Our page in Chromium behind the relay: a rate at once, less into a cap, another address, a tunnel of 20 s."""
    relays: list[Relay] = []

    async def figures() -> dict:
        return await ours.until(PHONE, "live")

    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await chromium.new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
        await behind_relays(page, relays)
        try:
            await page.goto(await ours.code_url(PHONE))
            await page.wait_for_selector("#crew[data-link=live]", timeout=40_000)
            await asyncio.sleep(4)
            record_property("kbps_after_4_s", (await figures())["kbps"])
            relays[-1].faults = Faults(latency_ms=20, cap_kbps=600)
            began = time.monotonic()
            await asyncio.sleep(3)
            async with asyncio.timeout(40):
                while (now := await figures())["fps"] < 10 or now["kbps"] > 600 or now["loss_percent"] > 5:
                    await asyncio.sleep(0.3)
            record_property("fluent_in_a_cap_of_600_after_s", round(time.monotonic() - began, 1))
            record_property("capped", f"{now['fps']} fps, {now['kbps']} kbps")
            relays[-1].faults = Faults()
            relays[-1].move()
            for _ in range(45):
                await asyncio.sleep(1)
                await ours.until(PHONE, "live", 5)
            assert len(relays) == 1, "one session all the while"
            record_property("kbps_when_free_again", (await figures())["kbps"])
            relays[-1].faults = Faults(dark=True)
            await ours.until(PHONE, "lost")
            await asyncio.sleep(17)
            for relay in relays:
                relay.faults = Faults()
            began = time.monotonic()
            while (await figures())["fps"] < 10:
                await asyncio.sleep(0.2)
            record_property("back_after_s", round(time.monotonic() - began, 1))
        finally:
            await chromium.close()
            for relay in relays:
                relay.stop()


async def test_ffmpegs_whip_muxer_publishes(ours: Ours, tmp_path: Path) -> None:
    certificate(tmp_path)
    orders = {
        "url": f"{ours.base_url}/whip/two",
        "token": ours.tokens["two"],
        "cert_file": str(tmp_path / "cert.pem"),
        "key_file": str(tmp_path / "key.pem"),
    }
    encoder = subprocess.Popen(
        [sys.executable, "-m", "tests.interop.encoder"], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        encoder.stdin.write(json.dumps(orders).encode() + b"\n")
        encoder.stdin.flush()
        camera = await ours.until("two", "live")
        assert (camera["codec"], camera["width"], camera["height"]) == ("h264", 640, 360)
        await asyncio.sleep(2)
        assert (await ours.until("two", "live"))["fps"] > 10
    finally:
        encoder.terminate()
        _, told = encoder.communicate(timeout=10)
    await ours.until("two", "lost")
    assert ours.tokens["two"].encode() not in told


def certificate(folder: Path) -> None:
    """EC P-256, as FFmpeg's muxer wants it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "encoder")]), dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
