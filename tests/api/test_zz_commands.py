"""After all other tests of the routes: each deed over HTTP was sent twice by one of them, and done once."""

from fastapi import FastAPI

from tests.api.twice import REPEATED, SHOWN_ONCE, command_routes


def test_every_deed_was_repeated_by_some_test(app: FastAPI) -> None:
    missing = sorted(set(command_routes(app)) - REPEATED - set(SHOWN_ONCE))
    assert not missing, f"no test of the routes sends these deeds: {missing}"
