"""Unguessable tokens and their hashes. In: nothing, or a token. Out: text for a cookie, bytes for the store."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def csrf_token(owner: str) -> str:
    """The forgery token that belongs to a secret cookie; who cannot read the cookie cannot make it."""
    return hashlib.sha256(b"daylight csrf\0" + owner.encode()).hexdigest()[:43]


def seat_of(session_token: str) -> str:
    """A name for this session that other people's pages may see."""
    return hashlib.sha256(b"daylight seat\0" + session_token.encode()).hexdigest()[:24]


def csrf_matches(owner: str, token: str) -> bool:
    """Whether `token` was made for `owner`."""
    return bool(owner) and hmac.compare_digest(csrf_token(owner), token)


def new_id() -> str:
    """An opaque id for a row."""
    return secrets.token_hex(12)
