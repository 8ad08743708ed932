"""Every deed is done once however often it is sent: its route takes the client's command id, or says here why it need not.

In: the route table. Out: the routes that take no id and stand in no list, by name.
"""

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from api.app import routers

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

WITHOUT: dict[str, str] = {
    # Nothing is changed, or only a look is written down: each look is one.
    "/login": "opens a session; a second one harms nothing and ends by itself",
    "/login/code": "a code of the second factor works once",
    "/logout": "a session ends once",
    "/welcome": "only the first account is made here",
    "/people": "the login is the key: the same one is refused",
    "/people/{user_id}/roles": "sets roles; a form that is out of date is refused by its mark",
    "/people/{user_id}/password": "sets a password",
    "/people/{user_id}/active": "sets open or closed",
    "/account/password": "sets a password",
    "/account/pin": "sets a PIN",
    "/account/second-factor": "sets a key",
    "/account/sign-out-everywhere": "ends what there is",
    "/chat": "a room refuses the same words from the same browser for a minute",
    "/chat/mine/{message_id}/forget": "forgets what is there",
    "/moderate/{message_id}/claim": "a look, for a moment",
    "/moderate/{message_id}/undo": "what waits cannot be undone again",
    "/moderate/{message_id}/decide": "what is decided cannot be decided again",
    "/moderate/mode": "sets a mode",
    "/tip": "a page without scripts: each receipt is a tip of its own",
    "/tip/sealed": "the public id is the reporter's own: the same envelope is the same tip",
    "/tip/status": "a look; a page without scripts may add a word",
    "/tip/status/open": "a look",
    "/tip/status/say": "the same envelope is the same message",
    "/desk/tips/key": "names the key that it replaces",
    "/desk/tips/{tip_id}/view": "a look, on the chain each time",
    "/desk/tips/{tip_id}/pictures/{place}": "a look, on the chain each time",
    "/desk/tips/{tip_id}/move": "a tip goes forward only",
    "/desk/tips/{tip_id}/reference": "sets a number",
    "/desk/tips/{tip_id}/reply": "the same envelope is the same message",
    "/whip/{camera}": "RFC 9725: a new session takes the former one's place",
    "/whip/{camera}/{session}": "RFC 9725",
    "/whep/{source}": "a monitor of one's own, as WHIP",
    "/whep/{source}/{session}": "as WHIP",
    "/talk": "a microphone heard by nobody before it is aimed",
    "/talk/voice/{session}": "as WHIP",
    "/api/v1/talk/aim/{session}": "sets where the voice goes",
    "/api/v1/studio/desk/here": "a page says that it is open",
    "/api/v1/camera/heard": "a prompt is heard once",
    "/api/v1/camera/state": "a phone says how it fares; not kept",
    "/api/v1/camera/position": "a phone says where it is; in memory only",
    "/api/v1/camera/position/forget": "forgets what is there",
    "/api/v1/preflight": "looks; changes nothing",
    "/api/v1/join-codes": "the answer is a secret kept nowhere; an unused code dies by itself",
    "/api/v1/join": "the code works once",
    "/api/v1/records/{record_id}/link": "the answer is a secret kept nowhere; a new link ends the former one",
    "/api/v1/test-devices": "the answer is a secret kept nowhere; a new key ends the former one",
    "/api/v1/device-readings": "signed with a nonce of its own; the measurement's id makes it one",
    "/api/v1/calendar-links": "the answer is a secret kept nowhere; an unused link is taken back by its owner",
    "/api/v1/draws/{draw_id}/run": "finishes what is stored; a finished one stays as it is",
    "/api/v1/draws/{draw_id}/audit": "a look, on record each time",
    "/api/v1/entities/search": "a look; a POST so that what is typed stands in no log",
    "/api/v1/entities/scan": "a look, as search",
}


def deeds(*more: APIRouter) -> dict[str, bool]:
    """Every path that changes something, and whether all its unsafe methods take a command id."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in (*routers(), *more):
        app.include_router(router)
    takes: dict[str, bool] = {}
    for context in iter_route_contexts(app.routes):
        if set(context.methods or ()) & UNSAFE:
            named = any(each.alias == "X-Command-Id" for each in context.dependant.header_params)
            path = str(context.path)
            takes[path] = takes.get(path, True) and named
    return takes


def silent(found: dict[str, bool]) -> list[str]:
    return [path for path, takes in found.items() if not takes and path not in WITHOUT]


def test_every_deed_takes_a_command_id() -> None:
    found = deeds()
    assert len(found) > 120
    assert not silent(found), "add `header: CommandHeader` and hand it to the deed"


def test_the_list_of_exceptions_is_short_and_true() -> None:
    found = deeds()
    assert not [path for path in WITHOUT if found.get(path, True)], "takes an id, or is gone: strike it off"
    assert len(WITHOUT) < 60


def test_a_deed_without_an_id_is_found() -> None:
    router = APIRouter()

    @router.post("/api/v1/slipped-in")
    async def slipped_in() -> None: ...

    assert "/api/v1/slipped-in" in silent(deeds(router))
