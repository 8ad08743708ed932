"""Platforms that misbehave, in a process of their own. In: `Peers` in the test. Out: sockets that do as they are told.

A peer stands before a real RTMP server and passes bytes on, noting when they came (`pass`), at a tenth of the speed
(`slow`), not at all (`hang`, with small buffers of its own, so that a hang is one within a second), or resets
(`reset`). A peer without a server behind it refuses to publish in a platform's words (`says`).
"""

import asyncio
import contextlib
import json
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
_BUFFER_BYTES = 16 * 1024


@dataclass
class Door:
    """One listening socket."""

    port: int
    behind: int
    says: str
    mode: str = "pass"
    bytes_per_s: float = 0.0
    log: list[tuple[float, int]] = field(default_factory=list)
    lines: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            if self.mode == "reset":
                self.reset()
            elif self.says:
                await refuse(reader, writer, self.says)
            else:
                await self.hang()
                back_reader, back = await asyncio.open_connection("127.0.0.1", self.behind)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self.copy(reader, back))
                    tasks.create_task(self.back(back_reader, writer))
        self.lines.discard(writer)
        writer.close()

    async def hang(self) -> None:
        while self.mode == "hang":
            await asyncio.sleep(0.05)

    async def copy(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                await self.hang()
                data = await reader.read(_BUFFER_BYTES if self.mode != "slow" else 2048)
                if not data:
                    break
                self.log.append((time.monotonic(), len(data)))
                back.write(data)
                await back.drain()
                if self.mode == "slow":
                    await asyncio.sleep(len(data) / self.bytes_per_s)
        back.close()

    async def back(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await back.read(_BUFFER_BYTES):
                writer.write(data)
                await writer.drain()
        writer.close()

    def reset(self) -> None:
        for writer in self.lines:
            sock = writer.get_extra_info("socket")
            if sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, says: str) -> None:
    """Shake hands, accept the connection, refuse to publish: what a real platform does with a wrong key."""
    greeting = await reader.readexactly(1537)
    writer.write(b"\x03" + bytes(1536) + greeting[1:])
    await reader.readexactly(1536)
    heard = b""
    answered: set[bytes] = set()
    while data := await reader.read(4096):
        heard += data
        if b"connect" in heard and b"connect" not in answered:
            answered.add(b"connect")
            writer.write(_message(_text("_result"), _number(1), _object(fmsVer="x/1"), _object(level="status")))
        at = heard.find(b"createStream")
        if at >= 0 and b"create" not in answered and len(heard) >= at + 21:
            answered.add(b"create")
            writer.write(_message(_text("_result"), heard[at + 12 : at + 21], b"\x05", _number(1)))
        if b"publish" in heard and b"publish" not in answered:
            answered.add(b"publish")
            told = _object(level="error", code="NetStream.Publish.Denied", description=says)
            writer.write(_message(_text("onStatus"), _number(0), b"\x05", told, stream=1))
        await writer.drain()


def _text(text: str) -> bytes:
    return b"\x02" + struct.pack("!H", len(text.encode())) + text.encode()


def _number(value: float) -> bytes:
    return b"\x00" + struct.pack("!d", value)


def _object(**fields: str) -> bytes:
    inner = b"".join(struct.pack("!H", len(name)) + name.encode() + _text(value) for name, value in fields.items())
    return b"\x03" + inner + b"\x00\x00\x09"


def _message(*parts: bytes, stream: int = 0) -> bytes:
    body = b"".join(parts)
    head = b"\x03" + bytes(3) + struct.pack("!I", len(body))[1:] + b"\x14" + struct.pack("<I", stream)
    return head + b"\xc3".join(body[at : at + 128] for at in range(0, len(body), 128))


async def main() -> None:
    """Doors as standard input asks for them, one JSON line each; an answer for each line."""
    doors: dict[int, Door] = {}
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        told: dict[str, Any] = json.loads(line)
        answer: object = {}
        if told["do"] == "open":
            listening = socket.socket()
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            door = doors[port] = Door(port, told["behind"], told["says"])
            await asyncio.start_server(door.serve, sock=listening, limit=_BUFFER_BYTES)
            answer = port
        elif told["do"] == "mode":
            door = doors[told["port"]]
            door.mode, door.bytes_per_s = told["mode"], told["bytes_per_s"]
            if door.mode == "reset":
                door.reset()
        else:
            answer = doors[told["port"]].log
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


class Peer:
    """One of them, from the test's side."""

    def __init__(self, peers: "Peers", port: int) -> None:
        self._peers = peers
        self.port = port

    def url(self, key: str = "show") -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def be(self, mode: str, bytes_per_s: float = 0.0) -> None:
        self._peers.ask(do="mode", port=self.port, mode=mode, bytes_per_s=bytes_per_s)

    def arrived(self) -> list[tuple[float, int]]:
        """Moments (monotonic seconds) and bytes."""
        return [(at, count) for at, count in self._peers.ask(do="log", port=self.port)]


class Peers:
    """The process: `with Peers() as peers: peers.before(server.port)`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, **told: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def before(self, port: int) -> Peer:
        """A peer that passes on to the server at `port`."""
        return Peer(self, self.ask(do="open", behind=port, says=""))

    def refusing(self, says: str) -> Peer:
        """A platform that refuses to publish, and says so."""
        return Peer(self, self.ask(do="open", behind=0, says=says))


if __name__ == "__main__":
    asyncio.run(main())
