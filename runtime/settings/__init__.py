"""Settings: `load(path)` reads config.toml and the environment and answers one frozen `Settings`."""

from runtime.settings.load import SettingsError, load
from runtime.settings.model import Settings

__all__ = ["Settings", "SettingsError", "load"]
