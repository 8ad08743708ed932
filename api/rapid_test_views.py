"""Rapid tests as the crew's page and API show them. In: the live episode's tests, blind. Out: rows in one language.

A reading that waits for its second person is in none of these: not in the row, not in an attribute, not in JSON.
"""

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from api.desk import Desk
from episodes.limits import ANY, Limit, limit_for
from episodes.rapid_test import RapidTest, State
from episodes.wording import card_words
from runtime.problems import UserProblem
from runtime.words import N_
from store.episodes import live
from store.house_tables import limit_table, method_table
from store.people import names
from store.rapid_tests import tests_of
from web.i18n import Texts, texts
from web.moments import ZONE

_SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "within": "±"}
_DONE = (State.VOIDED, State.LAB_COMPLIANT, State.LAB_NONCOMPLIANT)


class TestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `tester` is who entered the reading that waits (an id), so that a page can ask for somebody else."""

    test_id: str
    sample_no: str
    item: str
    stall_code: str
    method: str
    unit: str
    state: str
    started_utc_ns: int
    tester: str
    tone: str
    headline: str
    value: str = ""
    limit_words: str = ""
    limit: str = ""
    signed: bool = False
    readings: int = 1
    device_id: str = ""
    waiting: str = ""
    may_read: bool = False
    may_review: bool = False
    may_withdraw: bool = False
    may_correct: bool = False

    def open(self) -> dict[str, Any]:
        """As JSON for the API."""
        fields = msgspec.to_builtins(self)
        return {key: fields[key] for key in fields if not key.startswith("may_")}


async def tests_now(desk: Desk, lang: str) -> list[TestRow]:
    """The live episode's tests, newest first; none off air."""
    async with desk.store.read() as session:
        episode = await live(session)
        tests = await tests_of(session, episode.id) if episode else ()
        people = await names(session, {test.reading.by for test in tests if test.reading})
        limits = await limit_table(session)
    words = texts(lang)
    return [_row(test, words, people, limits) for test in reversed(tests)]


def _row(test: RapidTest, words: Texts, people: dict[str, str], limits: tuple[Limit, ...]) -> TestRow:
    said = card_words(test)
    shown = said.value if said.value != "—" else ""
    again = test.state is State.REVIEWED and test.result is not None and test.result.verdict == "invalid"
    withdrawn = test.state is State.WITHDRAWN
    limit = _limit_of(test, limits)
    return TestRow(
        test_id=test.test_id,
        sample_no=test.started.sample_no,
        item=test.started.item,
        stall_code=test.started.stall_code,
        method=test.started.method,
        unit=test.started.unit,
        state=test.state.value,
        started_utc_ns=test.started_utc_ns,
        tester=test.reading.by if test.reading else test.started.tester,
        tone=said.tone,
        headline=words(said.label) + words(said.headline) if said.label else words(said.headline),
        value=shown,
        limit_words=said.limit_words if shown else "",
        limit=_limit(limit, words) if limit else "",
        signed=limit is not None and limit.comparator == "within",
        readings=test.started.readings,
        device_id=test.started.device_id,
        waiting=_waiting(test, words, people),
        may_read=test.state in (State.AWAITING, State.ENTERED) or again,
        may_review=test.reading is not None and test.state in (State.ENTERED, State.WITHDRAWN),
        may_withdraw=not withdrawn and test.state not in _DONE,
        may_correct=withdrawn,
    )


def _limit_of(test: RapidTest, limits: tuple[Limit, ...]) -> Limit | None:
    """The limit in force when the test began; the table may have lost it since."""
    day = datetime.fromtimestamp(test.started_utc_ns / 1e9, UTC).astimezone(ZONE).date()
    with contextlib.suppress(UserProblem):
        return limit_for(limits, test.started.method_id, test.started.item, test.started.food_category, day)
    return None


def _waiting(test: RapidTest, words: Texts, people: dict[str, str]) -> str:
    if test.reading is None:
        return words(N_("等待读数")) if test.state is State.AWAITING else ""
    name = people.get(test.reading.by, "")
    return words(N_("%(name)s已录入，请另一个人复核"), name=name or words(N_("检测员")))


async def methods_now(desk: Desk, lang: str) -> list[dict[str, Any]]:
    """Methods by name with their items, the limits in force today, repeats, guidance and interferences."""
    async with desk.store.read() as session:
        limits, called = await limit_table(session), {each.method_id: each for each in await method_table(session)}
    today = datetime.fromtimestamp(desk.clock.utc_ns() / 1e9, UTC).astimezone(ZONE).date()
    words = texts(lang)
    found: dict[str, dict[str, Any]] = {}
    for limit in limits:
        if limit.method_id not in called or limit.since > today or (limit.until and limit.until <= today):
            continue
        row = called[limit.method_id]
        method = found.setdefault(
            limit.method_id,
            {
                "method_id": limit.method_id,
                "name": row.name,
                "family": limit.family,
                "unit": limit.unit,
                "minutes": row.minutes,
                "readings": row.readings,
                "guidance": list(row.guidance),
                "confuses": list(row.confuses),
                "items": [],
            },
        )
        method["items"].append(
            {
                "item": limit.item,
                "comparator": limit.comparator,
                "value": str(limit.value),
                "limit": _limit(limit, words),
                "basis": limit.basis,
            }
        )
    return list(found.values())


def _limit(limit: Limit, words: Texts) -> str:
    plain = f"{_SIGNS[limit.comparator]}{limit.value}\N{NARROW NO-BREAK SPACE}{limit.unit}"
    if limit.family == "screening":
        return words(N_("%(limit)s为阳性"), limit=plain)
    item = "" if limit.item == ANY else limit.item
    return words(N_("%(item)s限值%(limit)s"), item=item, limit=plain)
