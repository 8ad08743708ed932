"""Planted secrets never reach a log, by whatever way they come."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from runtime.log import get, setup
from runtime.redact import redact
from runtime.settings.model import Log, Settings

KEY = "pl4nted-S3CRET_key"


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


@pytest.fixture(params=["console", "json"])
def out(request: pytest.FixtureRequest) -> io.StringIO:
    stream = io.StringIO()
    setup(Settings(log=Log(level="debug", format=request.param)), "desk", stream=stream)
    return stream


PLANTED = [
    f"rtmp://live-push.example.cn/live/{KEY}",
    f"rtmps://push.example.com:443/app/{KEY}?txSecret=abc{KEY}&txTime=5F",
    f"rtmp://h/live/room?streamname=x&key={KEY}&schedule=rtmp",
    f"connect failed: 'rtmp://h/a/b/{KEY}', giving up",
    f"https://h/x?auth_key={KEY}&n=1",
    f"https://h/x?txSecret={KEY}",
    f"https://h/x?wsSecret={KEY}&wsTime=2",
    f"https://h/whip?access_token={KEY}",
    f"https://127.0.0.1:8443/crew#{KEY}",
    f"https://show.example.cn/calendar/{KEY}.ics",
    f"postgresql+psycopg://daylight:{KEY}@127.0.0.1/daylight",
    f"nats://{KEY}@127.0.0.1:4222",
    f"Authorization: Bearer {KEY}",
    f"authorization: basic {KEY}==",
    f'{{"password": "{KEY}", "name": "li"}}',
    f"passphrase={KEY}",
    f"receipt: {KEY}",
    f"Cookie: daylight_session={KEY}; lang=zh",
    f"X-CSRF-Token: {KEY}",
    f"a=ice-ufrag:abcd\r\na=ice-pwd:{KEY}\r\n",
    f"totp={KEY}",
    f"join_code={KEY}",
    "AGE-SECRET-KEY-1" + KEY.replace("-", "").replace("_", "").upper(),
    f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----",
    f"-----BEGIN EC PRIVATE KEY-----\n{KEY}",
]


def clean(text: str) -> bool:
    return "nted" not in text.lower() and "S3CRET" not in text.upper()


@pytest.mark.parametrize("text", PLANTED)
def test_redact(text: str) -> None:
    told = redact(text)
    assert clean(told), told
    assert "***" in told
    assert redact(told) == told, "redacting twice changes nothing"


@pytest.mark.parametrize("text", PLANTED)
def test_no_way_into_a_log_carries_a_secret(out: io.StringIO, text: str) -> None:
    log = get("t")
    log.info(text)
    log.warning("field", url=text, deep={"list": [text]}, other=(text,), thing=ValueError(text))
    logging.getLogger("library").error("formatted %s", text)

    def fail() -> None:
        raise ValueError(text)

    try:
        fail()
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed")
    told = out.getvalue()
    assert "failed" in told
    assert clean(told), told


@pytest.mark.parametrize(
    "field", ["password", "stream_key", "receipt", "device_token", "session_id", "secret", "Cookie"]
)
def test_a_field_with_a_secrets_name_is_masked_whole(out: io.StringIO, field: str) -> None:
    get("t").info("event", **{field: f"words of {KEY} here"}, about={field: [KEY]}, empty="")
    assert clean(out.getvalue())
    assert "***" in out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "rtmp://live-push.example.cn/live/***",
        "studio.take refused: expired",
        "status_code=404 code=bad_sdp exit code: 2",
        "signed in as 李雷, 3 sessions: 2 desks",
        "a=ice-ufrag:abcd",
        "https://h/x?page=2&lang=zh",
        "初筛，非最终结论",
        "checkpoint size=12 head=9f86d081 signature ok",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


def test_host_and_application_of_an_output_stay_readable() -> None:
    assert redact(f"rtmp://push.example.cn:1935/live/{KEY}") == "rtmp://push.example.cn:1935/live/***"


def test_a_line_says_room_level_time_and_fields(out: io.StringIO) -> None:
    get("bus").warning("link lost", peer="studio", tries=3)
    line = out.getvalue()
    for word in ("desk", "warning", "link lost", "studio", "3"):
        assert word in line


def test_json_lines_are_json() -> None:
    stream = io.StringIO()
    setup(Settings(log=Log(format="json")), "desk", stream=stream)
    get("t").info("题目", url=f'rtmp://h/live/{KEY}"quoted', n=1)
    get("t").debug("below the level")
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["event"], told["n"], told["room"], told["level"]) == ("题目", 1, "desk", "info")
    assert clean(line)
