"""`daylight originals …`. In: a command line, key files. Out: keys, named custodians, opened recordings on record.

Opening takes every custodian's key at once. The store's rooms are imported inside each command, as in `api.cli.store`.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api.cli.options import Config
from runtime.places import Places
from runtime.problems import CannotStart
from runtime.settings import load

originals_app = typer.Typer(help="Sealed camera originals: keys, custodians, opening.", no_args_is_help=True)
key_app = typer.Typer(help="A custodian's key.", no_args_is_help=True)
originals_app.add_typer(key_app, name="key")


@key_app.command("new")
def key_new(
    file: Annotated[Path, typer.Argument(help="Where the private key goes: on the custodian's own medium.")],
    in_clear: Annotated[bool, typer.Option("--in-clear", help="Without a passphrase.")] = False,
    config: Config = None,
) -> None:
    """Make a custodian's key, on their own machine if they like; it prints the public half."""
    del config  # a key belongs to a person, not to an installation
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    held = f"# public key: {identity.to_public()}\n{identity}\n".encode()
    if not in_clear:
        asked = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
        held = pyrage.passphrase.encrypt(held, asked)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(held)
    except OSError as error:
        raise CannotStart(f"{file} cannot be written ({error.strerror}).") from error
    typer.echo(str(identity.to_public()))


@originals_app.command("custodians")
def custodians(
    named: Annotated[list[str] | None, typer.Argument(help="NAME=age1… for each; a name twice is a spare key.")] = None,
    by: Annotated[str, typer.Option(help="Who names them, as they sign in.")] = "",
    config: Config = None,
) -> None:
    """Say who must come together to open an original, or name them (two or more), from the next recording on."""
    from runtime.custody.custodians import Custody, check
    from runtime.custody.envelope import CannotSeal, Custodian

    settings = load(config)
    custody = Custody(settings.server.var)
    try:
        if named:
            keys: dict[str, tuple[str, ...]] = {}
            for each in named:
                name, _, key = each.partition("=")
                keys[name.strip()] = (*keys.get(name.strip(), ()), key.strip())
            made = tuple(Custodian(name, found) for name, found in keys.items())
            check(made)
            from api.offline import name_custodians

            asyncio.run(name_custodians(settings, made, by))
            custody.name(made)
        for custodian in custody.custodians():
            typer.echo(f"{custodian.name}  {' '.join(custodian.recipients)}")
    except CannotSeal as error:
        _refuse(f"{error}.")
    if left := custody.keys_left():
        typer.echo(f"Take away and delete: {' '.join(map(str, left))}")


@originals_app.command("open")
def open_originals(
    number: Annotated[int, typer.Argument(help="The episode's number.")],
    camera: Annotated[str, typer.Argument(help="The camera's name.")],
    key: Annotated[list[Path], typer.Option(help="A custodian's key file; give every custodian's.")],
    into: Annotated[Path, typer.Option(help="An empty folder for the playable files.")],
    by: Annotated[str, typer.Option(help="Who opens them, as they sign in; it goes on record.")],
    why: Annotated[str, typer.Option(help="What for; it goes on record.")],
    config: Config = None,
) -> None:
    """Open one camera's originals with every custodian's key. The record is written first."""
    from api.offline import originals_of, record_opening
    from runtime.custody.envelope import NotSealed, Opened, Tampered, WrongKeys, read_header
    from runtime.custody.opening import identity, open_file

    settings = load(config)
    place = asyncio.run(originals_of(settings, Places(settings.server.var), number, camera))
    try:
        keys = [identity(path, _passphrase) for path in key]
        with place.files[0].open("rb") as first:
            Opened(first, keys)
            first.seek(0)
            together = tuple(share.custodian for share in read_header(first)[0].shares)
        asyncio.run(record_opening(settings, place, together, by, why))
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in place.files:
            done = open_file(path, keys, into)
            typer.echo(f"{done.path}{'' if done.complete else '  (cut off; it plays up to there)'}")
    except WrongKeys as error:
        _refuse(f"The key of {error} is missing or does not fit: every custodian's key is needed.")
    except (NotSealed, Tampered) as error:
        _refuse(f"A file was changed or is broken ({type(error).__name__}: {error}).")
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be used ({error.strerror}).") from error


def _passphrase(name: str) -> str:
    asked: str = typer.prompt(f"Passphrase of {name}", hide_input=True, err=True)
    return asked


def _refuse(why: str) -> NoReturn:
    sys.stderr.write(f"{why}\n")
    raise typer.Exit(1)
