"""Two people at one form. In: what the form showed, what stands now. Out: nothing, or a refusal in plain words.

A page sends back `seen`, the mark of the values it showed; whoever saves second, over values they never saw, is told so
and overwrites nothing. A script that sends no mark wants its own values whatever stands there.
"""

import hashlib

import msgspec

from runtime.problems import UserProblem


def mark(*values: object) -> str:
    """A short mark of these values: the same values, the same mark."""
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()[:16]


def still(seen: str, *values: object) -> None:
    """Raises UserProblem `changed_meanwhile` when a page's mark is not the mark of what stands now."""
    if seen and seen != mark(*values):
        raise UserProblem(
            "changed_meanwhile", "这里刚被别人改过，你的修改还没有存。请刷新，看清现在的内容再改一次。", 409
        )
