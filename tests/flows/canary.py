"""The canary: forty stalls that stand in the demo's draw and nowhere else. In: bytes and texts anybody can get. Out: hits.

One of them is revealed on air; of the others nothing may ever be found, of that one nothing before its door. A hit is a
piece of a name, licence or address, in characters, pinyin or initials, however it is written down: UTF-8, UTF-16, JSON
escapes, percent signs, HTML. The pieces cover every run of six signs of each.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from demo.drawing import STALLS, stall
from episodes.spelling import initials

_SPELT = ("jinshawan17haohaixiandang", "yueyashuichanqu", "yueyashuixiang17hao")


def _runs(text: str, signs: int) -> set[str]:
    """Every run of so many signs, as patterns that stand for all stalls: their numbers are the only difference."""
    return {re.sub(r"\d", r"\\d", text[at : at + signs]) for at in range(max(1, len(text) - signs + 1))}


_STALL = stall(17)
_PIECES = re.compile(
    "|".join(
        sorted(
            {run for secret in (*_STALL.values(), *_SPELT) for run in _runs(secret, 6)}
            | {run for short in initials(_STALL["name"]) for run in _runs(short, 8)}
        )
    ),
    re.IGNORECASE,
)
_WIDE = tuple(
    re.compile(re.escape(piece.encode(kind)))
    for piece in ("金沙湾", "号海鲜档", "月牙水")
    for kind in ("utf-16-le", "utf-16-be")
)
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")
_NOT_READ = {"hls", "media", "clips"}
"""Folders of pictures: their names are read here, their pictures by tesseract."""


@dataclass(frozen=True)
class Known:
    """What may be said of the stall that was revealed."""

    number: int = 0

    def without(self, text: str) -> str:
        if not self.number:
            return text
        mine = stall(self.number)
        for said in (*mine.values(), *initials(mine["name"])):
            text = re.sub(re.escape(said), "", text, flags=re.IGNORECASE)
        return text


NOTHING = Known()


def in_text(text: str, known: Known = NOTHING) -> str:
    """The first piece found, or nothing."""
    for form in _forms(text):
        if found := _PIECES.search(known.without(form)):
            return found[0]
    return ""


def in_bytes(data: bytes, known: Known = NOTHING) -> str:
    """The same in a file or message of any kind."""
    if found := in_text(data.decode("utf-8", "ignore"), known):
        return found
    wide = next((found for each in _WIDE if (found := each.search(data))), None)
    return wide[0].hex() if wide else ""


def under(folder: Path, known: Known = NOTHING) -> Iterator[tuple[str, str]]:
    """(path, piece) for every name and every file but pictures."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if found := in_text(name, known):
            yield f"the name of {name}", found
        if path.is_file() and not _NOT_READ & set(path.relative_to(folder).parts):
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if found := in_bytes(data, known):
                yield name, found


def revealed_in(text: str) -> int:
    """The number of the stall that a reveal names; 0 for another target."""
    found = re.search(r"金沙湾(\d\d)号海鲜档", text)
    assert found is None or 1 <= int(found[1]) <= STALLS
    return int(found[1]) if found else 0


def _forms(text: str) -> Iterator[str]:
    yield text
    if "\\u" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "%" in text:
        yield unquote(text)
    if "&#" in text:
        yield html.unescape(text)
