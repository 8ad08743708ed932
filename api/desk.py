"""The desk: everything its routes share, made once at start. In: the opened parts. Out: one frozen container."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.hub import Hub
from runtime.settings.model import Settings

if TYPE_CHECKING:
    from api.auth.service import Auth


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Routes get it with `Annotated[Desk, Depends(api.access.desk_of)]`."""

    settings: Settings
    hub: Hub
    auth: "Auth"
    places: Any = None
    clock: Any = None
    store: Any = None
    bus: Any = None
    journal: Any = None
    public: Any = None
    chat: Any = None
    tips: Any = None
    secrets_box: Any = None
