"""Where an output may go, and what is said of it."""

import av
import pytest

from broadcaster.worker import address, faults
from broadcaster.worker.address import NotAllowed


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("rtmp://a.example/live/key", 1935),
        ("rtmps://a.example/live/?key=1&x=|y", 443),
        ("rtmp://a.example:1936/live/k?txTime=6F", 1936),
        ("rtmp://[2001:db8::1]:1937/live/k", 1937),
    ],
)
def test_rtmp_addresses_are_taken_whole(url, port):
    assert address.parse(url)[2] == port


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("http://a.example/", "scheme"),
        ("tee:x", "scheme"),
        ("srt://a.example", "scheme"),
        ("", "scheme"),
        ("rtmp://", "address"),
        ("rtmp://a.example:99999/x", "address"),
        ("rtmp://a b/x", "address"),
    ],
)
def test_everything_else_is_refused(url, reason):
    with pytest.raises(NotAllowed) as refused:
        address.parse(url)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
    ],
)
def test_internal_addresses_are_refused_unless_allowed(host):
    with pytest.raises(NotAllowed) as refused:
        address.resolve(host, 1935, allow_internal=False)
    assert refused.value.reason == "internal"
    address.resolve(host, 1935, allow_internal=True)


def test_reasons_hide_keys():
    secret = "rtmp://push.example/live/abcdef123456?sign=99887766"
    lines = ["Server error: Bad name abcdef123456 with 99887766"]
    reason, says = faults.explain(av.error.FFmpegError(5, "x"), lines, secret, connected=False)
    assert reason == "rejected"
    assert "abcdef123456" not in says
    assert "99887766" not in says
    assert faults.explain(ConnectionRefusedError(111, "no"), [], secret, connected=False)[0] == "refused"
    assert faults.explain(BrokenPipeError(32, "no"), [], secret, connected=True)[0] == "reset"
