"""What deeds take over HTTP. In: JSON. Out: checked models with limits; anything else is 4xx and nothing is stored.

Every deed may carry a client-made id, in the header `X-Command-Id` or the field `command_id`.
"""

import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from runtime.problems import UserProblem

MOST_BYTES = 16 * 1024
_NS = 1_000_000_000


def _visible(text: str) -> str:
    """No control characters: they belong in no name, no figure and no picture."""
    if any(ord(char) < 32 or ord(char) in range(0x7F, 0xA0) or char in "\u2028\u2029\ufeff" for char in text):  # noqa: PLR2004 - ASCII
        raise ValueError("control characters")
    return text


def _bidi_free(text: str) -> str:
    """No direction overrides: they make a text read other than it is."""
    if any(char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for char in text):
        raise ValueError("direction overrides")
    return text


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an offset is missing")
    return moment


Line = Annotated[str, AfterValidator(_visible), AfterValidator(_bidi_free)]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
Text40 = Annotated[Line, Field(min_length=1, max_length=40)]
Text200 = Annotated[Line, Field(min_length=1, max_length=200)]
Camera = Annotated[Line, Field(min_length=1, max_length=64)]
Reading = Annotated[str, Field(max_length=20, pattern=r"^[+-]?[0-9]*\.?[0-9]*$")]
Moment = Annotated[datetime, AfterValidator(_with_zone)]
Seen = Annotated[str, Field(max_length=16, pattern=r"^[0-9a-f]*$")]
"""The mark of what the page showed (`api.deeds.seen`)."""
CommandId = Annotated[str, Field(default="", max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]


class Body(BaseModel):
    """A deed's fields: unknown ones are refused, texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    command_id: CommandId = ""


class Nothing(Body):
    """A deed that needs no field."""


class SecondPerson(BaseModel):
    """Somebody else who signs in for one deed, on this phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Line, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=200)]


_Header = Annotated[str, Header(alias="X-Command-Id", max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]


def command_id(body: Body, header: str) -> str:
    """The id of this deed: the client's, or one of ours."""
    return header or body.command_id or secrets.token_hex(8)


CommandHeader = _Header


def utc_ns(moment: datetime) -> int:
    """A moment as the record counts it."""
    return round(moment.timestamp()) * _NS


class Small(APIRoute):
    """A route whose body is a deed: JSON of at most `most` bytes, 16 KiB."""

    most = MOST_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler behind the check."""
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            length = request.headers.get("content-length", "")
            chunked = "transfer-encoding" in request.headers
            if chunked or (length and (not length.isdigit() or int(length) > self.most)):
                raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)
            return await handler(request)

        return checked


class Whole(Small):
    """A route whose body is a whole list or template: JSON of at most 192 KiB."""

    most = 12 * MOST_BYTES
