"""What the deeds of a draw take over HTTP. In: JSON. Out: checked models, and the rules' own values made of them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.bodies import Body, Line, Moment, Text200, utc_ns
from api.deeds.draw_pools import Wish
from episodes.draw import AbortReason, PassReason
from episodes.draw_chance import Source
from episodes.draw_pool import MOST_DRAWS, MOST_STRATA, Cap, Conflict, Poll, PollOption

Name = Annotated[Line, Field(max_length=64)]
Half = Annotated[str, Field(min_length=1, max_length=100)]
Count = Annotated[int, Field(ge=0, le=MOST_DRAWS)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class ConflictLine(_Part):
    """Somebody who must not be drawn, and why."""

    id: Annotated[Line, Field(min_length=1, max_length=64)]
    why: Text200


class OptionLine(_Part):
    """An option of the poll; `stratum` is what it names."""

    stratum: Name
    votes: Annotated[int, Field(ge=0, le=10**9)]


class PollLines(_Part):
    """A frozen poll's result."""

    question: Text200
    options: Annotated[tuple[OptionLine, ...], Field(min_length=2, max_length=MOST_STRATA)]
    frozen: Moment


class Randomness(_Part):
    """What public value will count: a drand round (0: the first one a minute after the second half), or figures."""

    kind: Literal["drand", "dice", "lottery"] = "drand"
    name: Annotated[Line, Field(max_length=80)] = "quicknet"
    round: Annotated[int, Field(ge=0, le=10**12)] = 0
    at: Moment | None = None


class Prepare(Body):
    """Freeze a pool. `count` draws from all together; `draws` says how many from which stratum."""

    purpose: Literal["targets", "officers"] = "targets"
    pool_id: Annotated[str, Field(max_length=64)] = ""
    grids: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    categories: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    stratum: Literal["", "category", "grid"] = ""
    route: Literal["double_random", "public_vote"] = "double_random"
    count: Count = 1
    draws: Annotated[dict[Name, Count], Field(max_length=MOST_STRATA, default_factory=dict)]
    conflicts: Annotated[tuple[ConflictLine, ...], Field(max_length=100)] = ()
    cap_most: Annotated[int, Field(ge=1, le=100)] = 1
    cap_days: Annotated[int, Field(ge=0, le=3660)] = 180
    poll: PollLines | None = None
    evidence: Annotated[Line, Field(max_length=500)] = ""
    randomness: Randomness = Randomness()
    lock: Half

    def wish(self) -> Wish:
        """As the deed takes it."""
        chance = self.randomness
        return Wish(
            purpose=self.purpose,
            pool_id=self.pool_id,
            grids=self.grids,
            categories=self.categories,
            stratum=self.stratum,
            together=not self.draws and self.poll is None,
            route=self.route,
            draws=self.draws or {"": self.count},
            conflicts=tuple(Conflict(id=each.id, why=each.why) for each in self.conflicts),
            cap=Cap(most=self.cap_most, days=self.cap_days),
            poll=_poll(self.poll) if self.poll else None,
            evidence=self.evidence,
            source=Source(
                kind=chance.kind, name=chance.name, round=chance.round, at_utc_ns=utc_ns(chance.at) if chance.at else 0
            ),
        )


def _poll(lines: PollLines) -> Poll:
    options = tuple(PollOption(stratum=each.stratum, votes=each.votes) for each in lines.options)
    return Poll(question=lines.question, options=options, frozen_utc_ns=utc_ns(lines.frozen))


class Lock(Body):
    """The hash of the second half."""

    lock: Half


class Value(Body):
    """The public value; a drand round comes with its signature."""

    value: Annotated[Line, Field(min_length=1, max_length=400)]
    signature: Annotated[Line, Field(max_length=200)] = ""


class Share(Body):
    """One's own half."""

    share: Half


class Abort(Body):
    """Why a draw is given up."""

    reason: AbortReason


class GiveWay(Body):
    """Why a drawn target is not inspected; without `successor` nobody takes its place."""

    target_id: Annotated[str, Field(min_length=1, max_length=64)]
    reason: PassReason
    successor: bool = True
