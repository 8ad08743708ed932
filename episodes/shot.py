"""What is on air, as one value. In: a director's wish. Out: a `Shot` that can be, or the word for what is wrong (pure).

A shot has one source or, split, two. `slate` and `hold` stand alone; a hold card says one of a fixed list of
reasons, never typed words. `clip:<id>` is a film of the episode; when it ends, `then` is on air, or what was there
before it.
"""

from typing import Literal

import msgspec

from runtime.words import N_

Layout = Literal["full", "two_up", "pip"]
Transition = Literal["cut", "dissolve"]
HoldReason = Literal["premises", "person", "minor", "papers", "safety", "signal", "waiting"]
Fault = Literal["layout", "second", "reason", "then"]

SLATE, HOLD, CLIP = "slate", "hold", "clip:"
CARDS = frozenset({SLATE, HOLD})
DISSOLVE_MS = 400
FREEZE_ALARM_S = 15.0
"""A picture that stands longer is an alarm. It never runs on by itself: why it was stopped may still be there."""
MOST_GAIN_DB, LEAST_GAIN_DB = 12.0, -24.0

HOLD_WORDS: dict[HoldReason, tuple[str, str]] = {
    "premises": (N_("室内暂停拍摄"), N_("应检查对象要求暂停拍摄室内。检查仍在进行，直播没有结束")),
    "person": (N_("人物暂停拍摄"), N_("现场人员要求不出镜，画面暂停。直播没有结束")),
    "minor": (N_("保护未成年人"), N_("现场有未成年人，画面暂停。直播没有结束")),
    "papers": (N_("正在核对资料"), N_("涉及证件和资料，画面暂停。直播没有结束")),
    "safety": (N_("现场正在处置"), N_("为保证安全暂停拍摄。直播没有结束")),
    "signal": (N_("信号正在恢复"), N_("直播没有结束，现场信号正在恢复")),
    "waiting": (N_("请稍候"), N_("直播没有结束，下一个环节马上开始")),
}
"""Headline and line of each reason, as the picture says them."""


class Shot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source, how it is laid out, and with what beside it."""

    source: str = SLATE
    layout: Layout = "full"
    second: str = ""
    reason: HoldReason | Literal[""] = ""
    then: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The cameras and clips it shows, the main one first."""
        return tuple(name for name in (self.source, self.second) if name and name not in CARDS)

    @property
    def has_picture(self) -> bool:
        """Whether it shows a source at all, not a card."""
        return self.source not in CARDS


class SoundPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose sound is heard: the picture's, or one chosen `mic`; who is muted; gains in dB (0 when missing).

    A clip on air always brings its own sound. Slate and hold cards are silent.
    """

    mic: str = ""
    muted: tuple[str, ...] = ()
    gains_db: dict[str, float] = {}

    def gain(self, source: str) -> float:
        """The factor for `source`; 0 when it is muted."""
        return 0.0 if source in self.muted else 10.0 ** (self.gains_db.get(source, 0.0) / 20)

    def heard(self, shot: Shot) -> str:
        """Whose sound belongs to `shot`; empty for silence."""
        if not shot.has_picture:
            return ""
        return shot.source if is_clip(shot.source) or not self.mic else self.mic


def fault(shot: Shot) -> Fault | None:
    """What is wrong with it, if anything."""
    if shot.layout != "full" and not shot.has_picture:
        return "layout"
    if (shot.second == "") != (shot.layout == "full") or shot.second == shot.source or shot.second in CARDS:
        return "second"
    if (shot.reason == "") != (shot.source != HOLD):
        return "reason"
    if shot.then and (not is_clip(shot.source) or is_clip(shot.then) or shot.then == HOLD):
        return "then"
    return None


def is_clip(source: str) -> bool:
    """Whether a source's name is a clip's."""
    return source.startswith(CLIP)


def clip_id(source: str) -> str:
    """The clip's id of a source's name."""
    return source.removeprefix(CLIP)


class Mix(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an episode keeps of its mixing, so that a studio that begins anew knows it.

    `back` follows a clip that names nothing; `taken_utc_ns` is when `shot` went on air.
    """

    shot: Shot = Shot()
    back: Shot = Shot()
    taken_utc_ns: int = 0
    frozen: bool = False
    sound: SoundPlan = SoundPlan()


def taken(mix: Mix, shot: Shot, utc_ns: int) -> Mix:
    """After a TAKE: a picture that stood runs again; what a clip without `then` returns to stays what it was."""
    back = mix.back if is_clip(mix.shot.source) else mix.shot
    return msgspec.structs.replace(mix, shot=shot, back=back, taken_utc_ns=utc_ns, frozen=False)


def sound_after(
    plan: SoundPlan,
    *,
    mic: str | None = None,
    source: str = "",
    muted: bool | None = None,
    gain_db: float | None = None,
) -> SoundPlan:
    """The plan after one change; what is None stays. A gain of 0 is no entry."""
    mutes = set(plan.muted)
    if muted is not None:
        mutes = mutes | {source} if muted else mutes - {source}
    gains = dict(plan.gains_db)
    if gain_db is not None:
        gains[source] = max(LEAST_GAIN_DB, min(MOST_GAIN_DB, gain_db))
    kept = {name: gain for name, gain in sorted(gains.items()) if gain}
    return SoundPlan(mic=plan.mic if mic is None else mic, muted=tuple(sorted(mutes)), gains_db=kept)
