"""Episodes to come for a calendar (RFC 5545). In: their numbers and times. Out: an .ics text. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from web.i18n import Texts

_MOST_OCTETS = 73
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Daylight//Broadcast//ZH",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
)


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """What the public may know of an episode to come: which and when, no theme and no place."""

    uid: str
    name: str
    number: int
    starts_utc_ns: int
    minutes: int


class OwnPlace(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the staff does in an episode: which, when, their posts in words. No title, no theme, no place."""

    uid: str
    name: str
    number: int
    starts_utc_ns: int
    minutes: int
    posts: tuple[str, ...]
    rehearsal: bool = False


def own_feed(places: Sequence[OwnPlace], *, now_utc_ns: int, words: Texts) -> str:
    """One person's calendar. It tells nothing that would tell where the show goes."""
    lines = [*_HEAD]
    for each in places:
        title = words("%(name)s 第%(number)s期", name=each.name, number=each.number)
        said = words("、").join(each.posts)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{each.uid}-crew@daylight",
            f"DTSTAMP:{_stamp(now_utc_ns)}",
            f"DTSTART:{_stamp(each.starts_utc_ns)}",
            f"DURATION:PT{each.minutes}M",
            f"SUMMARY:{_escaped(f'{title} · {said}')}",
            "CLASS:PRIVATE",
            *([f"DESCRIPTION:{_escaped(words('彩排'))}"] if each.rehearsal else []),
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def feed(coming: Sequence[Coming], *, url: str, now_utc_ns: int, words: Texts) -> str:
    """An event for each, with an alarm a quarter of an hour before. A subscribed calendar asks again each hour."""
    lines = [*_HEAD]
    for each in coming:
        lines += _event(each, url, now_utc_ns, words)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(one: Coming, url: str, now_utc_ns: int, words: Texts) -> list[str]:
    title = words("%(name)s 第%(number)s期直播", name=one.name, number=one.number)
    return [
        "BEGIN:VEVENT",
        f"UID:{one.uid}@daylight",
        f"DTSTAMP:{_stamp(now_utc_ns)}",
        f"DTSTART:{_stamp(one.starts_utc_ns)}",
        f"DURATION:PT{one.minutes}M",
        f"SUMMARY:{_escaped(title)}",
        f"URL:{url}",
        f"DESCRIPTION:{_escaped(words('主题和地点待公布。检查对象开播后到门口揭晓。'))}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "END:VEVENT",
    ]


def _stamp(utc_ns: int) -> str:
    return datetime.fromtimestamp(utc_ns // 1_000_000_000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines end before 75 octets and go on after a space; no character is torn."""
    parts, size, now = [], 0, ""
    for character in line:
        octets = len(character.encode())
        if size + octets > _MOST_OCTETS:
            parts.append(now)
            now, size = "", 1
        now += character
        size += octets
    return "\r\n ".join([*parts, now])
