"""What the starters are made of. In: rows of a theme. Out: frozen parts of a `Content`, with ids in order."""

from itertools import count

from episodes.segments import Cue, CueKind, Segment, SegmentKind
from episodes.templates import ChecklistItem, Graphic, KitItem, Weight

PANORAMA, FOLLOWING, BENCH, DOOR = "全景", "跟拍", "快检台", "门口"
CAMERAS = (PANORAMA, FOLLOWING, BENCH, DOOR)
Row = tuple[CueKind, str] | tuple[CueKind, str, str]
SegmentRow = tuple[SegmentKind, str, float, tuple[Row, ...]]

TIP_LINE: Row = ("tip_line", "")
CARDS_SHOWN: Row = ("say", "", "出示执法证件，告知全程录音录像，告知申请回避的权利。")
PRELIMINARY: Row = ("say", "", "快检是初筛，不是最终结论，以法定检验结论为准。")


def take(camera: str) -> Row:
    """A cut to this camera."""
    return ("camera", camera)


def law(number: int) -> Row:
    """The starter's law card of this number."""
    return ("graphic", f"law-{number}")


def say(words: str) -> Row:
    """Words for the host."""
    return ("say", "", words)


def segments(*rows: SegmentRow) -> tuple[Segment, ...]:
    """Segments in order; the first 'target' is the second target, for the first is revealed in 'reveal'."""
    made, ordinals = [], count(2)
    for number, (kind, title, minutes, cues) in enumerate(rows, 1):
        target = 1 if kind == "reveal" else next(ordinals) if kind == "target" else 0
        made.append(
            Segment(
                segment_id=f"s{number}",
                kind=kind,
                title=title,
                seconds=round(minutes * 60),
                target=target,
                cues=tuple(_cue(f"s{number}-{n}", row) for n, row in enumerate(cues, 1)),
            )
        )
    return tuple(made)


def points(prefix: str, *rows: tuple[Weight, str, str]) -> tuple[ChecklistItem, ...]:
    """Points to inspect with ids that stay: `kitchen-01` and on."""
    return tuple(
        ChecklistItem(item_id=f"{prefix}-{n:02}", words=words, weight=weight, basis=basis)
        for n, (weight, words, basis) in enumerate(rows, 1)
    )


def kit(*rows: tuple[str, int]) -> tuple[KitItem, ...]:
    """What to bring, after what every crew brings."""
    return tuple(
        KitItem(item_id=f"kit-{n:02}", name=name, count=number) for n, (name, number) in enumerate(_KIT + rows, 1)
    )


def laws(*rows: tuple[str, str, str]) -> tuple[Graphic, ...]:
    """Law cards `law-1` and on: statute, article, plain words."""
    return tuple(
        Graphic(graphic_id=f"law-{n}", graphic="law", fields={"statute": statute, "article": article, "plain": plain})
        for n, (statute, article, plain) in enumerate(rows, 1)
    )


def _cue(cue_id: str, row: Row) -> Cue:
    return Cue(cue_id=cue_id, kind=row[0], what=row[1], words=row[2] if len(row) > 2 else "")  # noqa: PLR2004 - with words


_KIT: tuple[tuple[str, int], ...] = (
    ("执法证件", 2),
    ("执法记录仪", 2),
    ("直播手机和稳定器", 2),
    ("充电宝", 4),
    ("现场笔录和责令改正通知书", 5),
    ("封条和抽样单", 5),
    ("一次性手套、口罩、帽子", 10),
)
