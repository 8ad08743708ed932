"""What the director's mixing panel lists. In: the episode's clips. Out: rows for the template, in one language."""

from typing import Any

from api.deeds.clips import REASONS, ClipView
from episodes.shot import HOLD_WORDS
from runtime.words import N_
from web.i18n import Texts

_MINUTE_S = 60


def clip_rows(clips: tuple[ClipView, ...], words: Texts) -> list[dict[str, Any]]:
    """A row per clip: how long it is, how far it is made, or why it cannot go on air."""
    return [
        {
            "clip_id": clip.clip_id,
            "source": clip.source,
            "name": clip.name,
            "ready": clip.state == "ready",
            "making": clip.state == "making",
            "said": _said(clip, words),
        }
        for clip in clips
    ]


def hold_rows(words: Texts) -> list[tuple[str, str, str]]:
    """Every reason of a hold card with its words."""
    return [(reason, words(headline), words(line)) for reason, (headline, line) in HOLD_WORDS.items()]


def _said(clip: ClipView, words: Texts) -> str:
    if clip.state == "ready":
        minutes, seconds = divmod(round(clip.seconds), _MINUTE_S)
        return f"{minutes}:{seconds:02}"
    if clip.state == "making":
        return words(N_("处理中，%(done)s%%"), done=round(100 * clip.done))
    return words(REASONS.get(clip.reason, REASONS["unreadable"]))
