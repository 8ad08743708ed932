"""Starter: a restaurant's kitchen. In: nothing. Out: `CONTENT`."""

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
    theme="餐饮后厨",
    minutes=90,
    cameras=CAMERAS,
    checklist=points(
        "kitchen",
        ("key", "食品经营许可证在有效期内，经营项目与许可一致", "食品安全法第三十五条"),
        ("key", "从业人员健康证明在有效期内", "食品安全法第四十五条"),
        ("key", "食品和原料无过期、变质、感官异常", "食品安全法第三十四条"),
        ("key", "进货查验记录和票据齐全", "食品安全法第五十三条"),
        ("key", "生熟分开，加工工具和容器有区分标识", "餐饮服务食品安全操作规范"),
        ("key", "食品添加剂专人专柜保管并有使用记录", "餐饮服务食品安全操作规范"),
        ("key", "煎炸油无异常，更换有记录", "GB 2716"),
        ("general", "操作区地面、墙面、排水沟清洁", "餐饮服务食品安全操作规范"),
        ("general", "冷藏冷冻温度符合要求，有温度记录", "餐饮服务食品安全操作规范"),
        ("general", "防蝇、防鼠、防尘设施完好", "餐饮服务食品安全操作规范"),
        ("general", "餐饮具清洗消毒并密闭保洁", "GB 14934"),
        ("general", "餐厨废弃物分类存放，有回收台账", "餐饮服务食品安全操作规范"),
        ("general", "网络订餐平台公示的证照与实体店一致", "网络餐饮服务食品安全监督管理办法"),
    ),
    kit=kit(
        ("煎炸油极性组分检测仪", 1),
        ("酸价试纸", 10),
        ("ATP荧光检测仪和拭子", 10),
        ("中心温度计", 1),
        ("农残快检仪和试剂", 1),
    ),
    limits=(
        LimitUse(method_id="polar_compounds", item="煎炸油"),
        LimitUse(method_id="acid_value", item="煎炸油"),
        LimitUse(method_id="enzyme_inhibition"),
    ),
    graphics=laws(
        (
            "《中华人民共和国食品安全法》",
            "第一百一十条",
            "市场监管部门有权进入生产经营场所现场检查、抽样检验、查阅资料。",
        ),
        ("《中华人民共和国食品安全法》", "第三十四条", "禁止生产经营腐败变质、超过保质期的食品。"),
        (
            "《中华人民共和国食品安全法》",
            "第一百一十二条",
            "快检是初筛。可能不符合标准的，应当依法检验，以检验结论为准。",
        ),
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
        ("reveal", "揭晓，亮证", 6, (take(DOOR), ("reveal", ""), CARDS_SHOWN, law(1))),
        ("checklist", "后厨要点检查", 22, (take(FOLLOWING), say("先看证照和健康证明，再进后厨。"), law(2))),
        ("test", "煎炸油和蔬菜快检", 20, (take(BENCH), PRELIMINARY, law(3))),
        ("questions", "观众提问", 6, (take(PANORAMA),)),
        ("target", "第二检查对象", 20, (take(DOOR), ("reveal", ""), CARDS_SHOWN, take(FOLLOWING))),
        ("guests", "嘉宾点评，签字", 6, (take(PANORAMA), say("问题当场交办，双方签字，记录二维码交给经营者。"))),
        ("tip_line", "举报方式，结束", 2, (TIP_LINE, ("clear", "tip_line"))),
    ),
)
