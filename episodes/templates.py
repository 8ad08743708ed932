"""PURE. Episode templates per theme. In: what a producer keeps for a theme, cameras. Out: an episode filled in.

A template holds all that planning an episode needs: checklist, kit, limits, graphics, cameras, run of show, outputs and
posts. Every change makes a version and versions stay, so an episode can tell what it was made from. Keys and addresses
are no part of a template: an output is a name, its address is the programme's own.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from episodes.assignment import Post
from episodes.limits import Limit
from episodes.segments import Segment, checked, with_cameras
from runtime.problems import UserProblem

Weight = Literal["key", "general"]
Prepared = Literal["strap", "law"]

MOST_ITEMS, MOST_KIT, MOST_LIMITS, MOST_GRAPHICS, MOST_OUTPUTS, MOST_CAMERAS = 80, 60, 20, 40, 16, 16
_FIELDS: dict[str, dict[str, int]] = {
    "strap": {"name": 30, "title": 40, "credential": 40},
    "law": {"statute": 60, "article": 30, "plain": 120},
}
_REQUIRED: dict[str, tuple[str, ...]] = {"strap": ("name", "title"), "law": ("statute", "plain")}
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CAMERA = re.compile(r"\w[\w-]{0,63}")
_MOST_MINUTES = 24 * 60


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True):
    """One point to inspect. `item_id` stays through all versions, so that answers compare; `basis` names the rule.

    `faults` are the sentences a finding of it may say.
    """

    item_id: str
    words: str
    weight: Weight = "general"
    basis: str = ""
    faults: tuple[str, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The points of one episode: `version` counts its own edits, the template's version stands beside it."""

    name: str = ""
    template_id: str = ""
    template_version: int = 0
    version: int = 0
    items: tuple[ChecklistItem, ...] = ()


class KitItem(msgspec.Struct, frozen=True, kw_only=True):
    """What to bring."""

    item_id: str
    name: str
    count: int = 1
    note: str = ""


class LimitUse(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of the table of limits the theme will use; an empty item is any."""

    method_id: str
    item: str = ""


class Graphic(msgspec.Struct, frozen=True, kw_only=True):
    """A strap or law card made ready: `fields` are those of StrapShown or LawCardShown."""

    graphic_id: str
    graphic: Prepared
    fields: dict[str, str]


class OutputWish(msgspec.Struct, frozen=True, kw_only=True):
    """A platform to push to, by the name the bureau gives it."""

    name: str
    rendition: str = "main"
    private: bool = False


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one version holds."""

    theme: str = ""
    minutes: int = 90
    cameras: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    kit: tuple[KitItem, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    graphics: tuple[Graphic, ...] = ()
    outputs: tuple[OutputWish, ...] = ()
    posts: tuple[Post, ...] = ()
    segments: tuple[Segment, ...] = ()


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a template; version 0 is a starter that nobody has kept yet."""

    template_id: str
    name: str
    version: int
    content: Content


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What planning takes from a template. `segments` names the cameras that the episode has."""

    theme: str
    minutes: int
    cameras: tuple[str, ...]
    segments: tuple[Segment, ...]


def checked_content(content: Content, known_limits: Iterable[Limit], renditions: Iterable[str]) -> Content:
    """The same content, when an episode can be made of it. Raises UserProblem that names the place."""
    if not 1 <= content.minutes <= _MOST_MINUTES:
        raise UserProblem("slot_minutes", "时长要在1到1440分钟之间。", 422)
    cameras = content.cameras
    if not cameras or len(cameras) > MOST_CAMERAS or len(set(cameras)) != len(cameras):
        raise UserProblem("episode_cameras", "至少要有一个机位，机位名不能重复。", 422)
    if not all(_CAMERA.fullmatch(name) for name in cameras):
        raise UserProblem("camera_name", "机位名请用字母、数字和连字符，不能用 slate、hold、program、public。", 422)
    _check_items(content)
    _check_kit(content)
    for each in content.graphics:
        check_graphic(each)
    _unique([each.graphic_id for each in content.graphics], MOST_GRAPHICS)
    _check_uses(content, frozenset(row.method_id for row in known_limits), frozenset(renditions))
    checked(content.segments, cameras=cameras, graphics=[each.graphic_id for each in content.graphics])
    return content


def filled(template: Template, cameras: tuple[str, ...], theme: str = "") -> Filled:
    """What an episode gets. Cameras of its own take the template's places in the run of show, in order."""
    content = template.content
    own = cameras or content.cameras
    names = {name: own[min(at, len(own) - 1)] for at, name in enumerate(content.cameras) if name not in own}
    return Filled(
        theme=theme or content.theme,
        minutes=content.minutes,
        cameras=own,
        segments=with_cameras(content.segments, names),
    )


def checked_items(items: tuple[ChecklistItem, ...]) -> tuple[ChecklistItem, ...]:
    """The same points, each once and with words. Raises UserProblem with the point's number."""
    _unique([each.item_id for each in items], MOST_ITEMS)
    for number, item in enumerate(items, 1):
        if not item.words.strip() or len(item.words) > 120 or len(item.basis) > 120:  # noqa: PLR2004 - two lines of a phone
            raise UserProblem("checklist_words", "要点表第%(number)s项要写清楚查什么，最多120字。", 422, number=number)
        if len(item.faults) > 12 or any(not 0 < len(each.strip()) <= 60 for each in item.faults):  # noqa: PLR2004 - a phone's list
            raise UserProblem(
                "checklist_faults", "要点表第%(number)s项的问题写法最多12条，每条最多60字。", 422, number=number
            )
    return items


def check_graphic(each: Graphic) -> None:
    """Raises UserProblem unless it could be put on the picture as it stands."""
    fields, most = each.fields, _FIELDS[each.graphic]
    if not set(fields) <= set(most) or not all(fields.get(name, "").strip() for name in _REQUIRED[each.graphic]):
        raise UserProblem("words_missing", "请把内容填完整再上画面。", 422)
    for name, chars in most.items():
        if len(fields.get(name, "")) > chars:
            raise UserProblem("words_too_long", "最多%(most)s字，请写短一些。", 422, most=chars)


def limits_of(
    uses: Iterable[LimitUse], table: Iterable[Limit], day: date
) -> tuple[tuple[LimitUse, tuple[Limit, ...]], ...]:
    """The rows in force on `day` for each use; an empty tuple where the table has none (any more)."""
    rows = tuple(table)
    return tuple(
        (
            use,
            tuple(
                row
                for row in rows
                if row.method_id == use.method_id
                and (not use.item or row.item in (use.item, "*"))
                and row.since <= day
                and (row.until is None or day < row.until)
            ),
        )
        for use in uses
    )


def _check_items(content: Content) -> None:
    checked_items(content.checklist)


def _check_kit(content: Content) -> None:
    _unique([each.item_id for each in content.kit], MOST_KIT)
    for number, each in enumerate(content.kit, 1):
        if not each.name.strip() or len(each.name) > 60 or len(each.note) > 80 or not 1 <= each.count <= 999:  # noqa: PLR2004 - one line
            raise UserProblem("kit_name", "器材第%(number)s行要有名称和数量。", 422, number=number)


def _check_uses(content: Content, methods: frozenset[str], renditions: frozenset[str]) -> None:
    if len(content.limits) > MOST_LIMITS or any(each.method_id not in methods for each in content.limits):
        raise UserProblem("template_limit", "限值表里没有这个检测方法，请重新选择。", 422)
    names = [each.name.strip() for each in content.outputs]
    if len(names) > MOST_OUTPUTS or not all(names) or len(set(names)) != len(names):
        raise UserProblem("template_output", "转推平台要有名称，且不能重复，最多16个。", 422)
    if any(each.rendition not in renditions for each in content.outputs):
        raise UserProblem("template_rendition", "没有这种画面尺寸，请重新选择。", 422)


def _unique(ids: list[str], most: int) -> None:
    if len(ids) > most or len(set(ids)) != len(ids) or not all(_ID.fullmatch(each) for each in ids):
        raise UserProblem("template_ids", "模板里有重复的编号，或项目太多。请刷新页面再改。", 422)
