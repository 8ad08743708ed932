"""The `daylight` command. In: a command line. Out: an exit code: 0 done, 1 a check failed or a fault, 2 cannot start.

Each command lives in its room; here stand only its words.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import typer

from api import supervisor
from api.cli.backup import backup, restore
from api.cli.draw import draw_app
from api.cli.importing import import_app
from api.cli.options import Config
from api.cli.originals import originals_app
from api.cli.store import evidence_app, export, terminal_words, user_app
from api.doctor import examine
from runtime.problems import CannotStart
from runtime.room import CANNOT_START
from runtime.settings import Settings, SettingsError, load
from runtime.settings.load import default_path

app = typer.Typer(
    name="daylight",
    help="Live enforcement broadcasts: field cameras in, checked facts on the picture, a public record.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_app = typer.Typer(help="The settings.", no_args_is_help=True)
overlay_app = typer.Typer(help="The graphics on the picture.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(overlay_app, name="overlay")

app.add_typer(user_app, name="user")
app.add_typer(evidence_app, name="evidence")
app.add_typer(originals_app, name="originals")
app.add_typer(import_app, name="import")
app.add_typer(draw_app, name="draw")
app.command("export")(export)
app.command("backup")(backup)
app.command("restore")(restore)


@app.command()
def serve(config: Config = None) -> None:
    """Run desk, studio and playout until Ctrl-C."""
    raise typer.Exit(supervisor.serve(load(config), _path(config)))


@app.command()
def demo(config: Config = None) -> None:
    """Run everything and put the demo show on air: two phones, four receivers, a script of ten minutes."""
    raise typer.Exit(supervisor.serve(load(config), _path(config), demo=True))


@config_app.command("check")
def config_check(config: Config = None) -> None:
    """Read the settings and say what is wrong: the key, its line, the nearest key, what is allowed."""
    load(config)
    typer.echo(f"{_path(config)} is in order.")


@app.command()
def doctor(config: Config = None) -> None:
    """Look over this machine and the coming show, as 开播检查 on /studio does; each finding with its mend."""
    # SQLAlchemy would make every other command slow to begin.
    from api.offline import show_findings  # noqa: PLC0415

    settings: Settings = load(config)
    words, findings = terminal_words(), examine(settings)
    if next(each.ok for each in findings if each.name == "folder"):
        findings += asyncio.run(show_findings(settings))
    for finding in findings:
        typer.echo(f"{'ok   ' if finding.ok else 'MEND '} {finding.name:<10} {finding.says.in_words(words)}")
        if not finding.ok:
            typer.echo(f"{'':17}→ {finding.mend.in_words(words)}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@overlay_app.command(
    "render",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def overlay_render(context: typer.Context) -> None:
    """Draw a scene or a graphic into a PNG, in a process of its own; `--help` says what it takes."""
    # The desk's rooms import neither cv2 nor overlay: the child does.
    raise typer.Exit(subprocess.call([sys.executable, "-m", "overlay.render", *context.args]))  # noqa: S603


def _path(config: Path | None) -> Path:
    return (config or default_path()).absolute()


def main() -> None:
    """The entry point of `daylight`; what the user can mend is one sentence, not a traceback."""
    try:
        app()
    except (SettingsError, CannotStart) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(CANNOT_START)
