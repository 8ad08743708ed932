"""The commands on the databases, as a person runs them."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.api.terminal import Done, Terminal
from tests.api.test_entities import row, table

PASSWORD = "planted horse battery"
FIGURES = {
    "as_of": "2025-06",
    "demo": True,
    "episodes": 102,
    "views_at_least": 24270000,
    "entities_inspected": 213,
    "findings": 364,
    "findings_verified": 364,
    "cases_filed": 7,
    "business_suspensions": 8,
    "platform_delisting_orders": 5,
    "hygiene_grade_downgrades": 7,
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text('[server]\nvar = "var"\n', "utf-8")
    return file


class People(Terminal):
    def add(self, *roles: str, password: str = PASSWORD, lang: str = "zh_CN.UTF-8") -> Done:
        named = [word for role in roles for word in ("--role", role)]
        args = ["user", "add", "lilei", "--shown", "李雷", "--password-stdin", *named]
        return self(*args, typed=password + "\n", lang=lang)


@pytest.fixture
def daylight(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> People:
    return People(config, monkeypatch, capsys)


def test_user_add_refuses_what_the_pages_refuse_in_the_users_words(daylight: People) -> None:
    conflicting = daylight.add("producer", "legal")
    assert conflicting.returncode == 1
    assert "制片" in conflicting.stderr
    assert "Traceback" not in conflicting.stderr
    assert "producer, " in daylight.add("nobody").stderr, "the roles there are"
    done = daylight.add("director", "camera")
    assert done.returncode == 0, done.stderr
    assert "lilei (director, camera)" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    again = daylight.add("director", lang="en_GB.UTF-8")
    assert again.returncode == 1
    assert again.stderr.isascii(), again.stderr
    with sqlite3.connect(daylight.config.parent / "var" / "daylight.db") as db:
        ((kept,),) = db.execute("select password_hash from users").fetchall()
    assert kept.startswith("$argon2id$")


def test_import_export_and_verify(daylight: People, tmp_path: Path) -> None:
    figures, out = tmp_path / "figures.json", tmp_path / "record.jsonl"
    figures.write_text(json.dumps(FIGURES | {"findings_verified": 365}))
    refused = daylight("import", str(figures))
    assert refused.returncode == 2
    assert "findings_verified" in refused.stderr
    figures.write_text(json.dumps({"as_of": "2025", "episodes": "many"}))
    assert "entities_inspected" in daylight("import", str(figures)).stderr

    figures.write_text(json.dumps(FIGURES))
    assert daylight("import", str(figures)).returncode == 0
    done = daylight("export", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "24270000" not in out.read_text(), "no clock has made it public yet"

    var = daylight.config.parent / "var"
    with sqlite3.connect(var / "daylight.db") as db:
        db.execute("insert or replace into public_place (id, seq, utc_ns) values (1, 1, 1)")
    db.close()
    assert daylight("export", "--out", str(out)).returncode == 0
    assert "24270000" in out.read_text()
    verified = daylight("evidence", "verify", str(out))
    assert (verified.returncode, verified.stdout.split()[0]) == (0, "1"), verified
    key = verified.stdout.split()[-1]
    assert daylight("evidence", "verify", str(out), "--public-key", key).returncode == 0
    assert daylight("evidence", "verify", str(out), "--public-key", "A" * 44).returncode == 1
    out.write_text(out.read_text().replace("24270000", "94270000"))
    tampered = daylight("evidence", "verify", str(out))
    assert tampered.returncode == 1
    assert "record 1" in tampered.stderr

    assert daylight("evidence", "verify").returncode == 0
    with sqlite3.connect(var / "daylight.db") as db:
        for (trigger,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f"drop trigger {trigger}")
        db.execute("update records set utc_ns = utc_ns + 1")
    db.close()
    broken = daylight("evidence", "verify")
    assert broken.returncode == 1
    assert "record 1" in broken.stderr


def test_a_database_newer_than_the_code_is_one_sentence(daylight: People) -> None:
    assert daylight("evidence", "verify").returncode == 0
    with sqlite3.connect(daylight.config.parent / "var" / "daylight.db") as db:
        db.execute("update alembic_version set version_num = '9999_from_tomorrow'")
    db.close()
    done = daylight("evidence", "verify")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "newer" in done.stderr


def test_businesses_come_in_by_the_command_line_once(daylight: People, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(table(row(1), row(2), row(3, risk="Z")), "utf-8")
    dry = daylight("import", "entities", str(file), "--dry-run")
    assert dry.returncode == 1
    assert "3 rows: 2 new, 0 changed, 0 same, 1 bad, nothing written." in dry.stdout
    assert f"{file}:4 risk 'Z'" in dry.stderr
    assert "2 new" in daylight("import", "entities", str(file)).stdout
    assert "0 new, 0 changed, 2 same, 1 bad." in daylight("import", "entities", str(file)).stdout
