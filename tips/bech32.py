"""BIP-173 Bech32, the spelling of age keys. In: a prefix and bytes. Out: text. PURE."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate(_GENERATOR):
            check ^= factor if (top >> bit) & 1 else 0
    return check


def _five_bits(data: bytes) -> list[int]:
    number, bits = int.from_bytes(data, "big"), len(data) * 8
    pad = -bits % 5
    number <<= pad
    return [(number >> shift) & 31 for shift in range(bits + pad - 5, -1, -5)]


def encode(prefix: str, data: bytes) -> str:
    """`prefix` + 1 + data + checksum, in lower case."""
    low = prefix.lower()
    values = _five_bits(data)
    expanded = [ord(char) >> 5 for char in low] + [0] + [ord(char) & 31 for char in low]
    check = _polymod(expanded + values + [0] * 6) ^ 1
    values += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return low + "1" + "".join(_LETTERS[value] for value in values)
