"""`daylight import`: past figures, businesses. In: a file. Out: what was done with it, an exit code.

`daylight import FILE` alone means past figures, as it always did.
"""
# ruff: noqa: PLC0415 - SQLAlchemy would make every other command slow to begin

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli.options import Config
from runtime.problems import UserProblem
from runtime.settings import load


class _Figures(TyperGroup):
    """A file where a kind is expected is one of figures."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["figures", *args]
        return super().resolve_command(ctx, args)


import_app = typer.Typer(help="Bring files in: past figures, businesses.", no_args_is_help=True, cls=_Figures)


@import_app.command("figures")
def figures(
    file: Annotated[Path, typer.Argument(help="JSON with the totals reported before this system kept the record.")],
    config: Config = None,
) -> None:
    """Put past figures on record."""
    from api.offline import import_figures

    found = asyncio.run(import_figures(load(config), file))
    typer.echo(f"{found.episodes} episodes, {found.findings} findings, as of {found.as_of}: on record.")


@import_app.command("entities")
def businesses(
    file: Annotated[Path, typer.Argument(help="CSV or JSON; UTF-8 or GB18030. The same file again changes nothing.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check it and report; write no business.")] = False,
    config: Config = None,
) -> None:
    """Bring businesses in, but for bad rows, which are reported; exit code 1 when there were any."""
    from api.cli.store import said
    from api.entities.offline import import_entities
    from episodes.entity import TROUBLES

    try:
        found = asyncio.run(import_entities(load(config), file, dry=dry_run))
    except UserProblem as problem:
        sys.stderr.write(f"{said(problem)}\n")
        raise typer.Exit(1) from problem
    for line, trouble in found.troubles:
        why = UserProblem(trouble.code, TROUBLES[trouble.code], value=trouble.value)
        sys.stderr.write(f"{file}:{line} {trouble.field} {trouble.value!r}: {said(why)}\n")
    if found.tally.bad > len({line for line, _ in found.troubles}):
        sys.stderr.write(f"… {found.tally.bad} bad rows in all.\n")
    tally = found.tally
    typer.echo(
        f"{tally.rows} rows: {tally.added} new, {tally.changed} changed, {tally.same} same, {tally.bad} bad"
        + (", nothing written." if dry_run else ".")
    )
    raise typer.Exit(1 if tally.bad else 0)
