"""How an output comes back after a failure. In: what happened, its policy, when. Out: wait, or ask a person. Pure.

A platform keeps a broadcast open for a while after it lost us, and opens a second one for who comes too early (the old
connection still counts) or too late (the window is over). Hence the grace before the first reconnect, and `resume_s`.
"""

from typing import Literal

import msgspec

Use = Literal["main", "spare"]
_NS = 1_000_000_000
HEALTHY_S = 10.0
"""A connection that held so long was a good one: the next failure is the first again."""
_DOUBLINGS = 32


class OutputPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One output's wishes; None takes the house's setting (`[playout]`)."""

    grace_s: float | None = None
    """From losing a platform that had us to the first reconnect."""
    retry_first_s: float | None = None
    retry_most_s: float | None = None
    tries_most: int | None = None
    """Failures in a row after which it stops and a person decides; 0 never stops."""
    resume_s: float | None = None
    """How long the platform keeps the broadcast open; later it stops and a person decides. 0 is without end."""
    spare_after: int | None = None
    """Failures in a row on the main address before the spare one is used; 0 never."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """A policy with nothing left open."""

    grace_s: float
    retry_first_s: float
    retry_most_s: float
    tries_most: int
    resume_s: float
    spare_after: int

    def with_policy(self, policy: OutputPolicy) -> "Rules":
        """These, with what the output wishes otherwise."""
        wished = {name: value for name in self.__struct_fields__ if (value := getattr(policy, name)) is not None}
        return msgspec.structs.replace(self, **wished)

    def backoff_s(self, failures: int) -> float:
        """The wait after so many failures in a row, grace apart."""
        doubled = self.retry_first_s * 2.0 ** min(max(failures - 1, 0), _DOUBLINGS)
        return min(self.retry_most_s, doubled)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """One connection's life: `had_us` when the platform took at least some of the programme."""

    reason: str
    says: str = ""
    had_us: bool = False
    held_s: float = 0.0
    for_good: bool = False
    """The address itself is wrong: trying again cannot help."""


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tries stand since a person last pressed start."""

    use: Use = "main"
    failures: int = 0
    """In a row, both addresses together."""
    on_this: int = 0
    """In a row, on the address in use."""
    lost_ns: int = 0
    """When the platform lost us; 0 when it never had us."""


class Again(msgspec.Struct, frozen=True):
    """Try again after so long."""

    wait_s: float


class Stop(msgspec.Struct, frozen=True):
    """A person decides: `tries`, `window` (the platform has closed the broadcast) or `address`."""

    why: Literal["tries", "window", "address"]


def after(
    attempts: Attempts, ended: Ended, rules: Rules, now_ns: int, *, has_spare: bool
) -> tuple[Attempts, Again | Stop]:
    """What follows a connection's end."""
    if ended.reason == "cut":
        # Our own doing: a person took back what it had not got yet.
        return msgspec.structs.replace(attempts, lost_ns=now_ns), Again(rules.grace_s)
    healthy = ended.had_us and ended.held_s >= HEALTHY_S
    failures = 1 if healthy else attempts.failures + 1
    on_this = 1 if healthy else attempts.on_this + 1
    lost_ns = now_ns if ended.had_us else attempts.lost_ns
    now = msgspec.structs.replace(attempts, failures=failures, on_this=on_this, lost_ns=lost_ns)
    tired = bool(rules.spare_after) and on_this >= rules.spare_after
    to_spare = has_spare and attempts.use == "main" and (tired or ended.for_good)
    if ended.for_good and not to_spare:
        return now, Stop("address")
    if rules.tries_most and failures >= rules.tries_most:
        return now, Stop("tries")
    wait_s = rules.backoff_s(on_this)
    if ended.had_us or ended.reason == "rejected":
        # The platform may still count the old connection.
        wait_s = max(wait_s, rules.grace_s)
    if to_spare:
        now = msgspec.structs.replace(now, use="spare", on_this=0)
        wait_s = rules.grace_s if ended.had_us else 0.0
    if rules.resume_s and lost_ns and now_ns + round(wait_s * _NS) - lost_ns > round(rules.resume_s * _NS):
        return now, Stop("window")
    return now, Again(wait_s)
