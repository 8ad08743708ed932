"""Says what is wrong with a setting. In: pydantic's findings and the models. Out: sentences that name the mend."""

import difflib
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

_UNIONS = (Union, types.UnionType)
_MOST_SHOWN = 40


def allowed(field: FieldInfo) -> str:
    """What may stand there: `a whole number from 0 to 65535`."""
    return _of_type(field.annotation, tuple(field.metadata))


def _of_type(annotation: Any, metadata: tuple[Any, ...]) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _of_type(args[0], (*annotation.__metadata__, *metadata))
    if origin in _UNIONS:
        inner = next(arg for arg in args if arg is not type(None))
        return f"{_of_type(inner, metadata)}, or leave the key out"
    if origin is Literal:
        return "one of " + ", ".join(f'"{arg}"' for arg in args)
    if origin is tuple:
        if args[-1] is Ellipsis:
            return f"a list in brackets, each {_of_type(args[0], ())}"
        return f"a list of {len(args)} in brackets, each {_of_type(args[0], ())}"
    return _plain(annotation, metadata)


def _plain(annotation: Any, metadata: tuple[Any, ...]) -> str:
    if annotation is bool:
        return "true or false, without quotes"
    if annotation in {int, float}:
        return ("a whole number" if annotation is int else "a number") + _range(_constraints(metadata))
    if annotation is Path:
        return "a path in quotes"
    if annotation is SecretStr:
        return "a secret in quotes (better: in a file)"
    return "text in quotes"


def _constraints(metadata: tuple[Any, ...]) -> list[Any]:
    """Constraints, also those inside a nested Field(…)."""
    found: list[Any] = []
    for item in metadata:
        found.extend(item.metadata if isinstance(item, FieldInfo) else [item])
    return found


def _range(constraints: list[Any]) -> str:
    words = ""
    for item in constraints:
        match item:
            case annotated_types.Ge(ge=low):
                words += f" from {low}"
            case annotated_types.Gt(gt=low):
                words += f" above {low}"
            case annotated_types.Le(le=high):
                words += f" to {high}" if " from " in words else f", at most {high}"
            case annotated_types.Lt(lt=high):
                words += f" below {high}"
            case annotated_types.MultipleOf(multiple_of=step):
                words += f", a multiple of {step}"
    return words


def unknown_section(name: str, model: type[BaseModel]) -> str:
    """A table nobody reads."""
    return f"there is no section [{name}].{_nearest(name, list(model.model_fields))}" + _choices(
        "Sections", list(model.model_fields)
    )


def unknown_key(section: str, key: str, sections: dict[str, type[BaseModel]]) -> str:
    """A key nobody reads: the nearest one here, or the section it belongs to."""
    here = list(sections[section].model_fields)
    elsewhere = [name for name, model in sections.items() if key in model.model_fields]
    hint = _nearest(key, here)
    if not hint and elsewhere:
        hint = f" It belongs to [{elsewhere[0]}]."
    return f"[{section}] has no key {key!r}.{hint}{_choices('Keys', here)}"


def wrong_value(section: str, key: str, field: FieldInfo, given: object, *, secret: bool) -> str:
    """A value of the wrong type or outside its range. A secret is never shown."""
    shown = "" if secret else f" is {_shown(given)}, which"
    return f"{section}.{key}{shown or ' holds what'} cannot be used. Allowed: {allowed(field)}."


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    text = f'"{given}"' if isinstance(given, str) else str(given)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _nearest(name: str, choices: list[str]) -> str:
    close = difflib.get_close_matches(name.lower(), choices, n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""


def _choices(label: str, names: list[str]) -> str:
    return f" {label}: {', '.join(names)}."
