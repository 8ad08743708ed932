"""Secrets never reach a log. In: any text. Out: the same text with every secret replaced by ***.

Stream keys in RTMP addresses, what signs them (`txSecret` and its kin), passwords in URLs, bearer tokens, cookies,
join codes in fragments, calendar links, receipts, ICE passwords, private keys. Logs pass through here last, tracebacks
included.
"""

import re
from collections.abc import Callable, Mapping

MASK = "***"

_SENSITIVE = (
    r"pass(?:word|wd|phrase)?|pwd|secret|(?:tx|ws|hw|vol)[_-]?secret|token|receipt|otp|totp|"
    r"(?:api|stream|auth|private|secret)[_-]?key|authorization|cookie|csrf|session(?:[_-]?id)?|sign|join[_-]?code"
)
_SECRET_KEY = re.compile(rf"^(?:.*[_-])?(?:{_SENSITIVE})$", re.IGNORECASE)

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _rtmp(found: re.Match[str]) -> str:
    """Keeps host and application: they tell platforms apart, and are no secret."""
    path = found["rest"].split("?", 1)[0].strip("/").split("/")
    app = f"/{path[0]}" if len(path) > 1 else ""
    return f"{found['scheme']}{found['host']}{app}/{MASK}"


_RULES: tuple[_Rule, ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+", re.IGNORECASE), MASK),
    (re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@\"']*@", re.IGNORECASE), rf"\g<scheme>{MASK}@"),
    (
        re.compile(r"(?P<scheme>rtmp[a-z]*://)(?P<host>[^\s/\"'<>]+)/(?P<rest>[^\s\"'<>]+)", re.IGNORECASE),
        _rtmp,
    ),
    (re.compile(r"\b(?P<how>Bearer|Basic|Digest)\s+[A-Za-z0-9._~+/=:-]{6,}", re.IGNORECASE), rf"\g<how> {MASK}"),
    (re.compile(r"(?P<name>a=ice-pwd:|a=crypto:)[^\s\\]+"), rf"\g<name>{MASK}"),
    (re.compile(r"(?P<page>/crew)#[^\s\"']+"), rf"\g<page>#{MASK}"),
    (re.compile(r"(?P<page>/calendar)/[^\s\"']+"), rf"\g<page>/{MASK}"),
    (
        re.compile(
            rf"(?P<name>[\"']?\b(?:[a-z0-9]+[_-])*(?:{_SENSITIVE})[\"']?\s*[=:]\s*)(?P<quote>[\"']?)"
            r"(?!\*\*\*)[^\s\"'&,;<>)}\]]+",
            re.IGNORECASE,
        ),
        rf"\g<name>\g<quote>{MASK}",
    ),
)


def redact(text: str) -> str:
    """`text` without its secrets."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def redact_value(key: str, value: object) -> object:
    """A log field: masked whole when its name says it is a secret, otherwise searched for secrets."""
    if _SECRET_KEY.match(key):
        return MASK if value else value
    match value:
        case None | int() | float():
            return value
        case bytes():
            return f"<{len(value)} bytes>"
        case Mapping():
            return {str(k): redact_value(str(k), v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact_value(key, v) for v in value]
    return redact(value if isinstance(value, str) else repr(value))
