"""PURE. What an instrument sends by itself. In: headers, the body's bytes, its key, the time. Out: a reading.

The device signs time, nonce and body with a key only it and the desk have (HMAC-SHA256). A message whose time is
further off than the bound, whose nonce was seen, or whose signature does not fit is refused. The reading waits until a
tester takes it over: a machine knows what it measured, not which sample lay in it (docs/adr/0026-device-readings.md).
"""

import hashlib
import hmac
from decimal import Decimal, InvalidOperation

import msgspec

from episodes.methods import MOST_READINGS
from runtime.problems import ProtocolProblem, UserProblem

SKEW_S = 120
"""How far a device's clock may be off."""
_NS = 1_000_000_000
_LEAST_NONCE, _MOST_NONCE = 16, 64
_SIGNATURE_HEX = 64


class Upload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body. `measurement_id` is the device's own: the same one twice is one measurement."""

    measurement_id: str
    sample_no: str
    unit: str
    values: tuple[str, ...] = ()
    invalid: bool = False
    read_utc_ns: int


def signature(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over time, nonce and body, a line each."""
    return hmac.new(key, f"{timestamp}\n{nonce}\n".encode() + body, hashlib.sha256).hexdigest()


def check_signature(key: bytes, timestamp: str, nonce: str, body: bytes, given: str, now_utc_ns: int) -> None:
    """Raises ProtocolProblem: the device's maker mends these. The signature first, so that nothing else tells."""
    good = len(given) == _SIGNATURE_HEX and hmac.compare_digest(signature(key, timestamp, nonce, body), given.lower())
    if not good:
        raise ProtocolProblem("signature_wrong", "X-Signature does not fit timestamp, nonce and body", 401)
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise ProtocolProblem("timestamp_wrong", "X-Timestamp is whole seconds since 1970", 401)
    if abs(int(timestamp) * _NS - now_utc_ns) > SKEW_S * _NS:
        raise ProtocolProblem(
            "clock_off", f"the device's clock is more than {SKEW_S} s off; set it and send again", 401
        )
    if not _LEAST_NONCE <= len(nonce) <= _MOST_NONCE or not nonce.isascii() or not nonce.isalnum():
        raise ProtocolProblem("nonce_wrong", "X-Nonce is 16 to 64 letters and digits, never used before", 401)


def upload(body: bytes, now_utc_ns: int) -> Upload:
    """The checked body. Raises ProtocolProblem or, for a date in the future, UserProblem."""
    try:
        sent = msgspec.json.decode(body, type=Upload)
    except msgspec.MsgspecError as error:
        raise ProtocolProblem("body_wrong", f"the body does not fit: {error}", 422) from None
    texts = (sent.measurement_id, sent.sample_no, sent.unit)
    if not all(0 < len(text) <= 64 and text.isprintable() for text in texts):  # noqa: PLR2004 - the columns
        raise ProtocolProblem("body_wrong", "measurement_id, sample_no and unit are 1 to 64 printable characters", 422)
    if sent.invalid == bool(sent.values) or len(sent.values) > MOST_READINGS:
        raise ProtocolProblem("body_wrong", f"either invalid or 1 to {MOST_READINGS} values", 422)
    if not all(_is_number(each) for each in sent.values):
        raise ProtocolProblem("body_wrong", "values are decimals in text, as the device shows them", 422)
    if sent.read_utc_ns > now_utc_ns + SKEW_S * _NS:
        raise UserProblem("read_in_future", "读数的时间在将来。请校准仪器的时钟，再传一次。", 422)
    return sent


def _is_number(text: str) -> bool:
    try:
        return len(text) <= 20 and Decimal(text).is_finite() and "e" not in text.casefold()  # noqa: PLR2004 - as entered by hand
    except InvalidOperation:
        return False


def take_over(sent: Upload, *, sample_no: str, unit: str, device_id: str, of_device: str) -> None:
    """Whether this reading may become the tester's entry of that sample. Raises UserProblem."""
    if of_device != device_id:
        raise UserProblem("other_device", "这个读数不是这份样品登记的仪器传来的。", 409)
    if sent.sample_no != sample_no:
        raise UserProblem("other_sample", "仪器上写的样品编号是%(sample)s，不是这一份。", 409, sample=sent.sample_no)
    if sent.unit != unit:
        raise UserProblem("wrong_unit", "单位不对：这个方法的单位是%(unit)s。", 422, unit=unit)
