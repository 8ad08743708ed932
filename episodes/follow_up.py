"""PURE. From an order to a verified finding. In: a check's state, who comes, what is seen. Out: the state after.

Source: domain rule 6: a finding stays open until a follow-up check on the spot has verified it; nothing else verifies,
neither a picture the operator sent nor a press at the desk. Whoever checks was assigned before, by the grid area of the
place or by a person. A check that finds nothing mended leaves the finding open and asks for another check.
"""

from runtime.problems import UserProblem

MOST_PHOTOS = 6
"""Of one finding and one side (before, after)."""
MOST_NOTE = 400


def assign(officer: str, *, is_officer: bool, served: bool, verified: bool, open_checks: int) -> str:
    """Who will check. Raises UserProblem."""
    if verified:
        raise UserProblem("already_verified", "这个问题已经核实整改。", 409)
    if not served:
        raise UserProblem("not_served", "记录还没有送达经营者，不能安排回头看。", 409)
    if open_checks:
        raise UserProblem("check_open", "这个问题已经安排了回头看。", 409)
    if not officer:
        raise UserProblem("no_grid_officer", "这个网格还没有指定执法人员，请选一位。", 409)
    if not is_officer:
        raise UserProblem("not_an_officer", "回头看要由执法人员来做，请另选一位。", 422)
    return officer


def done(officer: str, by: str, note: str, *, rectified: bool, over: bool) -> str:
    """What was seen, in words. Raises UserProblem."""
    if over:
        raise UserProblem("check_over", "这次回头看已经登记过结果。", 409)
    if by != officer:
        raise UserProblem("not_your_check", "这次回头看不是派给你的。", 403)
    words = note.strip()
    if len(words) > MOST_NOTE:
        raise UserProblem("check_note", "说明最多400字，请写短一些。", 422)
    if not rectified and not words:
        raise UserProblem("check_reason", "没有整改到位的，请写明还差什么。", 422)
    return words


def one_more_photo(have: int, *, verified: bool) -> None:
    """Whether the operator may send another picture. Raises UserProblem."""
    if verified:
        raise UserProblem("already_verified", "这个问题已经核实整改。", 409)
    if have >= MOST_PHOTOS:
        raise UserProblem("photos_many", "每个问题整改前后各最多%(most)s张照片。", 409, most=MOST_PHOTOS)
