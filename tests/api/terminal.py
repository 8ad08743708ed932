"""`daylight …` in the test's own process: a process each would cost seconds on a busy machine."""

import io
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from api import cli


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Terminal:
    """Runs the command line and answers what a shell would see."""

    def __init__(self, config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = config
        self._patch = monkeypatch
        self._captured = capsys

    def __call__(self, *args: str, typed: str = "", lang: str = "zh_CN.UTF-8") -> Done:
        self._patch.setenv("LANG", lang)
        self._patch.delenv("LC_ALL", raising=False)
        self._patch.setattr(sys, "argv", ["daylight", *args, "--config", str(self.config)])
        self._patch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._captured.readouterr()
        return Done(int(ended.value.code or 0), out, err)
