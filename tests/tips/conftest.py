"""A tips' room on its own file, and what a reporter's browser would send."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrage import x25519

from runtime.clock import SteppedClock
from tests.tips.material import ARMOURED, Made, recipient_of
from tips import receipt, seal
from tips.box import Intake, Limits
from tips.desk import Tips, open_tips

LIMITS = Limits(most_files=2, most_file_bytes=4096, answer_days=15)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def tips(tmp_path: Path, clock: SteppedClock) -> AsyncIterator[Tips]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'tips.db'}"
    async with open_tips(url, tmp_path / "secrets", LIMITS, clock.utc_ns, clock.mono_ns) as opened:
        yield opened


@pytest.fixture
def desk_identity() -> str:
    return str(x25519.Identity.generate())


@pytest.fixture
async def ready(tips: Tips, desk_identity: str) -> Tips:
    """With a desk key."""
    await tips.inbox.set_key(seal.DeskKey(recipient_of(desk_identity), ARMOURED), "dora")
    return tips


@pytest.fixture
async def made(ready: Tips, desk_identity: str) -> Made:
    """A tip taken in."""
    held = receipt.new(9)
    keys = receipt.derive(held)
    desk = recipient_of(desk_identity)
    intake = Intake(
        public_id=held.public_id,
        verifier=keys.verifier,
        recipient=keys.recipient,
        key_id=1,
        letter=seal.seal_letter(seal.Letter(where="夜市东口", what="半夜换标签"), [desk]),
        pictures=(seal.seal(b"pixels", [desk]),),
    )
    await ready.box.take(intake)
    return Made(intake, held, keys)
