"""The ten minutes of the demo show, as a table. In: nothing. Out: `STEPS`, in order of time.

A step is one HTTP deed by one member of the cast, `at_s` seconds after going live (divided by the speed). `keep` names
the id in the answer, which later steps use as `{name}` in a path or body. All names, places and findings are invented.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from demo.planning import CHIVES, CORRECTION, DOOR, END, GUESTS, OIL, READING, SAMPLES, cue

SHOW_S = 600.0
PANORAMA, BENCH = "全景", "快检台"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One deed: who posts what, and when."""

    at_s: float
    who: str
    post: str
    body: Mapping[str, Any] = {}
    keep: str = ""


def _sample(number: int, item: str, stall: str, method_id: str, category: str, minutes: float) -> dict[str, Any]:
    return {
        "sample_no": f"JB{{number}}-{number:02}",
        "item": item,
        "food_category": category,
        "batch": f"260618-{number:02}",
        "stall_code": stall,
        "method_id": method_id,
        "reagent_batch": "R2605",
        "reagent_expires": "2027-12-31",
        "device_id": "NC-0417",
        "minutes": minutes,
    }


def _test(at_s: float, keep: str, sample: dict[str, Any]) -> Step:
    return Step(at_s=at_s, who="tester", post="/api/v1/rapid-tests", body=sample, keep=keep)


def _read(at_s: float, test: str, reading: dict[str, Any]) -> tuple[Step, Step]:
    """The tester's reading and, on another phone, the officer's blind one."""
    path = f"/api/v1/rapid-tests/{{{test}}}"
    return (
        Step(at_s=at_s, who="tester", post=f"{path}/reading", body=reading),
        Step(at_s=at_s + 4, who="officer", post=f"{path}/review", body=reading),
    )


def _take(at_s: float, camera: str, **how: str) -> Step:
    return Step(at_s=at_s, who="director", post="/api/v1/studio/take", body={"source": camera, **how})


def _cue(at_s: float, cue_id: str) -> Step:
    """A step of the run of show: it does what its own button does."""
    path = "/api/v1/episodes/{episode}/run-of-show/cue"
    return Step(at_s=at_s, who="director", post=path, body={"cue_id": cue_id})


def _segment(at_s: float, segment_id: str) -> Step:
    """The director goes to a segment."""
    path = "/api/v1/episodes/{episode}/run-of-show/begin"
    return Step(at_s=at_s, who="director", post=path, body={"segment_id": segment_id})


def _sound(at_s: float, **change: Any) -> Step:
    return Step(at_s=at_s, who="director", post="/api/v1/studio/sound", body=change)


def _say(at_s: float, text: str) -> Step:
    return Step(at_s=at_s, who="director", post="/api/v1/timeline", body={"text": text})


def _graphic(at_s: float, graphic: str, body: dict[str, Any], hold_s: float) -> tuple[Step, Step]:
    path = f"/api/v1/graphics/{graphic}"
    return (
        Step(at_s=at_s, who="director", post=f"{path}/show", body=body),
        Step(at_s=at_s + hold_s, who="director", post=f"{path}/clear"),
    )


def _finding(at_s: float, keep: str, where: str, sentence: str, *, key_item: bool) -> Step:
    body = {"where": where, "sentence": sentence, "key_item": key_item, "measure": "已责令改正"}
    return Step(at_s=at_s, who="officer", post="/api/v1/findings", body=body, keep=keep)


_HAND = '{{"v":1,"w":1000,"h":400,"s":[[120,250,90,-140,60,160,110,-120,70,110,120,-150,90,120,150,-40]]}}'
"""A name with the finger, as the phone's pad gives it; braces doubled, for steps are filled in."""


def _record(at_s: float, keep: str, visited: dict[str, Any], finding: str, order: str) -> tuple[Step, ...]:
    """Written down; both officers sign, each by their own account."""
    path, paper = f"/api/v1/records/{{{keep}}}/sign", {"side": "officer", "paper": f"{{{keep}_paper_hash}}"}
    drawn_up = visited | {"orders": {f"{{{finding}}}": order}}
    return (
        Step(at_s=at_s, who="officer", post="/api/v1/records", body=drawn_up, keep=keep),
        Step(at_s=at_s + 1, who="officer", post=path, body=paper),
        Step(at_s=at_s + 2, who="officer2", post=path, body=paper),
    )


def _served(at_s: float, keep: str, how: str, body: dict[str, Any]) -> tuple[Step, ...]:
    """The operator signs or will not; then the record is theirs, by a QR code."""
    path, paper = f"/api/v1/records/{{{keep}}}", {"paper": f"{{{keep}_paper_hash}}"}
    return (
        Step(at_s=at_s, who="officer", post=f"{path}/{how}", body=body | paper),
        Step(at_s=at_s + 1, who="officer", post=f"{path}/serve"),
        Step(at_s=at_s + 2, who="officer", post=f"{path}/link", keep=f"{keep}_link"),
    )


def _tick(at_s: float, tick: str) -> Step:
    body = {"episode_id": "{episode}", "at_ms": "{now_ms}", "tick": tick}
    return Step(at_s=at_s, who="officer", post="/api/v1/spot/ticks", body=body)


def _answer(at_s: float, item: str, place: str, answer: str, keep: str = "", sentence: str = "") -> Step:
    """An item of the checklist, as the officer's phone sends it; one that fails opens a finding."""
    body = {"episode_id": "{episode}", "at_ms": "{now_ms}", "item_id": f"{{{item}}}", "place": place, "answer": answer}
    more = {"sentence": sentence, "measure": "ordered"} if sentence else {}
    return Step(at_s=at_s, who="officer", post="/api/v1/spot/answers", body=body | more, keep=keep)


def _ask_desk(at_s: float, text: str, answer: str) -> tuple[Step, Step]:
    """A private word with the legal desk, and its answer; nobody else hears of either."""
    body = {"episode_id": "{episode}", "at_ms": "{now_ms}", "text": text}
    return (
        Step(at_s=at_s, who="officer", post="/api/v1/spot/asks", body=body, keep="thread"),
        Step(at_s=at_s + 14, who="legal", post="/api/v1/threads/{thread}/answer", body={"text": answer}),
    )


def _consent(at_s: float, name: str, title: str) -> Step:
    """A guest signs on the officer's phone; without it no strap."""
    strokes = "[[120,220,60,-90,40,110,50,-120,60,100],[480,180,160,10,-80,90,120,-20]]"
    signed = '{{"v":1,"w":1000,"h":400,"s":' + strokes + "}}"
    body = {"episode_id": "{episode}", "at_ms": "{now_ms}", "name": name, "title": title, "signed": signed}
    return Step(at_s=at_s, who="officer", post="/api/v1/spot/consents", body=body)


def _question(at_s: float, keep: str, nickname: str, text: str) -> tuple[Step, Step]:
    """A viewer asks, a moderator approves."""
    return (
        Step(at_s=at_s, who=f"viewer:{nickname}", post="/chat", body={"text": text, "question": True}, keep=keep),
        Step(at_s=at_s + 6, who="moderator", post=f"/moderate/{{{keep}}}/decide", body={"act": "question"}),
    )


def _chat(at_s: float, nickname: str, text: str) -> tuple[Step, Step]:
    keep = f"chat{int(at_s * 10)}"
    return (
        Step(at_s=at_s, who=f"viewer:{nickname}", post="/chat", body={"text": text}, keep=keep),
        Step(at_s=at_s + 3, who="moderator", post=f"/moderate/{{{keep}}}/decide", body={"act": "approve"}),
    )


def _on_screen(at_s: float, question: str, hold_s: float) -> tuple[Step, Step]:
    path = "/api/v1/graphics/question"
    body = {"question_id": f"{{{question}}}"}
    return (
        Step(at_s=at_s, who="director", post=f"{path}/show", body=body),
        Step(at_s=at_s + hold_s, who="director", post=f"{path}/clear", body=body | {"answered": True}),
    )


STEPS: tuple[Step, ...] = tuple(
    sorted(
        (
            _take(0, PANORAMA),
            _say(6, "节目开始。本期检查一家农贸市场，具体对象到门口揭晓。"),
            *_graphic(14, "strap", {"name": "陈立川", "title": "执法人员", "credential": "JB-2019-0147"}, hold_s=10),
            _cue(32, cue(DOOR, 1)),
            _say(36, "出示执法证件，告知全程录音录像。"),
            _cue(52, cue(SAMPLES, 1)),
            _tick(38, "credentials"),
            _tick(40, "notice"),
            _test(58, "greens", _sample(1, "上海青", "A21", "enzyme_inhibition", "蔬菜", 1)),
            _cue(66, cue(SAMPLES, 2)),
            _cue(84, cue(SAMPLES, 3)),
            # The room opens when the public sees the show: after the delay.
            *_chat(150, "临江老街坊", "等了一周，终于开播了。"),
            *_question(152, "q_how", "阿洁", "快检和实验室检验，差别在哪里？"),
            *_chat(158, "小满", "这个市场我天天来，查得好。"),
            *_read(92, "greens", {"value": "12.8"}),
            _test(112, "beans", _sample(2, "豇豆", "A12", "enzyme_inhibition", "蔬菜", 1)),
            _take(118, PANORAMA),
            *_on_screen(174, "q_how", hold_s=16),
            _answer(128, "item_fine", "A12档", "pass"),
            _answer(134, "item_papers", "A12档", "fail", "f_papers", sentence="两批蔬菜没有进货查验记录"),
            *_ask_desk(138, "摊主说票据在家里，能等他拿来再定吗？", "可以限时补充，先如实记录现场没有。"),
            *_chat(178, "豆豆", "快检多久出结果？"),
            _finding(150, "f_scale", "B07档", "电子秤超过检定有效期", key_item=False),
            _cue(160, cue(READING, 1)),
            Step(at_s=162, who="director", post="/api/v1/talk/say", body={"camera": BENCH, "text": "给我看标签"}),
            *_read(166, "beans", {"value": "62.4"}),
            *_question(182, "q_refund", "旺仔妈妈", "豇豆测出阳性，今天买了的能退吗？"),
            Step(
                at_s=196,
                who="officer",
                post="/api/v1/rapid-tests/{beans}/dispatch",
                body={"laboratory": "江北市食品检验所"},
            ),
            *_on_screen(206, "q_refund", hold_s=18),
            Step(at_s=236, who="director", post="/api/v1/rapid-tests/{greens}/withdraw"),
            _segment(237, CORRECTION),
            _say(240, "1号样品的读数正在核实。"),
            Step(
                at_s=262,
                who="tester",
                post="/api/v1/rapid-tests/{greens}/correct",
                body={
                    "what": "1号样品读数应为18.2%",
                    "reason": "第一次读数抄录有误，初筛结果不变",
                    "value": "18.2",
                },
            ),
            Step(at_s=266, who="officer", post="/api/v1/rapid-tests/{greens}/review", body={"value": "18.2"}),
            _segment(283, CHIVES),
            _test(284, "chives", _sample(3, "韭菜", "C11", "enzyme_inhibition", "蔬菜", 1)),
            # A case told while the chives are tested; when the film ends, the market again.
            _take(294, "clip:{film}", then=PANORAMA),
            *_read(312, "chives", {"invalid": True}),
            _take(330, PANORAMA, transition="dissolve"),
            _cue(338, cue(CHIVES, 2)),
            _cue(354, cue(CHIVES, 3)),
            _test(360, "oil", _sample(4, "煎炸油", "C03", "polar_compounds", "食用油", 1)),
            _cue(366, cue(OIL, 1)),
            # Both at once while the oil is measured, heard from the bench; then the inset alone.
            _take(378, BENCH, layout="two_up", second=PANORAMA),
            _sound(380, mic=BENCH),
            _take(402, BENCH, layout="pip", second=PANORAMA, transition="dissolve"),
            _sound(430, mic=""),
            *_read(392, "oil", {"value": "18.5"}),
            _consent(404, "江岚", "江北市人大代表"),
            *_graphic(412, "strap", {"name": "江岚", "title": "江北市人大代表"}, hold_s=12),
            *_chat(420, "临江老街坊", "希望以后每周都来。"),
            _finding(436, "f_board", "市场开办方", "快检公示栏当日未更新", key_item=False),
            *_question(448, "q_sea", "渔歌", "海鲜档的水会不会抽检？"),
            _cue(470, cue(GUESTS, 1)),
            # The second door: whom the draw before the show had chosen, nobody knew until now.
            Step(at_s=478, who="director", post="/api/v1/episodes/{episode}/reveal"),
            _say(480, "第二站到了。这家是开播前抽签定下的，谁都可以到抽取页面自己核对。"),
            *_on_screen(486, "q_sea", hold_s=16),
            *_record(
                504,
                "record",
                {"where": "A12档", "entity": "何记蔬菜档", "place": "临江综合市场", "grid": "临江一格"},
                "f_papers",
                "order_to_correct",
            ),
            *_served(
                509,
                "record",
                "sign",
                {"side": "operator", "name": "何阿珍", "statement": "票据在家里，明天补交。", "drawn": _HAND},
            ),
            _say(520, "现场检查结束，双方签字，记录二维码已交给经营者。"),
            *_record(
                524,
                "refused",
                {"where": "B07档", "entity": "老周水产档", "place": "临江综合市场"},
                "f_scale",
                "on_the_spot",
            ),
            *_served(529, "refused", "refuse", {"reason": "认为秤刚送检过", "proof": "video", "camera": PANORAMA}),
            # The scale was exchanged while the show goes on: another officer sees it, and only that verifies.
            Step(
                at_s=534,
                who="officer",
                post="/api/v1/findings/{f_scale}/checks",
                body={"officer": "{officer2_id}"},
                keep="check",
            ),
            Step(
                at_s=552,
                who="officer2",
                post="/api/v1/checks/{check}/done",
                body={"rectified": True, "note": "已换上新检定的电子秤"},
            ),
            _segment(538, END),
            _cue(540, cue(END, 1)),
            _cue(560, cue(END, 2)),
            _say(575, "感谢观看。整改进展在本期页面持续公开。"),
        ),
        key=lambda step: step.at_s,
    )
)
