"""Figures as the public reads them. In: counts. Out: text in the words of the report they come from.

Source: domain rule 6. A rate is verified ÷ found, floored to one decimal: 363/364 is 99.7 %, never 100 %; 0/0 is "—".
A reported approximation keeps its 超过. Views are cumulative 人次, not people.
"""

import msgspec

from episodes.events import PastFiguresSet

NONE = "—"
_TEN_THOUSAND = 10_000


def rate(verified: int, found: int) -> str:
    """`verified` of `found` in per cent, floored. Raises ValueError for counts that cannot be."""
    if verified < 0 or found < 0 or verified > found:
        raise ValueError(f"{verified} of {found}")
    if found == 0:
        return NONE
    tenths = verified * 1000 // found
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


def views(at_least: int) -> str:
    """`24270000` → `超过2427万人次`; floored to whole 万 from ten thousand on, exact below."""
    if at_least >= _TEN_THOUSAND:
        return f"超过{at_least // _TEN_THOUSAND}万人次"
    return f"{at_least}人次"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over everything reported before, plus what this record holds."""

    episodes: int = 0
    views_at_least: int = 0
    entities_inspected: int = 0
    findings: int = 0
    findings_verified: int = 0
    cases_filed: int = 0
    business_suspensions: int = 0
    platform_delisting_orders: int = 0
    hygiene_grade_downgrades: int = 0
    demo: bool = False
    as_of: str = ""


def with_past(now: Figures, past: PastFiguresSet) -> Figures:
    """The sum of what was reported before and what is counted here; one demo figure marks the whole as demo."""
    return Figures(
        episodes=now.episodes + past.episodes,
        views_at_least=now.views_at_least + past.views_at_least,
        entities_inspected=now.entities_inspected + past.entities_inspected,
        findings=now.findings + past.findings,
        findings_verified=now.findings_verified + past.findings_verified,
        cases_filed=now.cases_filed + past.cases_filed,
        business_suspensions=now.business_suspensions + past.business_suspensions,
        platform_delisting_orders=now.platform_delisting_orders + past.platform_delisting_orders,
        hygiene_grade_downgrades=now.hygiene_grade_downgrades + past.hygiene_grade_downgrades,
        demo=now.demo or past.demo,
        as_of=past.as_of,
    )


def shown_as(figures: Figures) -> dict[str, str]:
    """Each figure with its measure word; outcomes stand on separate axes and are never summed (domain rule 5)."""
    return {
        "episodes": f"{figures.episodes}期",
        "views": views(figures.views_at_least),
        "entities_inspected": f"{figures.entities_inspected}家",
        "findings": f"{figures.findings}个",
        "rectification_rate": rate(figures.findings_verified, figures.findings),
        "cases_filed": f"{figures.cases_filed}宗",
        "business_suspensions": f"{figures.business_suspensions}家",
        "platform_delisting_orders": f"{figures.platform_delisting_orders}家",
        "hygiene_grade_downgrades": f"{figures.hygiene_grade_downgrades}家",
    }
