"""Businesses and their files as pages and the API show them. In: rows. Out: values, in the reader's words."""

from collections.abc import Sequence
from typing import Any

from api.deeds.entities import REASONS, Card
from episodes.entity import TROUBLES
from runtime.words import N_
from store.tables.entities import EntityImport, EntityImportTrouble, EntityRow
from web.i18n import Texts

FIELDS: dict[str, str] = {
    "": "",
    "licence": N_("证照号"),
    "name": N_("名称"),
    "place": N_("地址"),
    "grid": N_("网格"),
    "category": N_("类别"),
    "risk": N_("风险等级"),
    "credit": N_("信用等级"),
    "hygiene": N_("量化等级"),
    "graded_on": N_("评定日期"),
}
STATES: dict[str, str] = {
    "checking": N_("核对中"),
    "checked": N_("核对完了，还没有导入"),
    "applying": N_("导入中"),
    "done": N_("已导入"),
    "failed": N_("没能导入"),
    "stopped": N_("已停止"),
    "outside": N_("在命令行里导入"),
}


def row_view(row: EntityRow) -> dict[str, Any]:
    """A business in lists."""
    return {
        "entity_id": row.id,
        "licence": row.licence,
        "name": row.name,
        "place": row.place,
        "grid": row.grid,
        "category": row.category,
        "risk": row.risk,
        "credit": row.credit,
        "hygiene": row.hygiene,
        "graded_on": row.graded_on,
    }


def card_view(card: Card, words: Texts) -> dict[str, Any]:
    """A business on its own page."""
    return {
        **row_view(card.entity),
        "made_utc_ns": card.entity.made_utc_ns,
        "history": [
            {
                "utc_ns": each.utc_ns,
                "field": words(FIELDS[each.field]),
                "before": each.before,
                "after": each.after,
                "since": each.since,
            }
            for each in card.history
        ],
        "visits": card.visits,
    }


def import_view(row: EntityImport, troubles: Sequence[EntityImportTrouble], words: Texts) -> dict[str, Any]:
    """A file on its way; `share` is how much of it is behind us, 0 to 1."""
    working = row.state in {"checking", "applying"}
    return {
        "import_id": row.id,
        "name": row.name,
        "state": row.state,
        "says": words(REASONS[row.reason]) if row.reason in REASONS else words(STATES[row.state]),
        "share": min(1.0, row.read_bytes / row.size_bytes) if working and row.size_bytes else float(not working),
        "unknown": row.unknown,
        "rows": row.rows_done,
        "added": row.added,
        "changed": row.changed,
        "same": row.same,
        "bad": row.bad,
        "troubles": [
            {
                "line": each.line,
                "column": words(FIELDS[each.field]) if each.field else "",
                "code": each.code,
                "value": each.value,
                "says": words(TROUBLES[each.code], value=each.value),
            }
            for each in troubles
        ],
    }
