"""PURE. The inspection record both sides sign. In: what was found, who signs or will not. Out: its hash, its state.

Source: domain ("orders on the spot, both sides sign, QR code of the record to the operator") and issue 4. Everybody
signs the same text, told by its hash; a signature says that the record was received, not that it is agreed with. The
operator's own statement stands in it. Who will not sign is told with the reason and either a witness who signs or the
video on which it happened. Two officers sign.
"""

import hashlib

import msgspec

from episodes.entity_columns import STALL_ENDINGS
from episodes.events import OrderKind, Proof, Side
from episodes.signature import Signature as Drawn
from runtime.problems import UserProblem

OFFICERS_AT_LEAST = 2
MOST_STATEMENT = 500
MOST_NAME = 40
MOST_REASON = 200


class PaperFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding and what was ordered; `due_utc_ns` is the order's deadline."""

    finding_id: str
    key_item: bool
    sentence: str
    measure: str
    order: OrderKind
    due_utc_ns: int
    basis: str


class PaperTest(msgspec.Struct, frozen=True, kw_only=True):
    """A rapid test of this place as its card said it, with value and limit together."""

    test_id: str
    sample_no: str
    item: str
    said: tuple[str, ...]
    value: str
    limit: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """The text that is signed."""

    record_id: str
    programme: str
    agency: str
    number: int
    legal_basis: str
    entity: str
    place: str
    where: str
    drawn_utc_ns: int
    findings: tuple[PaperFinding, ...]
    tests: tuple[PaperTest, ...]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """`by` is an officer's account; operators and witnesses have none. `hash` is of the paper that was signed.

    An officer may sign by their account alone; then nothing is `drawn`.
    """

    side: Side
    name: str
    drawn: Drawn | None
    hash: str
    utc_ns: int
    by: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why the operator would not sign, and what proves it. `camera` is the one whose original holds the moment."""

    reason: str
    proof: Proof
    camera: str
    by: str
    utc_ns: int


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The paper with what has become of it."""

    paper: Paper
    signatures: tuple[Signature, ...] = ()
    statement: str = ""
    refusal: Refusal | None = None
    served_utc_ns: int = 0

    @property
    def hash(self) -> str:
        return paper_hash(self.paper)

    def of(self, side: Side) -> tuple[Signature, ...]:
        return tuple(each for each in self.signatures if each.side == side)


def place_of(code: str) -> str:
    """A place's code as it is compared: testers and officers write A12, a12 and A12档."""
    bare = "".join(code.split()).casefold()
    for ending in STALL_ENDINGS:
        if bare.endswith(ending) and bare != ending:
            return bare.removesuffix(ending)
    return bare


def paper_hash(paper: Paper) -> str:
    """What both sides sign: hex SHA-256 over a domain tag and the paper's canonical JSON."""
    return hashlib.sha256(b"daylight.paper.v1\0" + msgspec.json.encode(paper, order="sorted")).hexdigest()


def whole_hash(signed: Signed) -> str:
    """Over the paper, every signature, the statement and the refusal: the served record as one."""
    return hashlib.sha256(b"daylight.served.v1\0" + msgspec.json.encode(signed, order="sorted")).hexdigest()


def state_of(signed: Signed) -> str:
    """`signing` until all is there, then `ready`, then `served`."""
    if signed.served_utc_ns:
        return "served"
    return "signing" if missing(signed) else "ready"


def missing(signed: Signed) -> tuple[Side, ...]:
    """Which sides have yet to sign."""
    sides: list[Side] = []
    if len(signed.of("officer")) < OFFICERS_AT_LEAST:
        sides.append("officer")
    if not signed.of("operator") and signed.refusal is None:
        sides.append("operator")
    return tuple(sides)


def sign(signed: Signed, signature: Signature, statement: str = "") -> Signed:
    """With one more signature; an operator's comes with the statement. Raises UserProblem."""
    _open(signed, signature.hash)
    name = signature.name.strip()
    if not name or len(name) > MOST_NAME:
        raise UserProblem("signer_name", "请写明签名人的姓名，最多40字。", 422)
    if signature.side == "officer" and any(each.by == signature.by for each in signed.of("officer")):
        raise UserProblem("signed_already", "这位执法人员已经签过。请另一位执法人员签。", 409)
    if signature.side == "operator" and signed.of("operator"):
        raise UserProblem("signed_already", "经营者已经签过。", 409)
    words = statement.strip()
    if len(words) > MOST_STATEMENT:
        raise UserProblem("statement_long", "经营者意见最多500字，请写短一些。", 422)
    with_it = (*signed.signatures, msgspec.structs.replace(signature, name=name))
    if signature.side != "operator":
        return msgspec.structs.replace(signed, signatures=with_it)
    # Who signs after all has not refused; the witness of the refusal goes with it.
    with_it = tuple(each for each in with_it if each.side != "witness")
    return msgspec.structs.replace(signed, signatures=with_it, statement=words, refusal=None)


def refuse(signed: Signed, refusal: Refusal, paper: str, witness: Signature | None, cameras: tuple[str, ...]) -> Signed:
    """The operator will not sign: the reason, and a witness or the video. Raises UserProblem."""
    _open(signed, paper)
    reason = refusal.reason.strip()
    if not reason or len(reason) > MOST_REASON:
        raise UserProblem("refusal_reason", "请写明拒绝签字的理由，最多200字。", 422)
    if signed.of("operator"):
        raise UserProblem("signed_already", "经营者已经签过。", 409)
    if refusal.proof == "witness":
        if witness is None:
            raise UserProblem("witness_missing", "请见证人签名，或选择录像为证。", 422)
        if any(each.name == witness.name.strip() for each in signed.of("officer")):
            raise UserProblem("witness_officer", "见证人不能是在场的执法人员，请另找一位，或选择录像为证。", 422)
    elif refusal.camera not in cameras:
        raise UserProblem("video_camera", "请选拍下拒签过程的机位。", 422)
    without = tuple(each for each in signed.signatures if each.side != "witness")
    refused = msgspec.structs.replace(
        signed, signatures=without, refusal=msgspec.structs.replace(refusal, reason=reason), statement=""
    )
    return sign(refused, witness) if refusal.proof == "witness" and witness else refused


def serve(signed: Signed, now_utc_ns: int) -> Signed:
    """The operator has it. Raises UserProblem while a side is missing."""
    if signed.served_utc_ns:
        raise UserProblem("served_already", "这份记录已经送达。", 409)
    for side in missing(signed):
        if side == "officer":
            raise UserProblem("officers_missing", "要两位执法人员签名，才能送达。", 409)
        raise UserProblem("operator_missing", "请经营者签名，或登记拒签，再送达。", 409)
    return msgspec.structs.replace(signed, served_utc_ns=now_utc_ns)


def _open(signed: Signed, paper: str) -> None:
    if signed.served_utc_ns:
        raise UserProblem("served_already", "这份记录已经送达。", 409)
    if paper != signed.hash:
        raise UserProblem("paper_changed", "记录的文字已经改动，请重新看一遍再签。", 409)
