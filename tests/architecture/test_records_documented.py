"""docs/protocol.d/records.md (or protocol.md, once merged) names every event, its fields and who may learn it."""

import re
import typing
from pathlib import Path

import msgspec

from episodes.events import AnyEvent

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| (\w+) \| (staff|public) \| (.*?) \| (.+?) \|$", re.MULTILINE)


def test_every_event_is_described_and_nothing_else_is() -> None:
    pages = [DOCS / "protocol.d" / "records.md", DOCS / "protocol.md"]
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
