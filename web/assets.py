"""Built assets by their plain names. In: web/static/dist/manifest.json. Out: URLs that may be cached for ever."""

import json
from functools import cache
from pathlib import Path

DIST = Path(__file__).parent / "static" / "dist"


class AssetsMissing(Exception):  # noqa: N818 - says what it is
    """The assets are not built, or a template names one that does not exist."""


class Manifest:
    """What the build made: files by name, the names of icons and state glyphs."""

    def __init__(self, dist: Path = DIST) -> None:
        try:
            read = json.loads((dist / "manifest.json").read_text("utf-8"))
        except FileNotFoundError as error:
            raise AssetsMissing("run `make setup`: the pages' assets are not built") from error
        self.files: dict[str, str] = read["files"]
        self.icons: frozenset[str] = frozenset(read["icons"])
        self.glyphs: frozenset[str] = frozenset(read["glyphs"])

    def url(self, name: str) -> str:
        """`css/base.css` → `/static/css/base-JYP6EEOP.css`."""
        try:
            return f"/static/{self.files[name]}"
        except KeyError as error:
            raise AssetsMissing(f"no such asset: {name}") from error


@cache
def manifest() -> Manifest:
    """The one manifest, read once."""
    return Manifest()
