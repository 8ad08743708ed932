"""What survives this process. In: the state as it changes. Out: the same at the next start, if it is still true.

`var/playout/state.json` holds no secret; the outputs' URLs are sealed beside it with a key from `var/secrets`, so that
the public loses nothing when playout restarts while the desk is away. A state is believed for five minutes: after a
night nobody goes on air by himself.
"""

import contextlib
import os
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from episodes.commands import OutputSpec
from runtime.log import get
from runtime.places import Places

_log = get("saved")
MOST_AGE_NS = 300 * 1_000_000_000
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """An episode on air. Moments without `utc` are CLOCK_MONOTONIC and mean something within one `boot` only."""

    episode_id: str = ""
    delay_ns: int = 0
    air_from_ns: int = 0
    utc_offset_ns: int = 0
    ending: bool = False
    public_seq: int = 0
    outputs: tuple[tuple[str, str, bool], ...] = ()
    spared: tuple[tuple[str, int], ...] = ()
    alive_utc_ns: int = 0
    boot: str = ""


def boot_id() -> str:
    """Changes when the machine starts."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""


class Store:
    """Blocking: called from a thread of its own."""

    def __init__(self, places: Places) -> None:
        self._folder = places.var / "playout"
        self._key_file = places.secrets / "outputs.key"

    def load(self, now_utc_ns: int) -> Saved:
        """The state to go on with; an empty one when there is none, or it is too old."""
        try:
            saved = msgspec.json.decode((self._folder / "state.json").read_bytes(), type=Saved)
        except FileNotFoundError:
            return Saved()
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("the saved state cannot be read", why=str(error))
            return Saved()
        if saved.episode_id and now_utc_ns - saved.alive_utc_ns > MOST_AGE_NS:
            _log.warning("not going back on air: the saved state is too old", episode=saved.episode_id)
            return Saved()
        return saved

    def save(self, saved: Saved) -> None:
        """Replace the state."""
        self._write("state.json", msgspec.json.encode(saved))

    def load_outputs(self) -> tuple[OutputSpec, ...]:
        """The outputs with their URLs; none when the key or the file is gone."""
        try:
            sealed = (self._folder / "outputs.sealed").read_bytes()
            opened = Fernet(self._key_file.read_bytes()).decrypt(sealed)
            return msgspec.msgpack.decode(opened, type=tuple[OutputSpec, ...])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, InvalidToken, msgspec.MsgspecError) as error:
            _log.warning("the sealed outputs cannot be opened", why=type(error).__name__)
            return ()

    def save_outputs(self, outputs: tuple[OutputSpec, ...]) -> None:
        """Replace the sealed outputs."""
        self._write("outputs.sealed", Fernet(self._key()).encrypt(msgspec.msgpack.encode(outputs)))

    def _key(self) -> bytes:
        with contextlib.suppress(FileNotFoundError):
            return self._key_file.read_bytes()
        self._key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Fernet.generate_key()
        file = os.open(self._key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(file, key)
            os.fsync(file)
        finally:
            os.close(file)
        return key

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f"{name}.part"
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(file, data)
            os.fdatasync(file)
        finally:
            os.close(file)
        part.replace(self._folder / name)
