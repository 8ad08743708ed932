"""Multipart bodies that never touch the disk. In: a request and limits. Out: text fields and files, all in memory.

The framework's own parser spools large files to a temporary file; a tip without scripts comes in the clear and must be
sealed before anything is written. Text must be UTF-8. Few uploads are read at once; the rest are refused.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from runtime.problems import ProtocolProblem, UserProblem

FIELD_MOST = 64 * 1024
HEADER_MOST = 2048
PARTS_MOST = 40
AT_ONCE = 4

_reading = 0


class Form(msgspec.Struct, frozen=True):
    """What was sent: the last value of each field, and the non-empty files in order by their field."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[bytes, ...]]


class _Part:
    def __init__(self) -> None:
        self.header, self.value = b"", b""
        self.disposition = b""
        self.data = bytearray()
        self.name = ""
        self.is_file = False


class _Reader:
    """Callbacks of the push parser."""

    def __init__(self, most_files: int, most_file_bytes: int) -> None:
        self.most_files, self.most_file_bytes = most_files, most_file_bytes
        self.parts: list[_Part] = []
        self.done: list[_Part] = []

    def begin(self) -> None:
        if len(self.parts) >= PARTS_MOST:
            raise ProtocolProblem("form_parts", "too many parts", 413)
        self.parts.append(_Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].header += data[start:end]
        self._bounded()

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].value += data[start:end]
        self._bounded()

    def _bounded(self) -> None:
        if len(self.parts[-1].header) + len(self.parts[-1].value) > HEADER_MOST:
            raise ProtocolProblem("form_header", "part header too long", 400)

    def header_end(self) -> None:
        part = self.parts[-1]
        if part.header.lower() == b"content-disposition":
            part.disposition = part.value
        part.header = part.value = b""

    def headers_finished(self) -> None:
        part = self.parts[-1]
        _, options = parse_options_header(part.disposition)
        part.name = options.get(b"name", b"").decode("ascii", "replace")
        part.is_file = b"filename" in options
        if not part.name:
            raise ProtocolProblem("form_name", "a part has no name", 400)

    def data(self, data: bytes, start: int, end: int) -> None:
        part = self.parts[-1]
        part.data += data[start:end]
        if len(part.data) > (self.most_file_bytes if part.is_file else FIELD_MOST):
            raise UserProblem("too_large", "内容超过了大小上限，请缩小后再试。", 413)

    def end(self) -> None:
        part = self.parts[-1]
        if part.is_file and not part.data:
            return
        self.done.append(part)
        if sum(one.is_file for one in self.done) > self.most_files:
            raise UserProblem("tip_files", "最多%(most)s个文件。", 413, most=self.most_files)

    def form(self) -> Form:
        try:
            fields = {part.name: part.data.decode() for part in self.done if not part.is_file}
        except UnicodeDecodeError as error:
            raise ProtocolProblem("form_utf8", "text is not UTF-8", 400) from error
        files: dict[str, tuple[bytes, ...]] = {}
        for part in self.done:
            if part.is_file:
                files[part.name] = (*files.get(part.name, ()), bytes(part.data))
        return Form(fields, files)


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    global _reading  # noqa: PLW0603 - one count for the process: it bounds memory
    if _reading >= AT_ONCE:
        raise UserProblem("uploads_busy", "现在提交的人多，请稍后再试。", 503, headers={"Retry-After": "5"})
    _reading += 1
    try:
        yield
    finally:
        _reading -= 1


async def read_form(request: Request, *, most_files: int, most_file_bytes: int) -> Form:
    """The whole body. Its total length is bounded by `api.shell.Limited`."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise ProtocolProblem("form_type", "multipart/form-data with a boundary is expected", 415)
    reader = _Reader(most_files, most_file_bytes)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reader.begin,
            "on_part_data": reader.data,
            "on_part_end": reader.end,
            "on_header_field": reader.header_name,
            "on_header_value": reader.header_value,
            "on_header_end": reader.header_end,
            "on_headers_finished": reader.headers_finished,
        },
    )
    async with _turn():
        try:
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except FormParserError as error:
            raise ProtocolProblem("form_broken", "broken multipart body", 400) from error
    if len(reader.parts) != len([part for part in reader.parts if part.name]) or not reader.parts:
        raise ProtocolProblem("form_broken", "broken multipart body", 400)
    return reader.form()
