"""What a film must be. In: what a file says of itself. Out: the word for why it cannot go on air, or none (pure)."""

from typing import Literal

import msgspec

Refusal = Literal["unreadable", "no_picture", "too_long", "too_short", "too_large"]
MOST_WIDTH, MOST_HEIGHT = 4096, 4096
LEAST_S = 0.5
_FILMS = ("mov", "mp4", "m4a", "3gp", "matroska", "webm", "mpegts", "mpeg", "avi", "flv", "asf", "mxf", "ogg")
FORMATS = (*_FILMS, "mp3", "flac", "wav")
"""Containers that hold film or sound and lead nowhere: no playlists, no lists of other files, no addresses."""


class Refused(Exception):  # noqa: N818 - the answer, not a fault
    """The film cannot go on air."""

    def __init__(self, word: Refusal) -> None:
        super().__init__(word)
        self.word = word


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself; 0 seconds when it does not say how long it is.

    Without width and height it is sound alone (music, a recorded call): one still picture stands for it.
    """

    seconds: float
    width: int
    height: int
    has_sound: bool


def refusal(film: Film, most_s: float) -> Refusal | None:
    """Why it cannot go on air."""
    if not film.has_sound and (film.width < 1 or film.height < 1):
        return "no_picture"
    if film.width > MOST_WIDTH or film.height > MOST_HEIGHT:
        return "too_large"
    if film.seconds > most_s:
        return "too_long"
    return "too_short" if 0 < film.seconds < LEAST_S else None
