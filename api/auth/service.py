"""The door. In: cookies and bearer tokens. Out: the `Person` or `Device` behind them, or None."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.access import Device, Person


class Auth:
    """One desk's accounts and sessions."""

    async def person(self, session_token: str) -> "Person | None":
        """Who is signed in with this cookie."""
        del session_token
        return None

    async def device(self, token: str) -> "Device | None":
        """The camera device that holds this token."""
        del token
        return None
