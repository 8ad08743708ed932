"""Where things lie on disk. In: the `var` folder. Out: the path of everything below it, and the folders made.

Folders that hold secrets or sockets are private to the account that runs Daylight (0700).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.problems import CannotStart

_PRIVATE = 0o700
_SHARED = 0o755


@dataclass(frozen=True, slots=True)
class Places:
    """All paths below `var`. Making them is `prepare`'s; everybody else only asks."""

    var: Path

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def media(self) -> Path:
        return self.var / "media"

    @property
    def clips(self) -> Path:
        """Films that may go on air, and their posters."""
        return self.var / "clips"

    @property
    def imports(self) -> Path:
        """Files of businesses on their way in."""
        return self.var / "imports"

    @property
    def evidence(self) -> Path:
        """Photos and spoken notes from the spot, sealed, a folder an episode."""
        return self.var / "evidence"

    @property
    def hls(self) -> Path:
        return self.var / "hls"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def tls(self) -> Path:
        return self.var / "tls"

    @property
    def database(self) -> Path:
        return self.var / "daylight.db"

    @property
    def tips_database(self) -> Path:
        return self.var / "tips.db"

    @property
    def packets_socket(self) -> Path:
        return self.run / "packets.sock"

    @property
    def serve_lock(self) -> Path:
        return self.run / "serve.lock"

    def bus_socket(self, room: str) -> Path:
        return self.run / "bus" / f"{room}.sock"

    def prepare(self) -> None:
        """Make every folder with its mode. Raises CannotStart in one plain sentence."""
        private = (self.run, self.run / "bus", self.secrets, self.tls, self.clips, self.imports, self.evidence)
        shared = (self.var, self.media, self.hls)
        try:
            for folder, mode in [*((f, _SHARED) for f in shared), *((f, _PRIVATE) for f in private)]:
                folder.mkdir(mode=mode, parents=True, exist_ok=True)
            for folder in private:
                folder.chmod(_PRIVATE)
        except OSError as error:
            raise CannotStart(_not_writable(self.var, error)) from error
        for folder in (*shared, *private):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise CannotStart(_not_writable(folder, None))


def _not_writable(folder: Path, error: OSError | None) -> str:
    why = f" ({error.strerror})" if error and error.strerror else ""
    return (
        f"The folder {folder} cannot be written{why}: make it writable for this account, "
        "or set server.var in config.toml to another folder."
    )
