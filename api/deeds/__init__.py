"""The desk's deeds: one async function each, `(desk, actor, *, command_id, …) -> answer`.

A deed checks by the rules of `episodes/`, writes state and record in one transaction, then tells studio and playout. It
raises `UserProblem` for what the person can mend. A command id that was carried out answers the first answer again.
Who may do it is the route's business; that two deeds need two people is the deed's.
"""

from api.deeds.doing import Actor, Ok

__all__ = ["Actor", "Ok"]
