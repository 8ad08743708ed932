"""What each role does on the day, as a card to print. In: nothing. Out: `CARDS`, msgids in the order of the work.

A card holds no name, target, address or code: one that is left behind tells nothing.
"""

import msgspec

from episodes.people import Role
from runtime.words import N_


class RoleCard(msgspec.Struct, frozen=True, kw_only=True):
    """`page` is where the work is; `never` is what this role must not do."""

    role: Role
    page: str
    steps: tuple[str, ...]
    never: str


CARDS: tuple[RoleCard, ...] = (
    RoleCard(
        role=Role.CAMERA,
        page="/crew",
        steps=(
            N_("扫导播给的二维码加入，等“已连接”。一部手机一个机位。"),
            N_("顶上变红就是在播。导播的话出现在画面上，看到按“知道了”。"),
            N_("要停就按“切走我”，一按就黑、就没声。"),
            N_("经营者拒绝拍摄，按“拒绝拍摄”：停播，原始画面继续录。"),
        ),
        never=N_("揭晓前不说、不拍检查对象的招牌和地址。"),
    ),
    RoleCard(
        role=Role.OFFICER,
        page="/crew",
        steps=(
            N_("至少两人，出示证件、告知录像，在手机上各按一下记时间。"),
            N_("先写位置代号，再逐项点选；不符合的点选发现了什么，拍照存证。"),
            N_("没有网络照常记，顶上黄条说还有几条待发。"),
            N_("拿不准就“问法制”，只有法制审核看得到。"),
            N_("检查完双方签字，把记录二维码交给经营者。"),
        ),
        never=N_("问题里不写店名、人名，只写代号。"),
    ),
    RoleCard(
        role=Role.TESTER,
        page="/crew",
        steps=(
            N_("取样、编号，录入试剂批号和有效期，再开始检测。"),
            N_("读数录一次；另一个人自己读、自己登录复核，一致才上屏。"),
            N_("发现读错，先“撤下”，再更正。"),
        ),
        never=N_("快检是初筛，不说合格、不合格。"),
    ),
    RoleCard(
        role=Role.HOST,
        page="/host",
        steps=(
            N_("看“下一步”和剩余时间；问题只念已审核的。"),
            N_("结果只念“可以这样说”里的句子。"),
            N_("画面停了就念暂停的那一句，直播没有结束。"),
        ),
        never=N_("不评价经营者，不替检查人员下结论。"),
    ),
    RoleCard(
        role=Role.DIRECTOR,
        page="/studio",
        steps=(
            N_("开播前跑一遍开播检查。延时没存满不切现场。"),
            N_("出了不该播的：掀盖、按住“切除”。要全黑：按住“断流”。"),
            N_("机位被拒绝拍摄，等法制审核决定；延时里的几秒先切除。"),
        ),
        never=N_("不切回法制审核还没有交还的机位。"),
    ),
    RoleCard(
        role=Role.LEGAL,
        page="/legal",
        steps=(
            N_("开播时就打开法制台：拒绝拍摄要马上决定，并写理由。"),
            N_("现场来问，尽快答复；答复不上屏。"),
            N_("看照片会留痕，需要才看。"),
        ),
        never=N_("不审批自己立项的一期。"),
    ),
)
