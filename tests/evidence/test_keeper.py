"""Checkpoints: signed, growing, never over a broken log."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from episodes.events import TimelinePosted
from evidence import note
from evidence.keeper import Keeper, leaves, signing_key
from evidence.merkle import Tree, is_consistent
from evidence.note import BadNote, Checkpoint
from store import LogBroken, Store


async def write(store: Store, count: int) -> None:
    async with store.work("user:u1") as work:
        work.record(*(TimelinePosted(episode_id="e1", entry_id=str(n), text="字", by="u1") for n in range(count)))


async def test_an_empty_log_has_no_checkpoint(keeper: Keeper) -> None:
    assert await keeper.checkpoint() == ""


async def test_each_checkpoint_continues_the_one_before(store: Store, keeper: Keeper, places, clock) -> None:
    made = []
    for count in (1, 2, 0, 5):
        await write(store, count) if count else None
        await clock.advance(60)
        made.append(note.verify(await keeper.checkpoint(), keeper.public_key))
    assert [each.size for each in made] == [1, 3, 3, 8]
    assert made[1] == made[2], "without news the same note is given"
    async with store.read() as session:
        tree = Tree([leaf async for leaf in leaves(session)])
    assert tree.root() == made[3].root
    assert is_consistent(3, made[1].root, 8, made[3].root, tree.consistency(3))

    again = Keeper(store, clock, signing_key(places.secrets), 60)
    await write(store, 4)
    assert note.verify(await again.checkpoint(), keeper.public_key).size == 12, "a restarted desk goes on, same key"


async def test_a_log_that_is_not_what_was_signed_is_never_signed_again(
    store: Store, keeper: Keeper, places, clock
) -> None:
    await write(store, 5)
    await keeper.checkpoint()
    async with store.work("thief") as work:
        await work.session.execute(text("DROP TRIGGER records_kept"))
        await work.session.execute(text("DELETE FROM records WHERE seq = 5"))
    again = Keeper(store, clock, signing_key(places.secrets), 60)
    with pytest.raises(LogBroken, match="not what was signed"):
        await again.run()
    with pytest.raises(LogBroken):
        await again.checkpoint()


def test_a_note_holds_only_for_its_key_and_its_words() -> None:
    key = Ed25519PrivateKey.generate()
    public = note.public_bytes(key)
    made = Checkpoint(note.log_name(public), 7, bytes(32), 123)
    signed = note.sign(made, key)
    assert note.verify(signed, public) == made
    for wrong in (
        signed.replace("\n7\n", "\n8\n"),
        signed.replace("utc_ns 123", "utc_ns 124"),
        signed.replace("\n7\n", "\n07\n"),
        signed.split("\n\n")[0] + "\n\n",
        signed.replace("— daylight/", "— nightfall/"),
        signed[:-6] + "AAAA=\n",
        "",
        "\n\n",
        "a\nb\nc\nd\n\n",
    ):
        with pytest.raises(BadNote):
            note.verify(wrong, public)
    other = note.public_bytes(Ed25519PrivateKey.generate())
    with pytest.raises(BadNote, match="another key"):
        note.verify(signed, other)
