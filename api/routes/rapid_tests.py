"""Rapid tests over HTTP. In: what tester and second person read. Out: the test's state; never a reading that waits."""

from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Request
from pydantic import Field, model_validator

from api.access import needs, the_desk, the_person
from api.auth.confirm import verify_person
from api.auth.who import Person
from api.bodies import Body, CommandHeader, Id, Line, Nothing, Reading, SecondPerson, Small, Text40, Text200, command_id
from api.deeds import rapid_tests as deeds
from api.deeds.samples import Sample as UnderTest
from api.desk import Desk
from api.episode_views import live_episode
from api.rapid_test_views import methods_now, tests_now
from episodes.people import Role
from runtime.problems import UserProblem

router = APIRouter(prefix="/api/v1/rapid-tests", tags=["rapid tests"], route_class=Small)
House = Annotated[Desk, Depends(the_desk)]
Who = Annotated[Person, Depends(the_person)]
LOOKING = needs(Role.TESTER, Role.OFFICER, Role.DIRECTOR, Role.PRODUCER, Role.HOST)
TESTER = needs(Role.TESTER)
READER = needs(Role.TESTER, Role.OFFICER)
READERS = (Role.TESTER, Role.OFFICER)
Short = Annotated[Line, Field(max_length=60)]


class Sample(Body):
    """A sample under test. `stall_code` is a code, never a trade name."""

    sample_no: Text40
    item: Text40
    food_category: Annotated[Line, Field(max_length=40)] = ""
    batch: Short = ""
    stall_code: Annotated[Line, Field(min_length=1, max_length=24)]
    method_id: Id
    reagent_batch: Annotated[Line, Field(min_length=1, max_length=60)]
    reagent_expires: date
    device_id: Annotated[Line, Field(min_length=1, max_length=60)]
    minutes: Annotated[float, Field(ge=0, le=240, description="0: the method's usual duration")] = 0.0


class Read(Body):
    """What the instrument shows, every repeat where the method takes several, or that the test is invalid."""

    value: Reading = ""
    values: Annotated[tuple[Reading, ...], Field(max_length=10)] = ()
    invalid: bool = False

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if [self.invalid, bool(self.value), bool(self.values)].count(True) != 1:
            raise ValueError("either value, values or invalid")
        return self


class SecondRead(Read):
    """The blind second reading; `reviewer` when it is made on somebody else's phone."""

    reviewer: SecondPerson | None = None


class Correction(Read):
    """A new reading of a withdrawn test, with what was wrong and why; a second person's `review` completes it."""

    what: Text200
    reason: Text200


class Reason(Body):
    """Why."""

    reason: Text200


class Dispatch(Body):
    """Where the sample goes."""

    laboratory: Text200


class Lab(Body):
    """The laboratory's conclusion."""

    compliant: bool
    report_no: Annotated[Line, Field(min_length=1, max_length=60)]


@router.get("", dependencies=[LOOKING])
async def all_tests(request: Request, desk: House) -> dict[str, Any]:
    """The live episode's tests, newest first."""
    return {"tests": [each.open() for each in await tests_now(desk, request.state.lang)]}


@router.get("/methods", dependencies=[LOOKING])
async def methods(request: Request, desk: House) -> dict[str, Any]:
    """Methods with the items they are for and the limits in force today."""
    return {"methods": await methods_now(desk, request.state.lang)}


@router.post("", dependencies=[TESTER], status_code=201)
async def start(body: Sample, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A sample is under test from now on."""
    fields = body.model_dump(exclude={"command_id", "reagent_expires"})
    sample = UnderTest(reagent_expires=body.reagent_expires.isoformat(), **fields)
    episode_id = await live_episode(desk)
    made = await deeds.start_test(desk, who, command_id=command_id(body, header), episode_id=episode_id, sample=sample)
    return {"test_id": made.test_id}


@router.post("/{test_id}/reading", dependencies=[TESTER])
async def enter(test_id: Id, body: Read, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The tester's reading. Nothing airs yet."""
    cid = command_id(body, header)
    now = await deeds.enter_reading(
        desk, who, command_id=cid, test_id=test_id, value=body.value, values=body.values, invalid=body.invalid
    )
    return {"state": now.state}


@router.post("/{test_id}/review", dependencies=[READER])
async def review(
    test_id: Id, body: SecondRead, request: Request, desk: House, who: Who, header: CommandHeader = ""
) -> dict[str, str]:
    """The second person's blind reading. 409 `mismatch` when they differ: nothing airs, both read again."""
    second = await _second(desk, who, body.reviewer, request)
    cid = command_id(body, header)
    now = await deeds.review_reading(
        desk,
        second,
        command_id=cid,
        test_id=test_id,
        value=body.value,
        values=body.values,
        invalid=body.invalid,
    )
    return {"state": now.state}


@router.post("/{test_id}/withdraw", dependencies=[needs(Role.DIRECTOR, Role.TESTER, Role.OFFICER)])
async def withdraw(test_id: Id, body: Nothing, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """One press: the result is being verified. No approval needed."""
    now = await deeds.withdraw(desk, who, command_id=command_id(body, header), test_id=test_id)
    return {"state": now.state}


@router.post("/{test_id}/correct", dependencies=[TESTER])
async def correct(test_id: Id, body: Correction, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A new reading of a withdrawn test; it airs as a correction once a second person has read the same."""
    now = await deeds.correct(
        desk,
        who,
        command_id=command_id(body, header),
        test_id=test_id,
        what=body.what,
        reason=body.reason,
        value=body.value,
        values=body.values,
        invalid=body.invalid,
    )
    return {"state": now.state}


@router.post("/{test_id}/void", dependencies=[needs(Role.TESTER, Role.DIRECTOR)])
async def void(test_id: Id, body: Reason, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """A withdrawn result that cannot be saved."""
    cid = command_id(body, header)
    now = await deeds.void(desk, who, command_id=cid, test_id=test_id, reason=body.reason)
    return {"state": now.state}


@router.post("/{test_id}/dispatch", dependencies=[READER])
async def dispatch(test_id: Id, body: Dispatch, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The sample is on its way to the laboratory."""
    cid = command_id(body, header)
    now = await deeds.dispatch_sample(desk, who, command_id=cid, test_id=test_id, laboratory=body.laboratory)
    return {"state": now.state}


@router.post("/{test_id}/lab", dependencies=[needs(Role.LEGAL)])
async def conclude(test_id: Id, body: Lab, desk: House, who: Who, header: CommandHeader = "") -> dict[str, str]:
    """The laboratory's record."""
    cid = command_id(body, header)
    now = await deeds.lab_conclude(
        desk, who, command_id=cid, test_id=test_id, compliant=body.compliant, report_no=body.report_no
    )
    return {"state": now.state}


async def _second(desk: Desk, signed_in: Person, given: SecondPerson | None, request: Request) -> Person:
    """Who reads the second time: whoever is signed in, or whoever signs in for this one deed."""
    if given is None:
        return signed_in
    address = request.client.host if request.client else ""
    second = await verify_person(desk, given.name, given.password.get_secret_value(), address=address)
    if not second.is_a(*READERS):
        raise UserProblem("not_a_reader", "复核人要有检测员或执法人员的岗位。", 403)
    return second
