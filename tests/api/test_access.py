"""Deny by default: every route names who may, people cannot be made to act by other sites, errors say what to do."""

import re

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from api.access import Access, anyone, declared, needs, require_access
from api.app import create_app
from api.auth.who import Person
from api.desk import Desk
from api.routes.live import TOPICS, allowed
from episodes.people import Role

from .conftest import HTML, Browser

PUBLIC = re.compile(
    r"/(static/.*|favicon\.ico|healthz|readyz|metrics|login.*|logout|welcome|trust.*|api/docs|api/openapi\.json|next\.ics|calendar\.ics|calendar/\{token\}\.ics"
    r"|episodes.*|record|tip.*|live/.*|ws|draws/.*|chat.*|api/v1/(chat|tips?|questions|join|served).*|api/v1/device-readings|crew(/worker\.js)?|served|)"
)
"""What the public may reach; everything else must name a role, an account or a device."""


def table(app: FastAPI) -> list[tuple[str, frozenset[str], Access | None]]:
    return [
        (context.path or "", frozenset(context.methods or {"WS"}), declared(context.dependant))
        for context in iter_route_contexts(app.routes)
    ]


def test_every_route_names_who_may(app: FastAPI) -> None:
    rows = table(app)
    assert len(rows) > 60
    assert not [path for path, _, access in rows if access is None]


def test_only_what_is_meant_for_the_public_is_open(app: FastAPI) -> None:
    open_ones = {path for path, _, access in table(app) if access and access.kind == "anyone"}
    surprising = {path for path in open_ones if not PUBLIC.fullmatch(path) and not path.startswith(("/whip", "/whep"))}
    assert not surprising


def test_a_silent_route_stops_the_application() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    router = APIRouter()

    @router.get("/said", dependencies=[anyone()])
    async def said() -> None: ...

    @router.get("/silent")
    async def silent() -> None: ...

    app.include_router(router)
    with pytest.raises(RuntimeError, match="/silent"):
        require_access(list(iter_route_contexts(app.routes)))


def test_no_role_at_all_is_no_declaration() -> None:
    with pytest.raises(ValueError, match="name the roles"):
        needs()


async def test_every_guarded_get_refuses_a_stranger(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.test") as http:
        for path, methods, access in table(app):
            if access is None or access.kind == "anyone" or "GET" not in methods:
                continue
            answer = await http.get(re.sub(r"\{[^}]+\}", "1", path))
            assert answer.status_code in {401, 403}, path
            assert answer.headers["content-type"] == "application/problem+json", path


async def test_every_guarded_deed_refuses_the_wrong_role(app: FastAPI, add) -> None:
    """A guest holds no role that any deed asks for."""
    await add("guest", Role.GUEST)
    browser = Browser(app)
    async with browser.http:
        await browser.log_in("guest")
        headers = {"accept": "application/json", "x-csrf-token": browser.csrf}
        for path, methods, access in table(app):
            if access is None or access.kind != "roles":
                continue
            for method in methods & {"GET", "POST", "PUT", "DELETE", "PATCH"}:
                where = re.sub(r"\{[^}]+\}", "1", path)
                answer = await browser.http.request(method, where, headers=headers, json={})
                # A body that does not fit its model is refused before anybody asks who sent it; both refuse.
                assert answer.status_code in {403, 422}, (method, path, answer.text)


async def test_a_browser_is_led_to_the_door_and_back(browser: Browser, add) -> None:
    await add("lin", Role.MODERATOR)
    answer = await browser.get("/people?x=1")
    assert answer.headers["location"] == "/login?next=%2Fpeople%3Fx%3D1"
    await browser.get("/login?next=%2Faccount")
    back = re.search(r'name="back" value="([^"]*)"', (await browser.get("/login?next=%2Faccount")).text)
    assert back
    assert back[1] == "/account"


@pytest.mark.parametrize("forged", [{}, {"csrf": ""}, {"csrf": "x" * 43}])
async def test_a_form_without_our_token_is_refused(browser: Browser, add, forged: dict[str, str]) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    answer = await browser.http.post("/account/sign-out-everywhere", data=forged)
    assert answer.status_code == 403
    assert "页面已过期" in answer.text
    assert (await browser.get("/account")).status_code == 200


async def test_another_persons_token_does_not_fit(app: FastAPI, add) -> None:
    await add("lin", Role.DIRECTOR)
    await add("mei", Role.DIRECTOR)
    lin, mei = Browser(app), Browser(app)
    async with lin.http, mei.http:
        await lin.log_in("lin")
        await mei.log_in("mei")
        answer = await lin.http.post("/account/sign-out-everywhere", data={"csrf": mei.csrf})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://desk.test"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://desk.test"}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
    ],
)
async def test_other_origins_are_refused_even_with_the_token(
    browser: Browser, add, headers: dict[str, str], status: int
) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    answer = await browser.post("/logout", headers=headers)
    assert answer.status_code == status


async def test_a_problem_is_a_document_for_programmes_and_a_page_for_people(browser: Browser) -> None:
    page = await browser.get("/nothing-here")
    assert page.status_code == 404
    assert "<h1>没有这一页</h1>" in page.text
    document = await browser.http.get("/nothing-here", headers={"accept": "application/json"})
    assert document.headers["content-type"] == "application/problem+json"
    told = document.json()
    assert told["type"] == "urn:daylight:problem:not_found"
    assert (told["status"], told["code"]) == (404, "not_found")
    english = await browser.http.get("/nothing-here?lang=en", headers={"accept": "application/json"})
    assert english.json()["title"] == "Page not found"


async def test_the_language_is_kept_in_a_cookie(browser: Browser) -> None:
    await browser.get("/?lang=en")
    assert '<html lang="en"' in (await browser.get("/")).text
    await browser.get("/?lang=nonsense")
    assert '<html lang="en"' in (await browser.get("/")).text


async def test_a_fault_says_a_number_and_not_its_cause(desk: Desk) -> None:
    app = create_app(desk)

    @app.get("/broken", dependencies=[anyone()])
    async def broken() -> None:
        raise RuntimeError("secret detail")

    one = Browser(app)
    async with one.http:
        answer = await one.http.get("/broken", headers={"accept": "application/json"})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert re.fullmatch(r"[0-9a-f]{8}", answer.json()["number"])
        assert "nosniff" in answer.headers["x-content-type-options"]


async def test_a_body_over_the_limit_is_refused_told_or_untold(browser: Browser) -> None:
    await browser.get("/welcome")
    big = b"csrf=" + b"x" * (1024 * 1024 + 1)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await browser.http.post("/login", content=big, headers=form)).status_code == 413

    async def chunks():
        for _ in range(20):
            yield b"x" * 65536

    assert (await browser.http.post("/login", content=chunks(), headers=form)).status_code == 413


async def test_every_answer_carries_the_security_headers(browser: Browser) -> None:
    for path in ("/", "/login", "/nothing-here", "/healthz", "/api/openapi.json"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"


async def test_pages_hold_no_inline_script_or_style(browser: Browser, app: FastAPI) -> None:
    for path in ("/", "/welcome", "/episodes", "/record", "/trust", "/api/docs", "/tip", "/nothing-here"):
        html = (await browser.get(path)).text
        assert not re.search(r"<[^>]+\sstyle=|<style|\son[a-z]+=", html), path
        for script in re.findall(r"<script[^>]*>", html):
            assert "src=" in script or 'type="application/json"' in script, path


async def test_staff_pages_are_not_kept_and_assets_are_for_ever(browser: Browser, add) -> None:
    await add("lin", Role.DIRECTOR)
    await browser.log_in("lin")
    page = await browser.get("/account")
    assert page.headers["cache-control"] == "no-store"
    asset = re.search(r'href="(/static/css/base-[^"]+)"', page.text)
    assert asset
    answer = await browser.http.get(asset[1], headers={"accept-encoding": "br"})
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/%2e%2e/config.toml", "/static/css", "/static/"])
async def test_static_serves_nothing_but_the_build(browser: Browser, path: str) -> None:
    assert (await browser.http.get(path)).status_code == 404


async def test_only_a_trusted_proxy_is_believed(desk: Desk) -> None:
    said = {
        "x-forwarded-for": "203.0.113.9, 10.0.0.5",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "live.example.cn",
    }
    trusting = desk.settings.model_copy(
        update={"server": desk.settings.server.model_copy(update={"trusted_proxies": ("10.0.0.0/8",)})}
    )
    for settings, secure in ((desk.settings, False), (trusting, True)):
        app = create_app(
            type(desk)(**{**{f: getattr(desk, f) for f in desk.__dataclass_fields__}, "settings": settings})
        )
        one = Browser(app, client=("10.0.0.7", 1))
        async with one.http:
            cookie = (await one.http.get("/welcome", headers={**HTML, **said})).headers["set-cookie"]
            assert ("__Host-" in cookie) is secure


def test_staff_topics_need_their_roles() -> None:
    director = Person("1", "林", frozenset({Role.DIRECTOR}))
    assert allowed(frozenset({"public", "chat"}), None)
    assert not allowed(frozenset({"public", "studio"}), None)
    assert allowed(frozenset({"studio"}), director)
    assert not allowed(frozenset({"moderate"}), director)
    assert not allowed(frozenset({"tips"}), director)
    assert not allowed(frozenset({"unheard-of"}), director)
    assert {topic for topic, roles in TOPICS.items() if roles is None} == {"public", "chat"}


async def test_openapi_says_who_may(browser: Browser) -> None:
    document = (await browser.get("/api/openapi.json")).json()
    take = document["paths"]["/api/v1/studio/take"]["post"]
    assert take["x-who"] == ["director"]
    page = await browser.get("/api/docs")
    assert "/api/v1/studio/take" in page.text


async def test_metrics_and_health(browser: Browser) -> None:
    assert (await browser.get("/healthz")).json() == {"status": "ok"}
    assert (await browser.get("/readyz")).json()["rooms"]["desk"] is True
    assert "daylight_pages_connected 0" in (await browser.get("/metrics")).text
