"""A second person signs in on somebody else's phone for one deed. In: their name and password or PIN. Out: a `Person`.

For the blind second reading: no session is opened, nothing is remembered on the phone, and the tries are limited as at
the door. Whether this person may do the deed is the deed's own rule.
"""

from api.auth.service import person_of
from api.auth.who import Person
from api.desk import Desk


async def verify_person(desk: Desk, name: str, secret: str, *, address: str = "") -> Person:
    """The person behind login `name` and their password or PIN. Raises UserProblem (403, 429)."""
    return person_of(await desk.auth.check(name, secret, address, pin=True))
