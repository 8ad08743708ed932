"""The demo show on the desk. In: accounts, equipment, a speed. Out: the show, planned, approved, aired and published.

Preparation is what a bureau does: plan an episode, have it approved by somebody else, seal a target, name the outputs,
bind the phones by join codes. Then the script's steps, each at its time.
"""

import asyncio
import contextlib
import datetime as dt
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from demo import drawing, film, gate, planning, register
from demo.cast import Account, Browser
from demo.equipment import Equipment
from demo.phone import Errand
from demo.script import BENCH, PANORAMA, SHOW_S, STEPS, Step
from runtime.log import get
from runtime.threads import named_executor

_log = get("demo")

CAMERAS = {PANORAMA: "stalls", BENCH: "bench"}
"""Camera names and the scene each phone films."""

_CAMERAS_S = 90.0

_PLATFORMS = {"江北新闻客户端": "main", "江北政务网": "main", "江北广电视频号": "main", "江北短视频": "portrait-540"}
"""The fourth takes portrait, the smallest one: it costs two cores least."""
_TARGET = {
    "name": "临江综合市场",
    "place": "临江综合市场",
    "route": "proposal",
    "evidence": "演示：市人大代表江岚提议，登记第41号",
}
_PAST_EPISODES = 102
_PAST = {
    "as_of": "2026-06-11",
    "demo": True,
    "episodes": _PAST_EPISODES,
    "views_at_least": 24_270_000,
    "entities_inspected": 213,
    "findings": 364,
    "findings_verified": 364,
    "cases_filed": 7,
    "business_suspensions": 8,
    "platform_delisting_orders": 5,
    "hygiene_grade_downgrades": 7,
}


OPERATOR_LINK = "operator-link.txt"
"""Where the inspected operator's link stands, in the demo's folder."""


class Stage:
    """One desk, one cast, one set of equipment; `play` airs one episode."""

    def __init__(
        self,
        base_url: str,
        cast: Mapping[str, Account],
        equipment: Equipment,
        folder: Path,
        clips: Path | None = None,
    ) -> None:
        self._base_url = base_url
        self._cast = cast
        self._equipment = equipment
        self._folder = folder
        self._clips = clips or folder / "clips"
        self._people: dict[str, Browser] = {}
        self._phones = False

    async def open(self) -> None:
        """Everybody signs in."""
        for name, account in self._cast.items():
            self._people[name] = Browser(self._base_url)
            await self._people[name].sign_in(account)

    def person(self, name: str) -> Browser:
        """Somebody of the cast, signed in."""
        return self._people[name]

    async def close(self) -> None:
        for browser in self._people.values():
            await browser.close()

    async def play(self, push: tuple[str, ...], *, speed: float, delay_s: float) -> str:
        """Prepare and air one episode; answers its id when it has ended and is published."""
        kept = await self.prepare(push)
        # The producer starts and ends the show: whoever looks at the demo may hold the director's desk.
        await self._people["producer"].post(f"/api/v1/episodes/{kept['episode']}/live", {"delay_s": delay_s})
        _log.info("on air", episode=kept["number"])
        await self._learn_items(kept)
        await self._run(kept, speed)
        await self._people["producer"].post(f"/api/v1/episodes/{kept['episode']}/end")
        await self._people["producer"].post(f"/api/v1/episodes/{kept['episode']}/publish")
        return kept["episode"]

    async def prepare(self, push: tuple[str, ...]) -> dict[str, str]:
        """An approved episode through the gate, with sealed targets, outputs and cameras that send."""
        producer = self._people["producer"]
        known = (await producer.get("/api/v1/episodes"))["episodes"]
        await self._clear_the_air(known)
        if not known:
            await self._programme()
            await register.bring(producer)
        number = max((each["number"] for each in known), default=_PAST_EPISODES) + 1
        template = await planning.keep_template(producer)
        episode = await producer.post("/api/v1/episodes", self._plan(int(number), template))
        kept = {"episode": str(episode["episode_id"]), "number": str(number)}
        await planning.assign(self._people, kept["episode"])
        path = f"/api/v1/episodes/{kept['episode']}"
        await producer.post(f"{path}/target", _TARGET)
        await drawing.draw(self._people, kept["episode"])
        await self._ladder(path)
        await self.approve(kept["episode"])
        await gate.keep_register(self._people)
        await gate.pass_gate(self._people, kept["episode"])
        for (name, rendition), url in zip(_PLATFORMS.items(), push, strict=False):
            body = {"episode_id": kept["episode"], "name": name, "url": url, "rendition": rendition, "wanted": True}
            await producer.post("/api/v1/outputs", body)
        await self._bind_phones()
        await self._film(kept)
        users = (await self._people["admin"].get("/api/v1/users"))["users"]
        kept["officer2_id"] = next(str(each["user_id"]) for each in users if each["login"] == "officer2")
        return kept

    async def _film(self, kept: dict[str, str]) -> None:
        """The desk makes it ready while the show runs."""
        async with named_executor("film") as thread:
            data = await thread.run(film.film, "bench", self._clips, self._clips / "case.mp4")
        about = {"episode_id": kept["episode"], "name": film.NAME}
        answer = await self._people["producer"].send("/api/v1/clips", data, "video/mp4", **about)
        kept["film"] = str(answer["clip_id"])

    async def _ladder(self, path: str) -> None:
        """Who learns the address before the public does: the producer and the officer, who must drive there."""
        users = (await self._people["admin"].get("/api/v1/users"))["users"]
        who = [each["user_id"] for each in users if each["login"] in {"producer", "officer"}]
        rung = {"title": "带队出发", "people": who, "minutes_before": 120}
        await self._people["producer"].post(f"{path}/ladder", {"rungs": [rung]})

    async def approve(self, episode: str) -> None:
        """The producer gives the basis, the legal desk reviews it and approves what it has read."""
        path, legal = f"/api/v1/episodes/{episode}", self._people["legal"]
        basis = {"legal_basis": "《中华人民共和国食品安全法》第一百一十条", "scope": "江北区的农贸市场，一家"}
        await self._people["producer"].post(f"{path}/legal-basis", basis)
        read = await legal.get(f"{path}/approval")
        await legal.post(f"{path}/legal-basis/review", {"version": read["basis_version"]})
        await legal.post(f"{path}/approve", {"version": read["version"], "document": "江市监直播〔2026〕41号"})

    async def _learn_items(self, kept: dict[str, str]) -> None:
        """Which items of the checklist the officer will answer, whatever template the episode was planned with."""
        items = (await self._people["officer"].get("/api/v1/spot"))["checklist"]["items"]
        papers = next((each for each in items if "进货查验" in each["words"]), items[0])
        fine = next(each for each in items if each is not papers)
        kept |= {"item_papers": papers["item_id"], "item_fine": fine["item_id"]}

    async def _clear_the_air(self, known: list[dict[str, Any]]) -> None:
        """An episode left live by an interrupted demo is ended first."""
        for each in known:
            if each["state"] == "live":
                await self._people["producer"].post(f"/api/v1/episodes/{each['episode_id']}/end")

    async def _programme(self) -> None:
        slot = {"name": "开门见光", "agency": "江北市市场监督管理局", "weekday": 3, "starts": "19:00", "minutes": 90}
        await self._people["producer"].post("/api/v1/programmes", slot)
        await self._people["producer"].post("/api/v1/past-figures", _PAST)

    def _plan(self, number: int, template: str) -> dict[str, Any]:
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
        return {
            "number": number,
            "title": "晚市与后厨",
            "theme": "农贸市场",
            "template_id": template,
            "starts": soon.isoformat(timespec="seconds"),
            "cameras": list(CAMERAS),
            # Picture and pages say 演示: nobody shall take this show for a real one.
            "demo": True,
        }

    async def _bind_phones(self) -> None:
        if self._phones:
            return
        for camera, scene in CAMERAS.items():
            director = self._people["director"]
            code = await director.post("/api/v1/join-codes", {"camera": camera, "replace": True})
            phone = Browser(self._base_url)
            await phone.open("/crew")
            joined = await phone.post(
                "/api/v1/join",
                {"code": code["code"], "device_id": f"demo-{scene}-{secrets.token_hex(4)}", "device_name": "演示手机"},
            )
            await phone.close()
            errand = Errand(self._base_url, camera, str(joined["token"]), scene, str(self._clips))
            await self._equipment.phone(errand)
        self._phones = True
        await self._cameras_live()

    async def _cameras_live(self) -> None:
        """Wait until the studio has every camera's picture. Raises TimeoutError."""
        async with asyncio.timeout(_CAMERAS_S):
            while True:
                cameras = (await self._people["director"].get("/api/v1/cameras"))["cameras"]
                if {each["camera"] for each in cameras if each["state"] == "live"} >= set(CAMERAS):
                    return
                await asyncio.sleep(0.3)

    async def _run(self, kept: dict[str, str], speed: float) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for step in STEPS:
            await asyncio.sleep(max(0.0, began + step.at_s / speed - loop.time()))
            await self._do(step, kept)
        await asyncio.sleep(max(0.0, began + SHOW_S / speed - loop.time()))

    async def _do(self, step: Step, kept: dict[str, str]) -> None:
        """One step; a refusal is told and the show goes on, as it would with people."""
        kept["now_ms"] = str(time.time_ns() // 1_000_000)
        body = _filled(step.body, kept)
        try:
            answer = await self._post(step, step.post.format(**kept), body)
        except (httpx.HTTPError, KeyError) as error:
            _log.warning("a step was refused", at_s=step.at_s, who=step.who, deed=step.post, why=str(error))
            return
        if step.keep:
            kept[step.keep] = next((str(value) for key, value in answer.items() if key.endswith("id")), "")
            kept.update({f"{step.keep}_{key}": value for key, value in answer.items() if isinstance(value, str)})
        if step.keep == "record_link":
            self._hand_over(kept["record_link_url"])

    def _hand_over(self, link: str) -> None:
        """The operator's link, which a QR code would carry: for whoever tries the demo, and for nobody else."""
        file = self._folder / OPERATOR_LINK
        file.touch(mode=0o600, exist_ok=True)
        file.write_text(f"{link}\n", "utf-8")

    async def _post(self, step: Step, path: str, body: dict[str, Any]) -> dict[str, Any]:
        kind, _, nickname = step.who.partition(":")
        if kind != "viewer":
            return await self._people[kind].post(path, body)
        viewer = self._people.get(step.who)
        if viewer is None:
            viewer = self._people[step.who] = Browser(self._base_url)
            await viewer.open("/")
        return await viewer.post(path, body | {"name": nickname})


def _filled(value: Any, kept: Mapping[str, str]) -> Any:
    """`value` with every `{name}` of its texts replaced by what was kept."""
    if isinstance(value, str):
        with contextlib.suppress(KeyError):
            return value.format(**kept)
        return value
    if isinstance(value, Mapping):
        return {_filled(key, kept): _filled(each, kept) for key, each in value.items()}
    return value
