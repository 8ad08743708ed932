"""What the forms of accounts share. In: a request, a problem, an opened session. Out: pages, cookies, ways onward."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form, Request
from starlette.responses import Response

from api.access import cookie_names
from api.auth.service import Opened
from api.auth.who import Person
from episodes.people import Role
from runtime.problems import UserProblem
from web.render import page, words_of

Text = Annotated[str, Form(max_length=300)]

HOMES: tuple[tuple[Role, str], ...] = (
    (Role.DIRECTOR, "/studio"),
    (Role.MODERATOR, "/moderate"),
    (Role.PRODUCER, "/produce"),
    (Role.TIP_DESK, "/desk/tips"),
    (Role.LEGAL, "/legal"),
    (Role.HOST, "/host"),
    (Role.CAMERA, "/crew"),
    (Role.TESTER, "/crew"),
    (Role.OFFICER, "/crew"),
    (Role.ADMIN, "/people"),
)
"""Where each role's work is; the first that fits."""


def home_of(someone: Person) -> str:
    """The page this person works on."""
    return next((path for role, path in HOMES if role in someone.roles), "/")


def safe_next(wish: str) -> str:
    """A path of ours, or nothing: never another site."""
    parts = urlsplit(wish)
    ours = wish.startswith("/") and not wish.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return wish if ours and "\\" not in wish and wish.isprintable() else ""


def with_session(request: Request, answer: Response, opened: Opened) -> Response:
    """The same answer, with the session's cookie."""
    answer.set_cookie(
        cookie_names(request)[0],
        opened.token,
        max_age=opened.seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def form(request: Request, template: str, problem: UserProblem | None = None, **view: object) -> Response:
    """The form's page, with what was wrong."""
    said = words_of(request)(problem.text, **problem.params) if problem else ""
    status = problem.status if problem else 200
    return page(request, template, status=status, headers=problem.headers if problem else None, wrong=said, **view)
