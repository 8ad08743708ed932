"""A viewer's chosen name in a signed cookie. In: a key, the viewer, a name. Out: cookie text, and back. PURE.

Bound to the viewer: somebody else's cookie is as good as a forged one.
"""

import base64
import binascii
import hmac
from hashlib import sha256


def sign(key: bytes, viewer_id: str, name: str) -> str:
    """`base64(name).mac`."""
    said = base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")
    return f"{said}.{_mac(key, viewer_id, name)}"


def read(key: bytes, viewer_id: str, cookie: str) -> str:
    """The name, or empty for anything we did not sign for this viewer."""
    said, _, mac = cookie.partition(".")
    try:
        name = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
    return name if hmac.compare_digest(mac.encode(), _mac(key, viewer_id, name).encode()) else ""


def _mac(key: bytes, viewer_id: str, name: str) -> str:
    return hmac.new(key, b"daylight chat name\0" + viewer_id.encode() + b"\0" + name.encode(), sha256).hexdigest()[:43]
