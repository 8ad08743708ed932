"""Bad configuration is refused in words that hold the mend: key, line, nearest key, what is allowed."""

from pathlib import Path

import pytest

from runtime.settings import SettingsError, load


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("DAYLIGHT__")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def refused(file: Path, text: str) -> str:
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[server]\n\nprot = 1\n", 3, ["no key 'prot'", "Did you mean 'port'", "https_port"]),
        ("# x\n[studoi]\nmax_cameras = 2\n", 2, ["no section [studoi]", "Did you mean 'studio'", "playout"]),
        ("[server]\nmax_cameras = 2\n", 2, ["It belongs to [studio]"]),
        ('[server]\nport = "8000"\n', 2, ['server.port is "8000"', "a whole number from 0 to 65535"]),
        ("[server]\nport = true\n", 2, ["server.port is true", "a whole number"]),
        ("[server]\nport = 70000\n", 2, ["server.port is 70000", "from 0 to 65535"]),
        ("[playout]\ndelay_s = 121\n", 2, ["playout.delay_s is 121", "a number from 0 to 120"]),
        ("[playout]\nretry_first_s = 0\n", 2, ["a number above 0"]),
        ("[encode]\nwidth = 1281\n", 2, ["a multiple of 2"]),
        ('[bus]\nkind = "kafka"\n', 2, ['bus.kind is "kafka"', 'one of "socket", "nats"']),
        ("[demo]\nloop = 1\n", 2, ["true or false"]),
        ('[demo]\nreceiver_ports = ["a"]\n', 2, ["a list in brackets"]),
        ("[studio]\nudp_ports = [1, 2, 3]\n", 2, ["a list of 2", "or leave the key out"]),
        ("server = 3\n", 1, ["[server] is a section"]),
        ("[chat]\n[chat.room]\nmode = 1\n", 2, ["[chat] has no key 'room'", "Did you mean 'room_mode'"]),
        ("server.prot = 1\n", 1, ["Did you mean 'port'"]),
    ],
)
def test_a_bad_key_or_value_names_its_line_and_mend(file: Path, text: str, line: int, says: list[str]) -> None:
    told = refused(file, text)
    assert f"{file}, line {line}: " in told
    for words in says:
        assert words in told


def test_all_problems_are_told_at_once(file: Path) -> None:
    assert len(refused(file, "[server]\nprot = 1\nport = 'x'\n[nope]\n").splitlines()) == 3


def test_broken_toml_names_the_line(file: Path) -> None:
    assert "line 2" in refused(file, "[server]\nport = \n")


def test_a_missing_file_and_broken_bytes(file: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no file .* --config"):
        load(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(file)


def test_the_environment_overrides_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[server]\nport = 1\n[demo]\nphones = 1\n", "utf-8")
    monkeypatch.setenv("DAYLIGHT__SERVER__PORT", "4321")
    monkeypatch.setenv("DAYLIGHT__SERVER__TRUSTED_PROXIES", '["10.0.0.1"]')
    settings = load(file)
    assert settings.server.port == 4321
    assert settings.server.trusted_proxies == ("10.0.0.1",)
    assert settings.demo.phones == 1


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DAYLIGHT__SERVER__PORT", "many", 'server.port is "many"'),
        ("DAYLIGHT__SERVER__PROT", "1", "Did you mean 'port'"),
        ("DAYLIGHT__SERVR__PORT", "1", "Did you mean 'server'"),
        ("DAYLIGHT__SERVER", "1", "a section and a key"),
        ("DAYLIGHT__SERVER__TRUSTED_PROXIES", "10.0.0.1", "not JSON"),
    ],
)
def test_a_bad_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    told = refused(file, "")
    assert name in told
    assert says in told


def test_secrets_come_from_files(file: Path) -> None:
    (file.parent / "key").write_text("s3cret-value\n", "utf-8")
    (file.parent / "url").write_text("postgresql+psycopg://u:pw@h/d\n", "utf-8")
    file.write_text('[auth]\nsecret_file = "key"\n[store]\nurl_file = "url"\n', "utf-8")
    settings = load(file)
    assert settings.auth.secret
    assert settings.auth.secret.get_secret_value() == "s3cret-value"
    assert settings.store.url == "postgresql+psycopg://u:pw@h/d"


@pytest.mark.parametrize("content", [None, "", b"\xff"])
def test_a_missing_secret_is_refused(file: Path, content: str | bytes | None) -> None:
    if content is not None:
        (file.parent / "key").write_bytes(content if isinstance(content, bytes) else content.encode())
    told = refused(file, '[auth]\nsecret_file = "key"\n')
    assert f"{file}, line 2: " in told
    assert "auth.secret" in told


def test_a_secret_is_given_once_and_never_shown(file: Path) -> None:
    (file.parent / "key").write_text("planted-one", "utf-8")
    told = refused(file, '[auth]\nsecret = "planted-two"\nsecret_file = "key"\n')
    assert "both set" in told
    told += refused(file, "[auth]\nsecret = 4711474\n") + refused(file, "[store]\nurl = 4711474\n")
    assert "planted" not in told
    assert "4711474" not in told


def test_a_certificate_needs_its_key_and_both_must_be_there(file: Path) -> None:
    assert "https_key" in refused(file, '[server]\nhttps_cert = "c.pem"\n')
    told = refused(file, '[server]\nhttps_cert = "c.pem"\nhttps_key = "k.pem"\n')
    assert "line 2" in told
    assert "line 3" in told


def test_relative_paths_are_relative_to_the_file(file: Path) -> None:
    file.write_text('[server]\nvar = "data"\n', "utf-8")
    assert load(file).server.var == file.parent / "data"
