"""Reads files of businesses row by row. In: a CSV or JSON file of any size. Out: rows by our fields, with their lines.

UTF-8 (with or without BOM) or GB18030; commas, tabs or semicolons; JSON as an array of objects or one object a line.
Never more than one row is in memory; a line without an end is skipped, not read. Blocks: run it in a thread.
"""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import msgspec

from episodes.entity import REQUIRED, Trouble, columns_of
from runtime.problems import UserProblem

MOST_LINE = 64 * 1024
_STEP = 1 << 20
_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n,"


class FileRow(msgspec.Struct, frozen=True):
    """One row. `fields` by our names, or why it could not be read; `at` is how many bytes of the file are behind us."""

    line: int
    at: int
    fields: Mapping[str, str] | None
    trouble: Trouble | None = None


class EntityFile:
    """An opened file; `unknown` names the columns that nobody reads. Raises UserProblem when it is none at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding = _encoding(path)
        self.unknown: tuple[str, ...] = ()
        with path.open("rb") as raw:
            first = raw.read(MOST_LINE).decode(self.encoding, "ignore").lstrip("\ufeff \t\r\n")
        if not first:
            raise UserProblem("file_empty", "文件是空的，请换一个文件。", 422)
        self.is_json = first[0] in "[{"
        self._is_array = first[0] == "["
        self._delimiter = max(",\t;", key=first.split("\n", 1)[0].count)

    def rows(self) -> Iterator[FileRow]:
        """All rows in order. Raises UserProblem when the header lacks what must be there."""
        with self.path.open("rb") as raw:
            yield from self._array(raw) if self._is_array else self._lines(raw)

    def _lines(self, raw: IO[bytes]) -> Iterator[FileRow]:
        lines = _Lines(raw, self.encoding)
        return _objects(lines) if self.is_json else self._csv(lines)

    def _csv(self, lines: "_Lines") -> Iterator[FileRow]:
        reader = csv.reader(lines, delimiter=self._delimiter)
        fields = self._header(next(reader, []))
        while True:
            begins = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield FileRow(begins, lines.at, None, Trouble("", "quote", f"{begins}–{lines.number}"))
                continue
            if lines.long:
                yield FileRow(lines.long, lines.at, None, Trouble("", "line_long"))
                lines.long = 0
            elif len(cells) != len(fields) and any(cells[len(fields) :] or cells):
                yield FileRow(begins, lines.at, None, Trouble("", "columns", f"{len(cells)}/{len(fields)}"))
            elif any(cells):
                row = {field: cell for field, cell in zip(fields, cells, strict=False) if field}
                yield FileRow(begins, lines.at, row)

    def _header(self, header: list[str]) -> list[str]:
        fields, unknown = columns_of(header)
        self.unknown = tuple(unknown)
        if missing := [field for field in REQUIRED if field not in fields]:
            raise UserProblem(
                "file_columns", "表头里没有这些列：%(missing)s。请看模板。", 422, missing="、".join(missing)
            )
        return fields

    def _array(self, raw: IO[bytes]) -> Iterator[FileRow]:
        decode = codecs.getincrementaldecoder(self.encoding)()
        text, at, line, ended = "", 0, 1, False
        first = True
        while True:
            while not ended and len(text) - at < MOST_LINE:
                block = raw.read(_STEP)
                ended = not block
                text, at = text[at:] + decode.decode(block, final=ended), 0
            start = at
            while at < len(text) and text[at] in (_BLANK + "[\ufeff" if first else _BLANK):
                at += 1
            line += text.count("\n", start, at)
            first = False
            if at >= len(text) or text[at] == "]":
                return
            try:
                found, end = _DECODER.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError):
                # Where the next object begins cannot be known: what is behind is counted as one row that is broken.
                yield FileRow(line, raw.tell(), None, Trouble("", "json", text[at : at + 40]))
                return
            yield _object(found, line, raw.tell())
            line += text.count("\n", at, end)
            at = end


class _Lines:
    """Lines of text; one that is too long comes as an empty one, and `long` says where it was."""

    def __init__(self, raw: IO[bytes], encoding: str) -> None:
        self._raw, self._encoding = raw, encoding
        self.number = self.long = self.at = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._raw.readline(MOST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MOST_LINE:
            self.long = self.number
            while line and not line.endswith(b"\n"):
                line = self._raw.readline(_STEP)
            line = b"\n"
        self.at = self._raw.tell()
        text = line.decode(self._encoding)
        return text.removeprefix("\ufeff") if self.number == 1 else text


def _objects(lines: _Lines) -> Iterator[FileRow]:
    for text in lines:
        if lines.long:
            yield FileRow(lines.long, lines.at, None, Trouble("", "line_long"))
            lines.long = 0
        elif text.strip():
            try:
                found = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                yield FileRow(lines.number, lines.at, None, Trouble("", "json", text.strip()[:40]))
                continue
            yield _object(found, lines.number, lines.at)


def _object(found: object, line: int, at: int) -> FileRow:
    if not isinstance(found, dict):
        return FileRow(line, at, None, Trouble("", "json", str(found)[:40]))
    names = list(found)
    fields, _ = columns_of(names)
    row: dict[str, str] = {}
    for field, name in zip(fields, names, strict=True):
        value = found[name]
        if not field or value is None:
            continue
        if isinstance(value, bool | dict | list | float):
            return FileRow(line, at, None, Trouble(field, "json_value", str(value)[:40]))
        row[field] = str(value)
    return FileRow(line, at, row)


def _encoding(path: Path) -> str:
    """The one that the whole file is written in."""
    for encoding in ("utf-8", "gb18030"):
        if _is(path, encoding):
            return encoding
    raise UserProblem("file_encoding", "文件不是UTF-8，也不是GB18030编码。请在表格软件里另存为CSV UTF-8。", 422)


def _is(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as raw:
        try:
            while block := raw.read(_STEP):
                if b"\0" in block:
                    return False
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
