"""What a message must be looked at for. In: a text and a name. Out: clean text, its fingerprint, and rule hits. PURE.

The table is deliberately small and readable. A rule's `weight` says what it does to the moderator:
`stop` cannot be approved at all, `second` needs the yes of two moderators, `look` only says why to look twice.
No rule knows the embargoed target: shop-like names are held before the reveal whoever they name.
"""

import re
import unicodedata
from hashlib import sha256
from typing import Literal

import msgspec

from runtime.problems import UserProblem

Weight = Literal["stop", "second", "look"]
Where = Literal["text", "name"]

NAME_CHARS = 12


class Rule(msgspec.Struct, frozen=True):
    """One row of the table: all `patterns` must strike. `before_reveal` rules sleep once the target is revealed."""

    code: str
    weight: Weight
    patterns: tuple[re.Pattern[str], ...]
    conceal: bool = False
    before_reveal: bool = False


class Hit(msgspec.Struct, frozen=True):
    """Where a rule struck: characters `start` to `end` of the text or the name. `conceal` hides them from the eye."""

    code: str
    weight: Weight
    where: Where
    start: int
    end: int
    conceal: bool = False


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PLACE = _p(
    r"[A-Z]\s?\d{1,3}\s?[档号铺]|后厨|冰柜|冷库|仓库|隔壁|楼上|地下室|路\d+号|第[一二三四五六七八九十\d]+家|这家|那家"
)
_DEED = _p(
    r"换标签|改日期|改标签|过期|变质|发臭|回收油|地沟油|掺假|短斤|缺斤|偷工|没有?证|无证|死鱼|病死|老鼠|做手脚|偷换"
)
_INSIDER = _p(r"我在那|我在这家|我以前在|我是.{0,4}(?:员工|厨师|店员)|亲眼|内部|我们店|我们厂|我老板|我们老板")
_SHOP = _p(
    r"[\u4e00-\u9fff]{2,8}?(?:饭店|酒楼|酒家|餐厅|餐馆|饭馆|面馆|茶楼|火锅|烧烤|烤肉|小吃店|超市|便利店|金店|珠宝|药房|药店|加油站|"
    r"美食城|菜馆|食府|大排档|奶茶|蛋糕店|烘焙|卤味|海鲜店|专卖店|修理厂|旗舰店|老字号)店?"
)
_PLATE = _p(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][\s·]?[A-HJ-NP-Z\d]{5,6}(?![A-Z\d])"
)
_ID_NUMBER = _p(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX](?!\d)")

RULES: tuple[Rule, ...] = (
    Rule("tip", "stop", (_PLACE, _DEED)),
    Rule("tip", "stop", (_INSIDER, _DEED)),
    Rule("tip", "stop", (_p(r"我要举报|举报[一下他她这那]"),)),
    Rule("phone", "stop", (_p(r"(?<!\d)(?:\+?86)?1[3-9]\d(?:[\s.·-]?\d){8}(?!\d)"),), conceal=True),
    Rule("phone", "stop", (_p(r"(?<!\d)0\d{2,3}[\s-]?[2-9]\d{6,7}(?!\d)"),), conceal=True),
    Rule("id_number", "stop", (_ID_NUMBER,), conceal=True),
    Rule("plate", "stop", (_PLATE,), conceal=True),
    Rule("email", "stop", (_p(r"[\w.+-]+@[\w-]+\.[a-z]{2,}"),), conceal=True),
    Rule("shop_name", "second", (_SHOP,), conceal=True, before_reveal=True),
    Rule("link", "look", (_p(r"(?:https?://|www\.)\S+|(?<![\w@.])[\w-]+\.(?:com|cn|net|top|xyz|cc|vip|shop|link)\b"),)),
    Rule("advert", "look", (_p(r"(?:加|\+)\s?(?:微信|薇信|vx|wx|v信|qq|扣扣|群)|优惠券|代购|兼职|刷单|五折|包过"),)),
    Rule("heated", "look", (_p(r"黑心|奸商|骗子|去死|砸了|该关门|太坏|人渣|垃圾店|弄死|全家"),)),
    Rule("verdict", "look", (_p(r"不合格|违法|犯法|有毒|毒死人"),)),
)
_IMPERSONATES = _p(r"主持人|导播|审核员|官方|管理员|市场监管|市监局|执法|客服|记者|系统|法制|moderator|admin|official")
# Letters that change the direction of what follows, or draw nothing: never wanted in one line of chat.
_INVISIBLE = frozenset("\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad\u180e\u2061\u2062\u2063\u2064")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS_IN_A_ROW = 3


def _one_line(text: str) -> str:
    """Printable characters on one line: no controls, no invisible letters, no direction overrides, no zalgo."""
    out: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category == "Mn" else 0
        if char in _INVISIBLE or char in _OVERRIDES or marks >= _MARKS_IN_A_ROW:
            continue
        if category in {"Zs", "Zl", "Zp"} or char in "\t\r\n\v\f":
            out.append(" ")
        elif category not in {"Cc", "Cs", "Co", "Cn", "Cf"} or char == "\u200d":
            out.append(char)
    return re.sub(" {2,}", " ", "".join(out)).strip()


def clean_text(text: str, most_chars: int) -> str:
    """A message as it may be stored. Refuses what is empty or longer than the room allows."""
    clean = _one_line(text[: most_chars * 8])
    if not clean:
        raise UserProblem("text_empty", "先写几个字再发送。", 422)
    if len(clean) > most_chars or len(text) > most_chars * 8:
        raise UserProblem("text_long", "太长了，最多%(most)s个字。", 422, most=most_chars)
    return clean


def clean_name(name: str) -> str:
    """A name as it may be shown beside a message. Nobody may look like the staff."""
    clean = _one_line(name[:200])
    if not clean:
        raise UserProblem("name_empty", "先起一个名字。", 422)
    if len(clean) > NAME_CHARS:
        raise UserProblem("name_long", "名字最多%(most)s个字。", 422, most=NAME_CHARS)
    if _IMPERSONATES.search(_folded(clean)[0]):
        raise UserProblem("name_taken", "这个名字像工作人员，请换一个。", 422)
    return clean


def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Compatibility-folded text for matching, and for each of its characters the index it came from."""
    chars: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char):
            chars.append(part)
            origin.append(index)
    return "".join(chars), tuple(origin)


def hits(text: str, name: str, *, revealed: bool) -> tuple[Hit, ...]:
    """Every rule that strikes, in the table's order, with the first place each of its patterns strikes at."""
    found: list[Hit] = []
    places: tuple[tuple[Where, str], ...] = (("text", text), ("name", name))
    for where, said in places:
        folded, origin = _folded(said)
        for rule in RULES:
            if rule.before_reveal and revealed:
                continue
            matches = [pattern.search(folded) for pattern in rule.patterns]
            found += [
                Hit(rule.code, rule.weight, where, origin[m.start()], origin[m.end() - 1] + 1, rule.conceal)
                for m in matches
                if m and all(matches)
            ]
    return tuple(found)


def fingerprint(text: str) -> str:
    """Equal for texts that differ only in width, case, spaces and punctuation; tells nothing else about them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    core = "".join(char for char in folded if unicodedata.category(char)[0] in "LN") or folded
    return sha256(core.encode()).hexdigest()[:16]
