"""Finds every text for users. In: the desk's Python and templates. Out: msgids with their places; unwrapped Chinese.

Python: the first argument of `N_`, `words`, `text` (and `.plural`, `.markup`), and the text of `UserProblem`.
Templates: `_` and `ngettext`. Chinese anywhere else is unwrapped, but for docstrings, and the tables of wording
whose lines are msgids by themselves.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract_from_file

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("api", "chat", "tips", "web", "episodes", "store", "runtime", "evidence")
CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
MARKERS = {"N_": (0,), "words": (0,), "text": (0,), "said": (0,), "plural": (0, 1), "markup": (0,), "_": (0,)}
REFUSALS = frozenset({"UserProblem", "_words", "_line", "checked_words", "preliminary_words", "_wrong"})
"""What raises a `UserProblem` takes its text second."""
WORDING = frozenset(
    {
        "episodes/wording.py",
        "episodes/conclusions.py",
        "episodes/public.py",
        "episodes/limits.py",
        "episodes/figures.py",
    }
)
"""Tables of wording: every Chinese string in them is said as it stands, or joined with its neighbours."""
VOCABULARY = frozenset(
    {
        "chat/words.py",
        "episodes/deadlines.py",
        "episodes/methods.py",
        "episodes/checklist.py",
        "episodes/entity_columns.py",
        "episodes/questions.py",
        "episodes/spelling.py",
        "episodes/starters/equipment.py",
        "episodes/starters/jeweller.py",
        "episodes/starters/market.py",
        "episodes/starters/parts.py",
        "episodes/starters/petrol.py",
        "episodes/starters/restaurant.py",
        "tips/words.py",
        "web/pages/figures.py",
        "web/moments.py",
    }
)
"""Chinese that rules look for, that only Chinese pages say, or that a producer changes; nobody translates it."""
_TEMPLATE_WRAPPED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass
class Found:
    """`used`: msgid → places. `bare`: places of unwrapped Chinese, each with the text."""

    used: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bare: list[str] = field(default_factory=list)


def extract(root: Path = ROOT) -> Found:
    """Everything under the desk's rooms."""
    found = Found()
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts and path != Path(__file__):
                _python(path, path.relative_to(root).as_posix(), found)
    for path in sorted((root / "web" / "templates").rglob("*.html")):
        _template(path, path.relative_to(root).as_posix(), found)
    return found


def _template(path: Path, name: str, found: Found) -> None:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    for line, message, _comments, _context in extract_from_file("jinja2", path, keywords):
        for each in message if isinstance(message, tuple) else (message,):
            found.used[each].add(f"{name}:{line}")
    plain = _TEMPLATE_WRAPPED.sub(lambda hit: "\n" * hit[0].count("\n"), path.read_text("utf-8"))
    for number, text in enumerate(plain.splitlines(), 1):
        if CJK.search(text) and 'hreflang="zh-CN"' not in text:
            found.bare.append(f"{name}:{number}: {text.strip()[:80]}")


def _python(path: Path, name: str, found: Found) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    wrapped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for said in _arguments(node):
                wrapped.add(id(said))
                found.used[said.value].add(f"{name}:{said.lineno}")
    documentation = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and CJK.search(node.value)):
            continue
        if id(node) in wrapped or id(node) in documentation:
            continue
        if name in WORDING | VOCABULARY:
            continue
        found.bare.append(f"{name}:{node.lineno}: {node.value[:80]}")


def _arguments(call: ast.Call) -> Iterator["_Text"]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places: tuple[int, ...] = (1,) if called in REFUSALS else MARKERS.get(called, ())
    for place in places:
        if place < len(call.args):
            argument = call.args[place]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and CJK.search(argument.value):
                yield argument  # type: ignore[misc]


class _Text(ast.Constant):
    value: str


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings that stand alone: docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


if __name__ == "__main__":
    import sys

    everything = extract()
    for msgid in sorted(everything.used):
        sys.stdout.write(f"{msgid!r}  {min(everything.used[msgid])}\n")
    sys.stdout.write("".join(f"BARE {each}\n" for each in everything.bare))
