"""What must be right before anything starts. In: settings. Out: nothing, or CannotStart in one plain sentence."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings


@contextmanager
def only_one(places: Places) -> Iterator[None]:
    """Hold the lock of this `var` folder: two supervisors on one folder would fight for everything in it."""
    with places.serve_lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            raise CannotStart(
                f"Daylight already runs on {places.var} (process {holder}): stop it first, "
                "or set server.var in config.toml to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_ports(settings: Settings) -> None:
    """Both addresses can be listened on."""
    server = settings.server
    _check(server.host, server.port, "server.host", "server.port")
    if server.https_port:
        _check(server.https_host, server.https_port, "server.https_host", "server.https_port")


def free_port(host: str) -> int:
    """A port nobody listens on now."""
    with _socket(host, "server.host") as probe:
        return int(probe.getsockname()[1])


def _check(host: str, port: int, host_key: str, port_key: str) -> None:
    try:
        with _socket(host, host_key, port):
            pass
    except OSError as error:
        raise CannotStart(_why(error, host, port, host_key, port_key)) from error


def _why(error: OSError, host: str, port: int, host_key: str, port_key: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another programme: stop that one, "
            f"or set {port_key} in config.toml to a free port."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs root: set {port_key} in config.toml to 1024 or above and put a proxy before it."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: set {host_key} in config.toml to one of its own, or 0.0.0.0."
    return f"Port {port} on {host} cannot be opened ({error.strerror}): mend {host_key} and {port_key} in config.toml."


def _socket(host: str, host_key: str, port: int = 0) -> socket.socket:
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise CannotStart(
            f"{host!r} is no address: set {host_key} in config.toml to one, such as 127.0.0.1."
        ) from error
    probe = socket.socket(family, kind, number)
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    except BaseException:
        probe.close()
        raise
    return probe
