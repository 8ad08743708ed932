"""The demo's machines. In: ports, scenes and tokens. Out: running phones and platforms, ended together."""

from pathlib import Path

import msgspec

from demo.phone import Errand
from demo.receiver import Received
from runtime.children import Child, python


class Equipment:
    """Phones and platforms as child processes; `stop` ends every one that was started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []

    async def platforms(self, ports: tuple[int, ...]) -> tuple[str, ...]:
        """Start an RTMP server a port; answers their push addresses."""
        for port in ports:
            state = str(self._state(port))
            argv = python("demo.receiver", "--port", str(port), "--state", state)
            self._children.append(await Child.start(f"platform-{port}", argv))
        return tuple(f"rtmp://127.0.0.1:{port}/live/demo-{port}" for port in ports)

    async def phone(self, errand: Errand) -> None:
        """Start a phone; its token goes by standard input."""
        child = await Child.start(f"phone-{errand.scene}", python("demo.phone"), stdin="pipe")
        self._children.append(child)
        child.stdin.write(msgspec.json.encode(errand) + b"\n")
        await child.stdin.drain()

    def received(self, port: int) -> Received:
        """What the platform at `port` last said of itself."""
        state = self._state(port)
        return msgspec.json.decode(state.read_bytes(), type=Received) if state.exists() else Received(port=port)

    async def stop(self) -> None:
        for child in reversed(self._children):
            await child.stop(grace_s=2)
        self._children.clear()

    def _state(self, port: int) -> Path:
        return self._folder / f"platform-{port}.json"
