"""Writes docs/settings.md. In: config.toml's comments and the models. Out: one table per section.

`python scripts/settings_docs.py` writes it; tests/architecture compares, so the three stay equal.
"""

import re
import tomllib
from pathlib import Path

from runtime.settings.explain import allowed
from runtime.settings.load import default_path, sections

ROOT = Path(__file__).resolve().parents[1]
_KEY = re.compile(r"^(?P<off># )?(?P<key>[a-z_0-9]+) = (?P<value>.+)$")


def settings_in(text: str) -> dict[str, dict[str, tuple[str, str, bool]]]:
    """Section → key → (value as written, why, whether it is on) of a config.toml like ours."""
    found: dict[str, dict[str, tuple[str, str, bool]]] = {}
    section, why = "", ""
    for line in text.splitlines():
        if line.startswith("["):
            section, why = line.strip("[]"), ""
            found[section] = {}
        elif section and (key := _KEY.match(line)) and key["key"] in sections()[section].model_fields:
            found[section][key["key"]] = (key["value"], why, not key["off"])
        elif line.startswith("# "):
            why = line[2:]
    return found


def render() -> str:
    """The whole document."""
    text = default_path().read_text("utf-8")
    tomllib.loads(text)
    lines = [
        "# Settings",
        "",
        "Made from `config.toml` by `scripts/settings_docs.py`. `DAYLIGHT__SECTION__KEY` in the environment overrides",
        "each; `…_file` keys read a secret from a file; relative paths are relative to the file.",
    ]
    for section, keys in settings_in(text).items():
        lines += ["", f"## [{section}]", "", "| key | default | allowed | why |", "|---|---|---|---|"]
        for key, (value, why, on) in keys.items():
            field = sections()[section].model_fields[key]
            lines.append(f"| `{key}` | {f'`{value}`' if on else '—'} | {allowed(field)} | {why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(render(), "utf-8")
