"""ICE restart, which aioice does not know. In: a peer's new credentials. Out: ours, while the old path carries on.

Until the peer has nominated a pair under the new credentials, the nominated one of before keeps its own: its consent
checks carry them, and the peer's checks under them are answered and move nothing (RFC 8445, 9).
"""

import time
from typing import Any, NamedTuple

import aioice.ice
from aioice import stun
from aioice.utils import random_string

from broadcaster.studio.ingest.port import Address


class Keys(NamedTuple):
    """One generation of ICE credentials: a restart makes a new one."""

    local_name: str
    local_password: str
    remote_name: str
    remote_password: str


class Restarting(aioice.ice.Connection):  # type: ignore[misc,unused-ignore]
    """A connection with generations of credentials. `heard` is called when the peer of before has asked."""

    _protocols: list[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._local_username, self._local_password = random_string(8), random_string(24)
        self._before: Keys | None = None
        self._kept: Any = None
        self.restarts = 0

    def heard(self, now_ns: int) -> None:
        """Something authenticated has come from the peer."""

    def restart(self, remote_name: str, remote_password: str) -> Keys:
        """New credentials on both sides (RFC 8445, 9). The old path carries media until a new one is nominated."""
        pending, nominated = self._before is not None, self._nominated.get(1)
        if pending or nominated is None:
            # Nothing goes on under these: the generation before them, or none, carries the media.
            for protocol in self._protocols:
                protocol.port.unname(self._local_username)
        else:
            self._before, self._kept = self._keys, nominated
        self._local_username, self._local_password = random_string(8), random_string(24)
        self.remote_username, self.remote_password = remote_name, remote_password
        for protocol in self._protocols:
            protocol.port.named(self._local_username, protocol)
        for pair in self._check_list:
            if pair.task is not None:
                pair.task.cancel()
        self._check_list.clear()
        self._remote_candidates.clear()
        self.restarts += 1
        return self._keys

    def build_request(self, pair: Any, nominate: bool) -> Any:
        """A check under the pair's own generation of credentials."""
        request = super().build_request(pair, nominate)
        keys = self.keys_of(pair)
        request.attributes["USERNAME"] = f"{keys.remote_name}:{keys.local_name}"
        return request

    def request_received(self, message: Any, addr: Address, protocol: Any) -> None:
        """A check; one of the generation before is answered, so that the old path lives, and moves nothing."""
        before, name = self._before, str(message.attributes.get("USERNAME", "")).partition(":")[0]
        if before is None or name != before.local_name:
            super().request_received(message, addr, protocol)
        elif message.message_class == stun.Class.REQUEST and message.check_message_integrity(
            before.local_password.encode()
        ):
            answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
            answer.add_message_integrity(before.local_password.encode())
            protocol.send_stun(answer, addr)
            self.heard(time.monotonic_ns())

    def restarted_on(self, pair: Any) -> None:
        """`pair` carries the media now: when it is a new one, the generation before is over."""
        if self._kept is not None and pair is not self._kept:
            for protocol in self._protocols:
                protocol.port.unname(self._before.local_name if self._before else "")
            self._before = self._kept = None

    @property
    def restarting(self) -> bool:
        """Whether the old path still carries the media of a restarted session."""
        return self._kept is not None

    @property
    def _keys(self) -> Keys:
        return Keys(self._local_username, self._local_password, self.remote_username or "", self.remote_password or "")

    def keys_of(self, pair: Any) -> Keys:
        return self._before if self._before is not None and pair is self._kept else self._keys
