"""The public's figures in a reader's language. In: `Figures`. Out: number, unit and label of each. Pure."""

import re
from dataclasses import dataclass

import msgspec

from episodes.figures import Figures, rate, shown_as
from episodes.outcomes import counted as outcomes_counted
from episodes.public import PublicShow
from runtime.words import N_
from web.i18n import Texts

_PARTS = re.compile(r"^(超过)?([\d.,]+%?|—)(.*)$")

LABELS: dict[str, str] = {
    "episodes": N_("直播"),
    "views": N_("累计观看"),
    "entities_inspected": N_("检查主体"),
    "findings": N_("发现问题"),
    "rectification_rate": N_("整改率"),
    "cases_filed": N_("立案"),
    "business_suspensions": N_("停业整顿"),
    "platform_delisting_orders": N_("责令第三方下线整顿"),
    "hygiene_grade_downgrades": N_("量化分级降级"),
}
TOTALS = ("episodes", "views", "entities_inspected", "findings", "rectification_rate")
OUTCOMES = ("cases_filed", "business_suspensions", "platform_delisting_orders", "hygiene_grade_downgrades")


@dataclass(frozen=True)
class Shown:
    """One figure: `before` and `after` stand small beside the number (超过 · 2427 · 万人次)."""

    key: str
    label: str
    before: str
    number: str
    after: str
    note: str = ""

    @property
    def text(self) -> str:
        """As one piece, for copying and for tests."""
        return f"{self.before}{self.number}{self.after}"


def counted(shows: tuple[PublicShow, ...]) -> Figures:
    """What this record itself holds; shows of the demonstration are not counted."""
    real = [show for show in shows if show.live and show.ended_utc_ns and not show.live.demo]
    outcomes = outcomes_counted(outcome for show in real for outcome in show.outcomes)
    return msgspec.structs.replace(
        outcomes,
        episodes=len(real),
        entities_inspected=sum(len(show.targets) for show in real),
        findings=sum(len(show.findings) for show in real),
        findings_verified=sum(found.verified for show in real for found in show.findings),
    )


def shown(figures: Figures, words: Texts) -> dict[str, Shown]:
    """Every figure by its key."""
    chinese = shown_as(figures)
    notes = {
        "views": words("按次累计，不是人数"),
        "rectification_rate": words(
            "核验%(verified)s ÷ 发现%(found)s", verified=figures.findings_verified, found=figures.findings
        ),
    }
    made = {}
    for key, text in chinese.items():
        before, number, after = _split(text) if words.lang.startswith("zh") else _foreign(key, figures, text)
        made[key] = Shown(key, words(LABELS[key]), before, number, after, notes.get(key, ""))
    return made


def _split(text: str) -> tuple[str, str, str]:
    found = _PARTS.match(text)
    return (found[1] or "", found[2], found[3]) if found else ("", text, "")


def _foreign(key: str, figures: Figures, chinese: str) -> tuple[str, str, str]:
    """Other languages: the bare number; 超过 becomes ">" in front, as the report's own reservation."""
    if key == "views":
        reserved = chinese.startswith("超过")
        return ("> " if reserved else "", f"{figures.views_at_least:,}", "")
    if key == "rectification_rate":
        return ("", rate(figures.findings_verified, figures.findings), "")
    return ("", f"{getattr(figures, key):,}", "")
