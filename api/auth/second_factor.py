"""The second factor: a code that an app on the phone makes anew every 30 s (TOTP). In: keys and codes. Out: yes or no.

A code works once: the last step used by each account is remembered while the desk lives.
"""

import io

import pyotp
import segno

from runtime.clock import Clock
from store.secrets_box import SecretsBox

STEP_S = 30
_NS = 1_000_000_000


def new_key() -> str:
    """A key for an authenticator app, in base 32."""
    return pyotp.random_base32()


def address(key: str, login: str, issuer: str) -> str:
    """What the app reads from the QR code."""
    return pyotp.TOTP(key).provisioning_uri(name=login, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """A QR code as SVG without styles."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, scale=5, border=2, light="#fff", omitsize=True
    )
    return out.getvalue().decode()


class SecondFactor:
    """Checks codes against sealed keys."""

    def __init__(self, box: SecretsBox, clock: Clock) -> None:
        self._box = box
        self._clock = clock
        self._used: dict[str, int] = {}

    def seal(self, key: str, user_id: str) -> bytes:
        """For the store; opens only for this account."""
        return self._box.seal(key.encode(), f"users.totp:{user_id}")

    def fits(self, sealed: bytes, user_id: str, code: str) -> bool:
        """Whether `code` is of this half minute or a neighbour's, and new."""
        key = self._box.unseal(sealed, f"users.totp:{user_id}").decode()
        return self.fits_key(key, user_id, code)

    def fits_key(self, key: str, user_id: str, code: str) -> bool:
        """As `fits`, for a key that is not stored yet."""
        code = "".join(code.split())
        now = self._clock.utc_ns() // _NS // STEP_S
        totp = pyotp.TOTP(key)
        for step in (now - 1, now, now + 1):
            if step > self._used.get(user_id, -1) and pyotp.utils.strings_equal(totp.generate_otp(step), code):
                self._used[user_id] = step
                return True
        return False
