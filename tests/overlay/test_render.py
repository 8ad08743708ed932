"""The render child as a process: exact pictures, quick, and plain refusals."""

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from episodes.commands import Snapshot
from tests.overlay.goldens import GROUND, drawn
from tests.overlay.material import CASES, EP, T0, S, live, records, revealed, scene_of


def render(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "overlay.render", *args]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)


def test_a_slate(tmp_path: Path) -> None:
    out = tmp_path / "slate.png"
    done = render("slate", "--out", str(out), "--width", "854", "--height", "480", "--line", "马上回来")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    image = Image.open(out)
    assert (image.size, image.mode) == ((854, 480), "RGB")


def test_a_scene_is_exact_and_transparent_and_equals_its_snapshot(tmp_path: Path) -> None:
    one, two = tmp_path / "scene.png", tmp_path / "snapshot.png"
    at = ("--at", str(T0 + S))
    scene = scene_of(*CASES["positive"])
    assert render("scene", "--in", "-", "--out", str(one), *at, stdin=msgspec.json.encode(scene)).returncode == 0
    made = records(live(), revealed(), *CASES["positive"])
    source = tmp_path / "snapshot.json"
    source.write_bytes(
        msgspec.json.encode(Snapshot(seq=4, episode_id=EP, records=made, source="east", cameras=("east",)))
    )
    assert render("scene", "--in", str(source), "--out", str(two), *at).returncode == 0
    image = Image.open(one)
    assert image.mode == "RGBA"
    assert image.getpixel((640, 300)) == (0, 0, 0, 0)
    assert np.array_equal(np.asarray(image), np.asarray(Image.open(two)))
    ground = Image.new("RGBA", image.size, GROUND)
    ground.alpha_composite(image)
    assert np.array_equal(np.asarray(ground.convert("RGB")), np.asarray(drawn("positive")))


def test_a_scene_on_a_background(tmp_path: Path) -> None:
    ground, out = tmp_path / "ground.png", tmp_path / "out.png"
    Image.new("RGB", (1280, 720), GROUND[:3]).save(ground)
    data = msgspec.json.encode(scene_of(*CASES["officer"]))
    args = ("--in", "-", "--out", str(out), "--background", str(ground), "--at", str(T0 + S))
    assert render("scene", *args, stdin=data).returncode == 0
    assert np.array_equal(np.asarray(Image.open(out)), np.asarray(drawn("officer")))


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("slate",),
        ("slate", "--out", "x.png", "--width", "13"),
        ("slate", "--out", "x.png", "--height", "99999"),
        ("slate", "--out", "/nowhere/at/all.png"),
        ("scene", "--in", "/nowhere.json", "--out", "x.png"),
        ("scene", "--in", "-", "--out", "x.png"),
    ],
)
def test_refusals_are_plain(args: tuple[str, ...], tmp_path: Path, monkeypatch) -> None:
    done = render(*args, stdin=b"{not json")
    assert done.returncode == 2
    assert done.stderr
    assert b"Traceback" not in done.stderr
