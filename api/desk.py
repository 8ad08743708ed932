"""The desk's parts in one frozen container. In: whoever opens them (`api.opening`). Out: `Desk`.

Deeds and routes take the desk as their first argument; nothing is global.
"""

import asyncio
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.clips import ClipMaker
from api.desired import Desired
from api.entities.importing import EntityImporter
from api.field import Field
from api.journal import Journal
from api.phones import Phones
from api.present import Present
from api.public_clock import PublicClock
from api.rooms import Rooms
from api.taken_back import TakenBack
from api.whereabouts import Whereabouts
from chat.inbound import Chat
from evidence.keeper import Keeper
from runtime.bus.protocol import Bus
from runtime.clock import Clock
from runtime.hub import Hub
from runtime.places import Places
from runtime.settings import Settings
from runtime.threads import NamedExecutor
from store import SecretsBox, Store
from tips.desk import Tips

if TYPE_CHECKING:
    from api.auth.service import Auth
    from api.finishing import Standing


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Routes get it with `Annotated[Desk, Depends(api.access.desk_of)]`."""

    settings: Settings
    places: Places
    clock: Clock
    store: Store
    bus: Bus
    secrets_box: SecretsBox
    rooms: Rooms
    """What studio and playout last said."""
    present: Present
    """Which directors look on."""
    phones: Phones
    """What phones say of themselves, and what was said to them."""
    whereabouts: Whereabouts
    """Where phones are that agreed to say so; in memory only."""
    field: Field
    """Tells the studio which cameras there are and which took themselves off."""
    journal: Journal
    public: PublicClock
    desired: Desired
    """Tells playout what it shall do, again when it restarts."""
    taken_back: TakenBack
    """Writes what playout took from the public into the record."""
    evidence: Keeper
    files: NamedExecutor
    """Reads what is sent to browsers, off the loop."""
    hub: Hub
    auth: "Auth"
    finishing: dict[str, "Standing"]
    """How far ended episodes' recordings are, by id."""
    chat: Chat
    tips: Tips
    clips: ClipMaker
    """Makes uploaded films ready for air."""
    entities: EntityImporter
    """Brings files of businesses in."""
    mixing: asyncio.Lock = dataclasses.field(default_factory=asyncio.Lock)
    """Held by who changes a part of an episode's mixing: two quick presses are two changes, not one lost."""
