"""What files of businesses call things. In: nothing. Out: our columns with their other names, faces with letters."""

from collections.abc import Mapping
from typing import Literal

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "licence": ("统一社会信用代码", "信用代码", "许可证号", "许可证编号", "证照号", "注册号", "license"),
    "name": ("名称", "企业名称", "主体名称", "单位名称", "经营者名称", "市场主体名称"),
    "place": ("地址", "经营地址", "经营场所", "住所", "地点", "address"),
    "grid": ("网格", "网格编号", "所属网格", "辖区"),
    "category": ("类别", "业态", "分类", "主体业态", "经营类别"),
    "risk": ("风险等级", "风险分级", "risk_grade"),
    "credit": ("信用等级", "信用分级", "credit_grade"),
    "hygiene": ("量化等级", "量化分级", "食品安全等级", "hygiene_grade"),
    "graded_on": ("评定日期", "评级日期", "定级日期"),
}
"""Our columns, and what files call them."""
FACES: Mapping[str, str] = {"大笑": "A", "微笑": "B", "平脸": "C"}
"""The hygiene grade's faces."""
GRADE_SUFFIX = "级"

DAY_KINDS: Mapping[str, Literal["holiday", "working"]] = {
    "休": "holiday", "假": "holiday", "放假": "holiday", "holiday": "holiday",
    "班": "working", "补班": "working", "上班": "working", "working": "working",
}  # fmt: skip
"""What tables of holidays call a day off and a working day made up for one."""
WORKING_SIGN = "班"

STALL_ENDINGS = ("档口", "摊位", "档", "号", "摊")
"""What people put behind a stall's code or leave out: A12 and A12档 are one place."""
