"""Instruments and what they send by themselves. In: a name, a signed message, a tester's yes. Out: keys, readings.

A key is made here, shown once, and rests encrypted. A reading waits until the tester of that sample takes it over; from
then on it is the tester's entry, and the second person reads blind as ever.
"""

import base64
import hashlib
import re
import secrets

import msgspec
from sqlalchemy import select

from api.deeds.doing import Actor, Ok, StateNow, new_id, once
from api.deeds.rapid_tests import agreed, apply_reading, the_test
from api.deeds.samples import Reviewed
from api.desk import Desk
from episodes import device_readings as rules
from episodes import rapid_test
from episodes.device_readings import Upload
from episodes.events import DeviceReadingArrived, TestDeviceRegistered, TestDeviceRevoked
from runtime.problems import ProtocolProblem, UserProblem
from store import Work
from store.tables.devices import DeviceUpload, TestDevice

_KEY_BYTES = 32
_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,59}")


class KeyMade(msgspec.Struct, frozen=True):
    """`key` is base64; nothing keeps it in the clear."""

    device_id: str
    key: str


class ReadingTaken(msgspec.Struct, frozen=True):
    """`again`: this measurement was here before; nothing changed."""

    reading_id: str
    again: bool = False


async def register(desk: Desk, actor: Actor, *, device_id: str, name: str) -> KeyMade:
    """A new instrument, or a new key for one that is known; the key before dies. Kept nowhere, so no command id."""
    if not _DEVICE_ID.fullmatch(device_id):
        raise UserProblem("device_name", "仪器编号用3到60位字母、数字、点和横线。", 422)
    key, now = secrets.token_bytes(_KEY_BYTES), desk.clock.utc_ns()
    sealed = desk.secrets_box.seal(key, _about(device_id))
    async with desk.store.work(f"user:{actor.user_id}") as work:
        row = await work.session.get(TestDevice, device_id, with_for_update=True)
        if row is None:
            row = TestDevice(id=device_id, name="", sealed_key=b"", registered_by="", registered_utc_ns=now)
            work.session.add(row)
        row.name, row.sealed_key, row.registered_by = name.strip() or device_id, sealed, actor.user_id
        row.registered_utc_ns, row.revoked_utc_ns = now, 0
        work.record(TestDeviceRegistered(device_id=device_id, name=row.name, by=actor.user_id))
    return KeyMade(device_id, base64.b64encode(key).decode())


async def revoke(desk: Desk, actor: Actor, *, command_id: str = "", device_id: str) -> Ok:
    """Its messages are refused from now on; what it sent stays."""

    async def body(work: Work) -> Ok:
        row = await work.session.get(TestDevice, device_id, with_for_update=True)
        if row is None or row.revoked_utc_ns:
            raise UserProblem("no_device", "没有这台仪器，或已停用。", 404)
        row.revoked_utc_ns = desk.clock.utc_ns()
        work.record(TestDeviceRevoked(device_id=device_id, by=actor.user_id))
        return Ok()

    return await once(desk, actor, "revoke_device", command_id, Ok, body)


async def receive(
    desk: Desk, *, device_id: str, timestamp: str, nonce: str, signature: str, body: bytes
) -> ReadingTaken:
    """A signed message. A measurement sent again is answered as before; a message sent again is refused."""
    now = desk.clock.utc_ns()
    await _check(desk, device_id, timestamp, nonce, signature, body, now)
    sent = rules.upload(body, now)
    digest = hashlib.sha256(msgspec.json.encode(sent)).hexdigest()
    async with desk.store.work(f"device:{device_id}") as work:
        # One message of an instrument at a time: two at once are told apart.
        await work.session.get(TestDevice, device_id, with_for_update=True)
        used = select(DeviceUpload.id).where(DeviceUpload.device_id == device_id, DeviceUpload.nonce == nonce)
        if await work.session.scalar(used):
            raise ProtocolProblem("replayed", "this nonce was used before: make a new one for every message", 409)
        same = select(DeviceUpload).where(
            DeviceUpload.device_id == device_id, DeviceUpload.measurement_id == sent.measurement_id
        )
        if (known := await work.session.scalar(same)) is not None:
            if known.body_hash != digest:
                raise ProtocolProblem("measurement_changed", "this measurement_id was sent with other values", 409)
            return ReadingTaken(known.id, again=True)
        row = DeviceUpload(
            id=new_id(),
            device_id=device_id,
            nonce=nonce,
            measurement_id=sent.measurement_id,
            body_hash=digest,
            sealed=b"",
            sample_no=sent.sample_no,
            state="waiting",
            read_utc_ns=sent.read_utc_ns,
            arrived_utc_ns=now,
        )
        row.sealed = desk.secrets_box.seal(msgspec.json.encode(sent), f"device_uploads.sealed.{row.id}")
        work.session.add(row)
        work.record(
            DeviceReadingArrived(
                reading_id=row.id,
                device_id=device_id,
                measurement_id=sent.measurement_id,
                read_utc_ns=sent.read_utc_ns,
            )
        )
    return ReadingTaken(row.id)


async def _check(desk: Desk, device_id: str, timestamp: str, nonce: str, signature: str, body: bytes, now: int) -> None:
    async with desk.store.read() as session:
        row = await session.get(TestDevice, device_id)
    if row is None or row.revoked_utc_ns:
        # The same words as for a wrong signature: nobody learns which instruments there are.
        raise ProtocolProblem("signature_wrong", "X-Signature does not fit timestamp, nonce and body", 401)
    key = desk.secrets_box.unseal(row.sealed_key, _about(device_id))
    rules.check_signature(key, timestamp, nonce, body, signature, now)


async def take_over(desk: Desk, actor: Actor, *, command_id: str = "", test_id: str, reading_id: str) -> StateNow:
    """The tester answers for it: this reading is of this sample, and is now their entry."""

    async def body(work: Work) -> Reviewed:
        row, test = await the_test(work.session, test_id)
        sent_row = await work.session.get(DeviceUpload, reading_id, with_for_update=True)
        if sent_row is None or sent_row.state != "waiting":
            raise UserProblem("no_reading", "没有这个读数，或已有人接收。", 404)
        sent = opened(desk, sent_row)
        started = test.started
        rules.take_over(
            sent,
            sample_no=started.sample_no,
            unit=started.unit,
            device_id=started.device_id,
            of_device=sent_row.device_id,
        )
        event = rapid_test.enter_reading(
            test,
            values=sent.values,
            unit=sent.unit,
            invalid=sent.invalid,
            by=actor.user_id,
            device_reading=sent_row.id,
        )
        sent_row.state, sent_row.test_id = "taken", test_id
        return await apply_reading(work, row, test, event)

    return agreed(await once(desk, actor, "take_over", command_id, Reviewed, body))


def opened(desk: Desk, row: DeviceUpload) -> Upload:
    """What the instrument sent."""
    return msgspec.json.decode(desk.secrets_box.unseal(row.sealed, f"device_uploads.sealed.{row.id}"), type=Upload)


def _about(device_id: str) -> str:
    return f"test_devices.key.{device_id}"
