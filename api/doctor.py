"""Looks over the machine before a show. In: settings. Out: findings, each with its mend.

What needs media libraries is examined by `broadcaster.doctor` in a child, which answers the same findings as JSON.
"""

import ctypes
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from api.preflight import check_ports, only_one
from runtime.custody.custodians import Custody
from runtime.custody.envelope import CannotSeal
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings.model import Settings

_CHILD_S = 60.0
_GIB = 1024**3
_SHOW_HOURS = 4
_TIME_ERROR = 5
_TIMEX_BYTES = 512


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at."""

    name: str
    ok: bool
    says: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Everything, in the order a newcomer would mend it."""
    return [
        _folder(settings),
        _disk(settings),
        _ports(settings),
        _custody(settings),
        _clock(),
        _assets(),
        *_media(),
    ]


def _folder(settings: Settings) -> Finding:
    try:
        Places(settings.server.var).prepare()
    except CannotStart as error:
        return Finding("folder", ok=False, says=f"{settings.server.var} cannot be used.", mend=str(error))
    return Finding("folder", ok=True, says=f"{settings.server.var} can be written.")


def _disk(settings: Settings) -> Finding:
    """Room for an evening: the master and an original per camera."""
    var = settings.server.var
    place = next(folder for folder in (var, *var.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    encode, studio = settings.encode, settings.studio
    kbps = encode.video_kbps + encode.audio_kbps + studio.max_cameras * studio.camera_bitrate_kbps
    hours = free * 8 / (kbps * 1000) / 3600
    says = f"{free / _GIB:.1f} GiB free: about {hours:.0f} h of recordings with {studio.max_cameras} cameras."
    mend = f"Free some space under {place}, or set server.var in config.toml to a larger disk."
    return Finding("disk", ok=hours >= _SHOW_HOURS, says=says, mend=mend)


def _ports(settings: Settings) -> Finding:
    try:
        with only_one(Places(settings.server.var)):
            pass
    except CannotStart:
        return Finding("ports", ok=True, says="Daylight is running on this folder and holds its ports.")
    except OSError:
        # No folder yet: another finding's matter.
        pass
    try:
        check_ports(settings)
    except CannotStart as error:
        return Finding("ports", ok=False, says="A port cannot be opened.", mend=str(error))
    return Finding("ports", ok=True, says=f"{settings.server.port} and {settings.server.https_port} are free.")


def _custody(settings: Settings) -> Finding:
    """Originals are sealed to two people; a key that lies beside them seals nothing."""
    custody = Custody(settings.server.var)
    if left := custody.keys_left():
        says = f"The private keys of sealed originals lie on this machine: {', '.join(path.name for path in left)}."
        mend = f"Give each to one custodian on a medium of their own and delete it from {custody.take_away}."
        return Finding("originals", ok=False, says=says, mend=mend)
    try:
        names = ", ".join(each.name for each in custody.custodians())
    except CannotSeal:
        says = "No custodians yet: two keys are made with the first recording."
        mend = "Name two: daylight originals key new, then daylight originals custodians NAME=age1… NAME=age1…"
        return Finding("originals", ok=False, says=says, mend=mend)
    return Finding("originals", ok=True, says=f"Sealed to {names}; they open them together.")


def _clock() -> Finding:
    """Records carry UTC: the kernel says whether something keeps its clock right."""
    # struct timex with modes 0 only reads; its fields do not matter here, the return value does.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if state < 0 or state == _TIME_ERROR:
        mend = "Install a time service (apt-get install systemd-timesyncd or chrony), or ask who runs this container."
        return Finding("clock", ok=False, says=f"{now}; nothing keeps it right.", mend=mend)
    return Finding("clock", ok=True, says=f"{now}, kept right.")


def _assets() -> Finding:
    built = Path(__file__).resolve().parents[1] / "web" / "static" / "dist"
    if any(built.glob("*")):
        return Finding("pages", ok=True, says="Scripts and styles are built.")
    return Finding("pages", ok=False, says="Scripts and styles are not built.", mend="Run: make setup")


def _media() -> list[Finding]:
    try:
        told = subprocess.run(
            [sys.executable, "-m", "broadcaster.doctor"], capture_output=True, timeout=_CHILD_S, check=True
        )
        return msgspec.json.decode(told.stdout, type=list[Finding])
    except (subprocess.SubprocessError, OSError, msgspec.MsgspecError) as error:
        why = f"The media libraries do not load ({type(error).__name__})."
        return [Finding("media", ok=False, says=why, mend="Run: make setup, then: python -m broadcaster.doctor")]
