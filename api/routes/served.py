"""The inspection record over HTTP, for officers: drawn up, signed, refused, served, handed over as a QR code."""

from io import BytesIO
from typing import Annotated, Any, Literal, Self

import segno
from fastapi import APIRouter, Depends, Request
from pydantic import Field, model_validator

from api.access import address_of, needs, the_desk, the_person
from api.auth.confirm import verify_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, SecondPerson, Small, command_id
from api.crew_views import join_base
from api.deeds import operators, served
from api.deeds.served import Visited
from api.desk import Desk
from api.served_views import officer_records, record_view
from episodes.events import OrderKind
from episodes.people import Role
from episodes.signature import signature
from runtime.problems import UserProblem
from web.moments import iso
from web.render import fragment, words_of

router = APIRouter(prefix="/api/v1/records", tags=["inspection records"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
OFFICER = needs(Role.OFFICER)
LOOKING = needs(Role.OFFICER, Role.LEGAL)
Name = Annotated[Line, Field(max_length=40)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Drawn = Annotated[str, Field(max_length=14_000, description="what the pad gives (episodes/signature.py)")]


class Drawing(Body):
    """What was found at one place. `entity` and `place` may be left to the register when the licence is in it."""

    where: Annotated[Line, Field(min_length=1, max_length=64)]
    entity: Annotated[Line, Field(max_length=80)] = ""
    place: Annotated[Line, Field(max_length=120)] = ""
    licence: Annotated[Line, Field(max_length=60)] = ""
    grid: Annotated[Line, Field(max_length=64)] = ""
    orders: Annotated[dict[Id, OrderKind], Field(max_length=50)]


class Signing(Body):
    """A signature. `second`: another officer signs on this phone. An officer's account may stand for the lines."""

    side: Literal["officer", "operator"]
    paper: Hash
    name: Name = ""
    drawn: Drawn = ""
    statement: Annotated[str, Field(max_length=2000)] = ""
    second: SecondPerson | None = None


class Refusing(Body):
    """The operator will not sign: a witness who signs, or the camera that films it."""

    paper: Hash
    reason: Annotated[Line, Field(min_length=1, max_length=200)]
    proof: Literal["witness", "video"]
    witness: Name = ""
    drawn: Drawn = ""
    camera: Annotated[Line, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _proved(self) -> Self:
        if self.proof == "video" and not self.camera:
            raise ValueError("camera")
        return self


@router.get("", dependencies=[LOOKING])
async def listed(request: Request, desk: House) -> dict[str, Any]:
    """Of the episode on air, else of the last one; and the list as the phone shows it."""
    view = await officer_records(desk, words_of(request))
    return view | {"html": fragment("crew/records.html", request.state.lang, **view)}


@router.get("/{record_id}", dependencies=[LOOKING])
async def one(record_id: Id, request: Request, desk: House) -> dict[str, Any]:
    """The record: what is missing, the hash to sign, and its text as a page shows it."""
    view = await record_view(desk, record_id, words_of(request))
    html = fragment("served/paper.html", request.state.lang, record=view)
    shown = ("record_id", "state", "paper_hash", "missing", "officers", "operator", "where", "entity")
    return {key: view[key] for key in shown} | {"html": html, "refused": view["refusal"] is not None}


@router.post("", dependencies=[OFFICER], status_code=201)
async def draw_up(body: Drawing, desk: House, request: Request, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A record of the episode on air, else of the last one."""
    episode = (await officer_records(desk, words_of(request)))["episode"]
    if episode is None:
        raise UserProblem("not_visited", "还没有开播，不能写检查记录。", 409)
    visited = Visited(**body.model_dump(include={"where", "entity", "place", "licence", "grid"}))
    cid = command_id(body, header)
    made = await served.draw_up(
        desk, who, command_id=cid, episode_id=episode["id"], visited=visited, orders=body.orders
    )
    return {"record_id": made.record_id, "paper_hash": made.hash}


@router.post("/{record_id}/sign", dependencies=[OFFICER])
async def sign(
    record_id: Id, body: Signing, request: Request, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """An officer signs for themselves; the operator signs on the officer's phone, with a statement if they like."""
    signer = await _signer(desk, who, body, request)
    drawn = signature(body.drawn) if body.drawn or body.side == "operator" else None
    now = await served.sign(
        desk,
        signer,
        command_id=command_id(body, header),
        record_id=record_id,
        side=body.side,
        name=signer.name if body.side == "officer" else body.name,
        drawn=drawn,
        paper=body.paper,
        statement=body.statement,
    )
    return {"state": now.state}


async def _signer(desk: Desk, signed_in: Person, body: Signing, request: Request) -> Person:
    """Who answers for the signature: whoever is signed in, or another officer who signs in for this one deed."""
    if body.second is None or body.side != "officer":
        return signed_in
    secret = body.second.password.get_secret_value()
    second = await verify_person(desk, body.second.name, secret, address=address_of(request))
    if not second.is_a(Role.OFFICER):
        raise UserProblem("not_an_officer_signs", "只有执法人员能以执法人员身份签名。", 403)
    return second


@router.post("/{record_id}/refuse", dependencies=[OFFICER])
async def refuse(record_id: Id, body: Refusing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The operator will not sign."""
    drawn = signature(body.drawn) if body.proof == "witness" else None
    now = await served.refuse(
        desk,
        who,
        command_id=command_id(body, header),
        record_id=record_id,
        paper=body.paper,
        reason=body.reason,
        proof=body.proof,
        camera=body.camera,
        witness=body.witness if body.proof == "witness" else "",
        drawn=drawn,
    )
    return {"state": now.state}


@router.post("/{record_id}/serve", dependencies=[OFFICER])
async def serve(record_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The operator has it; orders begin."""
    now = await served.serve(desk, who, command_id=command_id(body, header), record_id=record_id)
    return {"state": now.state}


@router.post("/{record_id}/link", dependencies=[OFFICER], status_code=201)
async def link(record_id: Id, body: Nothing, request: Request, desk: House, who: Who) -> dict[str, str]:  # noqa: ARG001 - one shape for all deeds
    """The operator's way in, shown once; earlier ones die. The token stands in the fragment: no log ever sees it."""
    made = await operators.new_link(desk, who, record_id=record_id)
    address = f"{join_base(desk, request)}/served#k={made.token}"
    drawn = BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=6, border=2, xmldecl=False, svgns=True, dark="#0e1a26", omitsize=True
    )
    return {"url": address, "qr_svg": drawn.getvalue().decode(), "expires": iso(made.expires_utc_ns - 1_000_000_000)}


@router.post("/{record_id}/tear-up", dependencies=[OFFICER])
async def tear_up(record_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A mistake, before it is served."""
    await served.tear_up(desk, who, command_id=command_id(body, header), record_id=record_id)
    return {}
