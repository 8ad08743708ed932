"""A rapid test takes two people; nothing airs before they agree; one press takes it back; a correction takes two, too."""

import msgspec
import pytest

from api.deeds import episodes, rapid_tests
from episodes.events import (
    LabConcluded,
    RapidTestCorrected,
    RapidTestReviewed,
    RapidTestVoided,
    RapidTestWithdrawn,
    ReadingEntered,
    ReadingMismatched,
)
from runtime.problems import UserProblem
from store.rapid_tests import tests_of as all_of
from tests.api.stage import DIRECTOR, LEGAL, OFFICER, SAMPLE, TESTER, Somebody, Stage


async def begun(stage: Stage, episode_id: str) -> str:
    return (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode_id, sample=SAMPLE)).test_id


async def public(stage: Stage) -> list[str]:
    return [type(event).__name__ for event in await stage.events() if event.audience == "public"][1:]


async def test_a_reading_becomes_public_when_another_person_reads_the_same(stage: Stage) -> None:
    episode_id = await stage.live()
    test_id = await begun(stage, episode_id)
    assert (await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="62.40")).state == "entered"
    assert await public(stage) == ["RapidTestStarted"]
    assert (await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="62.4")).state == "reviewed"
    (result,) = await stage.events(RapidTestReviewed)
    assert (result.verdict, result.value, result.unit, result.comparator, result.limit) == (
        "positive",
        "62.40",
        "%",
        ">=",
        "50",
    )
    assert (result.tester, result.reviewer, result.basis) == ("tester", "officer", "GB/T 5009.199")
    assert result.read_utc_ns == stage.clock.utc_ns()


async def test_the_waiting_reading_is_shown_to_nobody(stage: Stage) -> None:
    episode_id = await stage.live()
    test_id = await begun(stage, episode_id)
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="62.4")
    async with stage.desk.store.read() as session:
        (seen,) = await all_of(session, episode_id)
    assert seen.reading is not None
    assert (seen.reading.value, seen.reading.by) == ("", "tester")
    assert b"62.4" not in msgspec.json.encode(seen)


async def test_the_tester_does_not_review_himself(stage: Stage) -> None:
    test_id = await begun(stage, await stage.live())
    await rapid_tests.enter_reading(stage.desk, Somebody("assistant"), test_id=test_id, value="62.4")
    for same in (Somebody("assistant"), TESTER):
        with pytest.raises(UserProblem, match="same_person"):
            await rapid_tests.review_reading(stage.desk, same, test_id=test_id, value="62.4")
    assert await stage.events(RapidTestReviewed) == []


async def test_a_mismatch_is_on_record_airs_nothing_and_both_read_again(stage: Stage) -> None:
    test_id = await begun(stage, await stage.live())
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="62.4")
    for _ in range(2):  # the phone sends it again: the same answer, one record
        with pytest.raises(UserProblem, match="mismatch"):
            await rapid_tests.review_reading(stage.desk, OFFICER, command_id="r1", test_id=test_id, value="26.4")
    assert len(await stage.events(ReadingMismatched)) == 1
    assert await public(stage) == ["RapidTestStarted"]
    with pytest.raises(UserProblem, match="nothing_to_review"):
        await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="62.4")
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="26.4")
    await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="26.4")
    assert [event.verdict for event in await stage.events(RapidTestReviewed)] == ["negative"]


async def test_an_invalid_test_has_no_value_and_is_read_again(stage: Stage) -> None:
    test_id = await begun(stage, await stage.live())
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="3", invalid=True)
    await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, invalid=True)
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="12")
    await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="12")
    assert [(event.verdict, event.value) for event in await stage.events(RapidTestReviewed)] == [
        ("invalid", ""),
        ("negative", "12"),
    ]


async def test_one_press_withdraws_on_air_and_after(stage: Stage) -> None:
    episode_id = await stage.live()
    first, second = await stage.reviewed(episode_id), await stage.reviewed(episode_id)
    assert (await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=first)).state == "withdrawn"
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    assert (await rapid_tests.withdraw(stage.desk, TESTER, test_id=second)).state == "withdrawn"
    assert [event.test_id for event in await stage.events(RapidTestWithdrawn)] == [first, second]
    with pytest.raises(UserProblem, match="already_withdrawn"):
        await rapid_tests.withdraw(stage.desk, TESTER, test_id=second)


async def test_a_correction_waits_for_the_second_person(stage: Stage) -> None:
    test_id = await stage.reviewed(await stage.live())
    with pytest.raises(UserProblem, match="withdraw_first"):
        await rapid_tests.correct(stage.desk, TESTER, test_id=test_id, what="读数", reason="抄错", value="26.4")
    await rapid_tests.withdraw(stage.desk, DIRECTOR, test_id=test_id)
    now = await rapid_tests.correct(
        stage.desk, TESTER, test_id=test_id, what="抑制率应为26.4%", reason="抄写颠倒", value="26.4"
    )
    assert now.state == "withdrawn", "until somebody else has read it"
    assert await stage.events(RapidTestCorrected) == []
    with pytest.raises(UserProblem, match="same_person"):
        await rapid_tests.review_reading(stage.desk, TESTER, test_id=test_id, value="26.4")
    assert (await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="26.4")).state == "corrected"
    (event,) = await stage.events(RapidTestCorrected)
    assert (event.what, event.reason) == ("抑制率应为26.4%", "抄写颠倒")
    assert (event.result.verdict, event.result.value, event.result.reviewer) == ("negative", "26.4", "officer")
    assert len(await stage.events(RapidTestReviewed)) == 1, "a correction is no second result"


async def test_a_correction_with_the_reviewer_on_the_same_phone(stage: Stage) -> None:
    test_id = await stage.reviewed(await stage.live())
    await rapid_tests.withdraw(stage.desk, TESTER, test_id=test_id)
    words = {"test_id": test_id, "what": "读数", "reason": "抄错", "value": "26.4"}
    with pytest.raises(UserProblem, match="mismatch"):
        await rapid_tests.correct(stage.desk, TESTER, **words, reviewer=OFFICER, reviewer_value="24.6")
    with pytest.raises(UserProblem, match="same_person"):
        await rapid_tests.correct(stage.desk, TESTER, **words, reviewer=TESTER, reviewer_value="26.4")
    now = await rapid_tests.correct(stage.desk, TESTER, **words, reviewer=OFFICER, reviewer_value="26.4")
    assert now.state == "corrected"


async def test_a_rereading_without_words_is_no_correction(stage: Stage) -> None:
    test_id = await stage.reviewed(await stage.live())
    await rapid_tests.withdraw(stage.desk, TESTER, test_id=test_id)
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="26.4")
    with pytest.raises(UserProblem, match="correction_words"):
        await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="26.4")
    for what, reason in (("", "x"), ("x", " "), ("x" * 201, "y")):
        with pytest.raises(UserProblem, match="words_"):
            await rapid_tests.correct(stage.desk, TESTER, test_id=test_id, what=what, reason=reason, value="1")
    assert len(await stage.events(ReadingEntered)) == 2


async def test_a_second_withdrawal_drops_a_waiting_correction(stage: Stage) -> None:
    test_id = await stage.reviewed(await stage.live())
    await rapid_tests.withdraw(stage.desk, TESTER, test_id=test_id)
    await rapid_tests.correct(stage.desk, TESTER, test_id=test_id, what="一", reason="一", value="26.4")
    await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="26.4")
    await rapid_tests.withdraw(stage.desk, TESTER, test_id=test_id)
    await rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="27")
    with pytest.raises(UserProblem, match="correction_words"):
        await rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="27")


async def test_voiding_dispatching_concluding(stage: Stage) -> None:
    episode_id = await stage.live()
    bad, good = await stage.reviewed(episode_id), await stage.reviewed(episode_id)
    with pytest.raises(UserProblem, match="withdraw_first"):
        await rapid_tests.void(stage.desk, TESTER, test_id=bad, reason="试剂受潮")
    await rapid_tests.withdraw(stage.desk, TESTER, test_id=bad)
    assert (await rapid_tests.void(stage.desk, TESTER, test_id=bad, reason="试剂受潮")).state == "voided"
    with pytest.raises(UserProblem, match="not_dispatched"):
        await rapid_tests.lab_conclude(stage.desk, LEGAL, test_id=good, compliant=True, report_no="N1")
    sent = await rapid_tests.dispatch_sample(stage.desk, OFFICER, test_id=good, laboratory="市检测院")
    assert sent.state == "lab_pending"
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    done = await rapid_tests.lab_conclude(stage.desk, LEGAL, test_id=good, compliant=True, report_no="N1")
    assert done.state == "lab_compliant"
    assert [event.reason for event in await stage.events(RapidTestVoided)] == ["试剂受潮"]
    assert [event.report_no for event in await stage.events(LabConcluded)] == ["N1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sample_no": " "}, "sample_missing"),
        ({"reagent_expires": "2020-01-01"}, "reagent_expired"),
        ({"reagent_expires": "soon"}, "reagent_date"),
        ({"method_id": "crystal_ball"}, "no_limit"),
        ({"method_id": "polar_compounds"}, "no_limit"),
    ],
)
async def test_a_wrong_sample_is_refused(stage: Stage, change: dict, code: str) -> None:
    episode_id = await stage.live()
    with pytest.raises(UserProblem, match=code):
        await rapid_tests.start_test(
            stage.desk, TESTER, episode_id=episode_id, sample=msgspec.structs.replace(SAMPLE, **change)
        )
    assert await public(stage) == []


async def test_off_air_nothing_is_tested(stage: Stage) -> None:
    episode_id = await stage.live()
    test_id = await begun(stage, episode_id)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    for deed in (
        rapid_tests.start_test(stage.desk, TESTER, episode_id=episode_id, sample=SAMPLE),
        rapid_tests.enter_reading(stage.desk, TESTER, test_id=test_id, value="1"),
        rapid_tests.review_reading(stage.desk, OFFICER, test_id=test_id, value="1"),
    ):
        with pytest.raises(UserProblem, match="not_live"):
            await deed
    with pytest.raises(UserProblem, match="no_test"):
        await rapid_tests.withdraw(stage.desk, TESTER, test_id="none")
