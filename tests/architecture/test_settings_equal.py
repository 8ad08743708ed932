"""config.toml, the models and docs/settings.md say the same."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from runtime.settings.load import default_path, load, sections
from runtime.settings.model import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = default_path().read_text("utf-8")
_spec = importlib.util.spec_from_file_location("settings_docs", ROOT / "scripts" / "settings_docs.py")
assert _spec
assert _spec.loader
docs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(docs)


def test_config_toml_has_every_section_and_key_in_the_models_order() -> None:
    written = docs.settings_in(TEXT)
    assert list(written) == list(sections())
    for name, model in sections().items():
        assert set(written[name]) == set(model.model_fields), name


def test_its_values_are_the_models_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in __import__("os").environ if name.startswith("DAYLIGHT__")]:
        monkeypatch.delenv(name)
    read, base = load(default_path()), default_path().parent
    for name in sections():
        default = getattr(Settings(), name)
        if name == "server":
            default = default.model_copy(update={"var": base / default.var})
        assert getattr(read, name) == default, name


def test_a_setting_without_default_is_a_comment_and_every_other_is_on() -> None:
    tables = tomllib.loads(TEXT)
    for name, model in sections().items():
        for key, field in model.model_fields.items():
            assert (key in tables[name]) == (field.default is not None), f"{name}.{key}"


def test_every_setting_says_why() -> None:
    for name, keys in docs.settings_in(TEXT).items():
        for key, (_, why, _) in keys.items():
            assert len(why) > 10, f"{name}.{key}"


def test_the_document_is_made_from_it() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == docs.render(), "run: python scripts/settings_docs.py"


def test_every_setting_is_read_by_somebody() -> None:
    """A setting nobody reads is a promise nobody keeps."""
    code = "\n".join(
        path.read_text("utf-8")
        for room in ("api", "broadcaster", "chat", "demo", "evidence", "overlay", "runtime", "store", "tips", "web")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "model.py" or path.parent.name != "settings"
    )
    unread = [
        f"{name}.{key}"
        for name, model in sections().items()
        for key in model.model_fields
        if not re.search(rf"\b{key}\b", code) and not key.endswith("_file")
    ]
    assert unread == []
