"""Whoever does not hold the desk is refused by the server; what saves people is open to every director."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.access import SAFE, declared
from api.desk import Desk
from episodes.people import Role
from episodes.seat import SILENT_S
from runtime.clock import SteppedClock

from .conftest import Browser

OPEN = {
    "/api/v1/playout/dump",
    "/api/v1/playout/kill",
    "/api/v1/playout/restore",
    "/api/v1/studio/desk/take",
    "/api/v1/studio/desk/offer",
    "/api/v1/studio/desk/release",
    "/api/v1/studio/desk/here",
    "/talk/voice/{session}",
}
"""What a director may always do: save the public, and see to the desk itself."""


def test_every_deed_of_the_director_alone_needs_the_desk(app: FastAPI) -> None:
    alone = {}
    for context in iter_route_contexts(app.routes):
        access = declared(context.dependant) if getattr(context, "dependant", None) else None
        if access and access.roles == {Role.DIRECTOR} and set(context.methods or ()) - SAFE:
            alone[context.path_format] = access.at_desk
    assert {path for path, at_desk in alone.items() if not at_desk} == OPEN
    assert len(alone) > len(OPEN) + 10


async def test_one_steers_and_the_other_saves(
    browser: Browser, app: FastAPI, desk: Desk, add, clock: SteppedClock
) -> None:
    await add("shen", Role.DIRECTOR)
    await add("lin", Role.DIRECTOR, Role.PRODUCER)
    lin = Browser(app)
    await browser.log_in("shen")
    await lin.log_in("lin")

    async def post(who: Browser, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        answer = await who.http.post(path, json=body or {}, headers={"X-CSRF-Token": who.csrf})
        return {"status": answer.status_code, **answer.json()}

    # Nobody is there yet: who acts first holds it, even when the deed itself cannot be done.
    assert (await post(browser, "/api/v1/studio/cue", {"source": "nowhere"}))["code"] == "no_camera"
    refused = await post(lin, "/api/v1/studio/slate")
    assert (refused["status"], refused["code"]) == (409, "desk_held")
    assert "shen名" in str(refused["detail"])
    # Another role of hers does not help where directors act; what saves the public is hers as well.
    assert (await post(lin, "/api/v1/episodes/none/end"))["code"] == "desk_held"
    for path in ("/api/v1/playout/dump", "/api/v1/playout/kill"):
        assert (await post(lin, path)).get("code") != "desk_held"
    assert (await post(lin, "/api/v1/studio/desk/take"))["code"] == "desk_held"

    assert (await post(browser, "/api/v1/studio/desk/offer", {"to": "nobody"}))["code"] == "no_director"
    await post(lin, "/api/v1/studio/desk/here")
    watching = desk.present.now()
    offered = await post(browser, "/api/v1/studio/desk/offer", {"to": next(w.user_id for w in watching)})
    assert offered["status"] == 200
    assert (await post(lin, "/api/v1/studio/desk/take"))["status"] == 200
    assert (await post(browser, "/api/v1/studio/slate"))["code"] == "desk_held"

    await clock.advance(SILENT_S + 1)
    refused = await post(browser, "/api/v1/studio/slate")
    assert refused["code"] == "desk_held", "a silent holder is replaced on purpose, not by a stray press"
    assert (await post(browser, "/api/v1/studio/desk/take"))["status"] == 200
    assert (await post(browser, "/api/v1/studio/desk/release"))["status"] == 200
    assert (await post(lin, "/api/v1/studio/slate")).get("code") != "desk_held"
