"""`daylight` as a person runs it: help everywhere, one plain sentence and code 2 for what cannot start."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.doctor import examine
from api.preflight import only_one
from runtime.places import Places
from runtime.settings.model import Encode, Server, Settings
from tests.api.terminal import Done, Terminal
from web.i18n import texts

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    [],
    ["serve"],
    ["demo"],
    ["config"],
    ["config", "check"],
    ["doctor"],
    ["overlay"],
]
GROUPS = {"config", "overlay"}


def in_a_process(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file.write_text(f'[server]\nport = {port}\nhttps_port = 0\nvar = "var"\n', "utf-8")
    return file


@pytest.fixture
def daylight(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    for name in [name for name in os.environ if name.startswith("DAYLIGHT__")]:
        monkeypatch.delenv(name)
    return Terminal(config, monkeypatch, capsys)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: list[str]) -> None:
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0, done.output
    assert "sage: " in done.output
    if len(command) == len([c for c in command if c not in GROUPS]) and command:
        assert "--config" in done.output


def test_overlay_render_hands_on_to_its_room() -> None:
    done = in_a_process("overlay", "render", "--help")
    assert done.returncode == 0, done.stderr
    assert "sage: " in done.stdout


def test_config_check_says_yes_or_names_the_mend(config: Path, daylight: Terminal) -> None:
    done = daylight("config", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "in order" in done.stdout
    config.write_text("[server]\nprot = 1\n", "utf-8")
    done = daylight("config", "check")
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert "'port'" in done.stderr
    assert "Traceback" not in done.stderr


def cannot_start(done: Done, *words: str) -> None:
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_bad_settings_refuse_to_start(config: Path, daylight: Terminal, command: str) -> None:
    config.write_text("[server]\nprot = 1\n", "utf-8")
    cannot_start(daylight(command), "line 2", "Did you mean 'port'")


def test_a_taken_port_is_one_sentence_and_code_2(daylight: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with monkeypatch.context() as env:
            env.setenv("DAYLIGHT__SERVER__PORT", port)
            cannot_start(daylight("serve"), port, "taken", "server.port")
        monkeypatch.setenv("DAYLIGHT__SERVER__HTTPS_HOST", "127.0.0.1")
        monkeypatch.setenv("DAYLIGHT__SERVER__HTTPS_PORT", port)
        cannot_start(daylight("serve"), port, "taken", "server.https_port")


@pytest.mark.parametrize(("host", "word"), [("192.0.2.77", "no address of this machine"), ("no host!", "no address")])
def test_a_host_that_is_not_ours(daylight: Terminal, host: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYLIGHT__SERVER__HOST", host)
    cannot_start(daylight("serve"), word, "server.host")


def test_a_folder_that_cannot_be_written(config: Path, daylight: Terminal) -> None:
    # A file in the way fails for root, too, who may write anywhere.
    (config.parent / "var").write_text("")
    cannot_start(daylight("serve"), "cannot be written", "server.var")


def test_two_on_one_folder(config: Path, daylight: Terminal) -> None:
    places = Places(config.parent / "var")
    places.prepare()
    with only_one(places):
        cannot_start(daylight("serve"), "already runs", str(os.getpid()))


def test_a_missing_file_of_settings_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = in_a_process("serve", "--config", str(tmp_path / "none.toml"))
    cannot_start(Done(done.returncode, done.stdout, done.stderr), "There is no file", "--config")


def test_doctor_names_a_mend_for_every_finding_that_needs_one(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = Server(var=tmp_path / "var", port=taken.getsockname()[1], https_port=0)
        findings = {f.name: f for f in examine(Settings(server=server, encode=Encode(video_kbps=20000)))}
    assert {"folder", "disk", "disk_speed", "ports", "clock", "cpu", "fonts", "pages", "codecs", "opencv"} <= set(
        findings
    )
    assert findings["folder"].ok
    assert not findings["ports"].ok
    assert "server.port" in findings["ports"].mend.in_words(texts("en"))
    assert findings["fonts"].ok, findings["fonts"]
    assert findings["codecs"].ok, findings["codecs"]
    assert all(f.mend.text for f in findings.values() if not f.ok)
    for lang in ("zh-CN", "en"):
        assert all("%(" not in f.says.in_words(texts(lang)) + f.mend.in_words(texts(lang)) for f in findings.values())


def test_doctor_exits_1_when_something_needs_mending(config: Path, daylight: Terminal) -> None:
    (config.parent / "var").write_text("")
    done = daylight("doctor")
    assert done.returncode == 1
    assert "MEND  folder" in done.stdout
    assert "→" in done.stdout


def test_the_media_child_answers_json() -> None:
    done = subprocess.run([sys.executable, "-m", "broadcaster.doctor"], capture_output=True, cwd=ROOT, check=True)
    assert {"name", "missing", "says"} == set(json.loads(done.stdout)[0])
