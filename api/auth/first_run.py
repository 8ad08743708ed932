"""Who may make the first account. In: a request, the folder of secrets. Out: whether it is local; a code.

Whoever can read the desk's disk may set it up from another machine; a stranger on the LAN may not.
"""

import os
import secrets
from ipaddress import ip_address
from pathlib import Path

from starlette.requests import Request

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CHARS = 12


def is_local(request: Request) -> bool:
    """Asked from this machine, not through a proxy."""
    if request.client is None or "x-forwarded-for" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def setup_code(folder: Path) -> str:
    """The code in `folder`/setup-code, made with mode 0600 when it is not there."""
    path = folder / "setup-code"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARS))
    with os.fdopen(handle, "w") as file:
        file.write(code + "\n")
    return code
