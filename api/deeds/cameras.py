"""Devices and cameras. In: one-use codes and device tokens. Out: who holds which camera.

The code travels in a URL's fragment and the token stays with the device; the desk keeps their hashes.
"""

import re
import secrets

import msgspec

from api.deeds.doing import Actor, Ok, new_id, once, the_episode
from api.deeds.doing import actor_of as _actor_of
from api.deeds.episodes import as_rule, camera_name
from api.deeds.seen import still
from api.desk import Desk
from episodes import episode as rules
from episodes.events import CameraBound, CamerasSet
from runtime.problems import UserProblem
from store import Work
from store.cameras import holder, holder_of_token, token_hash
from store.episodes import current, live
from store.mixing import mix_of
from store.tables.cameras import CameraBinding, JoinCode

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_HALF = 4
_NS = 1_000_000_000
_DEVICE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


class CodeMade(msgspec.Struct, frozen=True):
    """`code` is shown once; nothing keeps it."""

    code: str
    camera: str
    expires_utc_ns: int


class Joined(msgspec.Struct, frozen=True):
    """`token` goes to the device and nowhere else."""

    camera: str
    token: str
    device_id: str


class Left(msgspec.Struct, frozen=True):
    camera: str


async def create_join_code(desk: Desk, actor: Actor, *, camera: str, replace: bool = False) -> CodeMade:
    """A short-lived code for one device. `replace` is the director's yes to replacing a camera on air."""
    now = desk.clock.utc_ns()
    halves = ("".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2))
    code = "-".join(halves)
    expires = now + round(desk.settings.auth.join_code_minutes * 60 * _NS)
    async with desk.store.work(_actor_of(actor)) as work:
        episode = await current(work.session)
        if episode is None or camera not in episode.cameras:
            raise UserProblem("no_camera", "这一期没有这个机位。", 404)
        work.session.add(
            JoinCode(
                code_hash=token_hash(_plain(code)),
                camera=camera,
                made_by=actor.user_id,
                replace=replace,
                expires_utc_ns=expires,
            )
        )
    return CodeMade(code, camera, expires)


async def redeem_join_code(desk: Desk, *, code: str, device_id: str, device_name: str = "") -> Joined:
    """Bind a device to the code's camera. The former device's token dies with this."""
    if not _DEVICE_ID.fullmatch(device_id):
        raise UserProblem("device_id", "这台设备的编号不对，请刷新页面再试。", 422)
    token = secrets.token_urlsafe(32)
    async with desk.store.work(f"device:{device_id}") as work:
        row = await work.session.get(JoinCode, token_hash(_plain(code)), with_for_update=True)
        now = desk.clock.utc_ns()
        if row is None or row.used_utc_ns or row.expires_utc_ns <= now:
            raise UserProblem("code_wrong", "加入码不对或已失效，请导播重新生成一个。", 403)
        before = await holder(work.session, row.camera)
        if before and before.device_id != device_id and not row.replace and await _is_on_air(desk, work, row.camera):
            raise UserProblem("camera_on_air", "这个机位正在播出，换设备要先经导播同意。", 409)
        row.used_utc_ns = now
        binding = CameraBinding(
            camera=row.camera,
            device_id=device_id,
            device_name=device_name.strip()[:100],
            token_hash=token_hash(token),
            bound_by=row.made_by,
            bound_utc_ns=now,
        )
        await work.session.merge(binding)
        work.record(CameraBound(camera=row.camera, device_id=device_id, by=row.made_by))
        return Joined(row.camera, token, device_id)


async def bind_camera(desk: Desk, actor: Actor, *, camera: str, device_id: str = "", device_name: str = "") -> Joined:
    """Bind a device without a code: the demo's phones and encoders set up by hand."""
    token, device = secrets.token_urlsafe(32), device_id or new_id()
    async with desk.store.work(_actor_of(actor)) as work:
        await work.session.merge(
            CameraBinding(
                camera=camera,
                device_id=device,
                device_name=device_name,
                token_hash=token_hash(token),
                bound_by=actor.user_id,
                bound_utc_ns=desk.clock.utc_ns(),
            )
        )
        work.record(CameraBound(camera=camera, device_id=device, by=actor.user_id))
    return Joined(camera, token, device)


async def device_of(desk: Desk, token: str) -> CameraBinding | None:
    """Which camera this token holds; None when it holds none (any more)."""
    async with desk.store.read() as session:
        return await holder_of_token(session, token)


async def leave(desk: Desk, *, token: str) -> Left:
    """The device gives its camera back; its token dies."""
    async with desk.store.work("device") as work:
        row = await holder_of_token(work.session, token)
        if row is None:
            raise UserProblem("token_wrong", "这台设备已不持有机位。", 403)
        await work.session.delete(row)
        return Left(row.camera)


async def _is_on_air(desk: Desk, work: Work, camera: str) -> bool:
    episode = await live(work.session)
    studio = desk.rooms.studio
    return episode is not None and (studio.shows(camera) if studio else camera in mix_of(episode).shot.sources)


def _plain(code: str) -> str:
    """A code as people type it: case and hyphens do not matter."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


async def set_cameras(
    desk: Desk, actor: Actor, *, command_id: str = "", episode_id: str, cameras: tuple[str, ...], seen: str = ""
) -> Ok:
    """The cameras from now on; a phone more needs no new approval. One that is on air stays."""

    async def body(work: Work) -> Ok:
        row = await the_episode(work.session, episode_id, lock=True)
        still(seen, row.cameras)
        plan = as_rule(row).plan
        names = rules.plan(msgspec.structs.replace(plan, cameras=tuple(camera_name(name) for name in cameras))).cameras
        if row.state not in {rules.State.PLANNED, rules.State.APPROVED, rules.State.LIVE}:
            raise UserProblem("episode_over", "这一期已经结束，机位不能再改。", 409)
        studio = desk.rooms.studio
        if row.state == rules.State.LIVE and studio and (kept := set(studio.airing) & {*row.cameras} - {*names}):
            raise UserProblem("camera_on_air", "%(camera)s正在播出，先切走再删。", 409, camera=min(kept))
        row.cameras = list(names)
        work.record(CamerasSet(episode_id=row.id, cameras=names, by=actor.user_id))
        return Ok()

    done = await once(desk, actor, "set_cameras", command_id, Ok, body)
    await desk.field.tell()
    return done
