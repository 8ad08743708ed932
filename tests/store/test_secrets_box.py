"""Small secrets at rest: useless without the key file, or in another row."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from store import CannotUnseal, SecretsBox
from store.secrets_box import key_from


def test_what_is_sealed_opens_only_with_the_same_key_and_about(tmp_path) -> None:
    box = SecretsBox.open(tmp_path)
    sealed = box.seal(b"rtmp://x/live/key", "outputs.address.1")
    assert b"key" not in sealed
    assert sealed != box.seal(b"rtmp://x/live/key", "outputs.address.1")
    assert SecretsBox.open(tmp_path).unseal(sealed, "outputs.address.1") == b"rtmp://x/live/key"
    with pytest.raises(CannotUnseal):
        box.unseal(sealed, "outputs.address.2")
    with pytest.raises(CannotUnseal):
        SecretsBox.open(tmp_path / "other").unseal(sealed, "outputs.address.1")
    with pytest.raises(CannotUnseal):
        box.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "outputs.address.1")


def test_the_key_file_is_private_and_made_once(tmp_path) -> None:
    path = tmp_path / "secrets" / "database.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: key_from(path), range(32)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["database.key"]
