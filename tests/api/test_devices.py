"""Instruments and the house's tables over HTTP: keys, signed uploads, replays, taking over; tables changed as a whole."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from api.deeds import rapid_tests
from api.desk import Desk
from episodes.device_readings import SKEW_S, signature
from episodes.events import DeviceReadingArrived, HouseTableSet, RapidTestReviewed, ReadingEntered, ReadingsApart
from episodes.people import Role
from episodes.rapid_test import State
from runtime.problems import UserProblem
from store import log
from tests.api.conftest import Browser
from tests.api.signed_in import Api, signed_in
from tests.api.stage import OFFICER, SAMPLE, TESTER, Stage

NS = 1_000_000_000


@pytest.fixture
async def people(app: FastAPI, stage: Stage, desk: Desk) -> AsyncIterator[dict[str, Api]]:
    roles = {"gu": Role.PRODUCER, "luo": Role.TESTER, "zhou": Role.OFFICER}
    async with AsyncExitStack() as stack:
        yield await signed_in(stack, app, desk, roles)


class Instrument:
    """An instrument with its key, as a maker would program it."""

    def __init__(self, stage: Stage, http: httpx.AsyncClient, device_id: str, key: str) -> None:
        self.stage, self.http, self.device_id, self.key = stage, http, device_id, base64.b64decode(key)

    async def send(self, expect: int = 201, *, nonce: str = "", skew_s: int = 0, **change: object) -> dict[str, object]:
        now = self.stage.clock.utc_ns()
        body = {"measurement_id": "m1", "sample_no": "S1", "unit": "%", "values": ["62.4"], "read_utc_ns": now}
        return await self.raw(json.dumps(body | change).encode(), expect, nonce=nonce, skew_s=skew_s)

    async def raw(self, body: bytes, expect: int, *, nonce: str = "", skew_s: int = 0) -> dict[str, object]:
        when, nonce = str(self.stage.clock.utc_ns() // NS + skew_s), nonce or secrets.token_hex(12)
        headers = {
            "x-device-id": self.device_id,
            "x-timestamp": when,
            "x-nonce": nonce,
            "x-signature": signature(self.key, when, nonce, body),
            "accept": "application/json",
        }
        answer = await self.http.post("/api/v1/device-readings", content=body, headers=headers)
        assert answer.status_code == expect, answer.text
        return answer.json()


@pytest.fixture
async def instrument(people: dict[str, Api], app: FastAPI, stage: Stage) -> AsyncIterator[Instrument]:
    made = await people["gu"]("test-devices", 201, device_id=SAMPLE.device_id, name="酶标仪")
    outside = Browser(app)
    async with outside.http:
        yield Instrument(stage, outside.http, SAMPLE.device_id, str(made["key"]))


async def test_a_reading_waits_for_the_tester_and_is_reviewed_blind(
    people: dict[str, Api], instrument: Instrument, stage: Stage, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    episode = await stage.live()
    test_id = (await rapid_tests.start_test(desk, TESTER, episode_id=episode, sample=SAMPLE)).test_id
    body = {"measurement_id": "m1", "sample_no": "S1", "unit": "%", "values": ["62.4"]}
    sent = await instrument.send(nonce="a" * 24, read_utc_ns=stage.clock.utc_ns())
    assert await stage.events(ReadingEntered) == []
    (arrived,) = await stage.events(DeviceReadingArrived)
    listed = (await people["luo"].look("device-readings"))["readings"]
    assert [each["reading_id"] for each in listed] == [sent["reading_id"]]
    assert "62.4" not in json.dumps(listed)

    # The same message again is a replay; the same measurement in a new message is no second one.
    assert (await instrument.send(409, nonce="a" * 24, read_utc_ns=arrived.read_utc_ns))["code"] == "replayed"
    again = await instrument.send(**body, read_utc_ns=arrived.read_utc_ns)
    assert again == {"reading_id": sent["reading_id"], "again": True}
    changed = await instrument.send(409, read_utc_ns=arrived.read_utc_ns, values=["12.4"])
    assert changed["code"] == "measurement_changed"
    assert len(await stage.events(DeviceReadingArrived)) == 1

    path = f"rapid-tests/{test_id}"
    await people["zhou"](f"{path}/take-over", 403, reading_id=sent["reading_id"])
    assert (await people["luo"](f"{path}/take-over", reading_id=sent["reading_id"]))["state"] == "entered"
    await people["luo"](f"{path}/take-over", 404, reading_id=sent["reading_id"])
    (entered,) = await stage.events(ReadingEntered)
    assert (entered.by, entered.device_reading, entered.value) == ("luo", sent["reading_id"], "62.4")
    # Who took it over is the tester: somebody else confirms, without having seen it.
    assert (await people["luo"](f"{path}/review", 403, value="62.4"))["code"] == "same_person"
    await people["zhou"](f"{path}/review", value="62.4")
    assert [each.verdict for each in await stage.events(RapidTestReviewed)] == ["positive"]
    await _the_key_is_nowhere(desk, instrument, caplog)


async def _the_key_is_nowhere(desk: Desk, instrument: Instrument, caplog: pytest.LogCaptureFixture) -> None:
    async with desk.store.read() as session:
        said = caplog.text + repr([record.event for record in await log.read(session)])
    for canary in (base64.b64encode(instrument.key).decode(), instrument.key.hex()):
        assert canary not in said
    stored = b"".join(path.read_bytes() for path in desk.settings.server.var.glob("daylight.db*"))
    assert instrument.key not in stored
    assert base64.b64encode(instrument.key) not in stored


async def test_what_an_instrument_may_not(people: dict[str, Api], instrument: Instrument, stage: Stage) -> None:
    episode = await stage.live()
    test_id = (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode, sample=SAMPLE)).test_id
    for skew_s in (SKEW_S + 5, -SKEW_S - 5):
        assert (await instrument.send(401, skew_s=skew_s))["code"] == "clock_off"
    ahead = await instrument.send(422, read_utc_ns=stage.clock.utc_ns() + 2 * SKEW_S * NS)
    assert ahead["code"] == "read_in_future"
    assert (await instrument.raw(b"{", 422))["code"] == "body_wrong"
    other = await instrument.send(measurement_id="m2", sample_no="S9")
    refused = await people["luo"](f"rapid-tests/{test_id}/take-over", 409, reading_id=other["reading_id"])
    assert refused["code"] == "other_sample"
    key, instrument.key = instrument.key, b"x" * 32
    assert (await instrument.send(401))["code"] == "signature_wrong"
    instrument.key = key
    await people["luo"](f"test-devices/{instrument.device_id}/revoke", 403)
    await people["gu"](f"test-devices/{instrument.device_id}/revoke")
    assert (await instrument.send(401))["code"] == "signature_wrong"
    # A new key, and the one before is dead.
    made = await people["gu"]("test-devices", 201, device_id=instrument.device_id)
    assert (await instrument.send(401))["code"] == "signature_wrong"
    instrument.key = base64.b64decode(str(made["key"]))
    await instrument.send()


async def test_repeats_by_method(people: dict[str, Api], stage: Stage) -> None:
    episode = await stage.live()
    sample = rapid_tests.Sample(
        sample_no="S7", item="燃油", stall_code="3号枪", method_id="fuel_dispenser", reagent_batch="-",
        reagent_expires="2099-12-31", device_id="标准量器",
    )  # fmt: skip
    test_id = (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode, sample=sample)).test_id
    path = f"rapid-tests/{test_id}"
    assert (await people["luo"](f"{path}/reading", 422, value="0.2"))["code"] == "readings_count"
    assert (await people["luo"](f"{path}/reading", 409, values=["0.1", "0.4", "0.2"]))["code"] == "readings_apart"
    assert len(await stage.events(ReadingsApart)) == 1
    await people["luo"](f"{path}/reading", values=["0.34", "0.30", "0.32"])
    await people["zhou"](f"{path}/review", values=["0.34", "0.30", "0.32"])
    (result,) = await stage.events(RapidTestReviewed)
    assert (result.value, result.verdict, result.readings) == ("0.32", "over", ("0.34", "0.30", "0.32"))


async def test_a_table_is_changed_as_a_whole_and_counts_from_its_day(people: dict[str, Api], stage: Stage) -> None:
    gu = people["gu"]
    text = (await gu.browser.http.get("/api/v1/tables/limits.csv")).text
    await people["luo"]("tables/limits", 403, text=text, version=0)
    wrong = text.replace("<=,27,%", "<=,27,mg/kg")
    refused = await gu("tables/limits", 422, text=wrong, version=0)
    assert refused["code"] == "limit_unit"
    assert "极性组分检测仪法" in str(refused["detail"])
    stricter = text.replace("<=,27,%", "<=,24,%")
    assert stricter != text
    assert await gu("tables/limits", text=stricter, version=0) == {"version": 1, "rows": 7}
    assert (await gu("tables/limits", 409, text=text, version=0))["code"] == "table_changed"
    assert [each.version for each in await stage.events(HouseTableSet)] == [1]
    # A method that limits are given in keeps its unit.
    methods = (await gu.browser.http.get("/api/v1/tables/methods.csv")).text
    moved = methods.replace("极性组分检测仪法,measurement,极性组分,%", "极性组分检测仪法,measurement,极性组分,mg/g")
    assert (await gu("tables/methods", 409, text=moved, version=0))["code"] == "method_in_use"

    episode = await stage.live()
    oil = rapid_tests.Sample(
        sample_no="S8", item="煎炸油", stall_code="C03", method_id="polar_compounds", reagent_batch="-",
        reagent_expires="2099-12-31", device_id="D1",
    )  # fmt: skip
    test_id = (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode, sample=oil)).test_id
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="25")
    done = await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="25")
    assert done.state == State.REVIEWED
    (result,) = await stage.events(RapidTestReviewed)
    assert (result.limit, result.verdict) == ("24", "over")
    page = await gu.browser.get("/produce/testing")
    assert "≤24" in page.text
    with pytest.raises(UserProblem, match="reagent_expired"):
        old = rapid_tests.Sample(
            **{**{f: getattr(oil, f) for f in oil.__struct_fields__}, "reagent_expires": "2020-01-01"}
        )
        await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode, sample=old)
