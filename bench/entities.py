"""`python -m bench.entities`: bring 700,000 businesses in beside live writes, then search them as somebody types.

A real store (SQLite by default, `--url` for PostgreSQL), the desk's own import, and a writer of a record every
20 ms meanwhile: its longest wait is what a live show would have felt. Searches are all prefixes of what a person types.
"""

import argparse
import asyncio
import csv
import itertools
import random
import tempfile
import time
from pathlib import Path

from api.entities.reading import read_through
from bench.report import Figure, report
from episodes.events import TimelinePosted
from episodes.licence import credit_code_check
from episodes.spelling import read_dictionary
from runtime.clock import SystemClock
from runtime.places import Places
from runtime.threads import named_executor
from store import Store, entities, entity_imports

DISTRICTS = ["东江", "西江", "南湖", "北塘", "新会", "开平", "鹤山", "恩平", "台山", "蓬江", "江海"]
ROADS = [
    "沿河",
    "建设",
    "迎宾",
    "胜利",
    "港口",
    "天沙河",
    "白石",
    "跃进",
    "农林",
    "双龙",
    "发展",
    "金瓯",
    "星河",
    "丰乐",
    "育德",
]
FIRST = [
    "老王",
    "阿强",
    "陈记",
    "福满楼",
    "好又多",
    "新世纪",
    "金海湾",
    "悦来",
    "同心",
    "顺德",
    "重庆",
    "湘味",
    "川香",
    "潮汕",
    "客家",
    "东北",
    "兰州",
    "沙县",
    "喜洋洋",
    "百佳",
]
SECOND = [
    "鸿运",
    "如意",
    "吉祥",
    "兴隆",
    "家园",
    "春天",
    "阳光",
    "绿叶",
    "大众",
    "万家",
    "小康",
    "平安",
    "富贵",
    "聚贤",
    "天天",
    "美味",
    "鲜得来",
    "一品",
    "百味",
    "四季",
]
TRADES = [
    "餐厅",
    "小吃店",
    "面馆",
    "超市",
    "便利店",
    "药房",
    "五金店",
    "理发店",
    "水果店",
    "烘焙坊",
    "茶餐厅",
    "海鲜酒家",
    "加油站",
    "金店",
    "汽修厂",
    "肉菜档",
]
QUERIES = [
    "老王鸿运餐厅",
    "lwhyct",
    "江北市新会区",
    "陈记如意",
    "天沙河路1",
    "914407",
    "91440700MA00",
    "福满楼",
    "cqxlmg",
    "药房",
    "东江区建设路88",
    "潮汕美味海鲜",
    "xhhg",
]


def register(path: Path, rows: int) -> None:
    chance = random.Random(19)  # noqa: S311 - the same register at every run
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["统一社会信用代码", "名称", "地址", "类别", "风险等级", "信用等级", "网格"])
        for n in range(rows):
            first = f"91440700MA{n:07d}"
            district, trade = chance.choice(DISTRICTS), chance.choice(TRADES)
            name = f"江北市{district}区{chance.choice(FIRST)}{chance.choice(SECOND)}{trade}"
            place = f"江北市{district}区{chance.choice(ROADS)}路{chance.randrange(1, 999)}号"
            writer.writerow(
                [first + credit_code_check(first), name, place, trade, chance.choice("ABCD"), "A", f"G{n % 300}"]
            )


async def live_writes(store: Store, stop: asyncio.Event, waits: list[float]) -> None:
    for n in itertools.count():
        if stop.is_set():
            return
        began = time.monotonic()
        async with store.work("live") as work:
            work.record(TimelinePosted(episode_id="e", entry_id=str(n), text="出示证件", by="u"))
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.02)


async def bring(store: Store, path: Path, import_id: str) -> tuple[float, list[float]]:
    waits: list[float] = []
    stop = asyncio.Event()
    async with store.work("bench") as work:
        await entity_imports.begin(
            work.session,
            import_id,
            name="x",
            sha256="",
            size_bytes=path.stat().st_size,
            state="outside",
            by="",
            made_utc_ns=1,
        )
    async with named_executor("bench") as thread, asyncio.TaskGroup() as tasks:
        tasks.create_task(live_writes(store, stop, waits))
        began = time.monotonic()
        tally = await read_through(store, SystemClock(), thread, path, import_id, actor="bench", dry=False)
        took = time.monotonic() - began
        stop.set()
    async with store.work("bench") as work:
        await entities.refresh_statistics(work.session)
    print(f"  {tally}", flush=True)
    return took, waits


async def searches(store: Store, repeat: int) -> list[float]:
    took = []
    for query in QUERIES * repeat:
        for end in range(1, len(query) + 1):
            began = time.monotonic()
            async with store.read() as session:
                await entities.search(session, query[:end])
            took.append(time.monotonic() - began)
    return took


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=700_000)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    read_dictionary()  # as the desk does before it serves
    with tempfile.TemporaryDirectory(prefix="daylight-bench-entities-") as folder:
        places = Places(Path(folder) / "var")
        places.prepare()
        path = Path(folder) / "register.csv"
        register(path, given.rows)
        async with Store.open(given.url, places) as store:
            took_s, waits = await bring(store, path, "first")
            found = await searches(store, 3)
            async with store.read() as session:
                began = time.monotonic()
                pool = await entities.pool(session)
                pool_s = time.monotonic() - began
            again_s = None
            if given.rows <= 100_000:
                again_s, _ = await bring(store, path, "again")
        kind = "PostgreSQL" if given.url else "SQLite"
        longest_ms = max(waits) * 1000
        limit_ms = "the limit of 100 ms"
        figures = [
            Figure(name=f"import of {given.rows} ({kind})", value=took_s, unit="s"),
            Figure(
                name="100,000 at that pace", value=took_s / given.rows * 1e5, unit="s", peer="the limit of 60 s",
                ratio=took_s / given.rows * 1e5 / 60,
            ),
            Figure(name="live write, longest wait", value=longest_ms, unit="ms", peer=limit_ms, ratio=longest_ms / 1e2),
            Figure(name="live write, p99", value=share(waits, 0.99), unit="ms"),
            Figure(name="search as you type, p95", value=share(found, 0.95), unit="ms"),
            Figure(name="search as you type, longest", value=share(found, 1), unit="ms"),
            Figure(name=f"pool of {len(pool)} for a draw", value=pool_s, unit="s"),
        ]  # fmt: skip
        if again_s is not None:
            figures.append(Figure(name="the same file again", value=again_s, unit="s"))
        report("entities", figures)


if __name__ == "__main__":
    asyncio.run(main())
