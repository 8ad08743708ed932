"""Tables of the store: state beside the record log. Chat and evidence keep theirs in their own rooms."""

from store.tables.cameras import CameraBinding, JoinCode
from store.tables.clips import Clip
from store.tables.devices import DeviceUpload, TestDevice
from store.tables.draws import Draw, DrawPart, DrawPlace, DrawPool
from store.tables.entities import EntityChange, EntityImport, EntityImportTrouble, EntityRow
from store.tables.episodes import Episode, HolidayRow, Programme, Selection, Target
from store.tables.gate import (
    Approval,
    CredentialRow,
    GateDecision,
    KitBatch,
    Ladder,
    LadderKnown,
    LadderRung,
    LegalBasis,
    ModerationDutyRow,
)
from store.tables.graphics import Finding, PreparedGraphic, Question
from store.tables.inspection import (
    ChecklistAnswer,
    DeskMessage,
    DeskThread,
    EvidenceFile,
    GuestConsent,
    SpotNote,
    SpotTick,
)
from store.tables.log import DeedDone, PublicPlace, Record, Withheld
from store.tables.orders import FollowUp, GridOfficer, HouseTable, Notice, OrderRow, OutcomeRow
from store.tables.outputs import Output
from store.tables.people import LoginTry, Session, User
from store.tables.plan import (
    CalendarLink,
    CrewPlace,
    EpisodePlan,
    EpisodeRun,
    ExtraSlot,
    SeasonRow,
    TemplateRow,
    TemplateVersion,
)
from store.tables.rapid_tests import RapidTestRow
from store.tables.seat import DeskSeat
from store.tables.served import InspectionRecord, RecordLink, RecordRequest, RectificationPhoto

__all__ = [
    "Approval",
    "CalendarLink",
    "CameraBinding",
    "ChecklistAnswer",
    "Clip",
    "CredentialRow",
    "CrewPlace",
    "DeedDone",
    "DeskMessage",
    "DeskSeat",
    "DeskThread",
    "DeviceUpload",
    "Draw",
    "DrawPart",
    "DrawPlace",
    "DrawPool",
    "EntityChange",
    "EntityImport",
    "EntityImportTrouble",
    "EntityRow",
    "Episode",
    "EpisodePlan",
    "EpisodeRun",
    "EvidenceFile",
    "ExtraSlot",
    "Finding",
    "FollowUp",
    "GateDecision",
    "GridOfficer",
    "GuestConsent",
    "HolidayRow",
    "HouseTable",
    "InspectionRecord",
    "JoinCode",
    "KitBatch",
    "Ladder",
    "LadderKnown",
    "LadderRung",
    "LegalBasis",
    "LoginTry",
    "ModerationDutyRow",
    "Notice",
    "OrderRow",
    "OutcomeRow",
    "Output",
    "PreparedGraphic",
    "Programme",
    "PublicPlace",
    "Question",
    "RapidTestRow",
    "Record",
    "RecordLink",
    "RecordRequest",
    "RectificationPhoto",
    "SeasonRow",
    "Selection",
    "Session",
    "SpotNote",
    "SpotTick",
    "Target",
    "TemplateRow",
    "TemplateVersion",
    "TestDevice",
    "User",
    "Withheld",
]
