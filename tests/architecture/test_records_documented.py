"""docs/protocol.md and its pages name every event, its fields, who may learn it, and every message on the bus."""

import re
import typing
from pathlib import Path

import msgspec

from episodes import commands, status
from episodes.events import AnyEvent
from runtime.bus.protocol import Message

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| (\w+) \| (staff|public) \| (.*?) \| (.+?) \|$", re.MULTILINE)


def test_every_event_is_described_and_nothing_else_is() -> None:
    pages = [DOCS / "protocol" / "records.md", DOCS / "protocol.md"]
    text = "\n".join(page.read_text("utf-8") for page in pages if page.is_file())
    told = {name: (audience, set(re.findall(r"`(\w+)`", fields))) for name, audience, fields, _ in ROW.findall(text)}
    true = {
        kind.__name__: (
            kind.audience,
            {field.name for field in msgspec.structs.fields(kind)} - {"episode_id"},
        )
        for kind in typing.get_args(AnyEvent)
    }
    assert told == true


def test_every_message_on_the_bus_is_documented() -> None:
    told = (DOCS / "protocol.md").read_text("utf-8")
    messages = [
        name
        for module in (commands, status)
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Message) and value.__module__ == module.__name__
    ]
    assert len(messages) > 15
    assert not [name for name in messages if f"`{name}`" not in told and name != "Command"]
