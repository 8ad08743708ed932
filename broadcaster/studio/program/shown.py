"""What the programme draws with. In: the scene, a hold's reason. Out: the scene as picture, slate and hold card."""

from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from episodes.shot import HOLD_WORDS, HoldReason
from overlay import words
from overlay.scene import Scene


@dataclass(frozen=True, slots=True)
class Shown:
    """The scene to draw, the same as a slate, and the same as the hold card of `reason`."""

    scene: Scene
    slate: Scene
    hold: Scene | None = None
    reason: HoldReason | Literal[""] = ""

    @classmethod
    def of(cls, scene: Scene, reason: HoldReason | Literal[""] = "") -> "Shown":
        if not reason:
            return cls(scene, replace(scene, slate=words.SLATE_LINE))
        headline, line = HOLD_WORDS[reason]
        held = replace(scene, slate=line, slate_headline=headline)
        return cls(scene, replace(scene, slate=words.SLATE_LINE), held, reason)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All of them, to have their graphics drawn ahead."""
        return (self.scene, self.slate) if self.hold is None else (self.scene, self.slate, self.hold)
