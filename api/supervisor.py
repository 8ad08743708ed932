"""`daylight serve`: three children, each begun again alone, and no other duty. In: settings. Out: an exit code.

Playout is stopped last, so that what is recorded gets its end. Children die with this process whatever kills it.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path

from api.keeper import Keeper, Room, stop_in_order
from api.preflight import check_ports, free_port, only_one
from runtime import log
from runtime.children import name_process, python, wait_by_pidfd
from runtime.places import Places
from runtime.settings.model import Settings
from runtime.supervise import Background

_log = log.get("supervisor")
_ASK_S = 0.1
_SLOW_S = 20.0


def serve(settings: Settings, config: Path, *, demo: bool = False) -> int:
    """Run until a signal, or until a child says that it cannot start. Raises CannotStart before anything runs."""
    places = Places(settings.server.var)
    places.prepare()
    with only_one(places):
        check_ports(settings)
        port = settings.server.port or free_port(settings.server.host)
        log.setup(settings, "supervisor")
        name_process("daylight")
        wait_by_pidfd()
        return asyncio.run(_run(settings, config, port, demo=demo))


async def _run(settings: Settings, config: Path, port: int, *, demo: bool) -> int:
    return await _House(settings, config, port, demo=demo).run()


class _House:
    """The children and their common end."""

    def __init__(self, settings: Settings, config: Path, port: int, *, demo: bool) -> None:
        self._settings = settings
        self._url = f"http://{_reachable(settings.server.host)}:{port}"
        self._over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._port = port
        self._config = str(config)
        self._demo = demo

    async def run(self) -> int:
        env = {"DAYLIGHT__SERVER__PORT": str(self._port)}
        if self._demo:
            # The demo's platforms are on this machine.
            env["DAYLIGHT__PLAYOUT__ALLOW_INTERNAL_OUTPUTS"] = "true"
        desk, studio, playout = (Keeper(room, self._over, env) for room in self._rooms())
        demo = Keeper(self._demo_room(), self._over, env)
        everybody = (desk, studio, playout, demo)
        self._hear_signals(everybody)
        async with Background() as tasks:
            for keeper in (desk, studio, playout):
                tasks.start(f"keep {keeper.room.name}", keeper.run())
            tasks.start("announce", self._announce((desk, studio, playout), tasks, demo))
            code = await self._over
            _log.info("stopping")
            await stop_in_order(((demo,), (desk, studio), (playout,)))
        _log.info("stopped")
        return code

    def _rooms(self) -> tuple[Room, Room, Room]:
        args = ("--config", self._config)
        return (
            Room("desk", python("api.desk_main", *args), grace_s=10.0, patience_s=20.0),
            Room("studio", python("broadcaster.studio", *args), grace_s=10.0, patience_s=12.0),
            Room("playout", python("broadcaster.playout", *args), grace_s=15.0, patience_s=12.0),
        )

    def _demo_room(self) -> Room:
        return Room(
            "demo",
            python("demo", "--config", self._config, "--base-url", self._url),
            ends_all=True,
            reports_ready=False,
        )

    def _hear_signals(self, keepers: tuple[Keeper, ...]) -> None:
        """The first signal stops in order; a second one does not wait."""
        loop = asyncio.get_running_loop()

        def told() -> None:
            if self._over.done():
                for keeper in keepers:
                    keeper.kill()
            else:
                self._over.set_result(0)

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, told)

    async def _announce(self, keepers: tuple[Keeper, ...], tasks: Background, demo: Keeper) -> None:
        tasks.start("say what is slow", self._say_slow(keepers))
        for keeper in keepers:
            await keeper.ready.wait()
        # Asked, not told: the desk behind this address is another process.
        while not await _answers(self._url):  # noqa: ASYNC110
            await asyncio.sleep(_ASK_S)
        sys.stdout.write(f"Daylight is ready: {'  '.join(self._addresses())}\n")
        sys.stdout.flush()
        _tell_systemd("READY=1")
        if self._demo:
            tasks.start("keep demo", demo.run())

    async def _say_slow(self, keepers: tuple[Keeper, ...]) -> None:
        await asyncio.sleep(_SLOW_S)
        waiting = [keeper.room.name for keeper in keepers if not keeper.ready.is_set()]
        if waiting:
            _log.warning("still waiting", rooms=waiting, after_s=_SLOW_S)

    def _addresses(self) -> list[str]:
        server = self._settings.server
        found = [self._url]
        if server.https_port:
            found.append(f"https://{_reachable(server.https_host, lan=True)}:{server.https_port}")
        if server.public_url:
            found.append(server.public_url)
        return found


async def _answers(url: str) -> bool:
    """Does the desk call itself ready?"""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                writer.write(f"GET /readyz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    return False


def _reachable(host: str, *, lan: bool = False) -> str:
    """A host to put into an address: every-interface becomes this machine's own."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return f"[{host}]" if ":" in host else host
    return _lan_address() if lan else "127.0.0.1"


def _lan_address() -> str:
    """The address this machine has on its default route; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _tell_systemd(state: str) -> None:
    """Under systemd (Type=notify) say that we are ready; elsewhere nothing."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out, contextlib.suppress(OSError):
        out.connect("\0" + path[1:] if path.startswith("@") else path)
        out.send(state.encode())
