"""What the staff read of an output. In: its record and playout's word. Out: state, reason and what to do, in words.

A platform's own reason that we know becomes a sentence with the next step; one that we do not know is quoted.
"""

import json
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from api.deeds.load import sum_words
from api.deeds.outputs import OutputView, TriedView
from episodes.renditions import BY_NAME, RENDITIONS, load
from episodes.status import OutputStatus, RenditionStatus
from runtime.words import N_
from web.i18n import Texts
from web.moments import moment

_REASONS: dict[str, str] = {
    "refused": N_("对方拒绝连接。请核对地址里的主机和端口，或问平台是否在维护"),
    "timeout": N_("对方没有回应。请看本地网络，或问平台"),
    "wedged": N_("对方不收数据"),
    "reset": N_("连接被对方断开"),
    "closed": N_("连接被对方关闭。多半是密钥不对，或平台后台还没有开始直播"),
    "ended": N_("推流进程退出"),
    "slow_start": N_("这台机器太忙，推流进程起不来"),
    "cut": N_("切除时丢掉了没送到的画面，正在重连"),
    "unresolved": N_("地址解析不到。请核对主机名，或看本地网络"),
    "unreachable": N_("网络到不了对方。请看本地网络"),
    "rejected": N_("平台拒绝"),
    "certificate": N_("对方的证书有问题，没有连接。请向平台核实地址"),
    "scheme": N_("推流地址要以 rtmp:// 或 rtmps:// 开头"),
    "address": N_("推流地址不对"),
    "internal": N_("不能推往内部网络的地址"),
    "slow": N_("对方收得太慢，丢了画面。请看上行带宽，或换备用地址"),
}
_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            r"already (publish|exist|live|stream|connected|in use)|badname|duplicate|stream busy",
            N_("平台说这个地址正有人在推。多半是上一条连接还没断，等它超时会自动连上；如果别处也在推，请先停掉那边"),
        ),
        (
            r"expire|txtime|timed?.?out.*(key|token|auth)|\u8fc7\u671f",
            N_("推流地址过期了。请到平台后台重新获取，再改这里的地址"),
        ),
        (
            r"bann|block|violat|suspend|\u5c01\u7981|\u8fdd\u89c4|forbid(den)? by",
            N_("平台封禁了这个直播间。请联系平台"),
        ),
        (
            r"not permitted|permission|denied|forbidden|auth|\b40[13]\b|(wrong|invalid|bad).*(key|token|sign|stream)",
            N_("平台不认这个密钥。请在平台后台先点开始直播，再核对或重新获取推流地址"),
        ),
        (
            r"not found|no such|unknown (app|stream)|invalidapp|invalid app|\b404\b",
            N_("平台上没有这个应用或直播间。请整行重新复制推流地址"),
        ),
        (
            r"too many|limit|quota|exceed|maximum|concurrent",
            N_("平台说同时推流的路数或码率超限。请停掉别的推流，或问平台"),
        ),
        (
            r"unsupported|codec|format|resolution|profile",
            N_("平台不收这种画面或编码。请核对平台要求的尺寸"),
        ),
        (
            r"busy|overload|maintenance|unavailable|try again|internal (server )?error|\b50[0-9]\b",
            N_("平台正忙或在维护，会自动再连"),
        ),
    )
)
_STATES = {
    "connecting": N_("连接中"),
    "stopped": N_("待播"),
    "stalled": N_("停住"),
    "given_up": N_("等人处理"),
}
_LEAST_FPS = 20.0
_SOON_NS = 24 * 3600 * 1_000_000_000
_BAD = {"failing", "refused", "given_up", "stalled"}


def why(reason: str, says: str, words: Texts) -> str:
    """Why an output does not run, without a full stop."""
    if reason == "rejected" or (says and reason in {"closed", "ended"}):
        known = next((sentence for pattern, sentence in _SAYINGS if pattern.search(says)), "")
        if known:
            return words(known)
        if says:
            return words(N_("平台的原话：“%(says)s”。请照此到平台后台处理"), says=says)
    return words(_REASONS.get(reason, N_("推流失败")))


def tried_words(tried: TriedView, words: Texts) -> str:
    """One line for a test push."""
    at = moment(tried.utc_ns).strftime("%H:%M")
    if tried.ok:
        return words(N_("%(at)s 试推通过，平台收到了画面和声音。"), at=at)
    return words(N_("%(at)s 试推没有通过：%(why)s。"), at=at, why=why(tried.reason, tried.says, words))


def rendition_words(name: str, words: Texts) -> str:
    """What a further rendition is called; the programme's own size has no name."""
    found = BY_NAME.get(name)
    if found is None:
        return ""
    size = f"{found.width}×{found.height}"
    return words(N_("竖屏 %(size)s"), size=size) if found.portrait else words(N_("横屏 %(size)s"), size=size)


def rendition_choices(words: Texts) -> list[dict[str, str]]:
    """What a form offers, with the cost of each in cores."""
    return [
        {"name": each.name, "words": rendition_words(each.name, words), "cores": f"{each.cores:.2f}"}
        for each in RENDITIONS
    ]


def load_words(outputs: Iterable[OutputView], cores: int, words: Texts) -> str:
    """What the further renditions that are asked for take of the machine; empty when there are none."""
    total = load((each.rendition for each in outputs if each.wanted), cores)
    if not total.parts:
        return ""
    return words(N_("编码占用：%(sum)s核，最多%(most)s核。"), sum=sum_words(total), most=f"{total.most:.2f}")


def slow_words(output: OutputView, made: Mapping[str, RenditionStatus], words: Texts) -> str:
    """Warns when the studio makes too few pictures of this size."""
    status = made.get(output.rendition)
    if status is None or status.fps >= _LEAST_FPS or not (output.status and output.status.state == "live"):
        return ""
    return words(N_("这一尺寸每秒只有%(fps)s帧，机器忙不过来。"), fps=round(status.fps))


def output_words(
    output: OutputView,
    words: Texts,
    now_utc_ns: int,
    until_utc_ns: int = 0,
    made: Mapping[str, RenditionStatus] = MappingProxyType({}),
) -> dict[str, Any]:
    """One row; `until_utc_ns` is when the programme should end, `made` what the studio says of renditions."""
    status = output.status
    trouble = status if output.wanted and status is not None and status.state in _BAD else None
    expiry = expiry_words(output, words, now_utc_ns, until_utc_ns)
    live = output.wanted and status is not None and status.state == "live"
    slow = live and status is not None and status.reason == "slow"
    on_spare = output.wanted and (status.use if status else output.use) == "spare"
    said = [
        _trouble(trouble, words) if trouble else "",
        words(N_("%(why)s。"), why=words(_REASONS["slow"])) if slow else "",
        words(N_("正在用备用地址。")) if on_spare else "",
        slow_words(output, made, words),
        expiry,
        tried_words(output.tried, words) if output.tried and not live and not trouble else "",
    ]
    return {
        "output_id": output.output_id,
        "name": output.name,
        "address": output.address,
        "spare": output.spare,
        "wanted": output.wanted,
        "bad": trouble is not None or slow or bool(expiry),
        "failed": trouble is not None,
        "healthy": live and not slow,
        "on_spare": on_spare,
        "figure": _figure(output, words),
        "rendition": rendition_words(output.rendition, words),
        "said": " ".join(each for each in said if each),
        "record": _record(output, on_spare=on_spare),
    }


def _record(output: OutputView, *, on_spare: bool) -> str:
    """What the sheet of this output is filled with; no address in clear."""
    policy = msgspec.structs.asdict(output.policy)
    return json.dumps(
        {
            "output_id": output.output_id,
            "name": output.name,
            "address": output.address,
            "spare": output.spare,
            "on_spare": on_spare,
            "wanted": output.wanted,
            "rendition": output.rendition,
            "seen": output.seen,
            "policy": {name: value for name, value in policy.items() if value is not None},
        },
        ensure_ascii=False,
    )


def _figure(output: OutputView, words: Texts) -> str:
    if not output.wanted:
        return words(N_("已停"))
    if output.status is None:
        return words(N_("待播"))
    if output.status.state == "live":
        return f"{output.status.kbps / 1000:.2f} Mbps"
    return words(_STATES.get(output.status.state, N_("已断")))


def _trouble(status: OutputStatus, words: Texts) -> str:
    if status.state == "stalled":
        seconds = round(status.acked_ago_s)
        return words(N_("连着，但对方%(seconds)s秒没有确认收到。会自动重连，也可以现在重连。"), seconds=seconds)
    if status.state == "given_up" and status.reason == "window":
        return words(N_("断开太久，平台可能已结束这场直播，再连会另开一场。先看平台后台，要接着推就点重连。"))
    if status.state == "given_up":
        return words(N_("连了%(tries)s次都没成，已经停手。处理好后点重连。"), tries=status.tries)
    because = why(status.reason, status.says, words)
    if status.state == "refused":
        return words(N_("%(why)s。请改好地址再开。"), why=because)
    if status.retry_in_s > 0:
        return words(
            N_("%(why)s。%(seconds)s秒后再连，第%(tries)s次。"),
            why=because,
            seconds=round(status.retry_in_s),
            tries=status.tries + 1,
        )
    return words(N_("%(why)s。正在再连。"), why=because)


def expiry_words(output: OutputView, words: Texts, now_utc_ns: int, until_utc_ns: int = 0) -> str:
    """Warns of an address that runs out soon, or before the programme should end."""
    said = []
    for at_utc_ns, past, soon in (
        (
            output.expires_utc_ns,
            N_("推流地址已过期，请换新地址。"),
            N_("推流地址%(at)s到期，请及时更换。"),
        ),
        (
            output.spare_expires_utc_ns,
            N_("备用地址已过期，请换新地址。"),
            N_("备用地址%(at)s到期，请及时更换。"),
        ),
    ):
        if not at_utc_ns or at_utc_ns > max(now_utc_ns + _SOON_NS, until_utc_ns):
            continue
        at = moment(at_utc_ns).strftime("%m-%d %H:%M")
        said.append(words(past) if at_utc_ns <= now_utc_ns else words(soon, at=at))
    return " ".join(said)
