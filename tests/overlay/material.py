"""Records, scenes and grounds for the graphics' tests."""

import numpy as np

from episodes import events as e
from episodes.commands import RecordMade, Snapshot
from overlay.direct import scene_at
from overlay.scene import Rules, Scene
from overlay.sprite import Planes

S = 1_000_000_000
T0 = 1_790_000_000 * S  # 2026-09-21 22:13:20 in Shanghai
EP = "ep-103"


def live(episode_id: str = EP, **more) -> e.EpisodeWentLive:
    agency = "江北市市场监督管理局"
    known = {"number": 103, "programme": "开门见光", "agency": agency, "title": "夜查", "theme": "晚市与后厨"}
    return e.EpisodeWentLive(episode_id=episode_id, **{**known, **more})


def revealed(episode_id: str = EP) -> e.TargetRevealed:
    return e.TargetRevealed(episode_id=episode_id, target_id="t", ordinal=1, name="临江综合市场", place="江北市临江区")


def begun(test_id: str = "rt", *, episode_id: str = EP, family: str = "screening", **more) -> e.RapidTestStarted:
    known = {
        "sample_no": "JB103-02",
        "item": "豇豆",
        "food_category": "蔬菜",
        "batch": "",
        "stall_code": "A12",
        "method_id": "enzyme_inhibition",
        "method": "酶抑制率法",
        "unit": "%",
        "reagent_batch": "R1",
        "reagent_expires": "2027-01-01",
        "device_id": "d",
        "tester": "user:1",
        "minutes": 15.0,
    }
    return e.RapidTestStarted(episode_id=episode_id, test_id=test_id, family=family, **{**known, **more})


def reviewed(verdict: str = "positive", value: str = "62.4", test_id: str = "rt", **more) -> e.RapidTestReviewed:
    known = {
        "episode_id": EP,
        "family": "screening",
        "item": "豇豆",
        "sample_no": "JB103-02",
        "method": "酶抑制率法",
        "unit": "%",
        "comparator": ">=",
        "limit": "50",
        "basis": "GB/T 5009.199",
        "tester": "user:1",
        "reviewer": "user:2",
        "read_utc_ns": 0,
    }
    return e.RapidTestReviewed(verdict=verdict, value=value, test_id=test_id, **{**known, **more})


def measured(verdict: str, value: str) -> tuple[e.RapidTestStarted, e.RapidTestReviewed]:
    oil = {"item": "煎炸油", "method": "极性组分检测仪法", "family": "measurement"}
    return begun(**oil), reviewed(verdict, value, comparator="<=", limit="27", basis="GB 2716", **oil)


def withdrawn(test_id: str = "rt", episode_id: str = EP) -> e.RapidTestWithdrawn:
    return e.RapidTestWithdrawn(episode_id=episode_id, test_id=test_id, by="user:3")


def corrected(what: str = "样品采自A12档", test_id: str = "rt", result=None) -> e.RapidTestCorrected:
    result = result or reviewed("negative", "12.8", test_id)
    return e.RapidTestCorrected(episode_id=EP, test_id=test_id, what=what, reason="标签贴错", result=result)


def asked(text: str, *, mentions: bool, nickname: str = "江北老王") -> tuple[e.Event, ...]:
    approved = e.QuestionApproved(
        episode_id=EP, question_id="q", text=text, nickname=nickname, mentions_result=mentions, by="user:4"
    )
    return approved, e.QuestionOnScreen(episode_id=EP, question_id="q")


def law() -> e.LawCardShown:
    plain = "快检是初筛。结果表明可能不符合食品安全标准的，应当依法检验，以检验结论为准。"
    statute = "中华人民共和国食品安全法"
    return e.LawCardShown(episode_id=EP, statute=statute, article="第一百一十二条、第八十七条", plain=plain)


def records(*events: e.Event | None, step_ns: int = S // 10, first: int = 1) -> tuple[RecordMade, ...]:
    return tuple(
        RecordMade(seq=first + i, utc_ns=T0 + i * step_ns, event=event)  # type: ignore[arg-type]
        for i, event in enumerate(events)
    )


def scene_of(*events: e.Event, rules: Rules | None = None) -> Scene:
    made = records(live(), revealed(), *events)
    snapshot = Snapshot(seq=len(made), episode_id=EP, records=made, source="east", cameras=("east",))
    return scene_at(snapshot, T0 + S, rules)


SENT = e.SampleDispatched(episode_id=EP, test_id="rt", laboratory="江北市食品检验所")
OFFICER = e.StrapShown(episode_id=EP, name="陈立川", title="江北市市场监督管理局", credential="JB-2019-0147")
GUEST = e.StrapShown(episode_id=EP, name="江岚", title="江北市人大代表（嘉宾，仅观察）")
TIP = e.TipLineShown(episode_id=EP, address="tip.jiangbei.example/t")
CASES: dict[str, tuple[e.Event, ...]] = {
    "running": (begun(),),
    "negative": (begun(item="上海青"), reviewed("negative", "12.8", item="上海青")),
    "positive": (begun(), reviewed()),
    "invalid": (begun(), reviewed("invalid", "")),
    "within": measured("within", "18.5"),
    "over": measured("over", "31.0"),
    "withdrawn": (begun(), reviewed(), withdrawn()),
    "lab-pending": (begun(), reviewed(), SENT),
    "lab-compliant": (
        begun(),
        reviewed(),
        SENT,
        e.LabConcluded(episode_id=EP, test_id="rt", compliant=True, report_no="SJ-118"),
    ),
    "lab-noncompliant": (
        begun(),
        reviewed(),
        SENT,
        e.LabConcluded(episode_id=EP, test_id="rt", compliant=False, report_no="SJ-118"),
    ),
    "corrected": (begun(), reviewed(), withdrawn(), corrected()),
    "two-cards": (
        begun(),
        reviewed(),
        withdrawn(),
        corrected(),
        begun("b", item="韭菜"),
        reviewed(test_id="b", item="韭菜"),
    ),
    "voided": (
        begun(),
        reviewed(),
        withdrawn(),
        e.RapidTestVoided(episode_id=EP, test_id="rt", reason="样品袋破损"),
    ),
    "question": asked("豇豆测出阳性，今天买了的能退吗？", mentions=True),
    "officer": (OFFICER,),
    "guest": (GUEST,),
    "law": (law(), *asked("为什么是晚上来检查？", mentions=False, nickname="")),
    "tip-line": (TIP,),
}


def ground(width: int = 1280, height: int = 720, seed: int = 7) -> Planes:
    """A busy yuv420p picture."""
    noise = np.random.default_rng(seed)
    sizes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    y, u, v = (noise.integers(16, 236, size, np.uint8) for size in sizes)
    return y, u, v
