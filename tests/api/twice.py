"""Sends every deed of the tests a second time, as a page does whose answer was lost. In: the app. Out: the same app.

The second answer must be the first one, and nothing more may stand in the record: so each test of a route also tests
that its deed is done once. `REPEATED` gathers the routes for `test_zz_commands.py`.
"""

import json
import re
import secrets
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select
from starlette.types import Message, Receive, Scope, Send

from store.tables.log import Record

BY_ITSELF = ("EntitiesImported", "ProgrammeDumped", "ProgrammeKilled", "ProgrammeRestored")
"""What the desk writes down by itself, after a deed."""
REPEATED: set[str] = set()
SHOWN_ONCE = {
    "/api/v1/episodes/{episode_id}/target/view": "a look, each on record",
    "/api/v1/camera/leave": "its token is dead by then",
}
"""Deeds whose second answer differs for a reason."""


def command_routes(app: FastAPI) -> dict[str, re.Pattern[str]]:
    """POSTs that take a command id, by path."""
    return {
        str(context.path): re.compile(re.sub(r"\{[^}]+\}", "[^/]+", str(context.path)))
        for context in iter_route_contexts(app.routes)
        if "POST" in (context.methods or ())
        and any(each.alias == "X-Command-Id" for each in context.dependant.header_params)
    }


class Twice:
    """The app, with every deed that succeeds sent again under the same id."""

    def __init__(self, app: "FastAPI | Twice") -> None:
        self.app: FastAPI = app.app if isinstance(app, Twice) else app
        app = self.app
        self._routes = command_routes(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._deed(scope)
        if not path:
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        scope = _with_id(scope, body)
        first = await self._once(scope, body)
        if first[0]["status"] < 300 and path not in SHOWN_ONCE:
            before = await self._records()
            said = [_told(each) for each in (first, await self._once(scope, body))]
            more = await self._records() - before
            if said[0] != said[1] or more:
                first = _shame(f"{path} answered {said[0]}, then {said[1]} to the same command; {more} more records")
            REPEATED.add(path)
        for message in first:
            await send(message)

    def _deed(self, scope: Scope) -> str:
        if scope["type"] != "http" or scope["method"] != "POST":
            return ""
        return next((path for path, shape in self._routes.items() if shape.fullmatch(scope["path"])), "")

    async def _records(self) -> int:
        async with self.app.state.desk.store.read() as session:
            query = select(func.count()).select_from(Record).where(Record.kind.not_in(BY_ITSELF))
            return await session.scalar(query) or 0

    async def _once(self, scope: Scope, body: bytes) -> list[Message]:
        told: list[Message] = []
        sent = False

        async def receive() -> Message:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            told.append(message)

        await self.app(dict(scope, state={}), receive, send)
        return told


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _with_id(scope: Scope, body: bytes) -> Scope:
    if any(name == b"x-command-id" for name, _ in scope["headers"]) or b'"command_id"' in body[:2000]:
        return scope
    return dict(scope, headers=[*scope["headers"], (b"x-command-id", secrets.token_hex(8).encode())])


def _told(messages: list[Message]) -> tuple[int, Any]:
    body = b"".join(each.get("body", b"") for each in messages)
    return messages[0]["status"], json.loads(body) if body else None


def _shame(why: str) -> list[Message]:
    """An answer no test expects, that says why: what a wrapper raises would be a plain 500."""
    start: Message = {"type": "http.response.start", "status": 599, "headers": []}
    return [start, {"type": "http.response.body", "body": why.encode()}]
