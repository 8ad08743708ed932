"""Push addresses, pure. In: what somebody pasted. Out: a checked URL, its masked form, when it runs out.

A key may hold `?` and `&`, or begin with `?` after a slash: the address is stored whole, as it was given.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from runtime.problems import UserProblem

SCHEMES = ("rtmp", "rtmps")
MOST_CHARS = 1000
HIDDEN = "••••"
_NS = 1_000_000_000
_HEX = re.compile(r"[?&](?:txTime|wsTime|t)=([0-9A-Fa-f]{8})(?=&|$)")
"""Tencent and Wangsu: seconds since 1970 in eight hex digits."""
_DECIMAL = re.compile(
    r"[?&](?:wsTime|volcTime|volc_time|expires?|expire_?time|expiry|deadline|exp|e|auth_key=?)=?([0-9]{10})(?=[&-]|$)",
    re.IGNORECASE,
)
"""Aliyun (`auth_key=1767225600-0-0-…`), Volcengine, Qiniu, CloudFront and their like: ten decimal digits."""
_YEARS = range(1_262_304_000, 4_102_444_800)
"""2010 to 2100: anything else is no moment a platform means."""
_PLAIN = re.compile(r"[!-~]+")
_NUMERIC = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)$")


def checked(url: str, *, allow_internal: bool) -> str:
    """The URL without outer spaces. Raises UserProblem for what is no public RTMP address."""
    address = url.strip()
    if len(address) > MOST_CHARS or not _PLAIN.fullmatch(address):
        raise UserProblem("output_url", "推流地址不对：不能有空格或中文，最多1000个字符。", 422)
    parts = urlsplit(address)
    if parts.scheme.lower() not in SCHEMES:
        raise UserProblem("output_scheme", "推流地址要以 rtmp:// 或 rtmps:// 开头。", 422)
    host = _host(address)
    if not host or parts.path in ("", "/"):
        raise UserProblem("output_url", "推流地址不完整，请整行复制平台给出的地址。", 422)
    if not allow_internal and _is_internal(host):
        raise UserProblem("output_internal", "不能推往内部网络的地址。需要时请管理员修改设置。", 422)
    return address


def masked(url: str) -> str:
    """What pages may show: scheme, host, port and the application; everything that may be a key is hidden."""
    parts = urlsplit(url)
    application = parts.path.split("/")[1] if parts.path.count("/") > 1 else ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}/{application + '/' if application else ''}{HIDDEN}"


def expires_utc_ns(url: str) -> int:
    """When the platform stops accepting it, as far as the address tells; else 0. Nothing else of it is read."""
    found = [int(digits, 16) for digits in _HEX.findall(url)] + [int(digits) for digits in _DECIMAL.findall(url)]
    return min((moment for moment in found if moment in _YEARS), default=0) * _NS


def _host(url: str) -> str:
    parts = urlsplit(url)
    try:
        _ = parts.port
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.split(".")
    # `127.1`, `0x7f.1` and `2130706433` are addresses to a resolver, whatever they look like.
    if len(labels) == 1 or _NUMERIC.match(labels[-1]):
        return True
    return labels[-1].lower() in {"local", "localhost", "internal", "lan", "home", "corp", "intranet"}
