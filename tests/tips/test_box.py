"""The sealed box: intake, proof, dialogue, closing only with an answer, the chain."""

from pathlib import Path

import pyrage
import pytest
from nacl.signing import VerifyKey
from sqlalchemy import text

from runtime.clock import SteppedClock
from runtime.problems import Problem, ProtocolProblem, UserProblem
from tests.tips.material import ARMOURED, Made, changed, recipient_of
from tips import receipt, seal
from tips.box import Intake
from tips.chain import GENESIS, Fact, first_broken, link
from tips.desk import Tips
from tips.log import Checkpoint, links, signed_bytes


async def refused(awaitable: object) -> str:
    with pytest.raises(Problem) as problem:
        await awaitable  # type: ignore[misc]
    return problem.value.code


async def test_without_a_key_nothing_can_be_taken_in(tips: Tips) -> None:
    assert await tips.box.key() is None
    assert await tips.inbox.rows() == ()


async def test_the_holder_of_the_receipt_sees_where_it_stands(ready: Tips, made: Made) -> None:
    standing = await ready.box.standing(made.held.public_id, made.keys.auth)
    assert (standing.state, standing.reference, standing.said) == ("received", "", ())
    assert standing.received_utc_ns % (3600 * 10**9) == 0, "a reporter's moment is a whole hour"
    assert standing.due_utc_ns - standing.received_utc_ns == 15 * 86_400 * 10**9


async def test_a_wrong_id_and_wrong_words_look_the_same(ready: Tips, made: Made) -> None:
    other = receipt.new(9)
    wrong = [
        await refused(ready.box.standing(made.held.public_id, "0" * 64)),
        await refused(ready.box.standing(other.public_id, made.keys.auth)),
    ]
    assert wrong == ["receipt_wrong", "receipt_wrong"]


async def test_only_the_desk_opens_the_letter(ready: Tips, made: Made, desk_identity: str) -> None:
    (row,) = await ready.inbox.rows()
    opened = await ready.inbox.view(row.tip_id, "dora")
    assert "半夜换标签" in seal.unseal(opened.letter, desk_identity).decode()
    with pytest.raises(pyrage.DecryptError):
        seal.unseal(opened.letter, made.keys.identity)
    picture = await ready.inbox.picture(row.tip_id, 0, "dora")
    assert seal.unseal(picture, desk_identity) == b"pixels"


async def test_dialogue_and_the_end_by_an_answer_alone(ready: Tips, made: Made, desk_identity: str) -> None:
    (row,) = await ready.inbox.rows()
    desk = recipient_of(desk_identity)
    await ready.inbox.move(row.tip_id, "accepted", "dora")
    assert await refused(ready.inbox.move(row.tip_id, "answered", "dora")) == "tip_needs_answer"
    assert await refused(ready.inbox.move(row.tip_id, "received", "dora")) == "tip_backwards"
    await ready.inbox.refer(row.tip_id, " JB2026-0611-0382 ", "dora")
    to = [made.keys.recipient, desk]
    # Each goes twice, as when an answer is lost on the way, and is said once.
    asked, told = seal.seal_text("在店内还是店后？", to), seal.seal_text("店后", to)
    for _ in range(2):
        await ready.inbox.reply(row.tip_id, asked, "dora", answer=False)
    for _ in range(2):
        await ready.box.say(made.held.public_id, made.keys.auth, told)
    assert (await ready.inbox.rows())[0].unread

    standing = await ready.box.standing(made.held.public_id, made.keys.auth)
    assert (standing.state, standing.reference) == ("accepted", "JB2026-0611-0382")
    said = [(one.by_desk, seal.unseal_text(one.sealed, made.keys.identity)) for one in standing.said]
    assert said == [(True, "在店内还是店后？"), (False, "店后")]
    assert [seal.unseal_text(one.sealed, desk_identity) for one in standing.said] == ["在店内还是店后？", "店后"]

    await ready.inbox.reply(row.tip_id, seal.seal_text("查实，已立案。", to), "dora", answer=True)
    closed = await ready.box.standing(made.held.public_id, made.keys.auth)
    assert (closed.state, closed.said[-1].answer) == ("answered", True)
    late = seal.seal_text("还有", to)
    assert await refused(ready.box.say(made.held.public_id, made.keys.auth, late)) == "tip_closed"
    assert await refused(ready.inbox.reply(row.tip_id, late, "dora", answer=True)) == "tip_closed"


async def test_a_reporter_cannot_flood_the_desk(ready: Tips, made: Made, desk_identity: str) -> None:
    def more() -> bytes:
        return seal.seal_text("再补充", [recipient_of(desk_identity)])

    for _ in range(20):
        await ready.box.say(made.held.public_id, made.keys.auth, more())
    assert await refused(ready.box.say(made.held.public_id, made.keys.auth, more())) == "tip_said_full"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"letter": b"plain words"}, "tip_not_sealed"),
        ({"letter": b"age-encryption.org/v1\n-> X25519 abc\n"}, "tip_not_sealed"),
        ({"letter": b"age-encryption.org/v1\n" + b"\xff" * 500}, "tip_not_sealed"),
        ({"letter": b"age-encryption.org/v1\n" + b"x" * 200_000}, "tip_size"),
        ({"pictures": (b"GIF89a",)}, "tip_not_sealed"),
        ({"pictures": (b"x",) * 3}, "tip_files"),
        ({"verifier": "zz"}, "tip_verifier"),
        ({"verifier": "Z" * 64}, "tip_verifier"),
        ({"recipient": "age1nothing"}, "tip_recipient"),
        ({"recipient": "age1" + "q" * 58}, "tip_recipient"),
        ({"key_id": 99}, "tip_key"),
        ({"public_id": "k7m3-2qxa"}, "tip_id"),
        ({"public_id": "'; drop table tips; --"}, "receipt_id"),
    ],
)
async def test_hostile_intake_stores_nothing(ready: Tips, made: Made, changes: dict[str, object], code: str) -> None:
    fresh = changed(made.intake, public_id=receipt.new(9).public_id)
    assert await refused(ready.box.take(changed(fresh, **changes))) == code
    assert len(await ready.inbox.rows()) == 1
    assert await ready.inbox.broken_at() is None


async def test_a_letter_sealed_with_a_passphrase_is_not_for_the_desk(ready: Tips, made: Made) -> None:
    by_phrase = pyrage.passphrase.encrypt(b"x", "secret")
    wrong = changed(made.intake, public_id=receipt.new(9).public_id, letter=bytes(by_phrase))
    assert await refused(ready.box.take(wrong)) == "tip_not_sealed"


async def test_a_taken_id_is_told_to_the_browser(ready: Tips, made: Made) -> None:
    assert await refused(ready.box.take(changed(made.intake, verifier="0" * 64))) == "tip_id_taken"


async def test_a_tip_sent_again_is_one_tip(ready: Tips, made: Made) -> None:
    await ready.box.take(made.intake)
    assert len(await ready.inbox.rows()) == 1


async def test_two_first_keys_cannot_both_be_first(ready: Tips, desk_identity: str) -> None:
    key = seal.DeskKey(recipient_of(desk_identity), ARMOURED)
    assert await refused(ready.inbox.set_key(key, "eve")) == "tip_key_made"
    assert await ready.inbox.set_key(key, "eve", expects=1) == 2
    naked = seal.DeskKey(recipient_of(desk_identity), desk_identity)
    assert await refused(ready.inbox.set_key(naked, "eve", expects=2)) == "tip_key_open"


async def test_every_look_is_in_the_chain(ready: Tips, made: Made) -> None:
    (row,) = await ready.inbox.rows()
    await ready.inbox.view(row.tip_id, "dora")
    await ready.inbox.picture(row.tip_id, 0, "eve")
    async with ready.inbox._engine.read() as session:
        facts = [(one.fact.kind, one.fact.by) for one in await links(session)]
    assert facts == [("key_set", "dora"), ("received", ""), ("viewed", "dora"), ("picture_viewed", "eve")]


async def test_who_changes_the_chain_is_found_out(ready: Tips, made: Made) -> None:
    assert await ready.inbox.broken_at() is None
    async with ready.inbox._engine.write() as session:
        await session.execute(text("UPDATE tip_log SET body = replace(body, 'dora', 'erin') WHERE seq = 1"))
    assert await ready.inbox.broken_at() == 1


def test_a_missing_link_is_found_out() -> None:
    one = link(GENESIS, Fact(seq=1, utc_ns=1, kind="received"), "aa")
    two = link(one.hash, Fact(seq=2, utc_ns=2, kind="viewed"), "bb")
    three = link(two.hash, Fact(seq=3, utc_ns=3, kind="viewed"), "cc")
    assert first_broken([one, two, three]) is None
    assert first_broken([one, three]) == 2
    assert first_broken([two, three]) == 1


async def test_a_checkpoint_is_signed_and_told_once(ready: Tips, made: Made) -> None:
    told: list[Checkpoint] = []

    async def put(checkpoint: Checkpoint) -> None:
        told.append(checkpoint)

    assert await ready.tell(put)
    assert not await ready.tell(put)
    (one,) = told
    assert one.size == 2
    VerifyKey(ready.verify_key).verify(signed_bytes(one.size, one.head), bytes.fromhex(one.signature))


async def test_the_files_are_for_their_owner_alone_and_hold_no_word(
    ready: Tips, made: Made, tmp_path: Path, clock: SteppedClock
) -> None:
    assert (tmp_path / "tips.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "secrets" / "tips-sign.key").stat().st_mode & 0o077 == 0
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("半夜换标签", "夜市东口", "pixels", made.keys.auth, made.keys.identity, *made.held.words):
        assert secret.encode() not in held


async def test_unknown_tips_are_gone(ready: Tips) -> None:
    for act in (
        ready.inbox.view("nope", "dora"),
        ready.inbox.picture("nope", 0, "dora"),
        ready.inbox.move("nope", "accepted", "dora"),
        ready.inbox.refer("nope", "1", "dora"),
    ):
        assert await refused(act) == "tip_gone"


async def test_a_reference_is_one_short_line(ready: Tips, made: Made) -> None:
    (row,) = await ready.inbox.rows()
    for wrong in ("", "  ", "x" * 65, "a\nb", "a\u202eb"):
        assert await refused(ready.inbox.refer(row.tip_id, wrong, "dora")) == "tip_reference"


async def test_slow_hashing_has_a_bound(ready: Tips) -> None:
    ready._deriving = 8
    with pytest.raises(UserProblem) as busy:
        await ready.derive(receipt.new(9))
    assert busy.value.status == 503
    ready._deriving = 0
    assert (await ready.derive(receipt.new(9))).auth


def test_an_intake_prints_no_letter(made: Made) -> None:
    assert isinstance(made.intake, Intake)
    assert repr(seal.Letter(what="半夜")) == "Letter(…)"
    assert not issubclass(ProtocolProblem, UserProblem)
