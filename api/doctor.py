"""Looks over the machine before a show. In: settings. Out: findings, each with its mend.

What needs media libraries is examined by `broadcaster.doctor` in a child, which answers the same findings as JSON.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from api.checks import Finding
from api.checks import said as text
from api.preflight import check_ports, only_one
from runtime.custody.custodians import Custody
from runtime.custody.envelope import CannotSeal
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings
from runtime.tables import glyph_table

_CHILD_S = 60.0
_GIB = 1024**3
_SHOW_HOURS = 4
_TIME_ERROR = 5
_TRY_MIB = 16
_PROGRAMME_COPIES = 3
_SPARE = 4
_LOOK_S = 0.5
_SHOW_CORES, _CAMERA_CORES, _LEAST_IDLE = 0.7, 0.08, 0.2
"""Measured on two cores: `make bench BENCH=pipeline`."""
_TIMEX_BYTES = 512


class MediaWord(msgspec.Struct, frozen=True):
    """What the child says of one library."""

    name: str
    missing: list[str]
    says: str


def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order a newcomer would mend it."""
    return [
        _folder(settings),
        _disk(settings),
        _disk_speed(settings),
        _ports(settings),
        _custody(settings),
        _clock(),
        _cpu(settings),
        _fonts(),
        _assets(),
        *_media(),
    ]


def _folder(settings: Settings) -> Finding:
    try:
        Places(settings.server.var).prepare()
    except CannotStart as error:
        return Finding(
            "folder",
            ok=False,
            says=text("%(folder)s 不能用。", folder=settings.server.var),
            mend=text("%(why)s", why=str(error)),
        )
    return Finding("folder", ok=True, says=text("%(folder)s 可以写。", folder=settings.server.var))


def _disk(settings: Settings) -> Finding:
    """Room for an evening: an original per camera; the programme as recorded, as one master and as the public cut."""
    var = settings.server.var
    place = next(folder for folder in (var, *var.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    encode, studio = settings.encode, settings.studio
    programme_kbps = _PROGRAMME_COPIES * (encode.video_kbps + encode.audio_kbps)
    kbps = programme_kbps + studio.max_cameras * studio.camera_bitrate_kbps
    hours = free * 8 / (kbps * 1000) / 3600
    says = text(
        "剩%(free)s GiB，约够%(cameras)s个机位录%(hours)s小时。",
        free=f"{free / _GIB:.1f}",
        hours=f"{hours:.0f}",
        cameras=studio.max_cameras,
    )
    mend = text("请在 %(place)s 下腾出空间，或在 config.toml 里把 server.var 设到更大的磁盘。", place=place)
    return Finding("disk", ok=hours >= _SHOW_HOURS, says=says, mend=mend)


def _disk_speed(settings: Settings) -> Finding:
    """Every recording is written through to the disk: what that costs here, against four times what a show writes."""
    var = settings.server.var
    place = next(folder for folder in (var, *var.parents) if folder.is_dir())
    encode, studio = settings.encode, settings.studio
    needed = (encode.video_kbps + encode.audio_kbps + studio.max_cameras * studio.camera_bitrate_kbps) / 8000
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            began = time.monotonic()
            for _ in range(_TRY_MIB):
                file.write(b"\0" * 1024 * 1024)
                file.flush()
                os.fdatasync(file.fileno())
            speed = _TRY_MIB / max(time.monotonic() - began, 1e-6)
    except OSError as error:
        why = error.strerror or "?"
        return Finding(
            "disk_speed", ok=False, says=text("写不进 %(place)s。", place=place), mend=text("%(why)s", why=why)
        )
    says = text("每秒能落盘%(speed)s MB，录像要%(needed)s MB。", speed=f"{speed:.0f}", needed=f"{needed:.1f}")
    mend = text("请换更快的磁盘，或停掉别的在写盘的程序。")
    return Finding("disk_speed", ok=speed >= needed * _SPARE, says=says, mend=mend)


def _cpu(settings: Settings) -> Finding:
    """What is idle now, against what a show of these settings takes when it does not run yet."""
    before = _idle_s()
    time.sleep(_LOOK_S)
    idle = max(0.0, (_idle_s() - before) / _LOOK_S)
    encode, studio = settings.encode, settings.studio
    pixels = encode.width * encode.height * encode.fps / (1280 * 720 * 30)
    needed = _SHOW_CORES * pixels + _CAMERA_CORES * studio.max_cameras
    running = _runs(settings)
    least = _LEAST_IDLE if running else needed
    says = text(
        "空闲%(idle)s核，共%(all)s核；一场直播约用%(needed)s核。",
        idle=f"{idle:.1f}",
        all=os.cpu_count(),
        needed=f"{needed:.1f}",
    )
    mend = text("请关掉别的程序，或在 config.toml 里降低 encode.fps 或分辨率。")
    return Finding("cpu", ok=idle >= least, says=says, mend=mend)


def _idle_s() -> float:
    with Path("/proc/stat").open() as stat:
        return int(stat.readline().split()[4]) / os.sysconf("SC_CLK_TCK")


def _runs(settings: Settings) -> bool:
    try:
        with only_one(Places(settings.server.var)):
            return False
    except CannotStart:
        return True
    except OSError:
        return False


def _fonts() -> Finding:
    """The faces of the picture and the table of what they can draw."""
    folder = Path(__file__).resolve().parents[1] / "overlay" / "fonts"
    names = ["coverage.json", *(f"{face}-{weight}.ttf" for face in ("han", "latin") for weight in (400, 500, 700, 800))]
    missing = [name for name in names if not (folder / name).is_file()]
    try:
        count = len(glyph_table()) if not missing else 0
    except (OSError, ValueError):
        missing = ["coverage.json"]
        count = 0
    if missing:
        says = text("上屏字体不全：%(missing)s。", missing="、".join(missing))
        return Finding("fonts", ok=False, says=says, mend=text("请运行：make fonts"))
    return Finding("fonts", ok=True, says=text("上屏字体齐全，字形表%(size)s KB。", size=count // 1024))


def _ports(settings: Settings) -> Finding:
    try:
        with only_one(Places(settings.server.var)):
            pass
    except CannotStart:
        return Finding("ports", ok=True, says=text("日光正在这个文件夹上运行，端口由它占着。"))
    except OSError:
        # No folder yet: another finding's matter.
        pass
    try:
        check_ports(settings)
    except CannotStart as error:
        return Finding("ports", ok=False, says=text("有端口打不开。"), mend=text("%(why)s", why=str(error)))
    return Finding(
        "ports",
        ok=True,
        says=text("%(http)s 和 %(https)s 空着。", http=settings.server.port, https=settings.server.https_port),
    )


def _custody(settings: Settings) -> Finding:
    """Originals are sealed to two people; a key that lies beside them seals nothing."""
    custody = Custody(settings.server.var)
    if left := custody.keys_left():
        says = text("封存原始录像的私钥还在这台机器上：%(keys)s。", keys="、".join(path.name for path in left))
        mend = text("请把每把私钥分别交给一位保管人，再从 %(place)s 删掉。", place=custody.take_away)
        return Finding("originals", ok=False, says=says, mend=mend)
    try:
        names = ", ".join(each.name for each in custody.custodians())
    except CannotSeal:
        says = text("还没有保管人：第一次录像时会自动生成两把私钥。")
        mend = text("请指定两位：daylight originals key new，再 daylight originals custodians NAME=age1… NAME=age1…")
        return Finding("originals", ok=False, says=says, mend=mend)
    return Finding("originals", ok=True, says=text("封存给%(names)s，要一起才能打开。", names=names))


def _clock() -> Finding:
    """Records carry UTC: the kernel says whether something keeps its clock right."""
    # struct timex with modes 0 only reads; its fields do not matter here, the return value does.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if state < 0 or state == _TIME_ERROR:
        mend = text("请装对时服务（apt-get install systemd-timesyncd 或 chrony），或问管理这个容器的人。")
        return Finding("clock", ok=False, says=text("%(now)s，没有服务在对时。", now=now), mend=mend)
    return Finding("clock", ok=True, says=text("%(now)s，一直在对时。", now=now))


def _assets() -> Finding:
    built = Path(__file__).resolve().parents[1] / "web" / "static" / "dist"
    if any(built.glob("*")):
        return Finding("pages", ok=True, says=text("脚本和样式都在。"))
    return Finding("pages", ok=False, says=text("脚本和样式没有生成。"), mend=text("请运行：make setup"))


def _media() -> list[Finding]:
    try:
        told = subprocess.run(
            [sys.executable, "-m", "broadcaster.doctor"], capture_output=True, timeout=_CHILD_S, check=True
        )
        return [_media_finding(each) for each in msgspec.json.decode(told.stdout, type=list[MediaWord])]
    except (subprocess.SubprocessError, OSError, msgspec.MsgspecError) as error:
        says = text("媒体库加载不了（%(why)s）。", why=type(error).__name__)
        return [
            Finding("media", ok=False, says=says, mend=text("请运行：make setup，再运行：python -m broadcaster.doctor"))
        ]


def _media_finding(word: MediaWord) -> Finding:
    if not word.missing:
        return Finding(word.name, ok=True, says=text("%(found)s", found=word.says))
    says = text("缺：%(missing)s", missing=", ".join(word.missing))
    return Finding(word.name, ok=False, says=says, mend=text("请运行：make setup（装上带这些的 av 包）。"))
