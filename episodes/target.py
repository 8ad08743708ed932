"""A target under embargo. In: its content and a salt. Out: the commitment beforehand, the revelation at the door.

Source: domain rule 1. Before `TargetRevealed` the name exists only as sealed content in the store; the log holds the
commitment, so that anyone can check afterwards that the revealed target is the sealed one.
"""

import hashlib

import msgspec

from episodes.events import TargetRevealed, TargetSealed
from runtime.problems import UserProblem
from runtime.words import N_

PRACTICE_NAME, PRACTICE_PLACE = N_("练习对象"), N_("练习地点")
"""Whom a rehearsal visits."""


class TargetContent(msgspec.Struct, frozen=True, kw_only=True):
    """What is secret until the door. `place` is what the header shows, `address` what the driver must know."""

    name: str
    place: str
    address: str = ""
    licence: str = ""


def commitment(content: TargetContent, salt: bytes) -> str:
    """Hex SHA-256 over a domain tag, the salt and the content's canonical JSON."""
    body = msgspec.json.encode(content, order="sorted")
    return hashlib.sha256(b"daylight.target.v1\0" + salt + body).hexdigest()


def seal(episode_id: str, target_id: str, ordinal: int, content: TargetContent, salt: bytes) -> TargetSealed:
    """The fact that a target exists, without telling which."""
    if not content.name.strip() or not content.place.strip():
        raise UserProblem("target_missing", "请填写检查对象的名称和地点。", 422)
    return TargetSealed(
        episode_id=episode_id, target_id=target_id, ordinal=ordinal, commitment=commitment(content, salt)
    )


def practise(episode_id: str, ordinal: int, *, live: bool) -> TargetRevealed:
    """A rehearsal reveals somebody who does not exist; what is sealed stays sealed."""
    if not live:
        raise UserProblem("not_live", "检查对象只能在播出中揭晓。", 409)
    name, place = PRACTICE_NAME, PRACTICE_PLACE
    return TargetRevealed(
        episode_id=episode_id, target_id=f"practice-{ordinal}", ordinal=ordinal, name=name, place=place
    )


def reveal(sealed: TargetSealed, content: TargetContent, salt: bytes, *, live: bool) -> TargetRevealed:
    """The target at its own door. Refused off air, and when the content is not what was sealed."""
    if not live:
        raise UserProblem("not_live", "检查对象只能在播出中揭晓。", 409)
    if commitment(content, salt) != sealed.commitment:
        raise UserProblem("commitment", "密封内容与事先的承诺不一致，不能揭晓。请联系法制审核。", 409)
    return TargetRevealed(
        episode_id=sealed.episode_id,
        target_id=sealed.target_id,
        ordinal=sealed.ordinal,
        name=content.name,
        place=content.place,
    )
