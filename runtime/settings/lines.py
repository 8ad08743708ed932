"""Where in config.toml a key stands. In: the file's text. Out: line numbers by (section, key).

tomllib keeps no positions; our file has one level of tables, so reading headers and `key =` at line starts suffices.
"""

import re

_TABLE = re.compile(r"^\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


def line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """`("server",)` and `("server", "port")` → the line (from 1) where it stands first."""
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if table := _TABLE.match(line):
            section = _parts(table[1])
            found.setdefault(section, number)
        elif key := _KEY.match(line):
            path = (*section, *_parts(key[1]))
            for depth in range(1, len(path) + 1):
                found.setdefault(path[:depth], number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
