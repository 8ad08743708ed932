"""The checklist a phone works by. In: an episode's own, from its template. Out: the same for phones, or a starter.

The starter stands in for an episode that was planned without a template. Sources of its items: the Food Safety Law
(2021), articles 33, 34, 45, 53 and 54, and the Metrology Law, article 9. `faults` are the sentences a finding may say.
"""

import msgspec

from episodes import templates
from episodes.templates import Weight


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item; `item_id` stays the same through the versions of a template."""

    item_id: str
    words: str
    weight: Weight = "general"
    basis: str = ""
    faults: tuple[str, ...] = ()


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a checklist; `template` names it with its version."""

    template: str
    items: tuple[Item, ...]


def shown(kept: templates.Checklist) -> Checklist:
    """The episode's checklist; the starter when it has none."""
    if not kept.items:
        return STARTER
    version = f"{kept.template_version}.{kept.version}" if kept.version else f"{kept.template_version}"
    items = tuple(
        Item(
            item_id=each.item_id,
            words=each.words,
            weight=each.weight,
            basis=each.basis,
            faults=each.faults,
        )
        for each in kept.items
    )
    return Checklist(template=f"{kept.name}-{version}"[:80], items=items)


STARTER = Checklist(
    template="餐饮通用-1",
    items=(
        Item(
            item_id="licence",
            words="证照齐全有效，公示在明显位置",
            weight="key",
            basis="食品安全法第三十五条",
            faults=("食品经营许可证过期", "证照没有公示"),
        ),
        Item(
            item_id="purchase",
            words="进货查验记录齐全，票证对得上",
            weight="key",
            basis="食品安全法第五十三条",
            faults=("没有进货查验记录", "票证与货物不符", "供货者资质过期"),
        ),
        Item(
            item_id="expired",
            words="没有超过保质期的食品和原料",
            weight="key",
            basis="食品安全法第三十四条、第五十四条",
            faults=("有超过保质期的食品", "有超过保质期的原料"),
        ),
        Item(
            item_id="storage",
            words="生熟分开，冷藏冷冻温度符合要求",
            weight="key",
            basis="食品安全法第三十三条",
            faults=("生熟混放", "冷藏温度超过要求", "食品直接落地存放"),
        ),
        Item(
            item_id="health",
            words="从业人员健康证有效",
            basis="食品安全法第四十五条",
            faults=("健康证过期", "接触直接入口食品的人员没有健康证"),
        ),
        Item(
            item_id="scale",
            words="计量器具在检定有效期内",
            basis="计量法第九条",
            faults=("电子秤超过检定有效期", "电子秤没有有效的检定标志"),
        ),
        Item(
            item_id="clean",
            words="场所清洁，防虫防鼠设施完好",
            basis="食品安全法第三十三条",
            faults=("操作台面不清洁", "防鼠设施破损"),
        ),
        Item(
            item_id="disinfect",
            words="餐饮具清洗消毒有记录",
            basis="食品安全法第三十三条",
            faults=("没有消毒记录", "消毒后的餐具没有保洁存放"),
        ),
    ),
)
