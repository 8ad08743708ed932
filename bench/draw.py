"""`python -m bench.draw`: a draw from 100,000 businesses, and the same draw run again by others. Median of some runs.

The draw is what the desk does when the second half is in: open the sealed list, seal every ticket anew, work out each,
and choose. Weights are as risk grades give them (1–4 tickets, 250,000 in all). The shell check is the three lines of
docs/protocol/draw.md on the same pool; it must end with the same tickets.
"""

import argparse
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.report import Figure, report
from episodes import draw, draw_pool, draw_proof
from episodes.draw import Candidate
from store import SecretsBox
from store.draws import opened, sealed_parts

R = TypeVar("R")
TARGET_S = 2.0
KEY, FIRST, SECOND, VALUE = "a" * 64, "1" * 64, "2" * 64, "12345" * 5
ROOT = Path(__file__).resolve().parents[1]


def people(count: int) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            id=f"JY{n:08}", name=f"演示第{n}号小吃店", place=f"演示路{n}号", licence=f"JY{n:08}", weight=1 + n % 4
        )
        for n in range(count)
    )


def timed(runs: int, call: Callable[[], R]) -> tuple[float, R]:
    """Median seconds and the last answer."""
    took: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        answer = call()
        took.append(time.perf_counter() - began)
    return statistics.median(took), answer


def drawn(box: SecretsBox, parts: tuple[bytes, ...]) -> tuple[str, draw.Order, tuple[draw.Place, ...]]:
    copy = draw_proof.read_audit(opened(box, "bench", parts))
    owners = draw.owners_of(copy.key, copy.candidates)
    text = draw.pool_text([""], owners)
    seed = draw.seed_of(draw.pool_hash(text), VALUE, draw.secret_of(FIRST, SECOND))
    order = draw.order_of(text, seed, 1)
    return text, order, draw.places(order, 1, owners, count=3)


def by_shell(pool: str) -> list[str]:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "docs/protocol/draw.md").read_text("utf-8"), re.DOTALL)
    assert block
    with tempfile.TemporaryDirectory(prefix="daylight-bench-draw-") as folder:
        (Path(folder) / "pool.txt").write_text(pool, "utf-8")
        script = f"value={VALUE}; first={FIRST}; second={SECOND}\n{block[1]}"
        done = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=True)
    return [line.split()[0] for line in done.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    box, found = SecretsBox(bytes(32)), people(given.candidates)
    pool = draw_pool.frozen(found, (), purpose="targets", draws={"": 3})
    audit = draw_proof.Audit(draw_id="bench", key=KEY, candidates=pool.candidates, excluded=())
    sealing_s, parts = timed(given.runs, lambda: sealed_parts(box, "bench", draw_proof.bytes_of(audit)))
    took_s, (text, order, places) = timed(given.runs, lambda: drawn(box, parts))
    shell_s, tickets = timed(1, lambda: by_shell(text))
    assert tickets == [each.hash for each in order[:5]], "the shell agrees"
    assert places[0].ticket == tickets[0]
    peer = f"the limit of {TARGET_S:g} s"
    report(
        "draw",
        [
            Figure(name=f"draw from {given.candidates}", value=took_s, unit="s", peer=peer, ratio=took_s / TARGET_S),
            Figure(name="its tickets", value=len(order), unit="tickets"),
            Figure(name="sealing the list", value=sealing_s, unit="s"),
            Figure(name="three lines of shell, agreeing", value=shell_s, unit="s"),
        ],
    )


if __name__ == "__main__":
    main()
