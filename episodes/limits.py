"""The dated table of limits. In: method, item, food category and day. Out: the row that counts.

Figures are data with a source and a date, never constants in a rule (domain, rule 3). For a *screening* the comparator
says when the sample is positive; for a *measurement* it says when the reading is within the limit.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from episodes.events import Comparator, Family, Verdict
from runtime.problems import UserProblem

ANY = "*"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `value` is in `unit`; `minutes` is the method's usual duration; `confuses` are known interferences."""

    method_id: str
    method: str
    family: Family
    quantity: str
    item: str = ANY
    food_category: str = ANY
    comparator: Comparator
    value: Decimal
    unit: str
    basis: str
    since: date
    until: date | None = None
    minutes: float = 0.0
    confuses: tuple[str, ...] = ()


SEED: tuple[Limit, ...] = (
    Limit(
        method_id="enzyme_inhibition",
        method="酶抑制率法",
        family="screening",
        quantity="酶抑制率",
        comparator=">=",
        value=Decimal(50),
        unit="%",
        basis="GB/T 5009.199",
        since=date(2004, 1, 1),
        minutes=15,
        confuses=("韭菜", "茭白", "葱", "蒜", "萝卜", "香菇", "番茄"),
    ),
    Limit(
        method_id="polar_compounds",
        method="极性组分检测仪法",
        family="measurement",
        quantity="极性组分",
        item="煎炸油",
        comparator="<=",
        value=Decimal(27),
        unit="%",
        basis="GB 2716",
        since=date(2019, 6, 21),
        minutes=2,
    ),
    Limit(
        method_id="acid_value",
        method="酸价试纸法",
        family="measurement",
        quantity="酸价",
        item="煎炸油",
        comparator="<=",
        value=Decimal(5),
        unit="mg/g",
        basis="GB 2716",
        since=date(2019, 6, 21),
        minutes=3,
    ),
    Limit(
        method_id="fuel_dispenser",
        method="标准金属量器法",
        family="measurement",
        quantity="示值误差",
        item="燃油",
        comparator="within",
        value=Decimal("0.3"),
        unit="%",
        basis="JJG 443",
        since=date(2016, 5, 27),
        minutes=10,
    ),
    *(
        Limit(
            method_id="precious_metal_xrf",
            method="X射线荧光法",
            family="measurement",
            quantity="含量",
            item=item,
            comparator=">=",
            value=Decimal(value),
            unit="‰",
            basis="GB 11887",
            since=date(2013, 5, 1),
            minutes=3,
        )
        for item, value in (("足金", 990), ("18K金", 750), ("银", 925))
    ),
)
"""The seed: limits as the domain page gives them, to be replaced by a bureau's own dated table."""


def limit_for(table: Iterable[Limit], method_id: str, item: str, food_category: str, day: date) -> Limit:
    """The most particular row in force on `day`. Raises UserProblem `no_limit` when none stands."""
    rows = [
        row
        for row in table
        if row.method_id == method_id
        and row.item in (item, ANY)
        and row.food_category in (food_category, ANY)
        and row.since <= day
        and (row.until is None or day < row.until)
    ]
    if not rows:
        raise UserProblem(
            "no_limit",
            "限值表里没有“%(item)s”在这个方法下的有效限值。请换方法，或请制片补充限值表。",
            422,
            item=item,
        )
    return max(rows, key=lambda row: (row.item != ANY, row.food_category != ANY, row.since))


def verdict_of(limit: Limit, value: Decimal) -> Verdict:
    """What a valid reading means. Exactly at the limit is positive for `>=` (enzyme inhibition), within for `<=`."""
    met = {
        ">=": value >= limit.value,
        ">": value > limit.value,
        "<=": value <= limit.value,
        "<": value < limit.value,
        "within": abs(value) <= limit.value,
    }[limit.comparator]
    if limit.family == "screening":
        return "positive" if met else "negative"
    return "within" if met else "over"
