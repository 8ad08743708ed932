"""The connection to a platform. In: an address, frames. Out: the same over RTMP or verified RTMPS, one message a frame.

libav speaks RTMP; its FLV muxer is left out, because it holds pictures back for sound (see `flv`).
"""

import ssl
from collections.abc import Sequence
from pathlib import Path

import av

from broadcaster.feed import Frame, Picture, Sound
from broadcaster.worker.address import NotAllowed
from broadcaster.worker.flv import Tags

_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class Connection:
    """One connection, from `open` to `close`; both, and `put`, wait for as long as the peer makes them."""

    def __init__(self, url: str, scheme: str, picture: Picture, sound: Sound) -> None:
        self._tags = Tags(picture, sound)
        self._out = av.open(slave_of(url, scheme), "w", format="tee")
        self._stream = self._out.add_data_stream()

    def open(self) -> None:
        """Connect and say what follows. Raises what libav raises."""
        self._out.start_encoding()
        self._write(self._tags.begin())

    def put(self, frames: Sequence[Frame]) -> None:
        """Send frames that came together, at once: libav is entered once for all. Raises what libav raises."""
        tags = b"".join(self._tags.frame(frame) for frame in frames)
        if tags:
            self._write(tags)

    def close(self) -> None:
        """Say goodbye."""
        self._out.close()

    def _write(self, data: bytes) -> None:
        # Not Packet(bytes): that one borrows the bytes, and libav may keep it longer than they live.
        packet = av.Packet(len(data))
        packet.update(data)
        packet.stream = self._stream
        self._out.mux(packet)


def slave_of(url: str, scheme: str) -> str:
    """Libav's `tee` muxer with one slave: the one way to hand options to the connection itself.

    The slave writes bytes as they come; rtmps verifies the peer's certificate, which libav does not by itself.
    """
    options = {"f": "data", "rtmp_live": "live", "flush_packets": "1"}
    if scheme == "rtmps":
        found = ssl.get_default_verify_paths().cafile
        bundle = next((path for path in (found, *_BUNDLES) if path and Path(path).exists()), None)
        if bundle is None:
            raise NotAllowed("certificate", "no bundle of certificates on this machine")
        options |= {"tls_verify": "1", "ca_file": bundle}
    inner = ":".join(f"{name}={escaped(value, ':]')}" for name, value in options.items())
    return escaped(f"[{inner}]{url}", "|")


def escaped(text: str, special: str) -> str:
    """For libav's option parsers: a backslash before everything they would read as theirs."""
    return "".join(f"\\{c}" if c in f"\\' {special}" else c for c in text)
