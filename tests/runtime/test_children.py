"""Children end when asked, when they must, and with their parent whatever ends it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runtime.children import Child, python

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_pipes_environment_and_exit_code() -> None:
    code = "import os, sys; sys.stdout.write(sys.stdin.read().upper() + os.environ['GIVEN']); sys.exit(7)"
    child = await Child.start("echo", [sys.executable, "-c", code], stdin="pipe", stdout="pipe", env={"GIVEN": "!"})
    child.stdin.write(b"hei")
    child.stdin.close()
    assert (await child.stdout.read(), await child.wait(), child.returncode) == (b"HEI!", 7, 7)


async def test_stop_terminates_and_then_kills() -> None:
    meek = await Child.start("meek", ["sleep", "60"])
    assert await meek.stop() == -signal.SIGTERM
    stubborn = await Child.start("stubborn", [sys.executable, "-c", STUBBORN], stdout="pipe")
    await stubborn.stdout.readline()
    assert await stubborn.stop(grace_s=0.2) == -signal.SIGKILL
    assert await stubborn.stop() == -signal.SIGKILL, "stopping twice is no error"
    stubborn.signal(signal.SIGTERM)


async def test_a_child_has_its_own_process_group() -> None:
    """So Ctrl-C in the terminal reaches the supervisor alone."""
    child = await Child.start("sleep", ["sleep", "60"])
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    await child.stop()


async def test_missing_pipes_are_an_error() -> None:
    child = await Child.start("true", ["true"])
    for pipe in ("stdin", "stdout", "stderr"):
        with pytest.raises(ValueError, match=pipe):
            getattr(child, pipe)
    await child.wait()


async def test_stderr_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    child = await Child.start("noisy", ["sh", "-c", "echo 'one line' >&2"], stderr="pipe")
    with caplog.at_level("INFO"):
        await child.log_stderr()
    await child.wait()
    assert "one line" in caplog.text


PARENT = """
import asyncio, sys
from runtime.children import Child
async def main():
    child = await Child.start("grandchild", [sys.executable, "-c", {grandchild!r}], stdout="pipe")
    print((await child.stdout.readline()).decode().strip(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
GRANDCHILD = """
import asyncio, os, sys
from runtime.children import Child
async def main():
    child = await Child.start("last", ["sleep", "60"])
    print(os.getpid(), child.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_sigkill_of_the_parent_ends_children_and_grandchildren() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(grandchild=GRANDCHILD)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout
    with parent.stdout:
        pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2
    assert not any(gone(pid) for pid in pids)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 5
    while time.monotonic() < until and not all(gone(pid) for pid in pids):
        time.sleep(0.02)
    assert all(gone(pid) for pid in pids)


def test_a_child_whose_parent_is_already_gone_ends_itself() -> None:
    """The race: the parent dies between fork and prctl."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from runtime.children import die_with_parent; die_with_parent(1 << 22); print('alive')",
        ],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert (done.returncode, done.stdout) == (127, b"")


def test_python_names_this_interpreter() -> None:
    assert python("broadcaster.studio", "--config", "c") == (
        sys.executable,
        "-m",
        "broadcaster.studio",
        "--config",
        "c",
    )


async def test_many_children_at_once() -> None:
    children = await asyncio.gather(*(Child.start(f"n{n}", ["sh", "-c", f"exit {n}"]) for n in range(8)))
    assert [await child.wait() for child in children] == list(range(8))


_WITHOUT_THREADS = """
import asyncio, threading
from runtime.children import Child, wait_by_pidfd

async def main():
    children = [await Child.start(f"n{n}", ["sh", "-c", f"sleep 0.2; exit {n}"]) for n in range(4)]
    alone = threading.active_count()
    print(alone, *[await child.wait() for child in children])

wait_by_pidfd()
asyncio.run(main())
"""


def test_no_thread_waits_for_a_child() -> None:
    told = subprocess.run([sys.executable, "-c", _WITHOUT_THREADS], capture_output=True, check=True, text=True)
    assert told.stdout.split() == ["1", "0", "1", "2", "3"]
