"""After the inspection, over HTTP: answers to operators, outcomes, notices, names, pictures, follow-up checks."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from api.access import needs, the_desk, the_person
from api.after_views import follow_up_view, records_view
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Small, command_id
from api.deeds import operators, outcomes, rectified
from api.desk import Desk
from episodes.events import Answered, Axis, NoticeKind
from episodes.people import Role
from web.render import page, words_of

router = APIRouter(tags=["after the inspection"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
LEGAL = needs(Role.LEGAL)
OFFICER = needs(Role.OFFICER)
SENDING = needs(Role.OFFICER, Role.LEGAL, Role.PRODUCER)
SEEING = needs(Role.OFFICER, Role.LEGAL)
Long = Annotated[str, Field(min_length=1, max_length=1000)]


class Answer(Body):
    """What the legal desk says to an operator."""

    outcome: Answered
    words: Long


class Outcome(Body):
    """One outcome on one axis."""

    axis: Axis
    outcome: Annotated[str, Field(max_length=40)]
    detail: Annotated[Line, Field(max_length=200)] = ""


class NoticeAsked(Body):
    """To whom and what."""

    notice: NoticeKind
    to: Annotated[Line, Field(min_length=1, max_length=80)]
    words: Long


class Reference(Body):
    """The other side's confirmation."""

    reference: Annotated[Line, Field(min_length=1, max_length=80)]


class Naming(Body):
    """Whether pages say the name."""

    named: bool


class Reviewed(Body):
    """Whether a picture shows what it should."""

    accepted: bool


class Sending(Body):
    """Who looks again; empty: the grid area's officer."""

    officer: Annotated[str, Field(max_length=64)] = ""


class Checked(Body):
    """What was seen on the spot."""

    rectified: bool
    note: Annotated[str, Field(max_length=1000)] = ""


class Grid(Body):
    """Who checks a grid area; no officer takes them away."""

    grid: Annotated[Line, Field(min_length=1, max_length=64)]
    officer: Annotated[str, Field(max_length=64)] = ""


@router.get("/records", dependencies=[LEGAL], response_class=HTMLResponse, include_in_schema=False)
async def records_page(request: Request, desk: House) -> HTMLResponse:
    """What waits for a legal reviewer."""
    return page(request, "records.html", **await records_view(desk, words_of(request)))


@router.get("/follow-ups", dependencies=[SENDING], response_class=HTMLResponse, include_in_schema=False)
async def follow_ups_page(request: Request, desk: House, who: Who) -> HTMLResponse:
    """One's own checks, and who is sent where."""
    return page(request, "follow_ups.html", **await follow_up_view(desk, who.user_id, words_of(request)))


@router.post("/api/v1/requests/{request_id}/answer", dependencies=[LEGAL])
async def answer(request_id: Id, body: Answer, desk: House, who: Who, header: CommandHeader = "") -> dict[str, Any]:
    """Once, in words."""
    cid = command_id(body, header)
    await operators.answer(desk, who, command_id=cid, request_id=request_id, outcome=body.outcome, words=body.words)
    return {}


@router.post("/api/v1/records/{record_id}/outcomes", dependencies=[LEGAL], status_code=201)
async def outcome(record_id: Id, body: Outcome, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """On its own axis."""
    made = await outcomes.record_outcome(
        desk,
        who,
        command_id=command_id(body, header),
        record_id=record_id,
        axis=body.axis,
        outcome=body.outcome,
        detail=body.detail,
    )
    return {"outcome_id": made.outcome_id}


@router.post("/api/v1/outcomes/{outcome_id}/take-back", dependencies=[LEGAL])
async def take_back(outcome_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """It does not stand any more."""
    await outcomes.take_back(desk, who, command_id=command_id(body, header), outcome_id=outcome_id)
    return {}


@router.post("/api/v1/records/{record_id}/notices", dependencies=[LEGAL], status_code=201)
async def notice(record_id: Id, body: NoticeAsked, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A referral or delisting notice went out."""
    made = await outcomes.send_notice(
        desk,
        who,
        command_id=command_id(body, header),
        record_id=record_id,
        kind=body.notice,
        to=body.to,
        words=body.words,
    )
    return {"notice_id": made.notice_id}


@router.post("/api/v1/notices/{notice_id}/acknowledge", dependencies=[LEGAL])
async def acknowledge(
    notice_id: Id, body: Reference, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """They confirmed it."""
    cid = command_id(body, header)
    await outcomes.acknowledge(desk, who, command_id=cid, notice_id=notice_id, reference=body.reference)
    return {}


@router.post("/api/v1/records/{record_id}/name", dependencies=[LEGAL])
async def name(record_id: Id, body: Naming, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Whether pages say the name instead of the code."""
    await outcomes.name(desk, who, command_id=command_id(body, header), record_id=record_id, named=body.named)
    return {}


@router.get("/api/v1/photos/{photo_id}", dependencies=[SEEING])
async def photo(photo_id: Id, desk: House) -> Response:
    """An operator's picture, for staff."""
    data = await operators.photo_bytes(desk, photo_id)
    return Response(data, 200, {"Cache-Control": "no-store"}, "image/jpeg")


@router.post("/api/v1/photos/{photo_id}/review", dependencies=[SEEING])
async def review(photo_id: Id, body: Reviewed, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Of use or not."""
    cid = command_id(body, header)
    await rectified.review_photo(desk, who, command_id=cid, photo_id=photo_id, accepted=body.accepted)
    return {}


@router.post("/api/v1/findings/{finding_id}/checks", dependencies=[SENDING], status_code=201)
async def send(finding_id: Id, body: Sending, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Somebody shall look again."""
    cid = command_id(body, header)
    made = await rectified.assign(desk, who, command_id=cid, finding_id=finding_id, officer=body.officer)
    return {"check_id": made.check_id}


@router.post("/api/v1/checks/{check_id}/done", dependencies=[OFFICER])
async def done(check_id: Id, body: Checked, desk: House, who: Who, header: CommandHeader = "") -> dict[str, bool]:
    """Seen on the spot: the only way to verify a finding."""
    cid = command_id(body, header)
    seen = await rectified.check_done(
        desk, who, command_id=cid, check_id=check_id, rectified=body.rectified, note=body.note
    )
    return {"verified": seen.verified}


@router.post("/api/v1/grids", dependencies=[needs(Role.PRODUCER, Role.LEGAL)])
async def grid(body: Grid, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """Who has a grid area."""
    await rectified.set_grid(desk, who, command_id=command_id(body, header), grid=body.grid, officer=body.officer)
    return {}
