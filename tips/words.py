"""The receipt's words: 64 attributes × 64 things = 4096 two-character words, 12 bits each, of our own making. PURE.

In: chance as indices. Out: words; and back, from characters or from toneless pinyin (`青山`, `qingshan`, `QING SHAN`).
Within each table every reading is different, and so is every joined reading: a test walks all 4096.
"""

import re

from runtime.problems import UserProblem

_FIRST = (
    "青qing 白bai 红hong 黄huang 蓝lan 绿lv 紫zi 灰hui 金jin 银yin 铜tong 木mu 石shi 竹zhu 玉yu 冰bing "
    "雪xue 春chun 夏xia 秋qiu 冬dong 晨chen 晚wan 夜ye 西xi 南nan 北bei 大da 小xiao 长chang 短duan 高gao "
    "低di 深shen 远yuan 老lao 新xin 古gu 明ming 暖nuan 凉liang 静jing 香xiang 甜tian 苦ku 淡dan 浓nong 重zhong "
    "软ruan 方fang 平ping 直zhi 斜xie 厚hou 飞fei 流liu 空kong 满man 双shuang 千qian 三san 五wu 七qi 海hai"
)
_SECOND = (
    "山shan 水shui 桥qiao 鹭lu 风feng 云yun 雨yu 雪xue 月yue 星xing 田tian 花hua 草cao 树shu 林lin 叶ye "
    "根gen 果guo 瓜gua 豆dou 米mi 麦mai 茶cha 盐yan 糖tang 酒jiu 饭fan 虾xia 蟹xie 蝉chan 雀que 鸭ya "
    "鹤he 牛niu 羊yang 马ma 虎hu 兔tu 龙long 熊xiong 猫mao 象xiang 门men 窗chuang 墙qiang 屋wu 楼lou 塔ta "
    "亭ting 井jing 街jie 船chuan 车che 灯deng 笔bi 纸zhi 琴qin 鼓gu 钟zhong 伞san 衣yi 布bu 线xian 针zhen"
)
FIRST: tuple[tuple[str, str], ...] = tuple((pair[0], pair[1:]) for pair in _FIRST.split())
SECOND: tuple[tuple[str, str], ...] = tuple((pair[0], pair[1:]) for pair in _SECOND.split())
COUNT = len(FIRST) * len(SECOND)
BITS = 12

_WORDS = tuple(a + b for a, _ in FIRST for b, _ in SECOND)
_READINGS = tuple(a + b for _, a in FIRST for _, b in SECOND)
_INDEX = {word: index for index, word in enumerate(_WORDS)} | {said: index for index, said in enumerate(_READINGS)}


def word(index: int) -> str:
    """The word of one 12-bit index."""
    return _WORDS[index]


def reading(index: int) -> str:
    """How the word is read, for those who write Latin letters."""
    return _READINGS[index]


def parse(written: str, count: int) -> tuple[int, ...]:
    """`count` words as somebody copied them from paper, parted by anything; refuses by the place of the first wrong."""
    if len(written) > count * 40:
        raise UserProblem("receipt_wrong", "查询码不对。请核对编号和每一个词。", 422)
    parts = [part for part in re.split(r"[^a-z\u4e00-\u9fff]+", written.lower()) if part]
    if len(parts) == 1 and len(parts[0]) == 2 * count and not parts[0].isascii():
        parts = [parts[0][at : at + 2] for at in range(0, 2 * count, 2)]
    found = [_INDEX.get(part) for part in parts]
    if None in found:
        raise UserProblem("receipt_word", "第%(place)s个词不在词表里，请核对。", 422, place=found.index(None) + 1)
    if len(found) != count:
        raise UserProblem(
            "receipt_count", "查询码有%(most)s个词，现在是%(given)s个。", 422, most=count, given=len(found)
        )
    return tuple(index for index in found if index is not None)
