"""What the tips' tests share: a tip as its reporter holds it, and a desk's key."""

from dataclasses import dataclass

import msgspec
from pyrage import x25519

from tips import receipt
from tips.box import Intake

ARMOURED = "-----BEGIN AGE ENCRYPTED FILE-----\n(the browser's)\n-----END AGE ENCRYPTED FILE-----\n"


@dataclass(frozen=True)
class Made:
    """A tip as its reporter holds it."""

    intake: Intake
    held: receipt.Receipt
    keys: receipt.Keys


def recipient_of(identity: str) -> str:
    return str(x25519.Identity.from_str(identity).to_public())


def changed(intake: Intake, **changes: object) -> Intake:
    return msgspec.structs.replace(intake, **changes)
