"""PURE. Who does what in one episode. In: people with the roles of their accounts, posts. Out: a crew list, or why not.

A post (岗位) is work in one show; a role is what an account may do at all. `TOGETHER_NEVER` is the table of what one
person may not combine; everything else they may, so that five crew and two at the desk carry a show (domain, "Who uses
it"). What is about one reading or one approval is checked again where that deed is done.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from episodes.people import Role
from runtime.problems import UserProblem
from runtime.words import N_


class Post(StrEnum):
    """Work in one show."""

    PRODUCER = "producer"
    APPROVER = "approver"
    DIRECTOR = "director"
    MODERATOR = "moderator"
    CAMERA = "camera"
    OFFICER = "officer"
    TESTER = "tester"
    REVIEWER = "reviewer"
    HOST = "host"
    LEGAL_DESK = "legal_desk"
    DRIVER = "driver"
    GUEST = "guest"


POST_WORDS: Mapping[Post, str] = {
    Post.PRODUCER: N_("制片"),
    Post.APPROVER: N_("审批人"),
    Post.DIRECTOR: N_("导播"),
    Post.MODERATOR: N_("审核员"),
    Post.CAMERA: N_("摄像"),
    Post.OFFICER: N_("执法人员"),
    Post.TESTER: N_("检测员"),
    Post.REVIEWER: N_("读数复核"),
    Post.HOST: N_("主持人"),
    Post.LEGAL_DESK: N_("法制坐席"),
    Post.DRIVER: N_("司机"),
    Post.GUEST: N_("嘉宾"),
}

ROLES_FOR: Mapping[Post, frozenset[Role]] = {
    Post.PRODUCER: frozenset({Role.PRODUCER}),
    Post.APPROVER: frozenset({Role.LEGAL}),
    Post.DIRECTOR: frozenset({Role.DIRECTOR}),
    Post.MODERATOR: frozenset({Role.MODERATOR}),
    Post.CAMERA: frozenset({Role.CAMERA}),
    Post.OFFICER: frozenset({Role.OFFICER}),
    Post.TESTER: frozenset({Role.TESTER}),
    Post.REVIEWER: frozenset({Role.TESTER, Role.OFFICER}),
    Post.HOST: frozenset({Role.HOST}),
    Post.LEGAL_DESK: frozenset({Role.LEGAL}),
    Post.DRIVER: frozenset(Role) - {Role.GUEST},
    Post.GUEST: frozenset({Role.GUEST}),
}
"""Which role of the account lets somebody have the post; one of them is enough."""

TOGETHER_NEVER: Mapping[frozenset[Post], str] = {
    frozenset({Post.TESTER, Post.REVIEWER}): N_("读数要由另一个人盲读复核"),
    frozenset({Post.PRODUCER, Post.APPROVER}): N_("立项和审批要是两个人"),
    frozenset({Post.TESTER, Post.OFFICER}): N_("检测员不是执法人员"),
    frozenset({Post.MODERATOR, Post.OFFICER}): N_("审核员在台里，执法人员在现场"),
    frozenset({Post.DIRECTOR, Post.OFFICER}): N_("导播在台里，执法人员在现场"),
    frozenset({Post.DIRECTOR, Post.CAMERA}): N_("导播在台里，摄像在现场"),
    frozenset({Post.DRIVER, Post.DIRECTOR}): N_("导播在台里，司机在路上"),
    **{frozenset({Post.GUEST, post}): N_("嘉宾只旁观") for post in Post if post is not Post.GUEST},
}
"""What one person may not combine in one show, each with its reason."""

AT_THE_DESK = frozenset({Post.DIRECTOR, Post.MODERATOR, Post.LEGAL_DESK, Post.APPROVER, Post.PRODUCER})
LEAST: Mapping[Post, int] = {
    Post.DIRECTOR: 1,
    Post.MODERATOR: 1,
    Post.CAMERA: 1,
    Post.OFFICER: 2,
}
"""What no show goes without. Five in the field and two at the desk are enough for all of it, and for a driver."""


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """One person in one post; `camera` is whose phone, for the post of camera."""

    user_id: str
    post: Post
    camera: str = ""


class Missing(msgspec.Struct, frozen=True):
    """So many are still wanted in a post."""

    post: Post
    count: int


def checked_crew(
    crew: Iterable[Assigned],
    roles: Mapping[str, frozenset[Role]],
    names: Mapping[str, str],
    cameras: Iterable[str] = (),
) -> tuple[Assigned, ...]:
    """The same list in a stable order, each entry once. `roles` are those of active accounts. Raises UserProblem."""
    rows = sorted(set(crew), key=lambda each: (list(Post).index(each.post), each.user_id, each.camera))
    known = frozenset(cameras)
    posts: dict[str, set[Post]] = {}
    for each in rows:
        if each.user_id not in roles:
            raise UserProblem("crew_unknown", "有一个人没有可用的账号，请重新选择。", 422)
        if not roles[each.user_id] & ROLES_FOR[each.post]:
            raise UserProblem(
                "crew_role",
                "%(name)s的账号没有“%(post)s”的岗位。请管理员先加岗位，或换一个人。",
                422,
                name=names.get(each.user_id, ""),
                post=POST_WORDS[each.post],
            )
        if each.camera and (each.post is not Post.CAMERA or each.camera not in known):
            raise UserProblem("no_camera", "这一期没有这个机位。", 404)
        posts.setdefault(each.user_id, set()).add(each.post)
    for user_id, held in posts.items():
        if clash := never_together(held):
            one, other, why = clash
            raise UserProblem(
                "crew_together",
                "%(name)s不能同时担任%(one)s和%(other)s：%(why)s。",
                422,
                name=names.get(user_id, ""),
                one=POST_WORDS[one],
                other=POST_WORDS[other],
                why=why,
            )
    return tuple(rows)


def never_together(posts: Iterable[Post]) -> tuple[Post, Post, str] | None:
    """The first two of these posts that one person may not combine, with the reason."""
    order = list(Post)
    held = sorted(set(posts), key=order.index)
    for at, one in enumerate(held):
        for other in held[at + 1 :]:
            if why := TOGETHER_NEVER.get(frozenset({one, other})):
                return one, other, why
    return None


def missing(crew: Iterable[Assigned], wanted: Iterable[Post] = ()) -> tuple[Missing, ...]:
    """Which posts still want people: the least of every show, and the theme's own (a post named twice wants two)."""
    need = dict(LEAST)
    own: dict[Post, int] = {}
    for post in wanted:
        own[post] = own.get(post, 0) + 1
    for post, count in own.items():
        need[post] = max(need.get(post, 0), count)
    have: dict[Post, set[str]] = {}
    for each in crew:
        have.setdefault(each.post, set()).add(each.user_id)
    return tuple(
        Missing(post, need[post] - len(have.get(post, ())))
        for post in Post
        if need.get(post, 0) > len(have.get(post, ()))
    )


def posts_of(crew: Iterable[Assigned], user_id: str) -> tuple[Post, ...]:
    """What somebody does in this show, in the table's order."""
    held = {each.post for each in crew if each.user_id == user_id}
    return tuple(post for post in Post if post in held)
