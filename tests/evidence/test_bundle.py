"""A bundle proves what was public, tells nothing else, and every change to it is found."""

import json

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from episodes.events import ReadingEntered, TargetRevealed, TargetSealed, TimelinePosted
from episodes.record import canonical_bytes, content_hash
from evidence import bundle, note
from evidence.bundle import check, check_file
from evidence.keeper import Keeper
from store import LogBroken, Store, log


@pytest.fixture
async def made(store: Store, keeper: Keeper) -> bytes:
    async with store.work("user:u1") as work:
        work.record(
            TargetSealed(episode_id="e1", target_id="t", ordinal=1, commitment="c0ffee"),
            TimelinePosted(episode_id="e1", entry_id="1", text="开播", by="u1"),
            ReadingEntered(episode_id="e1", test_id="x", value="62.4", unit="%", invalid=False, by="u2"),
            TargetRevealed(episode_id="e1", target_id="t", ordinal=1, name="某店", place="某区"),
            TimelinePosted(episode_id="e2", entry_id="2", text="别的一期", by="u1"),
            TimelinePosted(episode_id="e1", entry_id="3", text="擦掉的", by="u1"),
            TimelinePosted(episode_id="e1", entry_id="4", text="还没公开", by="u1"),
        )
    async with store.work("user:legal") as work:
        await log.erase(work.session, 6)
    return await bundle.make(store, keeper, upto=6)


def test_it_verifies_without_us(made: bytes, keeper: Keeper, tmp_path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(made)
    report = check_file(path, public_key=keeper.public_key)
    assert report.holds, report.problems
    assert (report.size, report.records, report.log) == (7, 3, keeper.log_name)


def test_it_holds_only_what_is_public(made: bytes) -> None:
    assert [json.loads(record["payload"])["kind"] for record in json.loads(made)["records"]] == [
        "TimelinePosted",
        "TargetRevealed",
        "TimelinePosted",
    ]
    for secret in ("62.4", "c0ffee", "还没公开", "擦掉的"):
        assert secret not in made.decode()


async def test_one_episode_alone(store: Store, keeper: Keeper, made: bytes) -> None:
    only = await bundle.make(store, keeper, upto=7, episode_id="e2")
    assert check(only).holds
    assert len(json.loads(only)["records"]) == 1


def change(made: bytes, how) -> bytes:
    raw = json.loads(made)
    how(raw)
    return json.dumps(raw).encode()


def rewrite(raw: dict, at: int, words: str) -> None:
    """Change a record's words and its hash to fit: the tree still knows."""
    told = msgspec.json.decode(raw["records"][at]["payload"])
    payload = canonical_bytes(TimelinePosted(episode_id=told["episode_id"], entry_id="1", text=words, by="u1"))
    raw["records"][at]["payload"] = payload.decode()
    salt = msgspec.json.decode(json.dumps(raw["records"][at]["salt"]), type=bytes)
    raw["records"][at]["hash"] = json.loads(msgspec.json.encode(content_hash(salt, payload)))


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        (
            lambda raw: raw["records"][0].update(payload=raw["records"][0]["payload"].replace("开播", "停播")),
            "its words",
        ),
        (lambda raw: rewrite(raw, 0, "停播"), "not in the log"),
        (lambda raw: raw["records"][0].update(utc_ns=raw["records"][0]["utc_ns"] + 1), "not in the log"),
        (lambda raw: raw["records"][0].update(seq=3), "not in the log"),
        (lambda raw: raw["records"][0].update(seq=999), "not in the log"),
        (lambda raw: raw["records"][0].update(utc_ns=-1), "not in the log"),
        (lambda raw: raw["records"][0].update(path=raw["records"][1]["path"]), "not in the log"),
        (lambda raw: raw["records"].reverse(), "out of order"),
        (lambda raw: raw["records"].append(raw["records"][2]), "out of order"),
        (lambda raw: raw.update(checkpoint=raw["checkpoint"].replace("\n7\n", "\n6\n")), "checkpoint"),
        (lambda raw: raw.update(public_key="AAAA"), "checkpoint"),
        (lambda raw: raw.pop("checkpoint"), "not a bundle"),
    ],
)
def test_every_change_is_found(made: bytes, how, problem: str) -> None:
    report = check(change(made, how))
    assert not report.holds
    assert problem in report.problems[0]


def test_a_bundle_signed_anew_by_somebody_else_is_found_by_the_published_key(made: bytes, keeper: Keeper) -> None:
    key = Ed25519PrivateKey.generate()
    raw = msgspec.json.decode(made, type=bundle.Bundle)
    held = note.verify(raw.checkpoint, raw.public_key)
    public = note.public_bytes(key)
    forged = note.sign(note.Checkpoint(note.log_name(public), held.size, held.root, held.utc_ns), key)
    body = msgspec.json.encode(msgspec.structs.replace(raw, public_key=public, checkpoint=forged))
    assert check(body).holds, "by its own key it holds: that is why the key is published"
    assert check(body, public_key=keeper.public_key).problems == ("signed by another key than the one given",)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b'{"format":"daylight.bundle.v2"}'])
def test_what_is_no_bundle_is_said_so(body: bytes) -> None:
    assert check(body).problems[0].startswith("not a bundle")


def test_a_missing_file_is_said_so(tmp_path) -> None:
    assert "No such file" in check_file(tmp_path / "none.json").problems[0]


async def test_an_empty_log_makes_no_bundle(store: Store, keeper: Keeper) -> None:
    with pytest.raises(LogBroken):
        await bundle.make(store, keeper, upto=0)
