"""Reads config.toml. In: a path and the environment. Out: `Settings`, or `SettingsError` in plain words."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from runtime.settings.model import Settings


class SettingsError(Exception):
    """The configuration cannot be used; the text names the key, its line and what is allowed."""


def load(path: Path | None = None) -> Settings:
    """Settings from `path` (config.toml beside the code when None), overridden by the environment."""
    chosen = path or Path(__file__).resolve().parents[2] / "config.toml"
    try:
        tables = tomllib.loads(chosen.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{chosen}: {error}") from error
    try:
        return Settings(**tables)
    except ValidationError as error:
        raise SettingsError(f"{chosen}: {error}") from error
