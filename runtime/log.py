"""Logs. In: events with fields, from our code and from libraries. Out: one line each on stderr, without secrets.

`setup` once per process; `get(name)` anywhere, also before. Texts here are for the operator and in English.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from runtime.redact import redact, redact_value
from runtime.settings.model import Settings

__all__ = ["get", "redact", "setup"]

_QUIET = (
    "aioice",
    "aiortc",
    "aiosqlite",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "nats",
    "python_multipart",
    "sqlalchemy",
    "uvicorn",
    "websockets",
)
"""Libraries whose chatter hides ours and may hold what people wrote; their warnings stay."""


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose lines carry `name`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def setup(settings: Settings, room: str, *, stream: TextIO | None = None) -> None:
    """Send everything to stderr, console or JSON lines, each with the room's name."""
    console = settings.log.format == "console"
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(room, renderer, console=console))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log.level.upper())
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _formatter(room: str, renderer: structlog.typing.Processor, *, console: bool) -> logging.Formatter:
    # In JSON every string is a field and searched as such; a console line is searched again as a whole, with the
    # traceback the renderer has put into it.
    before: list[structlog.typing.Processor] = [] if console else [structlog.processors.format_exc_info]
    after: list[structlog.typing.Processor] = [_redact_line] if console else []
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *_SHARED],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Room(room),
            *before,
            _redact_fields,
            renderer,
            *after,
        ],
    )


class _Room:
    def __init__(self, room: str) -> None:
        self._room = room

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["room"] = self._room
        return event


def _redact_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key != "exc_info":
            event[key] = redact_value(key, value)
    return event


def _redact_line(_logger: Any, _method: str, line: Any) -> str:
    return redact(str(line))


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# Configured on import, so that a logger taken early (at a module's top) already goes through the standard library.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=False,
)
