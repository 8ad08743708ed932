"""`python -m demo`: the demo show around a running desk.

In: `--config`, `--base-url`, optionally `--speed`, `--delay`, `--once`. Out: the show, in a loop, until interrupted;
first the accounts and what to try, on standard output.
"""

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

import httpx

from demo.cast import Account, administrator, engage
from demo.equipment import Equipment
from demo.stage import OPERATOR_LINK, Stage
from runtime import log
from runtime.settings import Settings, load

_READY_S = 60
DELAY_S = 10.0
"""Short, so that a newcomer sees cause and effect; a real show keeps what config.toml says."""


async def ready(base_url: str, within_s: float = _READY_S) -> None:
    """Wait until the desk answers. Raises TimeoutError."""
    async with asyncio.timeout(within_s), httpx.AsyncClient(trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get(f"{base_url}/readyz")).is_success:
                    return
            await asyncio.sleep(0.2)


def _welcome(base_url: str, cast: dict[str, Account], link: Path) -> str:
    rows = "\n".join(f"  {each.name:10} {each.password:14} {each.shown}" for each in cast.values())
    passphrase = cast["tips"].passphrase
    return f"""
Daylight is on air / 开门见光，正在播出

  {base_url}/          viewers 观众
  {base_url}/studio    director 导播 (director)
  {base_url}/moderate  moderator 审核 (moderator)
  {base_url}/produce   producer 制片 (producer)
  {base_url}/tip       tips 举报; answers at {base_url}/desk/tips (tips)
  {base_url}/records   served records 检查记录 (legal); checks 回头看 at {base_url}/follow-ups (officer, officer2)
  The inspected operator's link 经营者的链接, once the record is served: {link}

Accounts 账号: name, password, person
{rows}
  The tip desk's key opens with 收件箱口令: {passphrase}

Try 试试: watch {base_url}/ in one window and {base_url}/studio in another; cut cameras with 1 and 2, slate with S,
the next step of the run of show with N;
ask a question as a viewer, approve it at /moderate, send it to the picture; withdraw a result and watch
the page follow.
Ctrl-C ends the show.
"""


async def show(settings: Settings, chosen: argparse.Namespace) -> None:
    """Set up once, then play episode after episode."""
    folder = Path(settings.server.var) / "demo"
    await ready(chosen.base_url)
    kept = folder / "accounts.json"
    cast = await engage(chosen.base_url, administrator(chosen.config, kept), kept)
    equipment = Equipment(folder)
    stage = Stage(chosen.base_url, cast, equipment, folder, chosen.clips)
    try:
        push = tuple(chosen.push) or await equipment.platforms(settings.demo.receiver_ports)
        await stage.open()
        print(_welcome(chosen.base_url, cast, folder / OPERATOR_LINK), flush=True)  # noqa: T201 - this is what the command says
        while True:
            await stage.play(push, speed=chosen.speed or settings.demo.speed, delay_s=chosen.delay)
            if chosen.once or not settings.demo.loop:
                return
            await asyncio.sleep(chosen.delay + 5)
    finally:
        await stage.close()
        await equipment.stop()


async def _until_interrupted(settings: Settings, chosen: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    me = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: me.cancel() if me else None)
    with contextlib.suppress(asyncio.CancelledError):
        await show(settings, chosen)


def main() -> None:
    """Parse, set up, play."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.toml"))
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    parser.add_argument("--speed", type=float, default=0.0, help="times real time; 0 takes the configured speed")
    parser.add_argument("--delay", type=float, default=DELAY_S, help="broadcast delay in seconds")
    parser.add_argument("--push", action="append", default=[], help="push here instead of to platforms of its own")
    parser.add_argument("--clips", type=Path, help="where the phones' clips are kept")
    parser.add_argument("--once", action="store_true", help="one episode, then end")
    chosen = parser.parse_args()
    settings = load(chosen.config)
    log.setup(settings, "demo")
    asyncio.run(_until_interrupted(settings, chosen))


if __name__ == "__main__":
    main()
