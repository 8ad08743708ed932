"""What the coming show needs beyond its machine. In: the store, the rooms' last words. Out: findings with their mend.

Outputs (an address that opens, a key that outlasts the show, a host that answers), cameras (rate, loss, frames), the
clock since the desk began, and the line upwards against what outputs and viewers take. All of these warn; what the
show waits for is in `api.gate.points`.
"""

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from sqlalchemy import select

from api.checks import Finding
from api.checks import said as text
from api.desired import address_of
from episodes.status import CameraStatus, PlayoutStatus, StudioStatus
from runtime.settings import Settings
from store import CannotUnseal, SecretsBox, Store
from store.episodes import current
from store.tables.episodes import Episode, Programme
from store.tables.outputs import Output

_CONNECT_S = 3.0
_PORTS = {"rtmp": 1935, "rtmps": 443}
_OVERHEAD = 1.05
_LOSS, _FPS, _KBPS_SHARE = 3.0, 20.0, 0.3
_JUMP_S = 1.0
_NS = 1_000_000_000


class Destination:
    """One wanted output: its address is a secret and stays here."""

    def __init__(self, row: Output, url: str) -> None:
        self.name, self.expires_utc_ns = row.name, row.expires_utc_ns
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        self.opens = bool(self.host)


async def examine_show(
    store: Store,
    box: SecretsBox,
    settings: Settings,
    now_utc_ns: int,
    studio: StudioStatus | None,
    playout: PlayoutStatus | None,
) -> list[Finding]:
    """All of it, for the episode on air or the next one."""
    async with store.read() as session:
        episode = await current(session)
        if episode is None:
            says = text("没有排定的一期。")
            return [Finding("episode", ok=False, says=says, mend=text("请到制片台新建一期，并请另一人审批。"))]
        programme = await session.get(Programme, episode.programme_id)
        query = select(Output).where(Output.episode_id == episode.id, Output.wanted.is_(True))
        rows = tuple((await session.scalars(query)).all())
    outputs = [Destination(row, _opened(box, row)) for row in rows]
    minutes = episode.minutes or (programme.minutes if programme else 0)
    until_ns = max(now_utc_ns, episode.starts_utc_ns) + minutes * 60 * _NS
    return [
        _keys(outputs, until_ns),
        await _reach(outputs),
        _cameras(episode, settings, studio),
        _upstream(outputs, settings, playout),
    ]


def clock_steady(started_mono_ns: int, started_utc_ns: int, mono_ns: int, utc_ns: int) -> Finding:
    """Whether UTC went as evenly as the monotonic clock since the desk began."""
    jumped_s = ((utc_ns - started_utc_ns) - (mono_ns - started_mono_ns)) / _NS
    says = text("控制台启动以来，系统时间与单调时钟相差%(seconds)s秒。", seconds=f"{jumped_s:+.1f}")
    mend = text("系统时间被拨动过。记录仍按顺序，请核对时间，开播后不要再拨。")
    return Finding("clock_steady", ok=abs(jumped_s) < _JUMP_S, says=says, mend=mend)


def _opened(box: SecretsBox, row: Output) -> str:
    try:
        return box.unseal(row.address, address_of(row.id)).decode()
    except CannotUnseal:
        return ""


def _keys(outputs: list[Destination], until_ns: int) -> Finding:
    if not outputs:
        says = text("没有要推的平台，只在本站播出。")
        return Finding("keys", ok=False, says=says, mend=text("请到制片台添加推流地址，或打开已有的。"))
    closed = [each.name for each in outputs if not each.opens]
    if closed:
        says = text("推流地址打不开：%(names)s。", names=_names(closed))
        return Finding("keys", ok=False, says=says, mend=text("地址的密钥不在这台机器上，请重新填写推流地址。"))
    short = [each.name for each in outputs if 0 < each.expires_utc_ns <= until_ns]
    if short:
        says = text("推流地址在节目结束前到期：%(names)s。", names=_names(short))
        return Finding("keys", ok=False, says=says, mend=text("请向平台要新的推流地址，在制片台更换。"))
    return Finding("keys", ok=True, says=text("%(count)s个平台的推流地址都在，节目结束前不到期。", count=len(outputs)))


async def _reach(outputs: list[Destination]) -> Finding:
    """A TCP connection to each host. Nothing is sent: the test push is a press of its own."""
    answers = await asyncio.gather(*(_connects(each) for each in outputs if each.opens))
    silent = [
        each.name for each, answers_ in zip((o for o in outputs if o.opens), answers, strict=True) if not answers_
    ]
    if silent:
        says = text("连不上：%(names)s。", names=_names(silent))
        mend = text("请检查网络和防火墙是否放行对方的端口，再核对推流地址，然后试推一次。")
        return Finding("reach", ok=False, says=says, mend=mend)
    return Finding("reach", ok=True, says=text("%(count)s个平台的主机都有回应。", count=len(answers)))


async def _connects(to: Destination) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(to.host, to.port)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return True


def _cameras(episode: Episode, settings: Settings, studio: StudioStatus | None) -> Finding:
    if studio is None:
        return Finding("cameras", ok=False, says=text("演播室不在。"), mend=text("请先启动日光：daylight serve。"))
    there = {each.camera: each for each in studio.cameras}
    missing = [name for name in episode.cameras if name not in there or there[name].state != "live"]
    if missing:
        says = text("没有画面的机位：%(names)s。", names=_names(missing))
        return Finding("cameras", ok=False, says=says, mend=text("请让手机扫加入码，或看手机上的提示。"))
    poor = [each for each in there.values() if each.camera in episode.cameras and _is_poor(each, settings)]
    figures = "；".join(_figures(each) for each in poor or there.values())
    says = text("%(figures)s", figures=figures)
    mend = text("信号不好：请换到 5 GHz Wi-Fi 或移动网络，离路由器近一些。")
    return Finding("cameras", ok=not poor, says=says, mend=mend)


def _is_poor(camera: CameraStatus, settings: Settings) -> bool:
    least = settings.studio.camera_bitrate_kbps * _KBPS_SHARE
    return camera.loss_percent > _LOSS or camera.fps < min(_FPS, settings.encode.fps * 0.7) or camera.kbps < least


def _figures(camera: CameraStatus) -> str:
    return f"{camera.camera} {camera.kbps:.0f} kbps, {camera.fps:.0f} fps, −{camera.loss_percent:.1f} %"


def _upstream(outputs: list[Destination], settings: Settings, playout: PlayoutStatus | None) -> Finding:
    """The sum that must go up: each output carries the whole programme, each viewer of our own page too."""
    one = (settings.encode.video_kbps + settings.encode.audio_kbps) / 1000 * _OVERHEAD
    viewers = settings.server.expected_viewers
    needed = one * (len(outputs) + viewers)
    sums = {
        "outputs": len(outputs),
        "viewers": viewers,
        "one": f"{one:.1f}",
        "needed": f"{needed:.1f}",
        "line": f"{settings.server.upstream_mbps:g}",
    }
    mend = text("请少推几个平台、降低 encode.video_kbps、把网页直播放到 CDN，或换更快的上行。")
    starving = (
        [each.name for each in playout.outputs if each.state == "live" and each.kbps < one * 1000 * 0.8]
        if playout
        else []
    )
    if starving and playout and playout.public != "off":
        says = text("正在推的收得太少：%(names)s；每路要%(one)s Mbps。", names=_names(starving), one=sums["one"])
        return Finding("upstream", ok=False, says=says, mend=mend)
    if not settings.server.upstream_mbps:
        says = text(
            "%(outputs)s个平台加%(viewers)s位观众，每路%(one)s Mbps，共%(needed)s Mbps。上行带宽没有填。", **sums
        )
        return Finding("upstream", ok=True, says=says)
    says = text(
        "%(outputs)s个平台加%(viewers)s位观众，每路%(one)s Mbps，共%(needed)s Mbps；上行%(line)s Mbps。", **sums
    )
    return Finding("upstream", ok=needed <= settings.server.upstream_mbps * 0.8, says=says, mend=mend)


def _names(names: Iterable[str]) -> str:
    return "、".join(names)
