"""Every fact the record log can hold, a module a room. In: values checked by a rule. Out: frozen, tagged structs.

`audience` says who may learn it: `public` facts travel to the picture and, once the public clock has reached them,
to the pages; `staff` facts never leave the staff's rooms. An embargoed name appears in no event before
`TargetRevealed`. Every event is described in docs/protocol/records.md; a test compares.
"""

from typing import TypeAlias

from episodes.events.base import *
from episodes.events.control import *
from episodes.events.draw import *
from episodes.events.findings import *
from episodes.events.gate import *
from episodes.events.house import *
from episodes.events.inspection import *
from episodes.events.orders import *
from episodes.events.picture import *
from episodes.events.plan import *
from episodes.events.programme import *
from episodes.events.rapid_tests import *
from episodes.events.served import *
from episodes.events.testing import *

AnyEvent: TypeAlias = (
    ProgrammeFact
    | PlanFact
    | GateFact
    | DrawFact
    | RapidTestFact
    | FindingFact
    | PictureFact
    | ControlFact
    | HouseFact
    | ServedFact
    | OrderFact
    | TestingFact
    | InspectionFact
)
