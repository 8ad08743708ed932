"""PURE. Whether a drand round is the chain's own. In: a round's number and signature. Out: yes or no, offline.

quicknet's scheme is `bls-unchained-g1-rfc9380`: the signature lies in G1 of BLS12-381, the chain's public key in G2,
and what is signed is SHA-256 over the round's number as eight bytes, big-endian. One pairing check says whether the
group that holds the key signed it. The arithmetic is py_ecc's; the constants are the chain's own, as its `/info` gives
them.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import import_module

from episodes.draw_chance import Chain

_SUITE = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_G1_BYTES = 48


@cache
def _curve() -> Callable[[bytes, bytes, bytes], bool]:
    """The curve's arithmetic: a second to load, so that only who checks a round waits for it."""
    curve, points, hashing, groups = (
        import_module(f"py_ecc.{name}")
        for name in ("optimized_bls12_381", "bls.point_compression", "bls.hash_to_curve", "bls.g2_primitives")
    )

    def holds(key: bytes, message: bytes, signature: bytes) -> bool:
        point = points.decompress_G1(int.from_bytes(signature))
        if not groups.subgroup_check(point):
            return False
        half = len(key) // 2
        public = points.decompress_G2((int.from_bytes(key[:half]), int.from_bytes(key[half:])))
        hashed = hashing.hash_to_G1(message, _SUITE, hashlib.sha256)
        left = curve.pairing(curve.G2, point, final_exponentiate=False)
        right = curve.pairing(public, curve.neg(hashed), final_exponentiate=False)
        return bool(curve.final_exponentiate(left * right) == curve.FQ12.one())

    return holds


def signed(chain: Chain, round_: int, signature: str) -> bool:
    """Whether this is the chain's signature of this very round. Takes half a second: on a thread of its own."""
    try:
        raw = bytes.fromhex(signature)
        if len(raw) != _G1_BYTES or round_ < 1:
            return False
        message = hashlib.sha256(round_.to_bytes(8)).digest()
        return _curve()(bytes.fromhex(chain.public_key), message, raw)
    except (ValueError, OverflowError):
        # No hexadecimal, or no point of the curve.
        return False
