"""People and their roles. In: roles somebody holds. Out: whether they may hold them together, and who may do what.

Source: the roles table of the domain ("A show must run with five crew and two at the desk"): one person may hold
several roles, never tester and reviewer of the same reading, never requester and approver of the same thing. Those
two are rules about one *deed*, checked where the deed is done; the pairs below are about *standing*.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do. Viewers and operators have no account."""

    ADMIN = "admin"
    PRODUCER = "producer"
    DIRECTOR = "director"
    CAMERA = "camera"
    OFFICER = "officer"
    TESTER = "tester"
    MODERATOR = "moderator"
    LEGAL = "legal"
    TIP_DESK = "tip_desk"
    HOST = "host"
    GUEST = "guest"


_NOT_TOGETHER: frozenset[frozenset[Role]] = frozenset(
    frozenset(pair)
    for pair in (
        # A tip's contents never meet the rooms that speak to the public.
        (Role.TIP_DESK, Role.MODERATOR),
        (Role.TIP_DESK, Role.DIRECTOR),
        (Role.TIP_DESK, Role.HOST),
        # Who asks for approval is not who gives it.
        (Role.PRODUCER, Role.LEGAL),
        # Assistants, testers and guests are never officers.
        (Role.TESTER, Role.OFFICER),
        *((Role.GUEST, other) for other in Role if other is not Role.GUEST),
    )
)


def conflicting(roles: frozenset[Role]) -> tuple[tuple[Role, Role], ...]:
    """The pairs in `roles` that one person may not hold together, in a stable order."""
    found = (sorted(pair) for pair in _NOT_TOGETHER if pair <= roles)
    return tuple(sorted((a, b) for a, b in found))
