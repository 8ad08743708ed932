"""Starter: a jeweller's. In: nothing. Out: `CONTENT`."""

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
    theme="珠宝金店",
    minutes=75,
    cameras=(PANORAMA, FOLLOWING, BENCH, DOOR),
    checklist=points(
        "jewel",
        ("key", "首饰有印记，含量标注清楚", "GB 11887"),
        ("key", "标签标明名称、含量、质量、厂家，与实物一致", "产品质量法第二十七条"),
        ("key", "电子天平在检定有效期内", "计量法第九条"),
        ("key", "抽样检测含量", "GB 11887"),
        ("key", "“以旧换新”的折算方法公示", "消费者权益保护法第八条"),
        ("general", "金价、工费明码标价", "价格法第十三条"),
        ("general", "宣传用语有依据，无虚假、绝对化用语", "广告法第九条"),
        ("general", "珠宝玉石附有可查的鉴定证书", "GB/T 16552"),
        ("general", "进货台账和供货商资质齐全", "产品质量法第三十三条"),
    ),
    kit=kit(("X射线荧光光谱仪", 1), ("标准金片", 1), ("标准砝码（E2级）", 1), ("放大镜和印记对照表", 2)),
    limits=(
        LimitUse(method_id="precious_metal_xrf", item="足金"),
        LimitUse(method_id="precious_metal_xrf", item="18K金"),
        LimitUse(method_id="precious_metal_xrf", item="银"),
    ),
    graphics=laws(
        ("《中华人民共和国产品质量法》", "第二十七条", "产品标识必须真实，标明名称、厂名和主要成分的含量。"),
        ("《中华人民共和国消费者权益保护法》", "第八条", "消费者有权知悉商品的真实情况。"),
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
        ("reveal", "揭晓，亮证", 6, (take(DOOR), ("reveal", ""), CARDS_SHOWN)),
        ("checklist", "标签、印记、天平", 14, (take(FOLLOWING), law(1))),
        ("test", "含量检测", 22, (take(BENCH), say("仪器读数是现场检测，以法定检验结论为准。"))),
        ("law", "以案说法", 8, (take(PANORAMA), law(2))),
        ("questions", "观众提问", 6, (take(PANORAMA),)),
        ("guests", "嘉宾点评，签字", 9, (take(PANORAMA),)),
        ("tip_line", "举报方式，结束", 2, (TIP_LINE, ("clear", "tip_line"))),
    ),
)
