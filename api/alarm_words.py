"""Stable words of the rooms in the staff's language. In: alarms. Out: what happened, what follows."""

from collections.abc import Mapping
from typing import Any

from episodes.status import Alarm
from runtime.words import N_
from web.i18n import Texts

_ALARMS: dict[str, tuple[str, str]] = {
    "disk_full": (N_("磁盘已满，录像停了"), N_("直播没有受影响。请立刻腾出空间，录像会自己续上。")),
    "disk_error": (N_("录像写不进磁盘"), N_("直播没有受影响。请检查磁盘，录像会自己续上。")),
    "recording_disk_full": (N_("磁盘已满，录像停了"), N_("直播没有受影响。请立刻腾出空间，录像会自己续上。")),
    "recording_disk_error": (N_("录像写不进磁盘"), N_("直播没有受影响。请检查磁盘，录像会自己续上。")),
    "recording_lost": (N_("录像进程退出"), N_("直播没有受影响，正在重新开始录像。")),
    "recording_stalled": (N_("录像停住"), N_("直播没有受影响，正在重新开始录像。")),
    "stalled": (N_("录像停住"), N_("直播没有受影响，正在重新开始录像。")),
    "lost": (N_("录像进程退出"), N_("直播没有受影响，正在重新开始录像。")),
    "no_custodians": (
        N_("机位原始录像没有录"),
        N_("没有可用的保管人公钥，原始录像不会明文写盘。请运行 daylight originals custodians。"),
    ),
    "hls_stalled": (N_("网页直播停住"), N_("平台推流不受影响，正在恢复。")),
    "state_unsaved": (N_("播出状态没有存下"), N_("直播没有受影响。请检查磁盘。")),
    "edits_unsaved": (N_("切除记录没有存下"), N_("切除已经生效。请检查磁盘，记录会自己补存。")),
    "format_mismatch": (N_("垫片与画面的格式不同"), N_("切换时平台可能卡一下。请检查编码设置。")),
    "camera_lost": (N_("机位丢失画面"), N_("手机可能换了网络，正在重连。")),
    "battery_low": (N_("手机电量低"), N_("请现场接上充电宝，或准备换机。")),
    "studio_slow": (N_("演播室跟不上"), N_("有画面迟到。请减少机位或关掉别的程序。")),
    "frame_rate": (
        N_("机器忙不过来，帧率已降到"),
        N_("声音没有受影响。请减少分屏和监看，或关掉别的程序，帧率会自己回来。"),
    ),
    "picture_frozen": (N_("画面定格太久"), N_("观众看到的是静止画面。请切到别的机位，或取消定格。")),
    "studio_away": (N_("演播室不在"), N_("公众先看延时里的内容，再看垫片。正在恢复。")),
    "output_failing": (N_("平台断开"), N_("其他平台不受影响，正在重连。原因在转推一栏。")),
    "output_given_up": (N_("推流停手，等人处理"), N_("其他平台不受影响。原因和下一步在转推一栏。")),
    "output_spare": (N_("已换到备用地址"), N_("主地址连不上。修好后由人换回。")),
    "output_slow": (N_("平台收得太慢"), N_("这一路丢了画面，其他平台不受影响。")),
}
_WHOLE = {"hls_stalled", "state_unsaved", "edits_unsaved", "format_mismatch", "studio_slow", "picture_frozen"}
"""About the whole house: their `about` is an id that says nothing to a person."""


def alarm_words(alarm: Alarm, words: Texts, names: Mapping[str, str]) -> dict[str, Any]:
    """One row of the alarms. `names`: what an output's id is called."""
    title, said = _ALARMS.get(alarm.code, (N_("告警：%(code)s"), ""))
    shown = words(title, code=alarm.code) if alarm.code not in _ALARMS else words(title)
    about = "" if alarm.code in _WHOLE else names.get(alarm.about) or alarm.about.rpartition("/")[2]
    return {
        "title": f"{shown} {about}".strip(),
        "said": words(said) if said else "",
        "utc_ns": alarm.utc_ns,
        "loud": alarm.level == "alarm",
    }
