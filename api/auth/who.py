"""Who asks. In: nothing. Out: the two kinds of known callers, as frozen values."""

from dataclasses import dataclass

from episodes.people import Role


@dataclass(frozen=True)
class Person:
    """A signed-in member of the staff."""

    user_id: str
    name: str
    roles: frozenset[Role]
    lang: str = ""
    login: str = ""
    seat: str = ""
    """This browser's session, as a hash of its own: stays over a reload, says nothing of the cookie."""

    def is_a(self, *roles: Role) -> bool:
        """Holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def actor(self) -> str:
        """As the record log names them."""
        return f"user:{self.user_id}"


@dataclass(frozen=True)
class Device:
    """A phone or encoder bound to one camera."""

    device_id: str
    camera: str
