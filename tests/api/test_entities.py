"""Files of businesses: every kind of bad row is told, nothing is written before somebody says so, a killed desk goes on."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from api.deeds import entities as deeds
from api.entities.files import MOST_LINE, EntityFile
from api.entities.reading import read_through
from episodes.entity import TROUBLES
from episodes.events import EntitiesImported
from episodes.licence import credit_code_check
from runtime.problems import UserProblem
from store import entities, entity_imports
from tests.api.stage import PRODUCER, Stage

HEADER = ["统一社会信用代码", "名称", "地址", "类别", "风险等级", "评定日期", "联系人"]


def licence(n: int) -> str:
    first = f"91440700MA{n:07d}"
    return first + credit_code_check(first)


def row(n: int, **more: str) -> list[str]:
    cells = {
        "licence": licence(n),
        "name": f"第{n}餐馆",
        "place": f"东江区{n}号",
        "category": "餐饮",
        "risk": "B",
        "on": "2020-01-01",
        "who": "x",
    }
    return list((cells | more).values())


def table(*rows: list[str]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([HEADER, *rows])
    return file.getvalue()


BAD = (
    (row(1, licence=""), "licence_missing"),
    (row(2, licence="123"), "licence_shape"),
    (row(3, licence=licence(3)[:-1] + ("0" if licence(3)[-1] != "0" else "1")), "licence_check"),
    (row(5, name=""), "name_missing"),
    (row(6, name="名" * 201), "too_long"),
    (row(7, name="甲\u202e乙"), "control"),
    (row(8, risk="E"), "risk"),
    (row(9, on="昨天"), "date_shape"),
    (row(10, on="2999-01-01"), "date_future"),
    (row(11)[:3], "columns"),
    (row(12, name="长" * MOST_LINE), "line_long"),
    (row(100), "licence_twice"),
)


async def bring(stage: Stage, content: bytes, import_id: str = "i1") -> entity_imports.EntityImport:
    stage.desk.entities.path(import_id).write_bytes(content)
    await deeds.add_file(stage.desk, PRODUCER, import_id=import_id, name="市场主体.csv")
    return await settled(stage, import_id)


async def settled(stage: Stage, import_id: str) -> entity_imports.EntityImport:
    async with asyncio.timeout(30):
        while True:
            async with stage.desk.store.read() as session:
                found = await entity_imports.get(session, import_id)
            if found and found.state not in {"checking", "applying"}:
                return found
            await asyncio.sleep(0.02)


async def test_a_file_is_checked_told_row_by_row_and_then_brought_in_once(stage: Stage) -> None:
    content = table(row(100), *(cells for cells, _ in BAD), row(101, name='老王,"小"馆\n二楼')).encode(
        "gb18030", "replace"
    )
    checked = await bring(stage, content)
    assert (checked.state, checked.rows_done, checked.added, checked.bad) == ("checked", 14, 2 - 1, len(BAD) + 1)
    assert checked.unknown == ["联系人"]
    async with stage.desk.store.read() as session:
        told = await entity_imports.troubles(session, "i1")
        assert await entities.counted(session) == 0, "a dry run writes no business"
    assert [each.code for each in told] == [*(code for _, code in BAD), "control"]
    assert [each.line for each in told] == list(range(3, 3 + len(BAD) + 1))
    assert {each.code for each in told} <= set(TROUBLES)
    assert told[len(BAD) - 1].value == "2", "it names the line that had it first"

    await deeds.apply_import(stage.desk, PRODUCER, import_id="i1")
    done = await settled(stage, "i1")
    assert (done.state, done.added, done.bad) == ("done", 1, len(BAD) + 1)
    assert not stage.desk.entities.path("i1").exists()
    (event,) = await stage.events(EntitiesImported)
    assert (event.rows, event.added, event.by) == (14, 1, "producer")

    again = await bring(stage, table(row(100), row(101, risk="D")).encode("utf-8-sig"), "i2")
    assert (again.same, again.added, again.changed) == (1, 1, 0)
    with pytest.raises(UserProblem, match="import_state"):
        await deeds.apply_import(stage.desk, PRODUCER, import_id="i1")
    await deeds.stop_import(stage.desk, PRODUCER, import_id="i2")
    assert (await settled(stage, "i2")).state == "stopped"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        ("甲,乙\n1,2\n".encode(), "file_columns"),
        (b"\xff\xff\xff\xff", "file_encoding"),
        ("名称".encode("utf-16"), "file_encoding"),
    ],
)
async def test_what_is_no_such_file_fails_in_words(stage: Stage, content: bytes, reason: str) -> None:
    failed = await bring(stage, content)
    assert (failed.state, failed.reason) == ("failed", reason)
    assert reason in deeds.REASONS
    assert not stage.desk.entities.path("i1").exists()


async def test_a_killed_import_goes_on_behind_its_last_chunk(stage: Stage, tmp_path: Path) -> None:
    """The pass is cut short after some chunks, as a kill would; the next one puts the rest, and counts it once."""
    path = stage.desk.entities.path("i1")
    path.write_text(table(*(row(n) for n in range(1, 1201))), "utf-8")
    desk = stage.desk
    async with desk.store.work("test") as work:
        await entity_imports.begin(
            work.session, "i1", name="x", sha256="", size_bytes=1, state="outside", by="u", made_utc_ns=1
        )

    async def some() -> None:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(
                read_through(desk.store, desk.clock, desk.files, path, "i1", actor="u", dry=False)
            )
            while True:
                async with desk.store.read() as session:
                    if await entities.counted(session):
                        break
                await asyncio.sleep(0)
            reading.cancel()

    await some()
    async with desk.store.read() as session:
        cut = await entity_imports.get(session, "i1")
        assert cut is not None
        assert 0 < cut.added == await entities.counted(session) < 1200
    tally = await read_through(desk.store, desk.clock, desk.files, path, "i1", actor="u", dry=False)
    assert (tally.rows, tally.added, tally.same) == (1200, 1200, 0)


def test_json_as_an_array_and_line_by_line(tmp_path: Path) -> None:
    objects = [{"licence": licence(n), "名称": f"{n}", "risk": None, "zip": 1} for n in range(3)]
    array, lines, broken = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    array.write_text(json.dumps(objects, indent=1), "utf-8")
    lines.write_text("\n".join(json.dumps(each) for each in objects) + '\n{"name": \n{"name": [1]}\n7\n', "utf-8")
    broken.write_text('[{"licence": "1", "name": "x"},\n{"licence": ', "utf-8")
    wanted = [{"licence": licence(n), "name": f"{n}"} for n in range(3)]
    assert [row.fields for row in EntityFile(array).rows()] == wanted
    assert [row.line for row in EntityFile(array).rows()] == [2, 8, 14]
    told = list(EntityFile(lines).rows())
    assert [row.fields for row in told[:3]] == wanted
    assert [(row.line, row.trouble.code) for row in told[3:] if row.trouble] == [
        (4, "json"),
        (5, "json_value"),
        (6, "json"),
    ]
    assert [(row.line, row.trouble and row.trouble.code) for row in EntityFile(broken).rows()] == [
        (1, None),
        (2, "json"),
    ]


def test_a_quote_that_is_never_closed_is_told_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text('licence,name\n1,"x\n' + "2,y\n" * 50_000, "utf-8")
    first = next(iter(EntityFile(path).rows()))
    assert first.trouble
    assert (first.line, first.trouble.code) == (2, "quote")
