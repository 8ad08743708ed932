"""Who is in the pool. In: candidates, conflicts, past visits, a poll. Out: the frozen pool, who is left out and why.

Source: domain rules 1, 4 and 7. Grades weight the draw; conflicts (回避) and the frequency cap leave somebody out, each
with its reason; a poll is frozen first and each of its options holds enough candidates that the answer tells no target.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from episodes.draw import Candidate, Purpose, checked
from runtime.problems import UserProblem

LeftOut = Literal["conflict", "frequency"]
LEAST_PER_OPTION = 30
MOST_STRATA = 50
MOST_DRAWS = 20
MOST_TICKETS = 400_000
"""A proof of some 26 MB, which a browser still checks."""
_DAY_NS = 86_400_000_000_000
_COLUMNS = frozenset({"id", "name", "stratum", "weight", "place", "address", "licence", "because"})


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who must not be drawn this time, and why."""

    id: str
    why: str


class Cap(msgspec.Struct, frozen=True, kw_only=True):
    """At most `most` visits within `days` before the draw; the next one leaves the pool. `days` 0: no cap."""

    most: int = 1
    days: int = 180


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """Left out, on record: in the auditor's copy with name and words, in the public terms as a count."""

    candidate: Candidate
    reason: LeftOut
    why: str


class PollOption(msgspec.Struct, frozen=True, kw_only=True):
    """`stratum` is what the option names; its candidates are the pool's stratum of that name."""

    stratum: str
    votes: int


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """A public vote on the area, frozen before the draw."""

    question: str
    options: tuple[PollOption, ...]
    frozen_utc_ns: int


class Stratum(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the pool that is drawn from on its own. Its number is its place in the terms, from 1."""

    name: str
    candidates: int
    tickets: int
    draws: int


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen: what a draw is from."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    strata: tuple[Stratum, ...]


def read_csv(text: str) -> tuple[Candidate, ...]:
    """A pool from CSV with a head line: id, name, and any of stratum, weight, place, address, licence, because."""
    try:
        rows = list(csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True))
    except csv.Error:
        raise UserProblem("pool_csv", "这个文件不是完整的CSV表，请重新导出。", 422) from None
    head = [each.strip().lower() for each in rows[0]] if rows else []
    if not {"id", "name"} <= set(head) or len(set(head)) != len(head) or not set(head) <= _COLUMNS:
        raise UserProblem(
            "pool_head", "第一行要有 id 和 name，可有 stratum、weight、place、address、licence、because。", 422
        )
    return _all(
        (line, dict(zip(head, (each.strip() for each in row), strict=True)) if len(row) == len(head) else None)
        for line, row in enumerate(rows[1:], 2)
        if any(row)
    )


def read_rows(rows: Sequence[Mapping[str, object]]) -> tuple[Candidate, ...]:
    """A pool from JSON rows with the same names."""
    return _all((number, dict(row)) for number, row in enumerate(rows, 1))


def _all(rows: Iterable[tuple[int, dict[str, object] | None]]) -> tuple[Candidate, ...]:
    found: dict[str, Candidate] = {}
    for line, row in rows:
        each = _one(line, row)
        if each.id in found:
            raise UserProblem("pool_twice", "第%(line)s行的编号出现过了；每个对象只能有一行。", 422, line=line)
        found[each.id] = each
    if not found:
        raise UserProblem("pool_empty", "候选名单是空的。", 422)
    return tuple(found.values())


def _one(line: int, row: dict[str, object] | None) -> Candidate:
    """One row; what is wrong is told by line and field, never by name."""
    if row is None:
        raise UserProblem("pool_row", "第%(line)s行的列数和第一行不一样。", 422, line=line)
    try:
        weight = int(str(row.get("weight") or 1))
        fields = {name: str(value) for name, value in row.items() if name != "weight" and value is not None}
        return checked(Candidate(weight=weight, **fields))
    except (ValueError, TypeError):
        raise UserProblem("pool_field", "第%(line)s行有不认识的列，或权重不是整数。", 422, line=line) from None
    except UserProblem as problem:
        raise UserProblem("pool_row", "第%(line)s行：%(why)s", 422, line=line, why=_filled(problem)) from None


def _filled(problem: UserProblem) -> str:
    return problem.text % problem.params if problem.params else problem.text


def leave_out(
    candidates: Iterable[Candidate],
    conflicts: Iterable[Conflict],
    visits: Iterable[tuple[str, int]],
    cap: Cap,
    now_utc_ns: int,
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...]]:
    """Who may be drawn, who may not and why. `visits` are (id, UTC ns). A conflict of nobody in the pool is refused."""
    candidates = tuple(candidates)
    against = {each.id: each.why.strip() for each in conflicts}
    if not against.keys() <= {each.id for each in candidates}:
        raise UserProblem("conflict_unknown", "回避名单里有候选名单中没有的编号，请核对。", 422)
    if not all(against.values()):
        raise UserProblem("conflict_why", "每一项回避都要写理由。", 422)
    since = now_utc_ns - cap.days * _DAY_NS
    seen = Counter(who for who, utc_ns in visits if utc_ns >= since) if cap.days else Counter[str]()
    kept: list[Candidate] = []
    out: list[Excluded] = []
    for each in candidates:
        if each.id in against:
            out.append(Excluded(candidate=each, reason="conflict", why=against[each.id]))
        elif seen[each.id] >= cap.most and cap.days:
            out.append(Excluded(candidate=each, reason="frequency", why=f"{seen[each.id]}/{cap.days}d"))
        else:
            kept.append(each)
    return tuple(kept), tuple(out)


def frozen(
    candidates: Iterable[Candidate],
    excluded: tuple[Excluded, ...],
    *,
    purpose: Purpose,
    draws: Mapping[str, int],
    poll: Poll | None = None,
) -> Pool:
    """The pool as it is drawn from: strata in name order. With a poll its winner alone is drawn from."""
    kept = tuple(sorted(candidates, key=lambda each: (each.stratum, each.id)))
    people, tickets = Counter(each.stratum for each in kept), Counter[str]()
    for each in kept:
        tickets[each.stratum] += each.weight
    if sum(tickets.values()) > MOST_TICKETS:
        raise UserProblem("pool_large", "候选太多，一次最多%(most)s签。请缩小范围。", 422, most=MOST_TICKETS)
    wanted = _wanted(draws, poll, people)
    if not wanted.keys() <= people.keys():
        raise UserProblem("stratum_unknown", "要抽的片区里没有候选对象，请核对片区名。", 422)
    if len(people) > MOST_STRATA or not 1 <= sum(wanted.values()) <= MOST_DRAWS or min(wanted.values()) < 0:
        raise UserProblem("draws_count", "请填写要抽几个，合计1到%(most)s个。", 422, most=MOST_DRAWS)
    if any(count > people[name] for name, count in wanted.items()):
        raise UserProblem("too_few", "候选不够：要抽的比候选还多。", 409)
    if purpose == "targets" and any(count and people[name] == count for name, count in wanted.items()):
        raise UserProblem("too_few", "候选和要抽的一样多，抽取就没有意义了。请扩大候选。", 409)
    strata = tuple(
        Stratum(name=name, candidates=people[name], tickets=tickets[name], draws=wanted.get(name, 0))
        for name in sorted(people)
    )
    return Pool(candidates=kept, excluded=excluded, strata=strata)


def _wanted(draws: Mapping[str, int], poll: Poll | None, people: Mapping[str, int]) -> dict[str, int]:
    if poll is None:
        if not draws and len(people) == 1:
            return dict.fromkeys(people, 1)
        return dict(draws)
    names = [each.stratum for each in poll.options]
    if len(names) < 2 or len(set(names)) != len(names) or min(each.votes for each in poll.options) < 0:  # noqa: PLR2004 - a choice
        raise UserProblem("poll_options", "投票要有至少两个不同的选项，票数不能为负。", 422)
    if any(people.get(name, 0) < LEAST_PER_OPTION for name in names):
        raise UserProblem(
            "poll_small", "每个选项要有至少%(least)s个候选，否则选项就等于说出了对象。", 409, least=LEAST_PER_OPTION
        )
    most = max(each.votes for each in poll.options)
    first = [each.stratum for each in poll.options if each.votes == most]
    if len(first) > 1:
        raise UserProblem("poll_tied", "投票并列，请按事先公布的办法决出后再抽。", 409)
    return {first[0]: sum(draws.values()) or 1}
