"""Starter: a market and its farm produce. In: nothing. Out: `CONTENT`."""

from episodes.assignment import Post
from episodes.starters.parts import (
    BENCH,
    CAMERAS,
    CARDS_SHOWN,
    DOOR,
    FOLLOWING,
    PANORAMA,
    PRELIMINARY,
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
    theme="农贸市场",
    minutes=90,
    cameras=CAMERAS,
    checklist=points(
        "market",
        ("key", "市场开办者建立入场销售者档案", "食用农产品市场销售质量安全监督管理办法"),
        ("key", "食用农产品有产地证明或购货凭证", "食用农产品市场销售质量安全监督管理办法"),
        ("key", "畜禽肉有检疫证明和肉品检验证明", "食品安全法第三十四条"),
        ("key", "进货查验记录保存满六个月", "食品安全法第六十五条"),
        ("key", "电子秤在检定有效期内，无作弊迹象", "计量法第九条"),
        ("general", "快检室每日检测并公示结果", "食用农产品市场销售质量安全监督管理办法"),
        ("general", "生熟区域分开，活禽区隔离", "食用农产品市场销售质量安全监督管理办法"),
        ("general", "明码标价，公平秤可用", "价格法第十三条"),
        ("general", "水产品养殖用水无异常颜色气味", "食品安全法第三十四条"),
        ("general", "从业人员健康证明在有效期内", "食品安全法第四十五条"),
    ),
    kit=kit(
        ("农残快检仪", 1),
        ("酶抑制率法试剂", 20),
        ("兽药残留快检卡", 20),
        ("标准砝码", 1),
        ("抽样袋和冷藏箱", 2),
    ),
    limits=(LimitUse(method_id="enzyme_inhibition"),),
    graphics=laws(
        (
            "《中华人民共和国食品安全法》",
            "第一百一十二条",
            "快检是初筛。可能不符合标准的，应当依法检验，以检验结论为准。",
        ),
        ("《中华人民共和国食品安全法》", "第六十五条", "食用农产品销售者应当建立进货查验记录，保存不少于六个月。"),
        ("《中华人民共和国计量法》", "第九条", "用于贸易结算的计量器具实行强制检定，未经检定的不得使用。"),
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
        ("follow_up", "开场与回头看", 8, (take(PANORAMA), say("上一期发现的问题，整改得怎么样？"))),
        ("reveal", "揭晓，亮证", 6, (take(DOOR), ("reveal", ""), CARDS_SHOWN)),
        ("checklist", "要点检查", 13, (take(FOLLOWING), law(2), law(3))),
        ("test", "抽样快检", 20, (take(BENCH), PRELIMINARY, law(1))),
        ("law", "以案说法", 6, (take(PANORAMA), say("等结果的时候，说一个案例。"))),
        ("target", "第二检查对象", 28, (take(DOOR), ("reveal", ""), CARDS_SHOWN, take(FOLLOWING), take(BENCH))),
        ("guests", "嘉宾点评，签字", 7, (take(PANORAMA), say("问题当场交办，双方签字，记录二维码交给经营者。"))),
        ("tip_line", "举报方式，结束", 2, (TIP_LINE, ("clear", "tip_line"))),
    ),
)
