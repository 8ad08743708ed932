"""The demo's draw: where the show goes second. In: people who hold half a secret each. Out: a sealed target.

Two people hold half a secret each, two witnesses type the dice, and nobody learns who was drawn before the door. The
stalls are invented; their names stand nowhere else, so a test can look for them everywhere.
"""

import asyncio
import csv
import datetime as dt
import io
import secrets
from collections.abc import Mapping

from demo.cast import Browser
from episodes.draw import lock_of

STALLS = 40
_AHEAD_S = 4
_THROWS = 20


def stall(number: int) -> dict[str, str]:
    """One of them."""
    licence = f"JBHXQWZKVT{number:02}"
    return {
        "id": licence,
        "name": f"金沙湾{number:02}号海鲜档",
        "place": "月牙水产区",
        "address": f"江北市月牙水巷{number:02}号",
        "licence": licence,
    }


def table() -> bytes:
    """The list of candidates as the producer uploads it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(stall(1)))
    writer.writeheader()
    writer.writerows(stall(number) for number in range(1, STALLS + 1))
    return text.getvalue().encode()


async def draw(people: Mapping[str, Browser], episode_id: str) -> None:
    """List, freeze, and lock both halves; throw the dice that were named; hand both halves in: a target is sealed."""
    producer, legal = people["producer"], people["legal"]
    pool = await producer.send("/api/v1/draw-pools", table(), "text/csv", name="海鲜档口")
    first, second = secrets.token_hex(32), secrets.token_hex(32)
    at = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=_AHEAD_S)
    dice = {"kind": "dice", "name": "演示：开播前连掷二十次骰子", "at": at.isoformat()}
    wish = {"lock": lock_of(first), "pool_id": pool["pool_id"], "cap_most": 100, "randomness": dice}
    made = await producer.post(f"/api/v1/episodes/{episode_id}/draws", wish)
    path = f"/api/v1/draws/{made['draw_id']}"
    await legal.post(f"{path}/join", {"lock": lock_of(second)})
    await asyncio.sleep(max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds() + 0.05))
    thrown = {"value": "".join(str(secrets.randbelow(6) + 1) for _ in range(_THROWS))}
    for witness in ("producer", "officer"):
        await people[witness].post(f"{path}/value", thrown)
    await producer.post(f"{path}/share", {"share": first})
    await legal.post(f"{path}/share", {"share": second})
