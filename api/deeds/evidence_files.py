"""Photos and spoken notes. In: bytes with the hash the phone made. Out: sealed files, and the same bytes for the staff.

The bytes are sealed before they touch the disk, by the key of the database's sealed columns. The file is whole on the
disk before its row and fact are committed: a crash in between leaves a file nobody names, never a fact without a file.
"""

import hashlib
import os
from pathlib import Path

import msgspec

from api.auth.who import Person
from api.deeds.doing import Actor, already, new_id, once
from api.deeds.inspection import When, takes_entries
from api.desk import Desk
from episodes import inspection as rules
from episodes.events import EvidenceKept, EvidenceViewed, Sort
from episodes.people import Role
from runtime.media import safe_name
from runtime.problems import UserProblem
from store import Work
from store.secrets_box import CannotUnseal
from store.tables.inspection import EvidenceFile

MOST_BYTES: dict[Sort, int] = {"photo": 4 * 1024 * 1024, "voice": 2 * 1024 * 1024}
MAGIC: dict[str, tuple[Sort, tuple[bytes, ...], int]] = {
    "image/jpeg": ("photo", (b"\xff\xd8\xff",), 0),
    "audio/webm": ("voice", (b"\x1a\x45\xdf\xa3",), 0),
    "audio/mp4": ("voice", (b"ftyp",), 4),
}
"""What a file of each kind begins with, and where."""
LOOKING = (Role.OFFICER, Role.LEGAL, Role.PRODUCER)


class FileKept(msgspec.Struct, frozen=True):
    file_id: str


class Opened(msgspec.Struct, frozen=True):
    media_type: str
    content: bytes


async def keep_file(
    desk: Desk,
    actor: Actor,
    *,
    command_id: str,
    episode_id: str,
    content: bytes,
    media_type: str,
    sha256: str,
    camera: str = "",
    private: bool = False,
    when: When,
) -> FileKept:
    """Keep a file from the spot; its id is the client's command id, so that what waits in a phone can name it."""
    if (done := await already(desk, actor, "keep_file", command_id, FileKept)) is not None:
        return done
    sort = _sort(content, media_type)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserProblem("file_hash", "文件在路上变了，手机会再传一次。", 409)
    file_id = command_id or new_id()
    path = _path(desk, episode_id, file_id)
    at = rules.moment(when.at_utc_ns, desk.clock.utc_ns(), paper=when.paper)

    async def body(work: Work) -> FileKept:
        await takes_entries(work, episode_id)
        if await work.session.get(EvidenceFile, file_id) is not None:
            raise UserProblem("command_reused", "这次操作的编号已用过，请刷新页面再试。", 409)
        part.replace(path)
        work.session.add(
            EvidenceFile(
                id=file_id,
                episode_id=episode_id,
                sort=sort,
                media_type=media_type,
                sha256=sha256,
                bytes=len(content),
                camera=camera,
                private=private,
                by=actor.user_id,
                at_utc_ns=at,
                received_utc_ns=desk.clock.utc_ns(),
                paper=when.paper,
            )
        )
        work.record(
            EvidenceKept(
                episode_id=episode_id,
                file_id=file_id,
                sort=sort,
                sha256=sha256,
                bytes=len(content),
                camera=camera,
                at_utc_ns=at,
                by=actor.user_id,
                paper=when.paper,
            )
        )
        return FileKept(file_id)

    part = path.with_name(f"{path.name}.{new_id()}.part")
    try:
        # Written and synced before the transaction, which then only renames: nobody waits for this disk.
        await desk.files.run(_write, part, desk.secrets_box.seal(content, f"evidence.{file_id}"))
        return await once(desk, actor, "keep_file", command_id, FileKept, body)
    finally:
        await desk.files.run(part.unlink, True)


async def open_file(desk: Desk, who: Person, file_id: str) -> Opened:
    """The bytes, for its maker and those whose work it is; what is private for its maker and the legal desk."""
    async with desk.store.read() as session:
        row = await session.get(EvidenceFile, file_id)
    roles = (Role.LEGAL,) if row is not None and row.private else LOOKING
    if row is None or (row.by != who.user_id and not who.is_a(*roles)):
        raise UserProblem("no_file_here", "没有这个文件，或者它不归你看。", 404)
    try:
        sealed = await desk.files.run(_path(desk, row.episode_id, row.id).read_bytes)
        content = desk.secrets_box.unseal(sealed, f"evidence.{row.id}")
    except (OSError, CannotUnseal):
        raise UserProblem("file_lost", "这个文件打不开了。请告诉管理员检查磁盘和密钥。", 410) from None
    if row.by != who.user_id:
        async with desk.store.work(who.actor) as work:
            work.record(EvidenceViewed(episode_id=row.episode_id, file_id=row.id, by=who.user_id))
    return Opened(row.media_type, content)


def _sort(content: bytes, media_type: str) -> Sort:
    kind = MAGIC.get(media_type)
    if kind is None or not content[kind[2] :].startswith(kind[1]):
        raise UserProblem("file_kind", "只收照片（JPEG）和手机录的口述。", 415)
    if len(content) > MOST_BYTES[kind[0]]:
        raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
    return kind[0]


def _path(desk: Desk, episode_id: str, file_id: str) -> Path:
    return desk.places.evidence / safe_name(episode_id) / f"{safe_name(file_id)}.sealed"


def _write(path: Path, sealed: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
