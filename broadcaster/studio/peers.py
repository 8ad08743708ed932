"""WebRTC sessions, whichever way they flow. In: peer connections. Out: one register with ids, ETags, ends and limits.

A session that does not connect within `CONNECT_S` ends; one whose peer vanishes ends by ICE consent in some three
seconds. Ending is idempotent and always closes the peer connection.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from aiortc import RTCConfiguration, RTCPeerConnection

from broadcaster.studio.ingest import sdp
from runtime.bus.protocol import Refused
from runtime.log import get
from runtime.supervise import Background

CONNECT_S = 20.0
_log = get("studio.peers")


def new_peer() -> RTCPeerConnection:
    """A peer connection that asks nobody on the Internet for anything."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


@dataclass(eq=False, slots=True)
class Session:
    """One WHIP or WHEP session."""

    peer: RTCPeerConnection
    ufrag: str
    about: str
    on_end: Callable[[], None]
    session_id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    etag: str = field(default_factory=lambda: f'"{secrets.token_hex(8)}"')
    ended: bool = False


class Sessions:
    """Every session now open; lives as long as its block."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._tasks = Background()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for session in tuple(self._open.values()):
            await self.end(session)
        await self._tasks.__aexit__(*exc)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, session: Session) -> None:
        """Watch it from now on."""
        self._open[session.session_id] = session
        changed = asyncio.Event()
        session.peer.on("connectionstatechange", changed.set)
        self._tasks.start(f"session {session.about}", self._watch(session, changed))

    def find(self, session_id: str) -> Session:
        """The session. Raises Refused `gone`."""
        found = self._open.get(session_id)
        if found is None:
            raise Refused("gone")
        return found

    async def trickle(self, session_id: str, etag: str, text: str) -> None:
        """Add the candidates of a fragment. Raises Refused."""
        session = self.find(session_id)
        brought = sdp.fragment(text, etag=etag, known_etag=session.etag, known_ufrag=session.ufrag)
        for candidate in brought.candidates:
            await session.peer.addIceCandidate(candidate)
        if brought.complete:
            await session.peer.addIceCandidate(None)

    async def end(self, session: Session) -> None:
        """Close it; once is enough."""
        if session.ended:
            return
        session.ended = True
        self._open.pop(session.session_id, None)
        session.on_end()
        await close_peer(session.peer)
        _log.info("session ended", about=session.about)

    async def _watch(self, session: Session, changed: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                while session.peer.connectionState in {"new", "connecting"}:
                    await changed.wait()
                    changed.clear()
            while session.peer.connectionState == "connected":
                await changed.wait()
                changed.clear()
        except TimeoutError:
            _log.warning("session never connected", about=session.about)
        await self.end(session)


async def close_peer(peer: RTCPeerConnection) -> None:
    """Close without letting a peer's trouble become ours."""
    try:
        async with asyncio.timeout(5):
            await peer.close()
    except Exception as error:  # noqa: BLE001 - a half-open connection may fail in any way; it is gone either way
        _log.warning("peer closed badly", error=repr(error))


async def guarded(peer: RTCPeerConnection, deed: Callable[[], Awaitable[str]]) -> str:
    """Run a negotiation; when it fails nothing is left behind."""
    try:
        async with asyncio.timeout(5):
            return await deed()
    except BaseException:
        await close_peer(peer)
        raise
