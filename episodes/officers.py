"""Officers and their credentials. In: an account's roles, a credential, a day. Out: whether it counts as an officer.

Source: domain rule 7 and the pre-flight: an inspection needs two officers, each with a credential that holds on that
day; assistants, testers and guests are never officers. That there must be two stands in `LEAST`, dated like every
figure of a law.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from episodes.people import Role
from runtime.problems import UserProblem
from runtime.words import N_

Standing = Literal["valid", "not_officer", "closed", "no_credential", "not_yet", "expired"]
STANDING_WORDS: dict[Standing, str] = {
    "valid": N_("证件有效"),
    "not_officer": N_("不是执法人员"),
    "closed": N_("账号已停用"),
    "no_credential": N_("没有登记执法证件"),
    "not_yet": N_("证件还没生效"),
    "expired": N_("证件已过期"),
}
NEVER: frozenset[Role] = frozenset({Role.TESTER, Role.GUEST})
LEAST: tuple[tuple[date, int, str], ...] = ((date(2021, 7, 15), 2, N_("《中华人民共和国行政处罚法》第四十二条")),)
"""How many must come, from which day on, and where it is written."""
_NUMBER = re.compile(r"[\w()（）·.-]{4,40}")


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's credential; both days are included."""

    user_id: str
    number: str
    valid_from: date
    valid_until: date


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be an officer, as the register has them."""

    user_id: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    credential: Credential | None = None


def checked(user_id: str, number: str, valid_from: str, valid_until: str) -> Credential:
    """A credential as somebody typed it. Raises UserProblem."""
    plain = number.strip()
    if not _NUMBER.fullmatch(plain):
        raise UserProblem("credential_number", "证件号要4到40位，用字母、数字、汉字和连字符。", 422)
    try:
        begins, ends = date.fromisoformat(valid_from), date.fromisoformat(valid_until)
    except ValueError:
        raise UserProblem("credential_days", "请填写证件的起止日期。", 422) from None
    if ends < begins:
        raise UserProblem("credential_days", "证件的截止日期早于开始日期，请核对。", 422)
    return Credential(user_id=user_id, number=plain, valid_from=begins, valid_until=ends)


def standing(who: Officer, day: date) -> Standing:
    """Whether somebody counts as an officer on `day`, and if not, why."""
    if Role.OFFICER not in who.roles or NEVER & who.roles:
        return "not_officer"
    if not who.active:
        return "closed"
    if who.credential is None:
        return "no_credential"
    if day < who.credential.valid_from:
        return "not_yet"
    return "expired" if day > who.credential.valid_until else "valid"


def counting(people: Iterable[Officer], day: date) -> tuple[Officer, ...]:
    """Those who count on `day`, each once."""
    found = {each.user_id: each for each in people if standing(each, day) == "valid"}
    return tuple(found.values())


def least(day: date) -> int:
    """How many officers an inspection needs on `day`."""
    return next((count for since, count, _ in reversed(LEAST) if day >= since), LEAST[0][1])
