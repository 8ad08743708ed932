"""What the crew records on the spot. In: what a phone says, when by its clock, what is known. Out: values, refusals.

Pure. A phone without network keeps what was done and sends it later: so a fact carries its own moment, and an answer
the version of the item that it was made on.
"""

from typing import Literal

import msgspec

from episodes.events import Answer
from runtime.problems import UserProblem
from runtime.words import N_

AHEAD_NS = 120 * 1_000_000_000
"""A phone's clock is set by the desk's when its page opens; what is further ahead is a wrong date."""
LATE_NS = 12 * 3600 * 1_000_000_000
"""What waited longer in a phone is no note of the moment any more: it is entered as a paper entry, by a person."""
MOST_FILES, MOST_NOTE, MOST_PLACE, MOST_SENTENCE = 6, 500, 40, 200
OPEN_STATES = frozenset({"live", "ended", "published"})
"""When entries may come: what was made on air without network may arrive after the end, and after publishing."""
Measure = Literal["", "ordered", "corrected"]
MEASURE_WORDS: dict[Measure, str] = {"": "", "ordered": N_("已责令改正"), "corrected": N_("当场改正")}
"""What was done about it on the spot, as the record says it in whatever language the phone speaks."""
ANSWER_WORDS: dict[Answer, str] = {"pass": N_("符合"), "fail": N_("不符合"), "na": N_("不适用")}


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """How an item of one place stands; version 0 is unanswered."""

    version: int = 0
    answer: Answer | None = None
    finding_id: str = ""
    by: str = ""


def moment(at_utc_ns: int, now_utc_ns: int, *, paper: bool) -> int:
    """The moment a fact happened, as far as it can be believed. Raises UserProblem `future`, `too_late`."""
    if at_utc_ns > now_utc_ns + AHEAD_NS:
        raise UserProblem("future", "时间在将来，请核对手机的日期和时间后再记。", 422)
    if not paper and at_utc_ns < now_utc_ns - LATE_NS:
        raise UserProblem("too_late", "这条已超过12小时。请勾选“事后补录”，写明当时的时间再记。", 422)
    return min(at_utc_ns, now_utc_ns)


def open_for_entries(state: str) -> None:
    """Raises UserProblem `not_open` before the episode is on air."""
    if state not in OPEN_STATES:
        raise UserProblem("not_open", "这一期还没有开播，开播后再记。", 409)


def answered(before: Answered, version: int, answer: Answer, *, sentence: str, name_of: str = "") -> Answered:
    """The item after this answer, made on `version`; `name_of` is who answered before.

    Raises UserProblem: `conflict` when somebody answered meanwhile, `finding_open` when a finding already stands,
    `sentence` when a failed item says nothing.
    """
    if version != before.version:
        word = ANSWER_WORDS[before.answer] if before.answer else ""
        raise UserProblem(
            "conflict", "%(who)s刚把这一项记为“%(answer)s”。请看过后再记。", 409, who=name_of or before.by, answer=word
        )
    if before.finding_id and answer != "fail":
        raise UserProblem("finding_open", "这一项已记为问题并公开。要更正，请联系法制审核。", 409)
    if answer == "fail" and not sentence.strip():
        raise UserProblem("sentence", "请点选发现了什么，或写一句话。", 422)
    return Answered(version=before.version + 1, answer=answer, finding_id=before.finding_id)


def note_text(text: str, files: tuple[str, ...]) -> str:
    """A note's words; a photo may stand without any. Raises UserProblem."""
    words = text.strip()
    if not words and not files:
        raise UserProblem("note_empty", "请写几个字，或附一张照片。", 422)
    if len(words) > MOST_NOTE:
        raise UserProblem("words_too_long", "最多%(most)s字，请写短一些。", 422, most=MOST_NOTE)
    return words
