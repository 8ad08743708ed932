"""What planning takes over HTTP. In: JSON. Out: checked models, and the rules' structs made of them."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import Body, Line, Text40
from episodes.assignment import Assigned, Post
from episodes.segments import MOST_CUES, MOST_SEGMENTS, CueKind, Segment, SegmentKind
from episodes.templates import (
    MOST_CAMERAS,
    MOST_GRAPHICS,
    MOST_ITEMS,
    MOST_KIT,
    MOST_LIMITS,
    MOST_OUTPUTS,
    ChecklistItem,
    Content,
    Graphic,
)

OwnId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Short = Annotated[Line, Field(max_length=64)]
Words = Annotated[Line, Field(max_length=200)]
Version = Annotated[int, Field(ge=0, le=1_000_000)]


class Part(BaseModel):
    """A part of a list: unknown fields are refused, texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class CuePart(Part):
    """A step; `what` is a camera's name, a prepared graphic's id, or the graphic to clear."""

    cue_id: OwnId
    kind: CueKind
    what: Short = ""
    words: Words = ""


class SegmentPart(Part):
    """A segment with its planned length."""

    segment_id: OwnId
    kind: SegmentKind
    title: Line
    seconds: Annotated[int, Field(ge=1, le=86400)]
    target: Annotated[int, Field(ge=0, le=50)] = 0
    notes: Annotated[Line, Field(max_length=400)] = ""
    cues: Annotated[tuple[CuePart, ...], Field(max_length=MOST_CUES)] = ()


class GraphicPart(Part):
    """A strap or law card with its words."""

    graphic_id: OwnId
    graphic: Literal["strap", "law"]
    fields: Annotated[dict[OwnId, Words], Field(max_length=6)]


class ItemPart(Part):
    """A point to inspect."""

    item_id: OwnId
    words: Line
    weight: Literal["key", "general"] = "general"
    basis: Line = ""
    faults: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class KitPart(Part):
    """What to bring."""

    item_id: OwnId
    name: Short
    count: Annotated[int, Field(ge=1, le=999)] = 1
    note: Words = ""


class LimitPart(Part):
    """Rows of the table of limits; an empty item is any."""

    method_id: OwnId
    item: Short = ""


class OutputPart(Part):
    """A platform by its name."""

    name: Short
    rendition: Short = "main"
    private: bool = False


class ContentPart(Part):
    """All that a version of a template holds."""

    theme: Annotated[Line, Field(max_length=40)] = ""
    minutes: Annotated[int, Field(ge=1, le=1440)]
    cameras: Annotated[tuple[Short, ...], Field(max_length=MOST_CAMERAS)]
    checklist: Annotated[tuple[ItemPart, ...], Field(max_length=MOST_ITEMS)] = ()
    kit: Annotated[tuple[KitPart, ...], Field(max_length=MOST_KIT)] = ()
    limits: Annotated[tuple[LimitPart, ...], Field(max_length=MOST_LIMITS)] = ()
    graphics: Annotated[tuple[GraphicPart, ...], Field(max_length=MOST_GRAPHICS)] = ()
    outputs: Annotated[tuple[OutputPart, ...], Field(max_length=MOST_OUTPUTS)] = ()
    posts: Annotated[tuple[Post, ...], Field(max_length=30)] = ()
    segments: Annotated[tuple[SegmentPart, ...], Field(max_length=MOST_SEGMENTS)] = ()


class TemplateBody(Body):
    """A template's next version, made upon `base` (0: a new one, or a starter nobody has kept)."""

    base: Version = 0
    name: Text40
    content: ContentPart

    def made(self) -> Content:
        """As the rules know it."""
        return msgspec.convert(self.content.model_dump(mode="json"), Content)


class FromTemplate(Body):
    """Which template an episode is filled in from, in place of the run of show `base`."""

    template_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    base: Version


class Retired(Body):
    """Whether a template is offered no more."""

    retired: bool


class RunBody(Body):
    """The whole run of show with its prepared graphics, edited upon version `base`."""

    base: Version
    segments: Annotated[tuple[SegmentPart, ...], Field(max_length=MOST_SEGMENTS)]
    graphics: Annotated[tuple[GraphicPart, ...], Field(max_length=MOST_GRAPHICS)] = ()

    def made(self) -> tuple[tuple[Segment, ...], tuple[Graphic, ...]]:
        """As the rules know them."""
        told = self.model_dump(mode="json")
        return (
            msgspec.convert(told["segments"], tuple[Segment, ...]),
            msgspec.convert(told["graphics"], tuple[Graphic, ...]),
        )


class SegmentName(Body):
    """Which segment."""

    segment_id: OwnId


class CueName(Body):
    """Which step."""

    cue_id: OwnId


class ChecklistBody(Body):
    """The episode's own points to inspect, edited upon version `base`."""

    base: Version
    items: Annotated[tuple[ItemPart, ...], Field(max_length=MOST_ITEMS)]

    def made(self) -> tuple[ChecklistItem, ...]:
        """As the rules know them."""
        return msgspec.convert(self.model_dump(mode="json")["items"], tuple[ChecklistItem, ...])


class PlacePart(Part):
    """One person in one post."""

    user_id: OwnId
    post: Post
    camera: Short = ""


class CrewBody(Body):
    """The whole crew, edited upon the list that carries the mark `base`."""

    base: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")]
    crew: Annotated[tuple[PlacePart, ...], Field(max_length=60)]

    def made(self) -> tuple[Assigned, ...]:
        """As the rules know it."""
        return tuple(Assigned(user_id=each.user_id, post=each.post, camera=each.camera) for each in self.crew)


class SeasonBody(Body):
    """A run of numbered episodes."""

    programme_id: Annotated[str, Field(max_length=64)] = ""
    name: Text40
    first_day: date
    last_day: date
    first_number: Annotated[int, Field(ge=1, le=100000)]


class ExtraBody(Body):
    """A slot for once."""

    programme_id: Annotated[str, Field(max_length=64)] = ""
    day: date
    starts: Clock
    minutes: Annotated[int, Field(ge=1, le=1440)]
    note: Annotated[Line, Field(max_length=40)] = ""
