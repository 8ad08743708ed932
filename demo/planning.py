"""The demo's template, crew and run of show. In: the cast. Out: a template kept by the producer, posts filled.

The ten minutes of `demo.script` as segments: the director goes through them, and some presses are the list's own steps.
"""

from collections.abc import Mapping
from typing import Any

from demo.cast import Browser

NAME = "晚市快检（演示）"
OPENING, DOOR, SAMPLES, READING, CORRECTION, CHIVES, OIL, GUESTS, END = (f"s{n}" for n in range(1, 10))
_LAW = {
    "statute": "《中华人民共和国食品安全法》",
    "article": "第一百一十二条",
    "plain": "快检是初筛。结果表明可能不符合食品安全标准的，应当依法检验，以检验结论为准。",
}
_SEGMENTS: tuple[tuple[str, str, str, int, tuple[dict[str, str], ...]], ...] = (
    (OPENING, "opening", "开场", 32, ({"kind": "say", "words": "这一期去一家农贸市场，到门口揭晓。"},)),
    (
        DOOR,
        "reveal",
        "揭晓，亮证",
        20,
        ({"kind": "reveal"}, {"kind": "say", "words": "出示执法证件，告知全程录音录像。"}),
    ),
    (
        SAMPLES,
        "test",
        "抽样快检",
        108,
        ({"kind": "camera", "what": "快检台"}, {"kind": "graphic", "what": "law-1"}, {"kind": "clear", "what": "law"}),
    ),
    (READING, "questions", "豇豆复核，观众提问", 76, ({"kind": "camera", "what": "快检台"},)),
    (CORRECTION, "test", "核实和更正", 48, ({"kind": "say", "words": "1号样品的读数正在核实，暂不作准。"},)),
    (
        CHIVES,
        "test",
        "韭菜快检，举报方式",
        76,
        ({"kind": "camera", "what": "全景"}, {"kind": "tip_line"}, {"kind": "clear", "what": "tip_line"}),
    ),
    (OIL, "test", "煎炸油检测", 110, ({"kind": "camera", "what": "快检台"},)),
    (GUESTS, "guests", "嘉宾点评，签字", 70, ({"kind": "camera", "what": "全景"},)),
    (END, "tip_line", "举报方式，结束", 60, ({"kind": "tip_line"}, {"kind": "clear", "what": "tip_line"})),
)
_POSTS: Mapping[str, tuple[str, ...]] = {
    "producer": ("producer",),
    "legal": ("approver", "legal_desk"),
    "director": ("director", "host"),
    "moderator": ("moderator",),
    "tester": ("tester", "camera:快检台"),
    "officer": ("officer", "camera:全景"),
    "officer2": ("officer", "reviewer"),
}


def cue(segment: str, number: int) -> str:
    """The id of a segment's step, counted from 1."""
    return f"{segment}-{number}"


async def keep_template(producer: Browser) -> str:
    """The demo's own template, made from the market's starter; answers its id."""
    known = (await producer.get("/api/v1/templates"))["templates"]
    if kept := next((each["template_id"] for each in known if each["name"] == NAME), None):
        return str(kept)
    content = (await producer.get("/api/v1/templates/market"))["content"]
    content |= {
        "minutes": 10,
        "cameras": ["全景", "快检台"],
        "outputs": [],
        "graphics": [{"graphic_id": "law-1", "graphic": "law", "fields": _LAW}],
        "segments": [_segment(*row) for row in _SEGMENTS],
    }
    made = await producer.post("/api/v1/templates", {"name": NAME, "content": content})
    return str(made["template_id"])


async def assign(people: Mapping[str, Browser], episode: str) -> None:
    """Everybody of the cast who has a post, as far as the cast has them."""
    users = {each["login"]: each["user_id"] for each in (await people["admin"].get("/api/v1/users"))["users"]}
    plan = await people["producer"].get(f"/api/v1/episodes/{episode}/plan")
    crew = [
        {"user_id": users[login], "post": post.partition(":")[0], "camera": post.partition(":")[2]}
        for login, posts in _POSTS.items()
        if login in users
        for post in posts
    ]
    await people["producer"].post(f"/api/v1/episodes/{episode}/crew", {"base": plan["crew_mark"], "crew": crew})


def _segment(name: str, kind: str, title: str, seconds: int, cues: tuple[dict[str, str], ...]) -> dict[str, Any]:
    return {
        "segment_id": name,
        "kind": kind,
        "title": title,
        "seconds": seconds,
        "target": 1 if kind == "reveal" else 0,
        "cues": [each | {"cue_id": cue(name, number)} for number, each in enumerate(cues, 1)],
    }
