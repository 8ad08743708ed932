"""The public randomness of a draw. In: what was named in advance, what came of it. Out: the value, or a UserProblem.

Named before the two shares are locked in for good; it must come to be afterwards. A drand round's value is SHA-256 of
its signature, and the signature is the chain's (`episodes.draw_beacon`). Only quicknet can be named: a round of a
chained beacon cannot be checked without the round before it. Dice and lottery figures are typed by two witnesses, each
without the other's.
"""

import hashlib
import re
from typing import Literal

import msgspec

from runtime.problems import UserProblem

Kind = Literal["drand", "dice", "lottery"]
_NS = 1_000_000_000
AHEAD_S = 60
"""How far ahead a round is named: nobody can know it, and both halves are locked before it is out."""
LEAST_DICE = 20
LEAST_LOTTERY = 5
_MOST_FIGURES = 200
_HEX64 = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"(?:[0-9a-f]{96}|[0-9a-f]{192})")


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A drand chain as its own `/info` gives it; `public_key` is the group's, compressed, in G2."""

    name: str
    hash: str
    genesis_s: int
    period_s: int
    public_key: str


CHAINS: dict[str, Chain] = {
    each.name: each
    for each in (
        Chain(
            name="quicknet",
            hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
            genesis_s=1692803367,
            period_s=3,
            public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
            "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
        ),
    )
}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What was named: a drand `chain` and `round`, or in words which throw or drawing; out at `at_utc_ns`."""

    kind: Kind = "drand"
    name: str = "quicknet"
    round: int = 0
    at_utc_ns: int = 0


def named(source: Source, now_utc_ns: int) -> Source:
    """The source as it is fixed now; drand round 0 means the first one AHEAD_S from now. It must lie ahead."""
    if source.kind == "drand":
        chain = CHAINS.get(source.name)
        if chain is None:
            raise UserProblem("chain", "没有这条 drand 链，请用 quicknet。", 422)
        round_ = source.round or _round_at(chain, now_utc_ns + AHEAD_S * _NS)
        source = msgspec.structs.replace(source, round=round_, at_utc_ns=_time_of(chain, round_))
    elif not source.name.strip():
        raise UserProblem("source_name", "请写明用哪一次投掷或哪一期开奖。", 422)
    if source.at_utc_ns <= now_utc_ns:
        raise UserProblem("source_past", "公开随机数要在将来产生；约定的时刻已过，请改用之后的一次。", 409)
    return source


def value_of(source: Source, text: str, signature: str, now_utc_ns: int) -> str:
    """The value as it enters the seed: lower-case hex of a round, or the bare figures."""
    if now_utc_ns < source.at_utc_ns:
        raise UserProblem("too_early", "约定的公开随机数还没有产生，请到时再填。", 409)
    if source.kind == "drand":
        return _drand(text.strip().lower(), signature.strip().lower())
    figures = re.sub(r"[\s,，、+-]+", "", text)
    allowed, least = ("123456", LEAST_DICE) if source.kind == "dice" else ("0123456789", LEAST_LOTTERY)
    if not least <= len(figures) <= _MOST_FIGURES or not set(figures) <= set(allowed):
        if source.kind == "dice":
            raise UserProblem("dice", "骰子点数要是1到6，至少%(least)s个，按顺序填。", 422, least=LEAST_DICE)
        raise UserProblem("lottery", "开奖号码要是数字，至少%(least)s位，按公布的顺序填。", 422, least=LEAST_LOTTERY)
    return figures


def _drand(value: str, signature: str) -> str:
    if not _HEX64.fullmatch(value) or not _SIGNATURE.fullmatch(signature):
        raise UserProblem("drand", "请原样粘贴这一轮的 randomness 和 signature。", 422)
    if hashlib.sha256(bytes.fromhex(signature)).hexdigest() != value:
        raise UserProblem("drand_mismatch", "randomness 和 signature 对不上，请重新粘贴这一轮的两项。", 422)
    return value


def _round_at(chain: Chain, utc_ns: int) -> int:
    """The first round that is out at `utc_ns` or later."""
    since_s = -(-utc_ns // _NS) - chain.genesis_s
    return max(1, -(-since_s // chain.period_s) + 1)


def _time_of(chain: Chain, round_: int) -> int:
    return (chain.genesis_s + (round_ - 1) * chain.period_s) * _NS
