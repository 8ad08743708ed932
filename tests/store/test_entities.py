"""Businesses on both databases: put once, changed into history, found by any part, given to a draw."""

from episodes.entity import CreditGrade, Entity, HygieneGrade, RiskGrade
from store import Store, entities

FIRST = Entity(
    licence="91350100M000100Y43",
    name="江北市东江区老王川菜馆",
    place="东江区沿河路12号",
    grid="G1",
    category="餐饮",
    risk=RiskGrade.C,
)
SECOND = Entity(
    licence="JY14407040001234", name="重庆小面（银行街店）", place="西江区银行街3号", category="餐饮", risk=RiskGrade.A
)
THIRD = Entity(licence="110108000000016", name="KFC新会店", place="新会区大道1号", category="连锁")


async def put(store: Store, *rows: Entity, now: int = 1) -> entities.Put:
    async with store.work("test") as work:
        return await entities.put(work.session, [entities.ready(each) for each in rows], "i1", now)


async def found(store: Store, typed: str) -> list[str]:
    async with store.read() as session:
        return [row.name for row in await entities.search(session, typed)]


async def test_the_same_again_changes_nothing_and_a_change_becomes_history(store: Store) -> None:
    assert await put(store, FIRST, SECOND) == entities.Put(added=2)
    assert await put(store, FIRST, SECOND, THIRD, now=2) == entities.Put(added=1, same=2)
    graded = Entity(licence=FIRST.licence, name="老王菜馆", risk=RiskGrade.D, graded_on="2026-06-01")
    assert await put(store, graded, now=3) == entities.Put(changed=1)
    async with store.read() as session:
        row = await entities.by_licence(session, "9135 0100-m000100y43")
        assert row is not None
        assert (row.name, row.place, row.risk) == ("老王菜馆", FIRST.place, "D"), "an empty cell takes nothing away"
        told = {
            change.field: (change.before, change.after, change.since)
            for change in await entities.history(session, row.id)
        }
    assert told["risk"] == ("C", "D", "2026-06-01")
    assert told["name"] == (FIRST.name, "老王菜馆", "")
    assert await found(store, "川菜") == [], "the old name is no longer found"
    assert await found(store, "lwcg") == ["老王菜馆"]


FOUND = (
    ("老王", [FIRST.name]),
    ("川", [FIRST.name]),
    ("沿河路12", [FIRST.name]),
    ("lwccg", [FIRST.name]),
    ("wclc", []),
    ("LWC", [FIRST.name]),
    ("djq", [FIRST.name]),
    ("cqxm", [SECOND.name]),
    ("yhj", [SECOND.name]),
    ("kfc", [THIRD.name]),
    ("新会店", [THIRD.name]),
    ("9135", [FIRST.name]),
    ("jy144", [SECOND.name]),
    ("1101", [THIRD.name]),
    ("（银行街）", [SECOND.name]),
    ("王老", []),
    ("\"'%_*", []),
    ("", []),
)


async def test_it_is_found_by_any_part(store: Store) -> None:
    await put(store, FIRST, SECOND, THIRD)
    assert [(typed, await found(store, typed)) for typed, _ in FOUND] == list(FOUND)


async def test_a_pool_has_weights_by_risk_and_strata(store: Store) -> None:
    await put(store, FIRST, SECOND, THIRD)
    async with store.read() as session:
        assert await entities.pool(session) == (
            entities.InPool("1", "餐饮", 3), entities.InPool("2", "餐饮", 1), entities.InPool("3", "连锁", 1),
        )  # fmt: skip
        assert [
            each.entity_id for each in await entities.pool(session, categories=["餐饮"], weights={RiskGrade.C: 5})
        ] == ["1"]


def test_the_three_scales_never_meet() -> None:
    assert len({RiskGrade.A, CreditGrade.A, HygieneGrade.A}) == 3
    assert RiskGrade.A != CreditGrade.A != HygieneGrade.A
