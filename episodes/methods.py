"""PURE. Methods of rapid testing and their repeats. In: a method's row, readings. Out: one value, or none.

Source: domain rules 2 and 3 ("reading → repeats (count by method) → reviewed"). How many readings a method takes, how
far they may lie apart and how they become one value is data of the method, like its guidance and what confuses it.
Readings further apart than allowed are no result: that is recorded, and all of them are read again.
A mean is rounded half to even to one place more than its readings have (GB/T 8170); what is shown is what is judged.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import msgspec

from episodes.events import Family
from runtime.problems import UserProblem

Combine = Literal["single", "mean", "largest"]
MOST_READINGS = 10


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One method. `apart` is the largest spread its readings may have, in `unit`; `guidance` is its sheet (指导单)."""

    method_id: str
    name: str
    family: Family
    quantity: str
    unit: str
    minutes: float = 0.0
    readings: int = 1
    combine: Combine = "single"
    apart: Decimal | None = None
    confuses: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()


SEED: tuple[Method, ...] = (
    Method(
        method_id="enzyme_inhibition",
        name="酶抑制率法",
        family="screening",
        quantity="酶抑制率",
        unit="%",
        minutes=15,
        confuses=("韭菜", "茭白", "葱", "蒜", "萝卜", "香菇", "番茄"),
        guidance=(
            "取可食部分，擦去泥土，不洗，剪成1厘米见方。",
            "同时做空白对照，对照不合要求的整批重做。",
            "抑制率达到限值的，取同一样品重测一次，再依法抽样送检。",
            "易干扰的品种整株浸提，或改用别的方法。",
        ),
    ),
    Method(
        method_id="polar_compounds",
        name="极性组分检测仪法",
        family="measurement",
        quantity="极性组分",
        unit="%",
        minutes=2,
        guidance=("油温在仪器允许的范围内再测。", "探头浸入油中轻轻搅动，读数稳定后再读。", "测完擦净探头。"),
    ),
    Method(
        method_id="acid_value",
        name="酸价试纸法",
        family="measurement",
        quantity="酸价",
        unit="mg/g",
        minutes=3,
        guidance=("油样放到室温再测。", "按试纸说明的时间比色，超时的读数作废。"),
    ),
    Method(
        method_id="fuel_dispenser",
        name="标准金属量器法",
        family="measurement",
        quantity="示值误差",
        unit="%",
        minutes=10,
        readings=3,
        combine="mean",
        apart=Decimal("0.10"),
        guidance=("量器先用同种油润湿，排空。", "同一流量测三次，取平均值。", "记下油温，按量器证书修正。"),
    ),
    Method(
        method_id="precious_metal_xrf",
        name="X射线荧光法",
        family="measurement",
        quantity="含量",
        unit="‰",
        minutes=3,
        readings=3,
        combine="mean",
        apart=Decimal(5),
        guidance=("避开焊点和镀层，测三个不同的部位。", "三次读数取平均值。", "表面有镀层的，改用别的方法。"),
    ),
)
"""The seed†, to be replaced by a bureau's own table."""


def method_of(table: Sequence[Method], method_id: str) -> Method:
    """Raises UserProblem `no_method`."""
    for each in table:
        if each.method_id == method_id:
            return each
    raise UserProblem("no_method", "方法表里没有这个方法，请换一个，或请制片补充方法表。", 422)


def combined(readings: Sequence[str], count: int, combine: str, apart: str) -> str | None:
    """One value of checked readings; None when they lie further apart than the method allows. Raises UserProblem."""
    if len(readings) != count:
        raise UserProblem("readings_count", "这个方法要读%(count)s次，请把%(count)s个读数都录入。", 422, count=count)
    if count == 1:
        return readings[0]
    values = [Decimal(each) for each in readings]
    if apart and max(values) - min(values) > Decimal(apart):
        return None
    if combine == "largest":
        return max(readings, key=lambda each: abs(Decimal(each)))
    return _plain(_mean(values))


def _mean(values: Sequence[Decimal]) -> Decimal:
    places = max(_places(each) for each in values)
    step = Decimal(1).scaleb(-(places + 1))
    return (sum(values, Decimal(0)) / len(values)).quantize(step, ROUND_HALF_EVEN)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _plain(value: Decimal) -> str:
    """Without trailing noughts and never in powers of ten."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
