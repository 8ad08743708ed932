"""A bench's figures. In: `Figure`s. Out: a table on stdout and bench/results/<bench>.json."""

from pathlib import Path

import msgspec

RESULTS = Path(__file__).parent / "results"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value; `ratio` is value ÷ that of `peer`, measured in the same run."""

    name: str
    value: float
    unit: str
    peer: str = ""
    ratio: float | None = None


def report(bench: str, figures: list[Figure]) -> None:
    """Prints and keeps the figures."""
    RESULTS.mkdir(exist_ok=True)
    document = msgspec.json.format(msgspec.json.encode({"figures": figures}), indent=2)
    (RESULTS / f"{bench}.json").write_bytes(document + b"\n")
    widest = max(len(each.name) for each in figures)
    for each in figures:
        against = f"  {each.ratio:.4f} × {each.peer}" if each.ratio is not None else ""
        print(f"{each.name:{widest}}  {each.value:10.4g} {each.unit}{against}")
