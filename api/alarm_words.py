"""Stable words of the rooms in the staff's language. In: alarms and statuses. Out: what happened, what follows."""

from collections.abc import Mapping
from typing import Any

from api.deeds.outputs import OutputView
from episodes.status import Alarm, OutputStatus
from runtime.words import N_
from web.i18n import Texts
from web.moments import moment

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
    "studio_slow": (N_("演播室跟不上"), N_("有画面迟到。请减少机位或关掉别的程序。")),
    "frame_rate": (
        N_("机器忙不过来，帧率已降到"),
        N_("声音没有受影响。请减少分屏和监看，或关掉别的程序，帧率会自己回来。"),
    ),
    "picture_frozen": (N_("画面定格太久"), N_("观众看到的是静止画面。请切到别的机位，或取消定格。")),
    "studio_away": (N_("演播室不在"), N_("公众先看延时里的内容，再看垫片。正在恢复。")),
    "output_failing": (N_("平台断开"), N_("其他平台不受影响。")),
}
_REASONS: dict[str, str] = {
    "refused": N_("对方拒绝连接"),
    "timeout": N_("对方没有回应"),
    "wedged": N_("对方不收数据"),
    "reset": N_("连接被对方断开"),
    "closed": N_("连接被对方关闭"),
    "ended": N_("推流进程退出"),
    "cut": N_("切除时丢掉了没送到的画面，正在重连"),
    "unresolved": N_("地址解析不到"),
    "unreachable": N_("网络到不了对方"),
    "rejected": N_("平台拒绝"),
    "certificate": N_("对方的证书有问题"),
    "scheme": N_("推流地址要以 rtmp:// 或 rtmps:// 开头"),
    "address": N_("推流地址不对"),
    "internal": N_("不能推往内部网络的地址"),
}
_WHOLE = {"hls_stalled", "state_unsaved", "edits_unsaved", "format_mismatch", "studio_slow", "picture_frozen"}
"""About the whole house: their `about` is an id that says nothing to a person."""
_SOON_NS = 24 * 3600 * 1_000_000_000


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


def output_words(output: OutputView, words: Texts, now_utc_ns: int) -> dict[str, Any]:
    """One row of the outputs."""
    status = output.status
    bad = output.wanted and status is not None and status.state in {"failing", "refused"}
    healthy = output.wanted and status is not None and status.state == "live"
    return {
        "output_id": output.output_id,
        "name": output.name,
        "wanted": output.wanted,
        "bad": bad,
        "healthy": healthy,
        "figure": _figure(output, words),
        "said": _trouble(status, words) if bad and status else _expiry(output, words, now_utc_ns),
    }


def _figure(output: OutputView, words: Texts) -> str:
    if not output.wanted:
        return words(N_("已停"))
    if output.status is None:
        return words(N_("待播"))
    match output.status.state:
        case "live":
            return f"{output.status.kbps / 1000:.2f} Mbps"
        case "connecting":
            return words(N_("连接中"))
        case "stopped":
            return words(N_("待播"))
        case _:
            return words(N_("已断"))


def _trouble(status: OutputStatus, words: Texts) -> str:
    why = words(_REASONS.get(status.reason, N_("推流失败")))
    if status.says:
        why = words(N_("%(why)s：%(says)s"), why=why, says=status.says)
    if status.state == "refused":
        return words(N_("%(why)s。请改好地址再开。"), why=why)
    if status.retry_in_s > 0:
        return words(
            N_("%(why)s。%(seconds)s秒后再连，第%(tries)s次。"),
            why=why,
            seconds=round(status.retry_in_s),
            tries=status.tries + 1,
        )
    return words(N_("%(why)s。正在再连。"), why=why)


def _expiry(output: OutputView, words: Texts, now_utc_ns: int) -> str:
    if not output.expires_utc_ns or output.expires_utc_ns - now_utc_ns > _SOON_NS:
        return ""
    if output.expires_utc_ns <= now_utc_ns:
        return words(N_("推流地址已过期，请换新地址。"))
    at = moment(output.expires_utc_ns).strftime("%H:%M")
    return words(N_("推流地址%(at)s到期，请及时更换。"), at=at)
