"""WebRTC sessions, whichever way they flow. In: peer connections. Out: one register with ids, ETags, ends and limits.

A session that does not connect within `CONNECT_S` ends; one whose peer has vanished waits `patience_s` for it, because
a phone in a tunnel comes back. Ending is idempotent and always closes the peer connection.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtcicetransport import candidate_to_aioice

from broadcaster.studio.ingest import ice, sdp, seams
from episodes.commands import Trickle, Trickled
from runtime.bus.protocol import Refused
from runtime.log import get
from runtime.supervise import Background

CONNECT_S = 20.0
_LAST_TURN_S = 0.05
"""aioice's checks see that they are over at their next turn."""
_log = get("studio.peers")


def new_peer() -> RTCPeerConnection:
    """A peer connection that asks nobody on the Internet for anything."""
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


def new_etag() -> str:
    """Names one generation of a session's ICE credentials."""
    return f'"{secrets.token_hex(8)}"'


@dataclass(eq=False, slots=True)
class Session:
    """One WHIP or WHEP session."""

    peer: RTCPeerConnection
    ufrag: str
    about: str
    on_end: Callable[[], None]
    patience_s: float = ice.PATIENCE_S
    session_id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    etag: str = field(default_factory=new_etag)
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
        await asyncio.sleep(_LAST_TURN_S)
        await self._tasks.__aexit__(*exc)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, session: Session) -> None:
        """Watch it from now on."""
        self._open[session.session_id] = session
        connection = seams.connection_of(session.peer)
        if connection is not None:
            connection.patience_s = session.patience_s
        changed = asyncio.Event()
        session.peer.on("connectionstatechange", changed.set)
        self._tasks.start(f"session {session.about}", self._watch(session, changed))

    def find(self, session_id: str, of: str = "") -> Session:
        """The session, when it is one `of` that endpoint. Raises Refused `gone`."""
        found = self._open.get(session_id)
        if found is None or (of and found.about != of):
            raise Refused("gone")
        return found

    async def trickle(self, session: Session, message: Trickle) -> Trickled:
        """Add the candidates of a fragment; other credentials are an ICE restart. Raises Refused."""
        brought = sdp.fragment(message.fragment, etag=message.etag, known_etag=session.etag, known_ufrag=session.ufrag)
        if brought.restart is not None:
            return await _restart(session, brought)
        for candidate in brought.candidates:
            await session.peer.addIceCandidate(candidate)
        return Trickled()

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


async def _restart(session: Session, brought: sdp.Fragment) -> Trickled:
    connection = seams.connection_of(session.peer)
    assert connection is not None and brought.restart is not None  # noqa: S101, PT018 - a session has been negotiated
    keys = connection.restart(*brought.restart)
    for candidate in brought.candidates:
        await connection.add_remote_candidate(candidate_to_aioice(candidate))
    session.ufrag, session.etag = brought.restart[0], new_etag()
    _log.info("ICE restarted", about=session.about)
    text = sdp.restarted(session.peer.localDescription.sdp, keys.local_name, keys.local_password)
    return Trickled(etag=session.etag, fragment=text)


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
