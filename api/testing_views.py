"""Methods, limits, deadlines and instruments as pages show them. In: the store. Out: rows in one language."""

from typing import Any

from sqlalchemy import select

from api.desk import Desk
from episodes.limits import ANY
from runtime.words import N_
from store.house_tables import deadline_table, limit_table, method_table, newest
from store.tables.devices import DeviceUpload, TestDevice
from web.i18n import Texts

RULE_WORDS = {
    "order_to_correct": N_("责令改正"),
    "on_the_spot": N_("当场改正"),
    "follow_up": N_("回头看"),
    "retest": N_("快检后提出复检"),
    "retest_lab": N_("检验结论后提出复检"),
    "objection": N_("答复异议"),
    "masking": N_("答复遮挡请求"),
    "correction": N_("答复更正请求"),
    "referral": N_("移送回执"),
    "delisting": N_("下线回执"),
    "record_link": N_("经营者链接有效期"),
}
UNIT_WORDS = {"hours": N_("小时"), "days": N_("天"), "working_days": N_("工作日")}
COMBINE_WORDS = {"single": N_("读一次"), "mean": N_("取平均值"), "largest": N_("取绝对值最大的")}
_SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "within": "±"}
_MOST = 100


async def testing_view(desk: Desk, words: Texts) -> dict[str, Any]:
    """Everything `produce/testing.html` shows."""
    async with desk.store.read() as session:
        versions = {}
        for name in ("limits", "methods", "deadlines"):
            row = await newest(session, name)
            versions[name] = row.version if row else 0
        limits, methods = await limit_table(session), await method_table(session)
        deadlines = await deadline_table(session)
        devices = (await session.scalars(select(TestDevice).order_by(TestDevice.id))).all()
    called = {each.method_id: each.name for each in methods}
    return {
        "versions": versions,
        "limits": [
            {
                "method": words(called.get(row.method_id, row.method)),
                "item": "" if row.item == ANY else words(row.item),
                "food_category": "" if row.food_category == ANY else row.food_category,
                "limit": f"{_SIGNS[row.comparator]}{row.value}\N{NARROW NO-BREAK SPACE}{row.unit}",
                "basis": row.basis,
                "since": row.since.isoformat(),
                "until": row.until.isoformat() if row.until else "",
            }
            for row in sorted(limits, key=lambda row: (row.method_id, row.item, row.food_category, row.since))
        ],
        "methods": [
            {
                "name": words(row.name),
                "unit": row.unit,
                "readings": row.readings,
                "combine": words(COMBINE_WORDS[row.combine]),
                "apart": f"{row.apart}\N{NARROW NO-BREAK SPACE}{row.unit}" if row.apart is not None else "",
                "confuses": row.confuses,
                "guidance": row.guidance,
            }
            for row in methods
        ],
        "deadlines": [
            {
                "rule": words(RULE_WORDS[row.rule]),
                "food_category": "" if row.food_category == ANY else row.food_category,
                "length": f"{row.length} {words(UNIT_WORDS[row.unit])}",
                "basis": row.basis,
                "since": row.since.isoformat(),
                "until": row.until.isoformat() if row.until else "",
            }
            for row in deadlines
        ],
        "devices": [
            {
                "device_id": row.id,
                "name": row.name,
                "utc_ns": row.registered_utc_ns,
                "revoked": bool(row.revoked_utc_ns),
            }
            for row in devices
        ],
    }


async def waiting_readings(desk: Desk) -> list[dict[str, Any]]:
    """Readings nobody has taken over, newest first. Their values are opened for nobody."""
    async with desk.store.read() as session:
        query = select(DeviceUpload).where(DeviceUpload.state == "waiting")
        rows = (await session.scalars(query.order_by(DeviceUpload.arrived_utc_ns.desc()).limit(_MOST))).all()
    return [
        {
            "reading_id": row.id,
            "device_id": row.device_id,
            "sample_no": row.sample_no,
            "read_utc_ns": row.read_utc_ns,
        }
        for row in rows
    ]
