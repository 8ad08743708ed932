"""The record log's arithmetic. In: an event, a salt, the hash before it. Out: canonical bytes and chained hashes.

Content hash = SHA-256("daylight.record.v1" ‖ 0 ‖ salt ‖ canonical bytes): once payload and salt are erased, nothing can
be tried against it. Chain hash = SHA-256("daylight.chain.v1" ‖ 0 ‖ previous ‖ seq ‖ utc_ns ‖ content hash): it needs
neither, so the chain stands after an erasure.
"""

import hashlib

import msgspec

from episodes.events import AnyEvent

SALT_BYTES = 32
GENESIS = bytes(32)
"""What the first record has before it."""

_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def canonical_bytes(event: AnyEvent) -> bytes:
    """The event as UTF-8 JSON with sorted keys and no spaces; the same event always gives the same bytes."""
    return msgspec.json.encode(event, order="sorted")


def event_from(payload: bytes) -> AnyEvent:
    """The event in a record's payload. Raises msgspec.ValidationError for bytes that are no event of ours."""
    return _decoder.decode(payload)


def content_hash(salt: bytes, payload: bytes) -> bytes:
    """32 bytes that commit to `payload` without telling it. `salt` is SALT_BYTES long and unique to the record."""
    return hashlib.sha256(b"daylight.record.v1\0" + salt + payload).digest()


def chain_hash(previous: bytes, seq: int, utc_ns: int, content: bytes) -> bytes:
    """32 bytes that commit to this record and every one before it."""
    place = seq.to_bytes(8, "big") + utc_ns.to_bytes(8, "big")
    return hashlib.sha256(b"daylight.chain.v1\0" + previous + place + content).digest()
