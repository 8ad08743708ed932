"""Reads config.toml. In: a path and the environment. Out: `Settings`, or `SettingsError` in plain words.

The file is checked strictly (TOML has types); `DAYLIGHT__SECTION__KEY` overrides it; `…_file` keys are read. Relative
paths are relative to the file.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import SettingsError as EnvironmentValueError

from runtime.settings import explain
from runtime.settings.lines import line_numbers
from runtime.settings.model import Section, Settings

_PREFIX = "DAYLIGHT__"
_PARTS = 2


class SettingsError(Exception):
    """The configuration cannot be used; the text names the key, its line and what is allowed, one problem per line."""


def load(path: Path | None = None) -> Settings:
    """Settings from `path` (config.toml beside the code when None), overridden by the environment."""
    chosen = (path or default_path()).absolute()
    return _Reader(chosen, os.environ).read()


def default_path() -> Path:
    """The config.toml of this checkout."""
    return Path(__file__).resolve().parents[2] / "config.toml"


def sections() -> dict[str, type[BaseModel]]:
    """Each section's name and model, in order."""
    found = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: model for name, model in found.items() if isinstance(model, type) and issubclass(model, Section)}


class _Reader:
    """One reading of one file; collects every problem before it raises."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._sections = sections()
        self._problems: list[str] = []
        self._lines: dict[tuple[str, ...], int] = {}
        self._overrides = {
            tuple(name[len(_PREFIX) :].lower().split("__")): name
            for name in sorted(environment)
            if name.upper().startswith(_PREFIX)
        }

    def read(self) -> Settings:
        tables = self._parse()
        for section, table in tables.items():
            self._check_section(section, table)
        for where in self._overrides:
            self._check_override(where)
        self._raise()
        settings = self._merge(tables)
        settings = _absolute(settings, self._path.parent)
        settings = self._with_files(settings)
        self._check_pairs(settings)
        self._raise()
        return settings

    def _parse(self) -> dict[str, Any]:
        try:
            text = self._path.read_text("utf-8")
            self._lines = line_numbers(text)
            return tomllib.loads(text)
        except FileNotFoundError:
            raise SettingsError(f"There is no file {self._path}: give its path with --config.") from None
        except OSError as error:
            raise SettingsError(f"{self._path} cannot be read ({error.strerror}).") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{self._path} is not UTF-8 text: {error}.") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{self._path} is not TOML: {error}.") from error

    def _check_section(self, section: str, table: object) -> None:
        if section not in self._sections:
            self._add((section,), explain.unknown_section(section, Settings))
        elif not isinstance(table, dict):
            self._add((section,), f"[{section}] is a section: write its keys below the line [{section}].")
        else:
            try:
                # JSON has TOML's types, and only in JSON does pydantic's strict mode accept a path or a tuple.
                self._sections[section].model_validate_json(json.dumps(table, default=str), strict=True)
            except ValidationError as error:
                self._explain(error, section)

    def _check_override(self, where: tuple[str, ...]) -> None:
        section = where[0]
        if section not in self._sections:
            self._add(where, explain.unknown_section(section, Settings))
        elif len(where) != _PARTS:
            self._add(where, f"write {_PREFIX}{section.upper()}__KEY: a section and a key.")
        elif where[1] not in self._sections[section].model_fields:
            self._add(where, explain.unknown_key(section, where[1], self._sections))

    def _merge(self, tables: dict[str, Any]) -> Settings:
        try:
            return Settings(**tables)
        except ValidationError as error:
            self._explain(error)
            self._raise()
            raise
        except EnvironmentValueError as error:
            names = ", ".join(sorted(self._overrides.values()))
            raise SettingsError(f"A variable among {names} is not JSON where a list is expected ({error}).") from None

    def _explain(self, error: ValidationError, section: str = "") -> None:
        for finding in error.errors():
            where = tuple(str(part) for part in ((section, *finding["loc"]) if section else finding["loc"]))[:_PARTS]
            if len(where) < _PARTS:
                self._add(where, str(finding["msg"]))
            elif finding["type"] == "extra_forbidden":
                self._add(where, explain.unknown_key(where[0], where[1], self._sections))
            else:
                field = self._sections[where[0]].model_fields[where[1]]
                secret = "Secret" in repr(field.annotation) or "url" in where[1]
                self._add(where, explain.wrong_value(where[0], where[1], field, finding["input"], secret=secret))

    def _with_files(self, settings: Settings) -> Settings:
        """Read every `<key>_file` beside a `<key>`."""
        changed: dict[str, Section] = {}
        for name in self._sections:
            section: Section = getattr(settings, name)
            fields = type(section).model_fields
            for key in (key for key in fields if f"{key}_file" in fields):
                file: Path | None = getattr(section, f"{key}_file")
                if file and (value := self._secret(name, key, section, file)):
                    held = SecretStr(value) if "Secret" in repr(fields[key].annotation) else value
                    section = section.model_copy(update={key: held})
                    changed[name] = section
        return settings.model_copy(update=changed) if changed else settings

    def _secret(self, name: str, key: str, section: Section, file: Path) -> str:
        where, default = (name, f"{key}_file"), type(section).model_fields[key].default
        if getattr(section, key) != default:
            self._add(where, f"{name}.{key} and {name}.{key}_file are both set: keep the one that is right.")
            return ""
        try:
            value = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self._add(where, f"the secret of {name}.{key} cannot be read from {file} ({why}): put it there.")
            return ""
        if not value:
            self._add(where, f"the secret of {name}.{key} is missing: {file} is empty.")
        return value

    def _check_pairs(self, settings: Settings) -> None:
        cert, key = settings.server.https_cert, settings.server.https_key
        if (cert is None) != (key is None):
            here, other = ("https_cert", "https_key") if cert else ("https_key", "https_cert")
            self._add(("server", here), f"server.{here} needs server.{other} beside it, or leave out both.")
        for name, file in (("https_cert", cert), ("https_key", key)):
            if file and not file.is_file():
                self._add(("server", name), f"server.{name}: there is no file {file}.")
        studio = settings.studio
        if studio.turn_secret is None and any(url.startswith("turn") for url in studio.ice_servers):
            self._add(("studio", "ice_servers"), "a turn: server in studio.ice_servers needs studio.turn_secret_file.")
        for name in ("theme", "face_model"):
            file = getattr(settings.overlay, name)
            if file and not file.exists():
                self._add(("overlay", name), f"overlay.{name}: there is nothing at {file}.")

    def _add(self, where: tuple[str, ...], text: str) -> None:
        if where in self._overrides:
            place = f"{self._overrides[where]} in the environment"
        else:
            line = self._lines.get(where) or self._lines.get(where[:1])
            place = f"{self._path}, line {line}" if line else str(self._path)
        self._problems.append(f"{place}: {text}")

    def _raise(self) -> None:
        if self._problems:
            raise SettingsError("\n".join(self._problems))


def _absolute(settings: Settings, base: Path) -> Settings:
    changed: dict[str, Section] = {}
    for name in sections():
        section: Section = getattr(settings, name)
        paths = {key: base / value for key, value in section if isinstance(value, Path)}
        if paths:
            changed[name] = section.model_copy(update=paths)
    return settings.model_copy(update=changed)
