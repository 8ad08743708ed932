"""`daylight originals`: keys, custodians, and opening that takes both and is on record first."""

import sqlite3
import stat
from pathlib import Path

import pytest

from runtime.custody.custodians import Custody
from runtime.custody.envelope import Sealer
from runtime.media import MediaStore
from tests.api.terminal import Terminal

PASSWORD = "planted horse battery"


@pytest.fixture
def daylight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    (tmp_path / "config.toml").write_text('[server]\nvar = "var"\n', "utf-8")
    terminal = Terminal(tmp_path / "config.toml", monkeypatch, capsys)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: PASSWORD)
    args = ["user", "add", "lilei", "--shown", "李雷", "--password-stdin", "--role", "legal"]
    assert terminal(*args, typed=PASSWORD + "\n").returncode == 0
    return terminal


def records(var: Path, kind: str) -> list[str]:
    with sqlite3.connect(var / "daylight.db") as db:
        found = [bytes(row[0]).decode() for row in db.execute("select payload from records where kind = ?", (kind,))]
    db.close()
    return found


def with_episode(var: Path) -> None:
    with sqlite3.connect(var / "daylight.db") as db:
        db.execute(
            "insert into programmes (id, name, agency, weekday, starts, minutes, timezone, days, on_holiday)"
            " values ('p', '栏目', '局', 3, '19:00', 90, 'Asia/Shanghai', '[]', 'keep')"
        )
        db.execute(
            "insert into episodes (id, programme_id, number, title, theme, starts_utc_ns, state, cameras, rehearsal,"
            " demo, planned_by, approved_by, legal_basis, live_utc_ns, ended_utc_ns, source)"
            " values ('e1', 'p', 7, 't', '', 1, 'ended', '[]', 0, 0, '', '', '', 0, 0, 'slate')"
        )
    db.close()


def test_two_custodians_open_an_original_together_and_it_is_on_record(daylight: Terminal, tmp_path: Path) -> None:
    var = tmp_path / "var"
    with_episode(var)
    one, two = tmp_path / "one.key", tmp_path / "two.key"
    first = daylight("originals", "key", "new", str(one))
    second = daylight("originals", "key", "new", str(two), "--in-clear")
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert b"AGE-SECRET" not in one.read_bytes(), "behind its passphrase"
    pair = [f"法制科={first.stdout.strip()}", f"纪检组={second.stdout.strip()}"]
    refused = daylight("originals", "custodians", pair[0])
    assert refused.returncode == 1
    assert "two" in refused.stderr
    assert daylight("originals", "custodians", *pair).returncode == 2, "nobody says who names them"
    done = daylight("originals", "custodians", *pair, "--by", "lilei")
    assert done.returncode == 0, done.stderr
    assert records(var, "CustodiansNamed")

    folder = MediaStore(var / "media").originals("e1", "全景")
    folder.mkdir(parents=True)
    sealer = Sealer(Custody(var).ready())
    (folder / "0001.mp4.sealed").write_bytes(
        sealer.header + sealer.seal(b"picture", 1) + sealer.seal(b"", 2, last=True)
    )
    sealer = Sealer(Custody(var).ready())
    (folder / "0002.mp4.sealed").write_bytes(sealer.header + sealer.seal(b"more", 3))

    asked = [
        "originals",
        "open",
        "7",
        "全景",
        "--by",
        "lilei",
        "--why",
        "当事人申请核对",
        "--into",
        str(tmp_path / "out"),
    ]
    alone = daylight(*asked, "--key", str(one))
    assert alone.returncode == 1
    assert "纪检组" in alone.stderr
    assert not (tmp_path / "out").exists()
    assert not records(var, "OriginalsOpened")
    both = daylight(*asked, "--key", str(one), "--key", str(two))
    assert both.returncode == 0, both.stderr
    assert (tmp_path / "out" / "0001.mp4").read_bytes() == b"picture"
    assert (tmp_path / "out" / "0002.mp4").read_bytes() == b"more"
    assert both.stdout.count("cut off") == 1
    (record,) = records(var, "OriginalsOpened")
    assert "当事人申请核对" in record
    assert "法制科" in record


def test_without_a_person_a_reason_or_files_nothing_opens(daylight: Terminal, tmp_path: Path) -> None:
    asked = ["originals", "open", "7", "全景", "--key", "x.key", "--into", "out", "--by", "lilei", "--why", "x"]
    none = daylight(*asked)
    assert none.returncode == 2
    assert "no sealed originals" in none.stderr
