"""The people of the demo. In: the desk's address and their accounts. Out: signed-in HTTP clients, one a person.

They do what a browser does: read the page's CSRF token, sign in by the form, post with the token. Nobody has a way in
that a person would not have.
"""

import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tips.seal import make_desk_key

_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)"')


class Account(msgspec.Struct, frozen=True):
    """A demo account; `name` is what one signs in with. `passphrase` opens the tip desk's key."""

    name: str
    shown: str
    roles: tuple[str, ...]
    password: str
    passphrase: str = ""


_CAST: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "admin": ("管理员", ("admin",)),
    "producer": ("沈舟", ("producer",)),
    "legal": ("何敏", ("legal",)),
    "director": ("沈岚", ("director", "host")),
    "moderator": ("方晴", ("moderator",)),
    "tester": ("罗小棠", ("tester", "camera")),
    "officer": ("陈立川", ("officer", "camera")),
    "officer2": ("林涛", ("officer",)),
    "tips": ("周敏", ("tip_desk",)),
}


def administrator(config: Path, kept: Path, env: Mapping[str, str] | None = None) -> dict[str, Account]:
    """The accounts known so far, at least the administrator's, made by `daylight user add` the first time.

    Passwords are chance, kept in `kept` (0600). `engage` makes the rest.
    """
    known = msgspec.json.decode(kept.read_bytes(), type=dict[str, Account]) if kept.exists() else {}
    if "admin" not in known:
        account = _account("admin")
        command = [sys.executable, "-m", "api.cli", "user", "add", account.name, "--shown", account.shown]
        command += ["--role", "admin", "--password-stdin", "--config", str(config)]
        # The password goes by standard input: arguments can be read by everybody on the machine.
        subprocess.run(command, input=account.password.encode(), check=True, stdout=subprocess.DEVNULL, env=env)  # noqa: S603
        known["admin"] = account
        _keep(kept, known)
    return known


async def engage(base_url: str, known: dict[str, Account], kept: Path) -> dict[str, Account]:
    """The whole cast's accounts; the administrator adds who is missing."""
    missing = [name for name in _CAST if name not in known]
    if not missing:
        return known
    admin = Browser(base_url)
    await admin.sign_in(known["admin"])
    for name in missing:
        account = _account(name)
        body = {"login": account.name, "name": account.shown, "password": account.password, "roles": account.roles}
        await admin.post("/api/v1/users", body)
        known[name] = account
        _keep(kept, known)
    await admin.close()
    await _open_tip_desk(base_url, known["tips"])
    return known


async def _open_tip_desk(base_url: str, account: Account) -> None:
    """The tip desk's key, which its own browser would make; the desk never learns the passphrase."""
    clerk = Browser(base_url)
    await clerk.sign_in(account)
    key = make_desk_key(account.passphrase)
    await clerk.post("/desk/tips/key", {"recipient": key.recipient, "sealed_identity": key.sealed_identity})
    await clerk.close()


def _account(name: str) -> Account:
    shown, roles = _CAST[name]
    passphrase = secrets.token_urlsafe(12) if "tip_desk" in roles else ""
    return Account(name, shown, roles, secrets.token_urlsafe(9), passphrase)


def _keep(kept: Path, known: dict[str, Account]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600, exist_ok=True)
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1))


class Browser:
    """One person's (or, unnamed, one viewer's) way to the desk."""

    def __init__(self, base_url: str) -> None:
        # Cookies and proxies as a browser on this machine would have them: the desk is on loopback.
        self.http = httpx.AsyncClient(base_url=base_url, timeout=15, trust_env=False, headers={"Origin": base_url})
        self._csrf = ""

    async def open(self, path: str) -> str:
        """A page's HTML; remembers its CSRF token."""
        page = await self.http.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        page.raise_for_status()
        found = _CSRF.search(page.text)
        self._csrf = found.group(1) if found else self._csrf
        return page.text

    async def sign_in(self, account: Account) -> None:
        """By the log-in form. Raises httpx.HTTPStatusError when refused."""
        await self.open("/login")
        form = {"login": account.name, "password": account.password, "csrf": self._csrf}
        answer = await self.http.post("/login", data=form)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            answer.raise_for_status()
        await self.open("/account")

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A deed with an id of its own. Raises httpx.HTTPStatusError with the problem's words."""
        return _said(await self.http.post(path, json=dict(body or {}), headers=self._marks()))

    async def send(self, path: str, data: bytes, kind: str, **about: str) -> dict[str, Any]:
        """A file as the whole body, `about` in the query. Raises httpx.HTTPStatusError."""
        headers = self._marks() | {"Content-Type": kind}
        return _said(await self.http.post(path, content=data, params=about, headers=headers))

    def _marks(self) -> dict[str, str]:
        return {"X-CSRF-Token": self._csrf, "X-Command-Id": secrets.token_hex(12)}

    async def get(self, path: str) -> dict[str, Any]:
        """A JSON answer."""
        answer = await self.http.get(path)
        answer.raise_for_status()
        return dict(answer.json())

    async def close(self) -> None:
        await self.http.aclose()


def _said(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise httpx.HTTPStatusError(
            f"{answer.request.url.path}: {answer.text[:400]}", request=answer.request, response=answer
        )
    return dict(answer.json()) if answer.content else {}
