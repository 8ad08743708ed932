"""The demo's register of businesses: three hundred that do not exist, and say so. In: nothing. Out: a CSV, in the desk.

They are brought in as a bureau brings its own file: checked first, then, on a person's word, put. Doing it again
changes nothing.
"""

import asyncio
import csv
import io
from itertools import product

from demo.cast import Browser
from episodes.licence import credit_code_check

_HEAD = ("统一社会信用代码", "名称", "地址", "类别", "网格", "风险等级", "信用等级", "量化等级", "评定日期")
_HOUSES = (
    "老街坊",
    "福满楼",
    "悦来",
    "阿洁",
    "江边",
    "好又鲜",
    "新春",
    "同心",
    "小满",
    "百味",
    "春江",
    "三江",
    "渔歌",
    "旺仔",
    "豆豆",
)
_TRADES = ("面馆", "茶餐厅", "海鲜酒家", "生鲜超市", "烘焙坊")
_AREAS = ("东江区", "西江区", "南湖区", "北塘区")
_ROADS = ("沿河路", "建设路", "迎宾路", "港口路", "白石路")
_WAIT_S = 60.0


def rows() -> list[tuple[str, ...]]:
    """All of them, the same at every run."""
    made: list[tuple[str, ...]] = []
    for number, (area, house, trade) in enumerate(product(_AREAS, _HOUSES, _TRADES), 1):
        first = f"9144070{'0'}MAD{number:06d}"[:17]
        place = f"江北市{area}{_ROADS[number % 5]}{number}号（演示数据）"
        grades = ("ABCD"[number * 7 % 4], "ABCD"[number * 3 % 4], "ABC"[number % 3])
        name = f"演示·{house}{trade}{area[:2]}店"
        made.append(
            (
                first + credit_code_check(first),
                name,
                place,
                trade,
                f"{area[:2]}-{number % 6 + 1}",
                *grades,
                "2026-05-31",
            )
        )
    return made


def table() -> bytes:
    """As the register's page takes it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    writer.writerows(rows())
    return text.getvalue().encode()


async def bring(producer: Browser) -> None:
    """Into the desk. Raises TimeoutError."""
    begun = await producer.send("/api/v1/entities/imports", table(), "text/csv", name="演示登记表.csv")
    path = f"/api/v1/entities/imports/{begun['import_id']}"
    await _until(producer, path, "checked")
    await producer.post(f"{path}/apply")
    await _until(producer, path, "done")


async def _until(producer: Browser, path: str, state: str) -> None:
    async with asyncio.timeout(_WAIT_S):
        while True:
            if (await producer.get(path))["state"] == state:
                return
            await asyncio.sleep(0.1)
