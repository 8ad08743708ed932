"""Why a message stopped here, in the moderator's words. In: a rule's code. Out: msgids and a glyph. PURE."""

import msgspec

from chat.moderation import Item
from chat.words import Hit
from runtime.words import N_


class Reason(msgspec.Struct, frozen=True):
    """`short` stands in the list, `title` and `advice` in the box of the selected item."""

    glyph: str
    short: str
    title: str
    advice: str


CLEAR = Reason("ok", N_("未命中规则"), N_("未命中规则"), N_("看过没有问题就放行。"))
REASONS: dict[str, Reason] = {
    "tip": Reason(
        "alarm",
        N_("像举报：请分流"),
        N_("像举报：具体地点、具体行为或知情人身份"),
        N_("评论不是举报，放行会暴露举报人。请分流：评论不显示，内容随即删除，只给本人发一条私密入口。"),
    ),
    "phone": Reason("alarm", N_("人肉信息：电话。不能放行"), N_("人肉信息：电话"), N_("电话号码一律不显示。请拒绝。")),
    "id_number": Reason(
        "alarm", N_("人肉信息：身份证号。不能放行"), N_("人肉信息：身份证号"), N_("身份证号一律不显示。请拒绝。")
    ),
    "plate": Reason("alarm", N_("人肉信息：车牌。不能放行"), N_("人肉信息：车牌"), N_("车牌一律不显示。请拒绝。")),
    "email": Reason("alarm", N_("人肉信息：邮箱。不能放行"), N_("人肉信息：邮箱"), N_("联系方式一律不显示。请拒绝。")),
    "shop_name": Reason(
        "embargoed",
        N_("保密期：凡提店名一律暂缓，不比对真实对象"),
        N_("保密期：像店名"),
        N_("揭晓之前，凡提店名一律暂缓，不比对真实对象。两位审核员都放行才显示。"),
    ),
    "link": Reason("invalid", N_("链接"), N_("带有链接"), N_("链接可能通向任何地方，一般拒绝。")),
    "advert": Reason("invalid", N_("像广告"), N_("像广告"), N_("招揽和引流请拒绝。")),
    "heated": Reason(
        "preliminary",
        N_("情绪激烈：快检是初筛，不能当结论"),
        N_("情绪激烈"),
        N_("快检是初筛，不能当结论。骂人的拒绝，讲事的放行。"),
    ),
    "verdict": Reason(
        "preliminary",
        N_("下结论的话：只有法定检验能下"),
        N_("下结论的话"),
        N_("不合格、违法这类结论只能来自法定检验或者决定。"),
    ),
    "flood": Reason("invalid", N_("多人发送同样内容"), N_("多人发送同样内容"), N_("像是刷屏，一般拒绝。")),
}
_ORDER = {"stop": 0, "second": 1, "look": 2}


def main_hit(item: Item) -> Hit | None:
    """The hit that matters most."""
    return min(item.hits, key=lambda hit: _ORDER[hit.weight], default=None)


def reason(item: Item) -> Reason:
    """Why it stopped here."""
    hit = main_hit(item)
    return REASONS[hit.code] if hit else CLEAR


class Piece(msgspec.Struct, frozen=True):
    """A stretch of the text: plain, marked by a rule, or concealed."""

    text: str
    kind: str


def pieces(item: Item, *, reveal: bool) -> tuple[Piece, ...]:
    """The text cut at its hits. `reveal` shows what needs a moderator's eyes; what can never pass stays concealed."""
    kinds = ["plain"] * len(item.text)
    for hit in sorted(item.hits, key=lambda each: each.conceal):
        if hit.where == "text":
            hide = hit.conceal and not (reveal and hit.weight == "second")
            kinds[hit.start : hit.end] = ["hide" if hide else "mark"] * (min(hit.end, len(kinds)) - hit.start)
    made: list[Piece] = []
    for char, kind in zip(item.text, kinds, strict=True):
        if made and made[-1].kind == kind:
            made[-1] = Piece(made[-1].text + char, kind)
        else:
            made.append(Piece(char, kind))
    return tuple(made)
