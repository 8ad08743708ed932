"""How a process tells its supervisor that it answers. In: a descriptor number in the environment. Out: one byte."""

import contextlib
import os

VARIABLE = "DAYLIGHT_READY_FD"


def mark_ready() -> None:
    """Say it once; without a supervisor, or said before, it does nothing."""
    number = os.environ.pop(VARIABLE, "")
    if number.isdecimal():
        # The supervisor may be gone already: then the kernel is about to end us, too.
        with contextlib.suppress(OSError):
            os.write(int(number), b"1")
            os.close(int(number))
