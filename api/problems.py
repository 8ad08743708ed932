"""Errors at the edge. In: exceptions. Out: a problem document (RFC 9457), or for browsers a page, in the user's words.

`UserProblem` says what to do next, `ProtocolProblem` speaks to a programme's author, anything else is ours: logged
with its traceback and told as one calm sentence with a number to quote.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.bus.protocol import NoAnswer, Refused
from runtime.problems import Problem, ProtocolProblem, UserProblem
from runtime.words import N_
from store import StoreBusy
from web.render import page, words_of

log = structlog.get_logger("desk")

TITLES: dict[int, str] = {
    400: N_("请求有误"),
    401: N_("请先登录"),
    403: N_("不能这样做"),
    404: N_("没有这一页"),
    405: N_("不能这样做"),
    409: N_("现在不能这样做"),
    410: N_("已经收回"),
    413: N_("内容太大"),
    415: N_("格式不对"),
    422: N_("填写有误"),
    429: N_("太快了，请稍候"),
    500: N_("我们这边出了问题"),
    503: N_("暂时无法使用"),
}
DETAILS: dict[int, str] = {
    404: N_("地址可能打错了，或者内容已经移走。"),
    405: N_("这个地址不接受这种请求。"),
    413: N_("内容超过了大小上限，请缩小后再试。"),
    500: N_("已经记录下来，我们会处理。请稍后再试；反映情况时请报上编号。"),
    503: N_("相关部分正在恢复，请稍后再试。"),
}


BUSY = N_("现在人太多，请过几秒再试。")


class Document(JSONResponse):
    """`application/problem+json`."""

    media_type = "application/problem+json"


def wants_page(request: Request) -> bool:
    """A person's browser asked for a page, not a script for data."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(
        ("/api/v", "/whip", "/whep", "/live/")
    )


def answer(
    request: Request, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """The refusal, as a page or as a document."""
    words = words_of(request)
    title = words(TITLES.get(status, TITLES[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]))
    if wants_page(request):
        return page(
            request,
            "error.html",
            status=status,
            headers=headers,
            title=title,
            detail=detail,
            code=code,
            number=more.get("number", ""),
        )
    body = {
        "type": f"urn:daylight:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Document(body, status, dict(headers or {}))


async def on_problem(request: Request, error: Exception) -> Response:
    """Ours by type: the text is a msgid."""
    if not isinstance(error, Problem):
        raise error
    if error.status == HTTPStatus.UNAUTHORIZED and isinstance(error, UserProblem) and wants_page(request):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': back})}" if request.method == "GET" else "/login", 303)
    words = words_of(request)
    said = error.text if isinstance(error, ProtocolProblem) else words(error.text, **error.params)
    return answer(request, error.status, error.code, said, headers=error.headers)


async def on_http(request: Request, error: Exception) -> Response:
    """Starlette's own: unknown path, wrong method, body too large."""
    if not isinstance(error, HTTPException):
        raise error
    words = words_of(request)
    detail = words(DETAILS[error.status_code]) if error.status_code in DETAILS else str(error.detail)
    code = {404: "not_found", 405: "method", 413: "too_large"}.get(error.status_code, f"http_{error.status_code}")
    return answer(request, error.status_code, code, detail, headers=error.headers)


async def on_invalid(request: Request, error: Exception) -> Response:
    """The input does not fit its model: which fields, without echoing what was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    words = words_of(request)
    fields = [
        {"at": ".".join(str(part) for part in each["loc"][1:]), "code": str(each["type"]), "detail": str(each["msg"])}
        for each in error.errors()[:20]
    ]
    names = "、".join(dict.fromkeys(each["at"] for each in fields if each["at"]))
    said = words("请检查这几项：%(names)s", names=names) if names else words("内容读不懂，请检查后再试。")
    return answer(request, 422, "invalid", said, fields=fields)


async def on_bus(request: Request, error: Exception) -> Response:
    """Another room is away, or refuses in words its caller did not foresee."""
    words = words_of(request)
    if isinstance(error, Refused):
        log.warning("refused by a room", code=error.code, detail=error.detail)
        return answer(request, 409, error.code, words("现在不能这样做。请看一眼当前状态再试。"))
    log.warning("a room does not answer", error=str(error))
    return answer(request, 503, "away", words(DETAILS[503]), headers={"Retry-After": "2"})


async def on_busy(request: Request, error: Exception) -> Response:
    """Too many writers wait: nothing was written."""
    log.warning("the store is busy", error=str(error))
    return answer(request, 503, "busy", words_of(request)(BUSY), headers={"Retry-After": "2"})


async def on_fault(request: Request, error: Exception) -> Response:
    """Ours to mend."""
    number = secrets.token_hex(4)
    log.error("fault", number=number, method=request.method, path=request.url.path, exc_info=error)
    return answer(request, 500, "fault", words_of(request)(DETAILS[500]), number=number)


class Faults:
    """Innermost around the routes: a fault becomes an answer here, so that it carries the same headers as any other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception as error:
            if begun:
                raise
            answered = await on_fault(Request(scope, receive), error)
            await answered(scope, receive, send)


def install(app: FastAPI) -> None:
    """Hear every kind of error."""
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(NoAnswer, on_bus)
    app.add_exception_handler(Refused, on_bus)
    app.add_exception_handler(StoreBusy, on_busy)
