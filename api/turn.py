"""STUN and TURN servers for phones. In: the settings and the time. Out: `Link` headers with credentials of their own.

A TURN credential is made for one asker and dies by itself: its user name is its expiry, its password the keyed hash of
that name (the TURN REST scheme, `use-auth-secret` of coturn). The shared secret never leaves this process.
"""

import base64
import hashlib
import hmac
import secrets

from runtime.settings.model import Studio

_HOUR_S = 3600


def links(studio: Studio, now_s: int) -> str:
    """One `Link` header's value for all servers, empty without any."""
    return ", ".join(_link(url, studio, now_s) for url in studio.ice_servers)


def _link(url: str, studio: Studio, now_s: int) -> str:
    if studio.turn_secret is None or not url.startswith(("turn:", "turns:")):
        return f'<{url}>; rel="ice-server"'
    name, password = credential(studio.turn_secret.get_secret_value(), now_s + round(studio.turn_hours * _HOUR_S))
    told = f'username="{name}"; credential="{password}"; credential-type="password"'
    return f'<{url}>; rel="ice-server"; {told}'


def credential(secret: str, expires_s: int) -> tuple[str, str]:
    """A user name and password that TURN accepts until `expires_s` (Unix time)."""
    name = f"{expires_s}:{secrets.token_hex(4)}"
    # The scheme is older than better hashes; the key is long and random, and a password lives for hours.
    digest = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
    return name, base64.b64encode(digest).decode()
