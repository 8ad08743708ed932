"""Starter: a petrol station. In: nothing. Out: `CONTENT`."""

from episodes.assignment import Post
from episodes.starters.parts import (
    BENCH,
    CARDS_SHOWN,
    DOOR,
    FOLLOWING,
    PANORAMA,
    TIP_LINE,
    kit,
    law,
    laws,
    points,
    say,
    segments,
    take,
)
from episodes.templates import Content, LimitUse, OutputWish

CONTENT = Content(
    theme="加油站",
    minutes=75,
    cameras=(PANORAMA, FOLLOWING, BENCH, DOOR),
    checklist=points(
        "petrol",
        ("key", "营业执照、成品油零售经营资质、危险化学品经营许可在有效期内", "危险化学品安全管理条例"),
        ("key", "加油机在强制检定有效期内，铅封完好", "计量法第九条"),
        ("key", "加油机示值误差现场检测", "JJG 443"),
        ("key", "油品进货票据和质量证明齐全", "产品质量法第三十三条"),
        ("key", "抽样送检，封样由双方签字", "产品质量法第十五条"),
        ("general", "明码标价，油品标号标识清楚", "价格法第十三条"),
        ("general", "自校用标准量器在检定有效期内", "计量法第九条"),
        ("general", "压力容器、可燃气体报警器在检验有效期内", "特种设备安全法第四十条"),
        ("general", "税控装置完好，无改装作弊装置", "计量法实施细则"),
    ),
    kit=kit(
        ("标准金属量器（20升、100升）", 1),
        ("水平仪和温度计", 1),
        ("防静电服和静电接地线", 4),
        ("油品抽样瓶和封样袋", 6),
    ),
    limits=(LimitUse(method_id="fuel_dispenser", item="燃油"),),
    graphics=laws(
        ("《中华人民共和国计量法》", "第九条", "用于贸易结算的计量器具实行强制检定，未经检定的不得使用。"),
        ("《中华人民共和国产品质量法》", "第三十九条", "销售者销售产品，不得掺杂、掺假，不得以假充真、以次充好。"),
    ),
    outputs=(OutputWish(name="新闻客户端"), OutputWish(name="政务网"), OutputWish(name="视频号")),
    posts=(
        Post.DIRECTOR,
        Post.MODERATOR,
        Post.HOST,
        Post.OFFICER,
        Post.OFFICER,
        Post.TESTER,
        Post.REVIEWER,
        Post.CAMERA,
    ),
    segments=segments(
        ("follow_up", "开场与回头看", 8, (take(PANORAMA),)),
        (
            "reveal",
            "揭晓，亮证",
            6,
            (take(DOOR), ("reveal", ""), CARDS_SHOWN, say("站内不使用明火，手机按站方要求使用。")),
        ),
        ("checklist", "证照、铅封、检定标志", 12, (take(FOLLOWING), law(1))),
        ("test", "加油机示值误差检测", 24, (take(BENCH), say("读数是现场检测，以法定检定结论为准。"))),
        ("test", "油品抽样封样", 10, (take(FOLLOWING), law(2))),
        ("questions", "观众提问", 6, (take(PANORAMA),)),
        ("guests", "嘉宾点评，签字", 7, (take(PANORAMA),)),
        ("tip_line", "举报方式，结束", 2, (TIP_LINE, ("clear", "tip_line"))),
    ),
)
