"""People signed in at a real desk, who call its API as pages do. In: logins and roles. Out: a `Page` each, no password.

Signing in is tested elsewhere; hashing passwords here would only cost time.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from api.auth.tokens import csrf_token
from episodes.people import Role
from store.people import account_by_login
from store.tables.people import User
from tests.api.conftest import Browser
from tests.api.stage import Stage


class Page:
    """A signed-in browser calling the API."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    async def __call__(self, path: str, expect: int = 200, **body: Any) -> Any:
        sent = {"x-csrf-token": self.browser.csrf, "accept": "application/json"}
        where = path if path.startswith("/") else f"/api/v1/{path}"
        answer = await self.browser.http.post(where, json=body, headers=sent)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else {}

    async def upload(self, path: str, text: str, expect: int = 201) -> Any:
        sent = {"x-csrf-token": self.browser.csrf, "accept": "application/json", "content-type": "text/csv"}
        answer = await self.browser.http.post(f"/api/v1/{path}", content=text.encode(), headers=sent)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def get(self, path: str) -> Any:
        return (await self.browser.http.get(f"/api/v1/{path}", headers={"accept": "application/json"})).json()


@asynccontextmanager
async def pages(app: FastAPI, stage: Stage, roles: Mapping[str, tuple[Role, ...]]) -> AsyncIterator[dict[str, Page]]:
    async with stage.desk.store.work("test") as work:
        for login, held in roles.items():
            user = User(id=login, login=login, name=f"{login}名", roles=list(held), password_hash="x", pin_hash="")
            user.made_utc_ns = stage.clock.utc_ns()
            work.session.add(user)
    made: dict[str, Page] = {}
    for login in roles:
        browser = Browser(app)
        async with stage.desk.store.read() as session:
            account = await account_by_login(session, login)
        opened = await stage.desk.auth.sign_in(account, "test")
        browser.http.cookies.set("daylight", opened.token)
        browser.csrf = csrf_token(opened.token)
        made[login] = Page(browser)
    yield made
    for page in made.values():
        await page.browser.http.aclose()
