"""Who may. In: a request and the role its route names. Out: `request.state.person`, `.lang`, `.csrf`, or a refusal.

Deny by default: a route without one of `anyone`, `signed_in`, `needs` or `device` stops the application from starting
(`require_access`), and a test walks the table. Unsafe methods of people need the CSRF token of their session and an
Origin of ours; devices carry a bearer token and no cookie, so they need neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.requests import HTTPConnection, Request

from api.auth.tokens import csrf_matches, csrf_token, new_token
from api.auth.who import Device, Person
from api.deeds import seat
from api.desk import Desk
from episodes.people import Role
from runtime.problems import ProtocolProblem, UserProblem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
STAFF: tuple[Role, ...] = tuple(role for role in Role if role is not Role.GUEST)
Kind = Literal["anyone", "signed_in", "roles", "device"]


@dataclass(frozen=True)
class Access:
    """What one route declares. FastAPI calls it before the route."""

    kind: Kind
    roles: frozenset[Role] = frozenset()
    csrf_in_body: bool = False
    at_desk: bool = False

    async def __call__(self, connection: HTTPConnection) -> None:
        """Let pass or refuse."""
        if self.kind == "device":
            connection.state.device = await _device(connection)
            return
        await identify(connection)
        person: Person | None = connection.state.person
        if connection.scope["type"] == "http" and connection.scope["method"] not in SAFE:
            await self._check_forgery(connection)
        if self.kind == "anyone":
            return
        if person is None:
            raise UserProblem("sign_in", "请先登录", 401)
        if self.kind == "roles" and not person.is_a(*self.roles):
            raise UserProblem("not_yours", "这一页不归你的岗位管。需要时请管理员给你加岗位。", 403)
        if self.at_desk and person.is_a(Role.DIRECTOR):
            await seat.act(desk_of(connection), person)

    async def _check_forgery(self, connection: HTTPConnection) -> None:
        if not same_origin(connection):
            raise UserProblem("wrong_origin", "这个请求不是从本站发出的，已经拦下", 403)
        if self.csrf_in_body:
            return  # the route promises `check_csrf` once it has read its body itself
        token = connection.headers.get("x-csrf-token", "")
        if not token and connection.headers.get("content-type", "").startswith(FORM):
            token = str((await request_of(connection).form()).get("csrf", ""))
        check_csrf(connection, token)


def anyone(*, csrf_in_body: bool = False) -> Any:
    """The public may. `csrf_in_body`: the route reads its own body and calls `check_csrf`."""
    return Depends(Access("anyone", csrf_in_body=csrf_in_body))


def signed_in() -> Any:
    """Every account may."""
    return Depends(Access("signed_in"))


def needs(*roles: Role, csrf_in_body: bool = False) -> Any:
    """Accounts that hold one of `roles` may."""
    if not roles:
        raise ValueError("name the roles, or say signed_in()")
    return Depends(Access("roles", frozenset(roles), csrf_in_body))


def directing(*others: Role) -> Any:
    """The director who holds the desk may (a free desk is taken by it), and accounts with one of `others`.

    A director who only watches is refused whatever else they are: two never steer at once.
    """
    return Depends(Access("roles", frozenset({Role.DIRECTOR, *others}), at_desk=True))


def device() -> Any:
    """A bound device may, by its bearer token."""
    return Depends(Access("device"))


def desk_of(connection: HTTPConnection) -> Desk:
    """The desk, for `Annotated[Desk, Depends(the_desk)]`."""
    desk: Desk = connection.app.state.desk
    return desk


def person(connection: HTTPConnection) -> Person:
    """Who is signed in; for routes behind `signed_in` or `needs`."""
    found: Person | None = getattr(connection.state, "person", None)
    if found is None:
        raise UserProblem("sign_in", "请先登录", 401)
    return found


def bound_device(connection: HTTPConnection) -> Device:
    """The device that asks; for routes behind `device`."""
    found: Device = connection.state.device
    return found


# FastAPI runs a plain function it depends on in a thread of its own; these stay on the loop.


async def the_desk(connection: HTTPConnection) -> Desk:
    """`desk_of`, for `Annotated[Desk, Depends(the_desk)]`."""
    return desk_of(connection)


async def the_person(connection: HTTPConnection) -> Person:
    """`person`, for `Annotated[Person, Depends(the_person)]`."""
    return person(connection)


async def the_device(connection: HTTPConnection) -> Device:
    """`bound_device`, for `Annotated[Device, Depends(the_device)]`."""
    return bound_device(connection)


def visitor(connection: HTTPConnection) -> str:
    """A stable, opaque id of this browser for the public's rooms (chat, votes). Not the cookie itself."""
    return csrf_token(f"visitor\0{connection.state.visitor}")


def address_of(connection: HTTPConnection) -> str:
    """Where the request comes from, behind trusted proxies too."""
    return connection.client.host if connection.client else ""


def request_of(connection: HTTPConnection) -> Request:
    """The connection as the request FastAPI hands on, whose parsed form is kept."""
    if not isinstance(connection, Request):
        raise TypeError("not an HTTP request")
    return connection


def cookie_names(connection: HTTPConnection) -> tuple[str, str]:
    """Session and visitor cookies; over HTTPS they carry the browser's own guarantee."""
    prefix = "__Host-" if connection.url.scheme in {"https", "wss"} else ""
    return f"{prefix}daylight", f"{prefix}visitor"


async def identify(connection: HTTPConnection) -> None:
    """Fill `state.person`, `.visitor`, `.csrf`. A browser without a visitor's cookie gets one with its page."""
    state = connection.state
    session_name, visitor_name = cookie_names(connection)
    session = connection.cookies.get(session_name, "")
    await connection.app.state.site_now.refresh()
    state.person = await desk_of(connection).auth.person(session) if session else None
    known = connection.cookies.get(visitor_name, "")
    state.visitor = known or new_token()
    state.visitor_cookie = None if known else (visitor_name, state.visitor)
    state.csrf_owner = session if state.person else state.visitor
    state.csrf = csrf_token(state.csrf_owner)


def check_csrf(connection: HTTPConnection, token: str) -> None:
    """Refuse unless `token` is this browser's."""
    if not csrf_matches(connection.state.csrf_owner, token):
        raise UserProblem("csrf", "页面已过期，请刷新后再试一次", 403)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether the browser says the request comes from our own pages. Without a word from it the CSRF token decides."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
    ours = {f"{scheme}://{connection.headers.get('host', '')}"}
    public = urlsplit(desk_of(connection).settings.server.public_url)
    if public.netloc:
        ours.add(f"{public.scheme}://{public.netloc}")
    return origin in ours


async def _device(connection: HTTPConnection) -> Device:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ProtocolProblem(
            "no_token", "Authorization: Bearer <token> is missing", 401, headers={"WWW-Authenticate": "Bearer"}
        )
    found = await desk_of(connection).auth.device(token.strip())
    if found is None:
        raise ProtocolProblem("token_wrong", "this token holds no camera", 403)
    return found


def declared(dependant: Dependant) -> Access | None:
    """What a route declares, looking into its dependencies."""
    for each in dependant.dependencies:
        found = each.call if isinstance(each.call, Access) else declared(each)
        if found is not None:
            return found
    return None


def require_access(routes: Sequence[Any]) -> None:
    """Raise unless every route names who may: the application does not start otherwise."""
    silent = [getattr(route, "path", repr(route)) for route in routes if not _declares(route)]
    if silent:
        raise RuntimeError(f"routes that do not say who may: {', '.join(silent)}")


def _declares(route: Any) -> bool:
    dependant = getattr(route, "dependant", None)
    return dependant is not None and declared(dependant) is not None
