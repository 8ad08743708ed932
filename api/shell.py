"""What every request passes before any route. In: ASGI calls. Out: the same, with trust, language, limits and headers.

From the outside in: `Proxied` (who really asks, when a trusted proxy says so), `Headers` (security headers),
`Language` (which, and the cookie that keeps it), `Limited` (most bytes of a body).
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.i18n import LANGUAGES, chosen

_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CSP = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), screen-wake-lock=(self), geolocation=(self), payment=()",
}
YEAR_S = 365 * 24 * 3600


class Proxied:
    """X-Forwarded-For, -Proto and -Host count only when the peer is one of `trusted` (addresses or networks)."""

    def __init__(self, app: ASGIApp, trusted: Iterable[str]) -> None:
        self.app = app
        self.trusted: list[IPv4Network | IPv6Network] = [ip_network(each, strict=False) for each in trusted]

    def _trusts(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self.trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope.get("client") and self._trusts(scope["client"][0]):
            self._believe(scope)
        await self.app(scope, receive, send)

    def _believe(self, scope: Scope) -> None:
        headers = MutableHeaders(scope=scope)
        for hop in reversed(headers.get("x-forwarded-for", "").split(",")):
            if hop.strip():
                scope["client"] = (hop.strip(), 0)
                if not self._trusts(hop.strip()):
                    break
        proto = headers.get("x-forwarded-proto", "").strip().lower()
        if proto in {"http", "https"}:
            scope["scheme"] = proto if scope["type"] == "http" else {"http": "ws", "https": "wss"}[proto]
        host = headers.get("x-forwarded-host", "").split(",")[0].strip()
        if host:
            headers["host"] = host


class Headers:
    """Security headers on every answer; HSTS only over TLS and never for a bare LAN address."""

    def __init__(self, app: ASGIApp, hsts: bool) -> None:
        self.app = app
        self.hsts = hsts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
                if self.hsts and scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
            await send(message)

        await self.app(scope, receive, told)


class Language:
    """`?lang=` wins and is kept in a cookie, then the cookie, then Accept-Language, then Chinese."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        wish = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
        connection.state.lang = chosen(
            (wish, connection.cookies.get("lang")), connection.headers.get("accept-language", "")
        )
        keep = scope["type"] == "http" and wish in LANGUAGES

        async def told(message: Message) -> None:
            if keep and message["type"] == "http.response.start":
                secure = "; Secure" if scope["scheme"] == "https" else ""
                MutableHeaders(scope=message).append(
                    "Set-Cookie", f"lang={wish}; Path=/; Max-Age={YEAR_S}; SameSite=Lax{secure}"
                )
            await send(message)

        await self.app(scope, receive, told)


class Limited:
    """At most `most` bytes of body, or what `larger` allows a path: told by its header or counted as it comes."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.most = most
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen, most = 0, self.larger.get(scope["path"], self.most)
        declared = HTTPConnection(scope).headers.get("content-length", "0")
        too_large = not declared.isdigit() or int(declared) > most

        async def counted() -> Message:
            nonlocal seen
            if too_large:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
