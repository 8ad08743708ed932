"""Kits and reagents with their expiry. In: a batch as read off the box, a day. Out: whether it holds then."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from runtime.problems import UserProblem
from runtime.words import N_

Kind = Literal["reagent", "kit"]
KIND_WORDS: dict[Kind, str] = {"reagent": N_("试剂"), "kit": N_("器材")}
SOON_DAYS = 14
_BATCH = re.compile(r"[\w./()（）-]{1,40}")
_MOST_NAME = 60


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of a reagent, or a kit or device with its calibration; `expires` is the last good day."""

    batch_id: str
    kind: Kind
    name: str
    batch: str
    expires: date


def checked(batch_id: str, kind: Kind, name: str, batch: str, expires: str) -> Batch:
    """As somebody typed it. Raises UserProblem."""
    plain, number = name.strip(), batch.strip()
    if not plain or len(plain) > _MOST_NAME:
        raise UserProblem("kit_name", "请写名称，最多60字。", 422)
    if not _BATCH.fullmatch(number):
        raise UserProblem("kit_batch", "批号或编号要1到40位，用字母、数字、汉字和连字符。", 422)
    try:
        last = date.fromisoformat(expires)
    except ValueError:
        raise UserProblem("kit_expires", "请填写有效期或检定到期日。", 422) from None
    return Batch(batch_id=batch_id, kind=kind, name=plain, batch=number, expires=last)


def holds(batch: Batch, day: date) -> bool:
    """The day of expiry itself is good."""
    return day <= batch.expires


def soon(batch: Batch, day: date) -> bool:
    """Holds, but not for long."""
    return holds(batch, day) and (batch.expires - day).days < SOON_DAYS


def expired(batches: Iterable[Batch], day: date) -> tuple[Batch, ...]:
    """Those that must not be taken along."""
    return tuple(each for each in batches if not holds(each, day))
