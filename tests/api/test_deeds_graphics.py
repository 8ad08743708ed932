"""Graphics, questions, findings, roles: what goes on the picture is recorded first, and only while on air."""

import pytest

from api.deeds import findings, graphics, people, questions, rapid_tests
from episodes.events import (
    CardShown,
    FindingOpened,
    GraphicCleared,
    LawCardShown,
    QuestionCleared,
    QuestionOnScreen,
    RolesSet,
    StrapShown,
    TipLineShown,
)
from episodes.people import Role
from runtime.problems import UserProblem
from store.people import account_by_id
from store.tables.graphics import Question
from tests.api.stage import DIRECTOR, OFFICER, SAMPLE, TESTER, Somebody, Stage

ADMIN = Somebody("admin")


async def asked(stage: Stage, episode_id: str, *ids: str) -> None:
    """Questions as the chat leaves them once a moderator approved."""
    async with stage.desk.store.work("user:moderator") as work:
        for n, question_id in enumerate(ids):
            work.session.add(
                Question(
                    id=question_id,
                    episode_id=episode_id,
                    text="为什么？",
                    nickname="街坊",
                    mentions_result=False,
                    state="approved",
                    made_utc_ns=n,
                )
            )


async def test_graphics_belong_to_the_live_episode(stage: Stage) -> None:
    for deed in (
        graphics.show_strap(stage.desk, DIRECTOR, name="周明", title="执法人员"),
        graphics.show_tip_line(stage.desk, DIRECTOR),
        graphics.clear_graphic(stage.desk, DIRECTOR, graphic="card"),
    ):
        with pytest.raises(UserProblem, match="not_live"):
            await deed
    episode_id = await stage.live()
    await graphics.show_strap(stage.desk, DIRECTOR, name=" 周明 ", title="执法人员", credential="粤J123")
    await graphics.show_law_card(stage.desk, DIRECTOR, statute="食品安全法", article="第三十四条", plain="禁止…")
    await graphics.show_tip_line(stage.desk, DIRECTOR, address="example.com/tip")
    await graphics.clear_graphic(stage.desk, DIRECTOR, graphic="law")
    assert await stage.events(StrapShown, LawCardShown, TipLineShown, GraphicCleared) == [
        StrapShown(episode_id=episode_id, name="周明", title="执法人员", credential="粤J123"),
        LawCardShown(episode_id=episode_id, statute="食品安全法", article="第三十四条", plain="禁止…"),
        TipLineShown(episode_id=episode_id, address="example.com/tip"),
        GraphicCleared(episode_id=episode_id, graphic="law"),
    ]


async def test_graphics_without_words_or_with_too_many_are_refused(stage: Stage) -> None:
    await stage.live()
    for deed, code in (
        (graphics.show_strap(stage.desk, DIRECTOR, name=" ", title="x"), "words_missing"),
        (graphics.show_strap(stage.desk, DIRECTOR, name="x" * 31, title="x"), "words_too_long"),
        (graphics.show_law_card(stage.desk, DIRECTOR, statute="x", article="", plain=""), "words_missing"),
        (graphics.show_law_card(stage.desk, DIRECTOR, statute="x", article="", plain="x" * 121), "words_too_long"),
    ):
        with pytest.raises(UserProblem, match=code):
            await deed


async def test_a_card_needs_a_result_two_people_read(stage: Stage) -> None:
    episode_id = await stage.live()
    waiting = (await rapid_tests.start_test(stage.desk, TESTER, episode_id=episode_id, sample=SAMPLE)).test_id
    with pytest.raises(UserProblem, match="no_card"):
        await graphics.show_card(stage.desk, DIRECTOR, test_id=waiting)
    with pytest.raises(UserProblem, match="no_test"):
        await graphics.show_card(stage.desk, DIRECTOR, test_id="none")
    ready = await stage.reviewed(episode_id)
    await graphics.show_card(stage.desk, DIRECTOR, test_id=ready)
    assert [event.test_id for event in await stage.events(CardShown)] == [ready]


async def test_one_question_stands_on_the_picture(stage: Stage) -> None:
    episode_id = await stage.live()
    await asked(stage, episode_id, "q1", "q2")
    await questions.show_question(stage.desk, DIRECTOR, question_id="q1")
    await questions.show_question(stage.desk, DIRECTOR, question_id="q2")
    await questions.clear_question(stage.desk, DIRECTOR, question_id="q2", answered=True)
    assert await stage.events(QuestionOnScreen, QuestionCleared) == [
        QuestionOnScreen(episode_id=episode_id, question_id="q1"),
        QuestionCleared(episode_id=episode_id, question_id="q1", answered=False),
        QuestionOnScreen(episode_id=episode_id, question_id="q2"),
        QuestionCleared(episode_id=episode_id, question_id="q2", answered=True),
    ]
    states = {row.id: row.state for row in await questions.questions_of(stage.desk, episode_id)}
    assert states == {"q1": "approved", "q2": "answered"}
    with pytest.raises(UserProblem, match="question_not_shown"):
        await questions.clear_question(stage.desk, DIRECTOR, question_id="q2")
    with pytest.raises(UserProblem, match="no_question"):
        await questions.show_question(stage.desk, DIRECTOR, question_id="q3")


async def test_a_finding_is_opened_on_air_in_words(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await findings.open_finding(
        stage.desk,
        OFFICER,
        episode_id=episode_id,
        key_item=True,
        where="A12",
        sentence="未公示健康证",
        measure="当场改正",
    )
    assert await stage.events(FindingOpened) == [
        FindingOpened(
            episode_id=episode_id,
            finding_id=made.finding_id,
            key_item=True,
            where="A12",
            sentence="未公示健康证",
            measure="当场改正",
        ),
    ]
    with pytest.raises(UserProblem, match="finding_text"):
        await findings.open_finding(stage.desk, OFFICER, episode_id=episode_id, key_item=False, where="", sentence="x")


async def test_roles_change_on_record_and_one_administrator_stays(stage: Stage, add) -> None:
    first = await add("boss", Role.ADMIN)
    second = await add("luo", Role.TESTER)
    await people.set_roles(stage.desk, ADMIN, user_id=second, roles=[Role.TESTER, Role.CAMERA])
    async with stage.desk.store.read() as session:
        account = await account_by_id(session, second)
    assert account is not None
    assert account.roles == {Role.TESTER, Role.CAMERA}
    assert await stage.events(RolesSet) == [RolesSet(user_id=second, roles=("camera", "tester"), by="admin")]
    for user_id, roles, code in (
        (first, [Role.PRODUCER], "last_admin"),
        (second, [Role.TESTER, Role.OFFICER], "roles_conflict"),
        (second, [], "no_role"),
        ("none", [Role.CAMERA], "no_user"),
    ):
        with pytest.raises(UserProblem, match=code):
            await people.set_roles(stage.desk, ADMIN, user_id=user_id, roles=roles)
    await people.set_roles(stage.desk, ADMIN, user_id=second, roles=[Role.ADMIN])
    await people.set_roles(stage.desk, ADMIN, user_id=first, roles=[Role.PRODUCER])
