"""Why an output failed, in stable words. In: libav's error and what it printed. Out: a reason and the peer's own words.

Platforms say why they refuse in an RTMP `onStatus` or `_error`; libav only prints that, so the log is read.
"""

import errno
import re

import av

_SAYS = re.compile(r"Server error: (.+)", re.IGNORECASE)
_BY_NUMBER = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EPERM: "rejected",
    errno.EACCES: "rejected",
}
_CERTIFICATE = ("certificate", "handshake failed", "verif", "pull function", "tls")


def explain(error: Exception, lines: list[str], secret: str, *, connected: bool) -> tuple[str, str]:
    """`(reason, says)`; nothing secret stands in `says`."""
    text = "\n".join(lines)
    found = _SAYS.search(text)
    if found:
        return "rejected", clean(found.group(1), secret)
    if any(word in text.lower() for word in _CERTIFICATE) and not connected:
        return "certificate", clean(lines[-1] if lines else "", secret)
    number = error.errno if isinstance(error, OSError | av.FFmpegError) else None
    reason = _BY_NUMBER.get(number or 0) or ("reset" if connected else "closed")
    return reason, clean(str(getattr(error, "strerror", "") or ""), secret)


def clean(text: str, secret: str) -> str:
    """One short line without the address or any part of it that may be a key."""
    parts = sorted({secret, *re.split(r"[/?&=]", secret)}, key=len, reverse=True)
    for part in parts:
        if len(part) > 5:  # noqa: PLR2004 - shorter parts are words like "live"
            text = text.replace(part, "…")
    return " ".join(text.split())[:200]
