"""People of the staff signed in for the routes' tests. In: an app, logins with roles. Out: callers with their CSRF token."""

from collections.abc import Mapping
from contextlib import AsyncExitStack

from fastapi import FastAPI

from api.desk import Desk
from episodes.people import Role
from store.people import account_by_login
from store.tables.people import User
from tests.api.conftest import PASSWORD, Browser


class Api:
    """A signed-in person, or with `key` somebody who carries a bearer token."""

    def __init__(self, browser: Browser, key: str = "") -> None:
        self.browser, self.key = browser, key

    async def __call__(self, path: str, expect: int = 200, **body: object) -> dict[str, object]:
        headers = {"x-csrf-token": self.browser.csrf, "accept": "application/json", **self.own}
        answer = await self.browser.http.post(f"/api/v1/{path}", json=body, headers=headers)
        assert answer.status_code == expect, answer.text
        return answer.json()

    @property
    def own(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"} if self.key else {}

    async def look(self, path: str, expect: int = 200) -> dict[str, object]:
        answer = await self.browser.http.get(f"/api/v1/{path}", headers={"accept": "application/json", **self.own})
        assert answer.status_code == expect, answer.text
        return answer.json()


async def signed_in(stack: AsyncExitStack, app: FastAPI, desk: Desk, roles: Mapping[str, Role]) -> dict[str, Api]:
    """One slow hash for all; sessions are opened as the door opens them."""
    hashed = await desk.auth.passwords.hash(PASSWORD)
    async with desk.store.work("test") as work:
        for login, role in roles.items():
            row = User(id=login, login=login, name=login, roles=[role], password_hash=hashed, made_utc_ns=1)
            work.session.add(row)
    found = {}
    for login in roles:
        async with desk.store.read() as session:
            account = await account_by_login(session, login)
        assert account
        browser = Browser(app)
        await stack.enter_async_context(browser.http)
        browser.http.cookies.set("daylight", (await desk.auth.sign_in(account, "test")).token)
        await browser.get("/account")
        found[login] = Api(browser)
    return found
