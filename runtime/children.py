"""Processes of ours. In: a name and an argument list. Out: a running child that cannot outlive its parent.

The kernel ends a child when its parent dies (PR_SET_PDEATHSIG), so not even SIGKILL of the supervisor leaves an
orphan. The signal follows the parent's *thread*: start children from the main thread only. A child gets its own
process group, so that Ctrl-C in a terminal reaches the supervisor alone and everything stops in good order.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from runtime.log import get

_log = get("children")
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_ORPHANED = 127
_LINE_BYTES = 64 * 1024


def die_with_parent(parent: int, signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to end this process with its parent. `parent` is the pid it must still have."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    # The parent may have died before the call: then no signal will ever come.
    if os.getppid() != parent:
        os._exit(_ORPHANED)


def name_process(name: str) -> None:
    """The name `ps` and `top` show for this process."""
    _libc.prctl(_PR_SET_NAME, name.encode()[:15] + b"\0", 0, 0, 0)


def wait_by_pidfd() -> None:
    """Let the loop wait for children itself: before Python 3.12 asyncio starts a nameless thread for each.

    Another policy's loop (uvloop's) does so anyway.
    """
    ours = type(asyncio.get_event_loop_policy()) is asyncio.DefaultEventLoopPolicy
    if sys.version_info < (3, 12) and ours and hasattr(os, "pidfd_open"):
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


def _before_exec(parent: int, signal_number: int) -> Callable[[], None]:
    def prepare() -> None:
        os.setpgid(0, 0)
        die_with_parent(parent, signal_number)

    return prepare


class Child:
    """One child process. Make it with `await Child.start(…)`; end it with `await child.stop()`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        argv: Sequence[str],
        *,
        stdin: Literal["pipe", "none"] = "none",
        stdout: Literal["pipe", "inherit", "none"] = "inherit",
        stderr: Literal["pipe", "inherit"] = "inherit",
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        death_signal: int = signal.SIGKILL,
    ) -> "Child":
        """Start `argv`. `death_signal` is what the kernel sends it when this process dies."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=_stream(stdin),
            stdout=_stream(stdout),
            stderr=_stream(stderr),
            env=None if env is None else {**os.environ, **env},
            pass_fds=tuple(pass_fds),
            preexec_fn=_before_exec(os.getpid(), death_signal),
            limit=_LINE_BYTES,
        )
        _log.debug("started", child=name, pid=process.pid)
        return cls(name, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal, None while it runs."""
        return self._process.returncode

    @property
    def stdin(self) -> asyncio.StreamWriter:
        if self._process.stdin is None:
            raise ValueError(f"{self.name} has no stdin pipe")
        return self._process.stdin

    @property
    def stdout(self) -> asyncio.StreamReader:
        if self._process.stdout is None:
            raise ValueError(f"{self.name} has no stdout pipe")
        return self._process.stdout

    @property
    def stderr(self) -> asyncio.StreamReader:
        if self._process.stderr is None:
            raise ValueError(f"{self.name} has no stderr pipe")
        return self._process.stderr

    async def wait(self) -> int:
        """Its exit code when it has ended."""
        return await self._process.wait()

    def signal(self, number: int) -> None:
        """Send a signal; a child already gone is no error."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self, grace_s: float = 5.0) -> int:
        """Terminate, and kill when it has not ended within `grace_s`. Answers its exit code."""
        if self.returncode is None:
            self.signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(grace_s):
                    return await self.wait()
            except TimeoutError:
                _log.warning("killed: it did not end when asked", child=self.name, pid=self.pid, grace_s=grace_s)
                self.signal(signal.SIGKILL)
        return await self.wait()

    async def log_stderr(self) -> None:
        """Pass the lines of a piped stderr to the log until it ends; run it in the owner's TaskGroup."""
        while True:
            try:
                line = await self.stderr.readline()
            except ValueError:  # longer than the limit: the reader has dropped it
                continue
            if not line:
                return
            _log.info(line.decode("utf-8", "replace").rstrip(), child=self.name)


def python(module: str, *args: str) -> tuple[str, ...]:
    """The argument list that runs `module` with this interpreter."""
    return (sys.executable, "-m", module, *args)


def _stream(kind: Literal["pipe", "inherit", "none"]) -> int | None:
    return {"pipe": asyncio.subprocess.PIPE, "none": asyncio.subprocess.DEVNULL, "inherit": None}[kind]
