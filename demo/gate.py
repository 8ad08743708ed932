"""What the demo does before it may go live. In: the cast, an approved episode. Out: through the gate.

The legal desk keeps the officers' credentials, the tester packs, the moderator goes on duty; the producer says by name
how the show does without masks.
"""

from collections.abc import Mapping

from demo.cast import Browser

_CARDS = {"陈立川": "JB-2019-0147", "林涛": "JB-2021-0068"}
_BATCHES = (
    {"kind": "reagent", "name": "农药残留速测卡", "batch": "R2605", "expires": "2027-12-31"},
    {"kind": "kit", "name": "极性组分检测仪", "batch": "NC-0417", "expires": "2027-12-31"},
)
_WITHOUT_MASKS = "演示：画面由代码生成，没有真人；真播时只拍台面，反对拍摄就切走。"


async def keep_register(people: Mapping[str, Browser]) -> None:
    """Officers' credentials and what is packed, once."""
    for each in (await people["legal"].get("/api/v1/officers"))["officers"]:
        # Whoever looks at the demo may have made accounts of their own.
        if not each["number"] and each["name"] in _CARDS:
            card = {"number": _CARDS[each["name"]], "valid_from": "2026-01-01", "valid_until": "2028-12-31"}
            await people["legal"].post(f"/api/v1/officers/{each['user_id']}", card)
    known = {each["batch"] for each in (await people["producer"].get("/api/v1/kits"))["batches"]}
    for batch in _BATCHES:
        if batch["batch"] not in known:
            await people["tester"].post("/api/v1/kits", batch)


async def pass_gate(people: Mapping[str, Browser], episode_id: str) -> None:
    """The last things: somebody moderates, and somebody answers for what is missing."""
    path = f"/api/v1/episodes/{episode_id}"
    await people["moderator"].post(f"{path}/duty", {"on": True})
    await people["producer"].post(f"{path}/gate/decide", {"point": "masks", "why": _WITHOUT_MASKS})
