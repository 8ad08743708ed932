"""Accounts, sessions and tries at the door, by hashes only."""

from episodes.people import Role
from store import Store, people
from store.tables.people import User

NOW = 1_760_000_000 * 10**9
HOUR = 3600 * 10**9


async def with_user(store: Store) -> None:
    async with store.work("x") as work:
        work.session.add(
            User(id="u1", login="gu", name="顾", roles=["producer", "director"], password_hash="h", made_utc_ns=1)
        )


async def sign_in(store: Store, token: bytes = b"t1", expires: int = NOW + HOUR) -> None:
    async with store.work("x") as work:
        await people.open_session(
            work.session,
            token_hash=token,
            user_id="u1",
            csrf="c",
            agent="a" * 999,
            now_utc_ns=NOW,
            expires_utc_ns=expires,
        )


async def test_accounts_are_found_by_id_and_by_login_whatever_its_case(store: Store) -> None:
    async with store.read() as session:
        assert not await people.anyone(session)
    await with_user(store)
    async with store.read() as session:
        assert await people.anyone(session)
        found = await people.account_by_login(session, "  GU ")
        assert found is not None
        assert found == await people.account_by_id(session, "u1")
        assert found.roles == {Role.PRODUCER, Role.DIRECTOR}
        assert await people.account_by_login(session, "nobody") is None
        assert [each.login for each in await people.accounts(session)] == ["gu"]
        assert await people.names(session, ["u1", "none"]) == {"u1": "顾"}


async def test_a_session_lasts_its_time_and_no_longer(store: Store) -> None:
    await with_user(store)
    await sign_in(store)
    async with store.read() as session:
        found = await people.signed_in(session, b"t1", NOW + HOUR - 1)
        assert found is not None
        assert (found.account.user_id, found.csrf, found.second_factor) == ("u1", "c", False)
        assert await people.signed_in(session, b"t1", NOW + HOUR) is None
        assert await people.signed_in(session, b"other", NOW) is None
    async with store.work("x") as work:
        await people.touch_session(work.session, b"t1", now_utc_ns=NOW + 5, second_factor=True)
    async with store.read() as session:
        found = await people.signed_in(session, b"t1", NOW)
        assert found is not None
        assert (found.seen_utc_ns, found.second_factor) == (NOW + 5, True)


async def test_a_new_password_and_a_closed_account_end_all_sessions(store: Store) -> None:
    await with_user(store)
    for change in ({"password_hash": "h2"}, {"active": False}):
        await sign_in(store)
        await sign_in(store, b"t2")
        async with store.work("x") as work:
            await people.change(work.session, "u1", **change)
        async with store.read() as session:
            assert await people.signed_in(session, b"t1", NOW) is None
            assert await people.signed_in(session, b"t2", NOW) is None
    await sign_in(store)
    async with store.read() as session:
        assert await people.signed_in(session, b"t1", NOW) is None, "a closed account signs in nowhere"


async def test_other_changes_leave_sessions_alone(store: Store) -> None:
    await with_user(store)
    await sign_in(store)
    async with store.work("x") as work:
        await people.change(work.session, "u1", name="顾导", lang="en", pin_hash="p")
        await people.set_totp(work.session, "u1", b"sealed")
    async with store.read() as session:
        found = await people.signed_in(session, b"t1", NOW)
        assert found is not None
        account = found.account
        assert (account.name, account.lang, account.pin_hash, account.totp_sealed) == ("顾导", "en", "p", b"sealed")
    async with store.work("x") as work:
        await people.set_totp(work.session, "u1", None)
        await people.end_session(work.session, b"t1")
    async with store.read() as session:
        assert await people.signed_in(session, b"t1", NOW) is None


async def test_expired_sessions_are_swept_by_the_next_log_in(store: Store) -> None:
    await with_user(store)
    await sign_in(store, b"old", expires=NOW)
    await sign_in(store, b"new")
    async with store.read() as session:
        assert await people.signed_in(session, b"old", NOW - 1) is None


async def test_tries_are_counted_by_key_and_window_and_forgotten(store: Store) -> None:
    async with store.work("x") as work:
        for key, at in (("a", NOW - 2 * HOUR), ("a", NOW - 10), ("a", NOW), ("b", NOW)):
            await people.note_try(work.session, key, at, keep_ns=HOUR)
    async with store.read() as session:
        assert await people.tries(session, "a", NOW - 3 * HOUR) == 2, "the oldest was swept"
        assert await people.tries(session, "a", NOW) == 1
        assert await people.tries(session, "b", 0) == 1
    async with store.work("x") as work:
        await people.forget_tries(work.session, "a")
    async with store.read() as session:
        assert (await people.tries(session, "a", 0), await people.tries(session, "b", 0)) == (0, 1)
