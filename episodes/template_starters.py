"""PURE. The starter templates by id. In: nothing. Out: `STARTERS`, each a version 0 until a producer keeps it."""

from collections.abc import Mapping

from episodes.starters import equipment, jeweller, market, petrol, restaurant
from episodes.templates import Content, Template
from runtime.words import N_


def _starter(template_id: str, name: str, content: Content) -> Template:
    return Template(template_id=template_id, name=name, version=0, content=content)


STARTERS: Mapping[str, Template] = {
    each.template_id: each
    for each in (
        _starter("restaurant", N_("餐饮后厨"), restaurant.CONTENT),
        _starter("market", N_("农贸市场"), market.CONTENT),
        _starter("petrol", N_("加油站"), petrol.CONTENT),
        _starter("jeweller", N_("珠宝金店"), jeweller.CONTENT),
        _starter("equipment", N_("特种设备"), equipment.CONTENT),
    )
}
"""By id; the order is the page's."""
