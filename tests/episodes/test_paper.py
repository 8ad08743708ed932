"""The record both sides sign: who, in which order, what is refused; its hash; what an operator may ask for."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from episodes import asked, follow_up, outcomes, paper, rapid_test
from episodes.asked import Request
from episodes.deadlines import SEED
from episodes.events import OutcomeRecorded
from episodes.outcomes import AXES, Standing
from episodes.paper import Paper, PaperFinding, Refusal, Signature, Signed
from episodes.rapid_test import RapidTest
from runtime.problems import UserProblem
from tests.episodes.test_rapid_test import reviewed

NOW = 1_781_000_000_000_000_000
PAPER = Paper(
    record_id="r1",
    programme="开门见光",
    agency="江北市市场监督管理局",
    number=103,
    legal_basis="《食品安全法》第一百一十条",
    entity="何记蔬菜",
    place="临江综合市场",
    where="A12档",
    drawn_utc_ns=NOW,
    findings=(
        PaperFinding(
            finding_id="f1",
            key_item=True,
            sentence="没有进货查验记录",
            measure="",
            order="order_to_correct",
            due_utc_ns=NOW + 1,
            basis="b",
        ),
    ),
    tests=(),
)
HASH = paper.paper_hash(PAPER)


def by(side: str, name: str, account: str = "", paper_hash: str = HASH) -> Signature:
    return Signature(side=side, name=name, drawn=None, hash=paper_hash, utc_ns=NOW, by=account)


def refusal(proof: str = "witness", camera: str = "", reason: str = "不认可") -> Refusal:
    return Refusal(reason=reason, proof=proof, camera=camera, by="u1", utc_ns=NOW)


@pytest.fixture
def officers() -> Signed:
    return paper.sign(paper.sign(Signed(paper=PAPER), by("officer", "陈立川", "u1")), by("officer", "周敏", "u2"))


def test_both_sides_sign_and_only_then_it_is_served(officers: Signed) -> None:
    fresh = Signed(paper=PAPER)
    assert paper.missing(fresh) == ("officer", "operator")
    with pytest.raises(UserProblem, match="officers_missing"):
        paper.serve(paper.sign(fresh, by("operator", "何阿珍")), NOW)
    with pytest.raises(UserProblem, match="operator_missing"):
        paper.serve(officers, NOW)
    signed = paper.sign(officers, by("operator", " 何阿珍 "), " 票据在家里，明天补。 ")
    assert (signed.statement, signed.of("operator")[0].name) == ("票据在家里，明天补。", "何阿珍")
    assert [paper.state_of(each) for each in (fresh, signed)] == ["signing", "ready"]
    served = paper.serve(signed, NOW)
    assert paper.state_of(served) == "served"
    for late in (lambda: paper.serve(served, NOW), lambda: paper.sign(served, by("officer", "甲", "u3"))):
        with pytest.raises(UserProblem, match="served_already"):
            late()


def test_what_nobody_may_sign(officers: Signed) -> None:
    for signature, statement, code in (
        (by("officer", "陈立川", "u1"), "", "signed_already"),
        (by("operator", "何阿珍", paper_hash="0" * 64), "", "paper_changed"),
        (by("operator", "  "), "", "signer_name"),
        (by("operator", "何" * 41), "", "signer_name"),
        (by("operator", "何阿珍"), "长" * 501, "statement_long"),
    ):
        with pytest.raises(UserProblem, match=code):
            paper.sign(officers, signature, statement)
    with pytest.raises(UserProblem, match="signed_already"):
        paper.sign(paper.sign(officers, by("operator", "何阿珍")), by("operator", "何阿珍"))


def test_a_refusal_needs_its_reason_and_a_witness_or_the_video(officers: Signed) -> None:
    cameras = ("全景", "快检台")
    seen = paper.refuse(officers, refusal(), HASH, by("witness", "江岚"), cameras)
    assert paper.state_of(seen) == "ready"
    filmed = paper.refuse(officers, refusal("video", "全景"), HASH, None, cameras)
    assert (paper.state_of(filmed), filmed.of("witness")) == ("ready", ())
    for given, witness, code in (
        (refusal(), None, "witness_missing"),
        (refusal(reason=" "), by("witness", "江岚"), "refusal_reason"),
        (refusal(), by("witness", "周敏"), "witness_officer"),
        (refusal("video", "别处"), None, "video_camera"),
        (refusal("video"), None, "video_camera"),
    ):
        with pytest.raises(UserProblem, match=code):
            paper.refuse(officers, given, HASH, witness, cameras)
    # Who signs after all has not refused.
    signed = paper.sign(seen, by("operator", "何阿珍"))
    assert (signed.refusal, signed.of("witness")) == (None, ())
    with pytest.raises(UserProblem, match="signed_already"):
        paper.refuse(signed, refusal(), HASH, by("witness", "江岚"), cameras)


def test_the_hash_is_of_every_word(officers: Signed) -> None:
    again = msgspec.json.decode(msgspec.json.encode(PAPER), type=Paper)
    assert paper.paper_hash(again) == HASH
    for field, value in (("entity", "何记水产"), ("where", "A13档"), ("number", 104), ("findings", ())):
        assert paper.paper_hash(msgspec.structs.replace(PAPER, **{field: value})) != HASH
    signed = paper.sign(officers, by("operator", "何阿珍"), "一")
    assert paper.whole_hash(signed) != paper.whole_hash(paper.sign(officers, by("operator", "何阿珍"), "二"))


def test_one_place_is_written_in_several_ways() -> None:
    assert len({paper.place_of(each) for each in ("A12", "a12 档", "A12档", "A12摊位")}) == 1
    assert paper.place_of("A12") != paper.place_of("A13档")
    assert paper.place_of("市场开办方") == "市场开办方"


def test_what_an_operator_may_ask() -> None:
    free = {"open_requests": 0, "retest_due": {"t1": NOW + 1}, "now": NOW}
    assert asked.ask("objection", " 称重有误 ", "t1", **free).words == "称重有误"
    assert asked.ask("objection", "称重有误", "t1", **free).about == ""
    assert asked.ask("retest", "请复检", "t1", **free).about == "t1"
    for kind, words, about, more, code in (
        ("objection", " ", "", {}, "asked_words"),
        ("objection", "长" * 1001, "", {}, "asked_words"),
        ("masking", "请遮挡", "", {"open_requests": asked.MOST_OPEN}, "asked_many"),
        ("retest", "请复检", "t2", {}, "retest_which"),
        ("retest", "请复检", "t1", {"now": NOW + 1}, "retest_late"),
    ):
        with pytest.raises(UserProblem, match=code):
            asked.ask(kind, words, about, **{**free, **more})


def test_an_answer_is_given_once_and_in_words() -> None:
    request = Request(asked="objection", words="称重有误")
    answered = asked.answer(request, "partly", "已核对，更正一处。")
    for given, outcome, words, code in (
        (request, "partly", " ", "answer_words"),
        (request, "perhaps", "好", "answer_outcome"),
        (answered, "upheld", "好", "answered_already"),
    ):
        with pytest.raises(UserProblem, match=code):
            asked.answer(given, outcome, words)


def outcome(axis: str, kind: str, detail: str = "", record: str = "r1") -> OutcomeRecorded:
    return OutcomeRecorded(outcome_id=kind, record_id=record, axis=axis, outcome=kind, detail=detail, by="legal")


def standing(axis: str, kind: str) -> Standing:
    return Standing(outcome_id=kind, axis=axis, outcome=kind)


def test_axes_are_independent_and_each_is_consistent() -> None:
    one_of_each = [outcome(axis, kinds[-1], "A→B" if axis == "grade" else "") for axis, kinds in AXES.items()]
    several = [each for each in one_of_each if each.axis != "no_penalty"]
    for each in several:
        others = [standing(other.axis, other.outcome) for other in several if other is not each]
        assert outcomes.record(each, others) == each
    for new, stands, code in (
        (outcome("case", "fine"), [], "outcome_unknown"),
        (outcome("case", "filed"), [standing("case", "not_filed")], "outcome_stands"),
        (outcome("penalty", "fine"), [standing("penalty", "fine")], "outcome_stands"),
        (outcome("no_penalty", "first_offence"), [standing("penalty", "fine")], "outcome_excluded"),
        (outcome("penalty", "warning"), [standing("no_penalty", "minor")], "outcome_excluded"),
        (outcome("grade", "hygiene_grade_downgrade", "B→A"), [], "grade_words"),
        (outcome("grade", "hygiene_grade_downgrade", "很差"), [], "grade_words"),
        (outcome("case", "filed", "长" * 201), [], "words_too_long"),
    ):
        with pytest.raises(UserProblem, match=code):
            outcomes.record(new, stands)
    assert outcomes.record(outcome("penalty", "fine"), [standing("penalty", "warning")])


def test_a_notice_needs_the_outcome_it_tells_of() -> None:
    outcomes.notice("referral", [standing("case", "referred")])
    outcomes.notice("delisting", [standing("delisting", "platform_delisting_order")])
    for kind, stands in (("referral", [standing("case", "filed")]), ("delisting", [])):
        with pytest.raises(UserProblem, match="notice_ground"):
            outcomes.notice(kind, stands)


def test_figures_count_records_not_papers() -> None:
    made = [
        outcome("case", "filed"),
        outcome("penalty", "business_suspension"),
        outcome("penalty", "fine"),
        outcome("case", "filed", record="r2"),
    ]
    figures = outcomes.counted(made)
    assert (figures.cases_filed, figures.business_suspensions, figures.platform_delisting_orders) == (2, 1, 0)


def test_only_who_was_sent_may_say_what_is_there() -> None:
    ready = {"is_officer": True, "served": True, "verified": False, "open_checks": 0}
    assert follow_up.assign("u1", **ready) == "u1"
    for officer, more, code in (
        ("u1", {"verified": True}, "already_verified"),
        ("u1", {"served": False}, "not_served"),
        ("u1", {"open_checks": 1}, "check_open"),
        ("", {}, "no_grid_officer"),
        ("u1", {"is_officer": False}, "not_an_officer"),
    ):
        with pytest.raises(UserProblem, match=code):
            follow_up.assign(officer, **{**ready, **more})
    assert follow_up.done("u1", "u1", " 都补齐了 ", rectified=True, over=False) == "都补齐了"
    for who, note, rectified, over, code in (
        ("u2", "x", True, False, "not_your_check"),
        ("u1", "x", True, True, "check_over"),
        ("u1", " ", False, False, "check_reason"),
        ("u1", "长" * 401, True, False, "check_note"),
    ):
        with pytest.raises(UserProblem, match=code):
            follow_up.done("u1", who, note, rectified=rectified, over=over)
    follow_up.one_more_photo(follow_up.MOST_PHOTOS - 1, verified=False)
    with pytest.raises(UserProblem, match="photos_many"):
        follow_up.one_more_photo(follow_up.MOST_PHOTOS, verified=False)


def test_a_clock_runs_only_against_the_operator() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    positive, negative = reviewed("62.4"), reviewed("12.8", sample_no="S2")

    def clocks(*tests: RapidTest, concluded: dict[str, int] | None = None) -> list[tuple[str, int, int]]:
        found = asked.clocks(tests, SEED, served_utc_ns=NOW, concluded=concluded or {}, zone=zone)
        return [(each.row.rule, each.row.length, each.begins_utc_ns) for each in found]

    assert clocks(positive, negative) == [("retest", 4, NOW)]
    after = rapid_test.after
    assert clocks(after(positive, rapid_test.withdraw(positive, "dir"))) == []
    sent = after(positive, rapid_test.dispatch(positive, "江北市食品检验所"))
    assert clocks(sent) == [("retest", 4, NOW)]
    for compliant, expected in ((True, []), (False, [("retest_lab", 7, NOW + 5)])):
        over = after(sent, rapid_test.conclude(sent, compliant=compliant, report_no="R1"))
        assert clocks(over, concluded={"t1": NOW + 5}) == expected
    # No row for this kind of food: no clock, and so no promise.
    assert clocks(reviewed("62.4", food_category="糕点")) == []
