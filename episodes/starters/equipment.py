"""Starter: special equipment, whose points carry inspection dates. In: nothing. Out: `CONTENT`."""

from episodes.assignment import Post
from episodes.starters.parts import (
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
from episodes.templates import Content, OutputWish

CONTENT = Content(
    theme="特种设备",
    minutes=60,
    cameras=(PANORAMA, FOLLOWING, DOOR),
    checklist=points(
        "equipment",
        ("key", "使用登记证在醒目处，设备与登记一致", "特种设备安全法第三十三条"),
        ("key", "定期检验在有效期内，记下次检验日期", "特种设备安全法第四十条"),
        ("key", "安全附件、安全保护装置校验在有效期内，记下次校验日期", "特种设备安全法第三十九条"),
        ("key", "作业人员持证上岗，证件在有效期内", "特种设备安全法第十四条"),
        ("key", "电梯紧急报警装置现场试通", "特种设备安全法第五十七条"),
        ("general", "维护保养记录齐全，周期不超过规定", "特种设备安全法第四十五条"),
        ("general", "安全技术档案齐全", "特种设备安全法第三十五条"),
        ("general", "应急预案和演练记录", "特种设备安全法第六十九条"),
        ("general", "安全注意事项和警示标志醒目", "特种设备安全法第四十三条"),
    ),
    kit=kit(("特种设备检查记录表", 3), ("卷尺、塞尺、照度计", 1), ("对讲机", 2), ("安全帽和反光背心", 6)),
    graphics=laws(
        (
            "《中华人民共和国特种设备安全法》",
            "第四十条",
            "未经定期检验或者检验结果不符合要求的特种设备，不得继续使用。",
        ),
        ("《中华人民共和国特种设备安全法》", "第十四条", "特种设备作业人员应当按照规定取得相应资格，方可上岗。"),
    ),
    outputs=(OutputWish(name="新闻客户端"), OutputWish(name="政务网"), OutputWish(name="视频号")),
    posts=(Post.DIRECTOR, Post.MODERATOR, Post.HOST, Post.OFFICER, Post.OFFICER, Post.CAMERA, Post.CAMERA),
    segments=segments(
        ("follow_up", "开场与回头看", 6, (take(PANORAMA),)),
        ("reveal", "揭晓，亮证", 6, (take(DOOR), ("reveal", ""), CARDS_SHOWN)),
        ("checklist", "证照和检验日期", 14, (take(FOLLOWING), law(1))),
        (
            "checklist",
            "安全装置现场试验",
            16,
            (take(FOLLOWING), say("试验由持证人员操作，摄像不进入危险区域。"), law(2)),
        ),
        ("questions", "观众提问", 6, (take(PANORAMA),)),
        ("guests", "嘉宾点评，签字", 10, (take(PANORAMA),)),
        ("tip_line", "举报方式，结束", 2, (TIP_LINE, ("clear", "tip_line"))),
    ),
)
