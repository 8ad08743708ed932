"""Errors typed by audience. In: what went wrong, as a stable code. Out: exceptions that the edges map to words.

A `UserProblem` is the user's to mend: `text` is a Chinese msgid of the gettext catalogue, saying what to do next.
A `ProtocolProblem` is the client programme's to mend: `text` is plain English for its author.
Anything else that reaches an edge is a fault of ours: logged with its traceback, told as one calm sentence.
"""

from collections.abc import Mapping


class Problem(Exception):  # noqa: N818 - the trade's word (RFC 9457)
    """`code` is stable and scripts may rely on it; `status` is the HTTP status; `params` fill `text`'s %(name)s."""

    def __init__(
        self, code: str, text: str, status: int = 400, *, headers: Mapping[str, str] | None = None, **params: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.status = status
        self.headers = dict(headers or {})
        self.params = params


class UserProblem(Problem):
    """The person in front of the page can mend it."""


class ProtocolProblem(Problem):
    """The client's programme broke a rule of the protocol."""


class CannotStart(Exception):  # noqa: N818 - said to a person, not a class of error
    """The process cannot start and trying again will not help. The text is one plain sentence that holds the mend."""
