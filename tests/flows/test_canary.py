"""The canary's own eyes: a leak of any kind is seen, or the embargo's test would prove nothing."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from demo.drawing import stall
from episodes.spelling import initials
from tests.flows.canary import Known, in_bytes, in_text, revealed_in, under

STALL = stall(17)
SPELT = "yueyashuixiang17hao", "jinshawan17haohaixiandang"
SHORT = initials(STALL["name"])


@pytest.mark.parametrize("secret", [*STALL.values(), *SPELT, *SHORT])
def test_every_piece_of_six_signs_is_seen(secret: str) -> None:
    """Of initials, which any token might hold by chance, of eight."""
    signs = 8 if secret in SHORT else 6
    for at in range(max(1, len(secret) - signs + 1)):
        piece = secret[at : at + signs]
        assert in_text(f"x {piece} y"), piece


@pytest.mark.parametrize(
    "written",
    [
        lambda name: name.encode(),
        lambda name: json.dumps({"at": name}).encode(),
        lambda name: json.dumps(json.dumps(name)).encode(),
        lambda name: quote(name).encode(),
        lambda name: name.encode("utf-16-le"),
        lambda name: name.encode("utf-16-be"),
        lambda name: "".join(f"&#{ord(sign)};" for sign in name).encode(),
        lambda name: b"\xff\x00" + name.encode() + b"\xfe",
    ],
)
def test_however_it_is_written(written) -> None:
    assert in_bytes(written(STALL["name"]))


def test_in_names_and_files(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / f"{STALL['licence']}.mp4").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "some.db").write_bytes(b"\x00" * 5000 + STALL["address"].encode())
    assert [where for where, _ in under(tmp_path)] == ["deep/some.db", f"the name of media/{STALL['licence']}.mp4"]


def test_what_was_revealed_may_be_said_and_no_other() -> None:
    shown = Known(revealed_in(f"第二站：{STALL['name']}"))
    assert not in_text(f"到了{STALL['name']}，{STALL['place']}", shown)
    assert in_text(f"到了{stall(18)['name']}", shown)
    assert not in_text("海鲜档的水会不会抽检？")
