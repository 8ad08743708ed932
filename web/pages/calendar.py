"""The next episode for a calendar (RFC 5545). In: its number and times. Out: an .ics text. Pure."""

from datetime import UTC, datetime

from web.i18n import Texts

_MOST_OCTETS = 73


def event(
    *, uid: str, name: str, number: int, starts_utc_ns: int, minutes: int, url: str, now_utc_ns: int, words: Texts
) -> str:
    """One event with an alarm a quarter of an hour before; no theme, no place: they are not public yet."""
    title = words("%(name)s 第%(number)s期直播", name=name, number=number)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Daylight//Broadcast//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}@daylight",
        f"DTSTAMP:{_stamp(now_utc_ns)}",
        f"DTSTART:{_stamp(starts_utc_ns)}",
        f"DURATION:PT{minutes}M",
        f"SUMMARY:{_escaped(title)}",
        f"URL:{url}",
        f"DESCRIPTION:{_escaped(words('检查对象开播后到门口揭晓。'))}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


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
