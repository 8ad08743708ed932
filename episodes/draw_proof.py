"""What is proved of a draw, and to whom. In: a proof (public), an auditor's copy (staff). Out: what holds. Pure.

The public proof covers the sealed pool: every ticket counts, names and grades stay closed but for the drawn and
revealed. The auditor's copy opens the rest: who was in the pool with which weight, who was left out and why. Its hash
stands in the terms, so it cannot be written afterwards. docs/protocol/draw.md fixes the bytes, docs/adr/0019-draw.md
says why.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from episodes import draw, draw_beacon
from episodes.draw import AbortReason, Candidate, Outcome, PassReason, Purpose, Route
from episodes.draw_chance import CHAINS, Source
from episodes.draw_pool import LEAST_PER_OPTION, Excluded, Poll, Stratum
from runtime.problems import UserProblem

FORMAT = "daylight.draw.v1"


class Aborted(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier draw of the same kind for the same episode that was given up; `state` is how far it had come."""

    attempt: int
    state: str
    reason: AbortReason


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is fixed before the public value exists. `nonce` keeps its hash from being guessed."""

    draw_id: str
    episode_id: str
    purpose: Purpose
    route: Route
    attempt: int
    nonce: str
    pool: str
    audit: str
    evidence: str
    locks: tuple[str, str]
    source: Source
    strata: tuple[Stratum, ...]
    excluded: Mapping[str, int]
    poll: Poll | None = None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What opens a leaf."""

    salt: str
    id: str
    name: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One ticket that came up, in order of stratum and rank; `opening` when its holder was revealed."""

    stratum: int
    rank: int
    ticket: str
    leaf: str
    outcome: Outcome
    target_id: str = ""
    reason: PassReason | Literal[""] = ""
    opening: Opening | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The public proof. `terms` is the exact text whose SHA-256 was published, `pool` the text of pool.txt."""

    format: Literal["daylight.draw.v1"] = "daylight.draw.v1"
    committed: str
    committed_utc_ns: int
    terms: str
    pool: str
    value: str
    signature: str
    shares: tuple[str, str]
    results: tuple[Result, ...]
    aborted: tuple[Aborted, ...]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The auditor's copy: what the sealed pool is made of."""

    format: Literal["daylight.draw.audit.v1"] = "daylight.draw.audit.v1"
    draw_id: str
    key: str
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` is empty when all that was looked at holds; each begins with a stable code."""

    draw_id: str
    committed: str
    seed: str
    tickets: int
    problems: tuple[str, ...]
    opened: tuple[Result, ...]
    audited: bool

    @property
    def holds(self) -> bool:
        return not self.problems


def bytes_of(value: Terms | Audit) -> bytes:
    """Canonical JSON: UTF-8, keys sorted, no spaces."""
    return msgspec.json.encode(value, order="sorted")


def hash_of(text: bytes) -> str:
    """What `sha256sum` says."""
    return hashlib.sha256(text).hexdigest()


def read(data: bytes) -> Proof:
    """A proof from its file. Raises UserProblem `proof_file`."""
    try:
        return msgspec.json.decode(data, type=Proof)
    except msgspec.MsgspecError:
        raise UserProblem("proof_file", "这不是一份抽取证明文件，请重新下载。", 422) from None


def read_audit(data: bytes) -> Audit:
    """An auditor's copy from its file. Raises UserProblem `audit_file`."""
    try:
        return msgspec.json.decode(data, type=Audit)
    except msgspec.MsgspecError:
        raise UserProblem("audit_file", "这不是一份抽取核查副本，请重新下载。", 422) from None


def verify(proof: Proof, audit: bytes | None = None) -> Report:
    """Runs the draw again. The caller compares `committed` with what was published before the draw."""
    problems: list[str] = []
    try:
        terms = msgspec.json.decode(proof.terms, type=Terms)
    except msgspec.MsgspecError:
        return Report(
            draw_id="",
            committed=proof.committed,
            seed="",
            tickets=0,
            problems=("terms_unreadable",),
            opened=(),
            audited=False,
        )
    if hash_of(proof.terms.encode()) != proof.committed:
        problems.append("terms_changed")
    problems += _pool(proof.pool, terms)
    if tuple(draw.lock_of(each) for each in proof.shares) != terms.locks:
        problems.append("share_changed")
    problems += _source(proof, terms)
    seed = draw.seed_of(draw.pool_hash(proof.pool), proof.value, draw.secret_of(*proof.shares))
    for number, stratum in enumerate(terms.strata, 1):
        problems += _stratum(proof, seed, number, stratum)
    if any(not 1 <= each.stratum <= len(terms.strata) for each in proof.results):
        problems.append("result_foreign")
    if audit is not None:
        problems += _audit(proof, terms, audit)
    return Report(
        draw_id=terms.draw_id,
        committed=proof.committed,
        seed=seed,
        tickets=proof.pool.count("\n"),
        problems=tuple(problems),
        opened=tuple(each for each in proof.results if each.opening),
        audited=audit is not None,
    )


def _pool(pool: str, terms: Terms) -> list[str]:
    problems: list[str] = []
    if draw.pool_hash(pool) != terms.pool:
        problems.append("pool_changed")
    lines = pool.splitlines(keepends=True)
    if any(a >= b for a, b in pairwise(lines)) or not pool.endswith("\n"):
        problems.append("pool_unsorted")
    counts: dict[str, int] = {}
    for line in lines:
        number = line.partition(" ")[0]
        counts[number] = counts.get(number, 0) + 1
    if counts != {str(number): each.tickets for number, each in enumerate(terms.strata, 1)}:
        problems.append("pool_count")
    if terms.poll is not None:
        sizes = {each.name: each.candidates for each in terms.strata}
        if any(sizes.get(option.stratum, 0) < LEAST_PER_OPTION for option in terms.poll.options):
            problems.append("poll_small")
    return problems


def _source(proof: Proof, terms: Terms) -> list[str]:
    problems = [] if terms.source.at_utc_ns > proof.committed_utc_ns else ["source_past"]
    if terms.source.kind == "drand":
        try:
            whole = hashlib.sha256(bytes.fromhex(proof.signature)).hexdigest()
        except ValueError:
            whole = ""
        chain = CHAINS.get(terms.source.name)
        if whole != proof.value:
            problems.append("drand_mismatch")
        elif chain is None or not draw_beacon.signed(chain, terms.source.round, proof.signature):
            problems.append("drand_forged")
    return problems


def _stratum(proof: Proof, seed: str, number: int, stratum: Stratum) -> list[str]:
    """Ranks without a gap from the lowest ticket on, each the pool's own, and as many places as were promised."""
    results = [each for each in proof.results if each.stratum == number]
    order = draw.order_of(proof.pool, seed, number)[: len(results)] if results else []
    problems: list[str] = []
    if [(each.rank, each.ticket, each.leaf) for each in results] != [
        (rank, ticket.hash, ticket.leaf) for rank, ticket in enumerate(order, 1)
    ]:
        problems.append(f"not_lowest stratum={number}")
    standing = [each for each in results if each.outcome in {"sealed", "revealed"}]
    passed = [each for each in results if each.outcome == "passed"]
    if len(standing) > stratum.draws or len(standing) + len(passed) < stratum.draws:
        problems.append(f"draws_count stratum={number}")
    problems += _openings(results)
    return problems


def _openings(results: Sequence[Result]) -> list[str]:
    """A revealed ticket is opened, one passed over too, unless its holder was never revealed."""
    problems: list[str] = []
    opened: set[str] = set()
    closed = False
    for each in results:
        if each.outcome == "again" and not (each.opening.id in opened if each.opening else closed):
            problems.append(f"passed_over_wrongly rank={each.rank}")
        if each.outcome == "revealed" and each.opening is None:
            problems.append(f"unopened rank={each.rank}")
        if each.outcome == "passed" and not each.reason:
            problems.append(f"passed_without_reason rank={each.rank}")
        if each.opening and draw.leaf_of(each.opening.salt, each.opening.id, each.opening.name) != each.leaf:
            problems.append(f"opening_wrong rank={each.rank}")
        if each.opening:
            opened.add(each.opening.id)
        closed |= each.outcome in {"sealed", "passed"}
    return problems


def _audit(proof: Proof, terms: Terms, data: bytes) -> list[str]:
    if hash_of(data) != terms.audit:
        return ["audit_changed"]
    audit = read_audit(data)
    problems: list[str] = []
    names = [each.name for each in terms.strata]
    if not {each.stratum for each in audit.candidates} <= set(names):
        return ["audit_strata"]
    owners = draw.owners_of(audit.key, audit.candidates)
    if draw.pool_text(names, owners) != proof.pool:
        problems.append("audit_pool")
    if len({each.id for each in audit.candidates}) != len(audit.candidates):
        problems.append("audit_twice")
    sizes = [sum(each.stratum == name for each in audit.candidates) for name in names]
    if sizes != [each.candidates for each in terms.strata]:
        problems.append("audit_count")
    reasons: dict[str, int] = {}
    for each in audit.excluded:
        reasons[each.reason] = reasons.get(each.reason, 0) + 1
    if reasons != dict(terms.excluded):
        problems.append("audit_excluded")
    return problems + _again(proof.results, owners)


def _again(results: Sequence[Result], owners: Mapping[str, Candidate]) -> list[str]:
    """Tickets passed over as somebody's second one really were, and no place was given twice."""
    problems: list[str] = []
    seen: set[tuple[int, str]] = set()
    for each in results:
        owner = owners.get(each.leaf)
        if owner is None:
            problems.append(f"leaf_foreign rank={each.rank}")
        elif ((each.stratum, owner.id) in seen) != (each.outcome == "again"):
            problems.append(f"passed_over_wrongly rank={each.rank}")
        else:
            seen.add((each.stratum, owner.id))
    return problems
