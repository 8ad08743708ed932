"""Why the store cannot be used or asked just now. In: what happened. Out: typed errors with one plain sentence."""

from runtime.problems import CannotStart


class StoreError(CannotStart):
    """The database cannot be opened; the text is one plain sentence with the mend, for the terminal (exit code 2)."""


class DatabaseNewer(StoreError):  # noqa: N818 - says what it is
    """The database was made by a newer Daylight."""


class StoreBusy(Exception):  # noqa: N818 - says what it is
    """Too many writers wait already; nothing was written, try again in a moment (503)."""


class LogBroken(Exception):  # noqa: N818 - says what it is
    """The record log does not hold together at `seq`: somebody changed it past the triggers."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"record {seq}: {why}")
        self.seq = seq
        self.why = why
