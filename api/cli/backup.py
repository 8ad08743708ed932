"""`daylight backup` and `daylight restore`. In: a command line. Out: a file, or a filled database.

Both run beside a desk or without one. The store's rooms are imported inside each command, as in `api.cli.store`.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Config
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings import Settings, load

if TYPE_CHECKING:
    from store.transfer import Counts


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; JSON lines. It holds personal data: keep it safe.")],
    config: Config = None,
) -> None:
    """Write the record log and all state to a file; addresses and targets stay encrypted by var/secrets."""
    counts = asyncio.run(_backup(load(config), file))
    typer.echo(f"{counts.records} records and {counts.rows} rows in {file}. Keep var/secrets apart from it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, into an empty database.", exists=True, dir_okay=False)],
    config: Config = None,
) -> None:
    """Fill an empty database from a backup; the record log is verified on the way."""
    counts = asyncio.run(_restore(load(config), file))
    typer.echo(f"{counts.records} records and {counts.rows} rows restored; the log holds together.")


async def _backup(settings: Settings, file: Path) -> "Counts":
    import chat.tables  # noqa: F401 - a backup holds every room's tables
    import evidence.tables  # noqa: F401 - as above
    from store import Store, transfer

    places = Places(settings.server.var)
    partial = file.with_name(f".{file.name}.part")
    try:
        async with Store.open(settings.store.url, places) as store:
            partial.touch(mode=0o600)
            with partial.open("wb") as out:
                counts = await transfer.export(store, out)
        partial.replace(file)
    except OSError as error:
        raise CannotStart(f"{file} cannot be written ({error.strerror}).") from error
    return counts


async def _restore(settings: Settings, file: Path) -> "Counts":
    import chat.tables  # noqa: F401 - as above
    import evidence.tables  # noqa: F401 - as above
    from store import LogBroken, Store, transfer

    places = Places(settings.server.var)
    places.prepare()
    try:
        async with Store.open(settings.store.url, places) as store:
            with file.open("rb") as lines:
                return await transfer.load(store, lines)
    except LogBroken as broken:
        raise CannotStart(f"{file}: its record log is broken ({broken}); use another backup.") from broken
