"""The desk's parts in one frozen container. In: whoever opens them (`api.desk_main`, tests). Out: `Desk`.

Deeds and routes take the desk as their first argument; nothing is global.
"""

from dataclasses import dataclass
from typing import Any

from api.desired import Desired
from api.journal import Journal
from api.public_clock import PublicClock
from api.rooms import Rooms
from runtime.bus.protocol import Bus
from runtime.clock import Clock
from runtime.places import Places
from runtime.settings import Settings
from store import SecretsBox, Store


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything a deed or a route may need."""

    settings: Settings
    places: Places
    clock: Clock
    store: Store
    bus: Bus
    secrets_box: SecretsBox
    rooms: Rooms
    """What studio and playout last said."""
    journal: Journal
    public: PublicClock
    desired: Desired
    """Sends studio and playout what they shall do, again when they restart."""
    hub: Any = None
    auth: Any = None
    chat: Any = None
    tips: Any = None
    demo: bool = False
