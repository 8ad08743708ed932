"""The rules of the house that no linter knows. Each failure names the file and line."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "broadcaster", "chat", "demo", "episodes", "evidence", "overlay", "runtime", "store", "tips", "web")
MOST_LINES = 300
THE_ONE_PLACE = ROOT / "runtime" / "supervise.py"
GENERATED = {"migrations"}


def sources() -> list[Path]:
    return [p for room in ROOMS for p in sorted((ROOT / room).rglob("*.py")) if not GENERATED & set(p.parts)]


def calls(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


def found(wrong: object) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sources()
        for line, name, call in calls(path)
        if wrong(path, name, call)  # type: ignore[operator]
    ]


def test_the_walls_stand() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_bare_create_task() -> None:
    """A task belongs to a TaskGroup or to `runtime.supervise`; nobody else may lose one."""

    def bare(path: Path, name: str, _: ast.Call) -> bool:
        loops = name.endswith("create_task") and name.split(".", maxsplit=1)[0] in {"asyncio", "loop"}
        loops |= name.endswith(("get_running_loop().create_task", "asyncio.ensure_future"))
        return loops and path != THE_ONE_PLACE

    assert not found(bare), "\n" + "\n".join(found(bare))


def test_no_default_executor() -> None:
    """Blocking work goes to a named thread (`runtime.threads`)."""

    def default(_: Path, name: str, call: ast.Call) -> bool:
        if name.endswith("to_thread"):
            return True
        return name.endswith("run_in_executor") and bool(call.args) and ast.unparse(call.args[0]) == "None"

    assert not found(default), "\n" + "\n".join(found(default))


def test_every_queue_is_bounded() -> None:
    """`runtime.channel.Channel` has a bound by its constructor; the libraries' queues must name theirs."""

    def unbounded(path: Path, name: str, call: ast.Call) -> bool:
        last = name.rsplit(".", maxsplit=1)[-1].split("[", maxsplit=1)[0]
        names = {keyword.arg for keyword in call.keywords}
        if last in {"Queue", "LifoQueue", "PriorityQueue"}:
            return not call.args and "maxsize" not in names
        if last == "SimpleQueue":
            return True
        # A deque needs a bound, or a comment on its line that says what bounds it.
        line = path.read_text("utf-8").splitlines()[call.lineno - 1]
        return last == "deque" and "maxlen" not in names and len(call.args) < 2 and "# bounded by " not in line

    assert not found(unbounded), "\n" + "\n".join(found(unbounded))


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_comes_in_and_goes_out_and_is_short(path: Path) -> None:
    text = path.read_text("utf-8")
    if text.strip() and not (path.name == "__init__.py" and len(text.splitlines()) < 3):
        assert ast.get_docstring(ast.parse(text)), "a module says what comes in and goes out"
    assert len(text.splitlines()) <= MOST_LINES


def test_no_registry_address_is_committed() -> None:
    """Locks name versions and hashes; where they come from is the machine's matter."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout.split()
    hosts = ("pypi.org/simple", "registry.npmjs.org", "registry.npmmirror", "files.pythonhosted.org", "--index-url")
    this = Path(__file__).relative_to(ROOT)
    guilty = []
    for name in listed:
        path = ROOT / name
        if Path(name) == this or not path.is_file() or path.suffix in {".png", ".jpg", ".woff2", ".onnx"}:
            continue
        text = path.read_text("utf-8", "ignore")
        guilty += [f"{name}: {host}" for host in hosts if host in text]
    assert guilty == []


def test_private_names_of_the_webrtc_libraries_stay_in_two_files() -> None:
    """Whoever renews aiortc or aioice reads these, and `restart.py`, which is a kind of its Connection."""
    ingest = ROOT / "broadcaster" / "studio" / "ingest"
    allowed = {ingest / name for name in ("ice.py", "seams.py")}
    studio = (ROOT / "broadcaster" / "studio").rglob("*.py")
    assert {path for path in studio if "SLF001" in path.read_text("utf-8")} == allowed
