"""May we send there? In: an output's URL. Out: its host and port, or a refusal with a stable reason.

Only rtmp and rtmps: libav would also write files and speak a dozen other protocols. Addresses inside this network are
refused unless the settings allow them, by name and again by the peer actually connected to.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

_PORTS = {"rtmp": 1935, "rtmps": 443}


class NotAllowed(Exception):  # noqa: N818 - a decision, not a fault
    """`reason` is `scheme`, `address`, `internal` or `unresolved`."""

    def __init__(self, reason: str, says: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.says = says


def parse(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("address") from error
    if parts.scheme not in _PORTS:
        raise NotAllowed("scheme", parts.scheme)
    if not parts.hostname or any(c.isspace() or c == "\0" for c in url):
        raise NotAllowed("address")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def internal(address: str) -> bool:
    """Whether an IP address belongs to this machine or a private network."""
    found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return not (mapped or found).is_global


def resolve(host: str, port: int, *, allow_internal: bool) -> None:
    """Look the name up. Raises NotAllowed."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotAllowed("unresolved", getattr(error, "strerror", "") or "") from error
    if not allow_internal and any(internal(str(answer[4][0])) for answer in answers):
        raise NotAllowed("internal")
