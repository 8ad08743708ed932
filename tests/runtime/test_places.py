"""Paths, private modes, sockets with long paths."""

import stat
from pathlib import Path

import pytest

from runtime import unix
from runtime.media import MediaStore, UnsafeNameError
from runtime.places import Places
from runtime.problems import CannotStart


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_prepare_makes_every_folder_and_keeps_secrets_private(tmp_path: Path) -> None:
    places = Places(tmp_path / "var")
    places.prepare()
    places.prepare()
    for folder in (places.run, places.secrets, places.tls, places.bus_socket("desk").parent):
        assert mode(folder) == 0o700
    assert places.media.is_dir()
    assert places.hls.is_dir()


def test_a_folder_that_cannot_be_made_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart) as caught:
        Places(tmp_path / "file").prepare()
    told = str(caught.value)
    assert "server.var" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("depth", [1, 12])
async def test_unix_sockets_work_at_any_length_and_are_private(tmp_path: Path, depth: int) -> None:
    path = tmp_path.joinpath(*["a-long-folder-name"] * depth) / "bus" / "desk.sock"

    async def greet(_: object, writer: object) -> None:
        writer.write(b"hei")  # type: ignore[attr-defined]
        writer.close()  # type: ignore[attr-defined]

    for _ in range(2):  # a socket left over by a dead process is replaced
        server = await unix.serve(path, greet)
        assert mode(path) == 0o600
        reader, writer = await unix.connect(path)
        assert await reader.read() == b"hei"
        writer.close()
        server.close()
    with pytest.raises(OSError):
        await unix.connect(path)
    with pytest.raises(OSError):
        await unix.connect(path.with_name("never.sock"))


def test_listening_never_deletes_what_is_no_socket(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("keep")
    with pytest.raises(OSError):
        unix.listen(path)
    assert path.read_text() == "keep"


def test_media_paths_stay_in_their_folder(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    assert store.originals("e1", "cam-1") == tmp_path / "e1" / "originals" / "cam-1"
    assert store.master("e1") == tmp_path / "e1" / "master"
    assert store.originals("e1", "快检台 2") == tmp_path / "e1" / "originals" / "快检台%202"
    with pytest.raises(UnsafeNameError):
        store.episode("")
    for bad in ("..", "../x", "a/b", "a\\b", ".hidden", "a\0b", "%2E"):
        assert store.originals("e1", bad).parent == tmp_path / "e1" / "originals"
        assert store.episode(bad).parent == tmp_path
        assert not {".", "/", "\\", "\0"} & set(store.episode(bad).name)
