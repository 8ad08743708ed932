"""Commands on the databases: user add, export, evidence verify. In: a command line. Out: an exit code.

Their rooms are imported inside each command: SQLAlchemy and argon2 would make every other command slow to begin.
"""
# ruff: noqa: PLC0415 - see above

import asyncio
import base64
import locale
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Config
from runtime.problems import CannotStart, UserProblem
from runtime.settings import load

if TYPE_CHECKING:
    from web.i18n import Texts

user_app = typer.Typer(help="People who may sign in.", no_args_is_help=True)
evidence_app = typer.Typer(help="The record that others can check.", no_args_is_help=True)


@user_app.command("add")
def user_add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    shown: Annotated[str, typer.Option(help="The person's name, as records and pages show it.")],
    role: Annotated[list[str], typer.Option(help="admin, producer, director, camera, …; may be given several times.")],
    password_file: Annotated[Path | None, typer.Option(help="A file with the password; asked for without.")] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    config: Config = None,
) -> None:
    """Add an account. The password never stands on the command line."""
    from api.offline import new_user
    from episodes.people import Role

    try:
        roles = [Role(one) for one in role]
    except ValueError as error:
        raise typer.BadParameter(f"{error}. Roles: {', '.join(Role)}.", param_hint="--role") from error
    settings = load(config)
    try:
        user_id = asyncio.run(new_user(settings, login, shown, _password(password_file, stdin=password_stdin), roles))
    except UserProblem as problem:
        sys.stderr.write(f"{said(problem)}\n")
        raise typer.Exit(1) from problem
    typer.echo(f"{login} ({', '.join(roles)}) {user_id}")


def _password(file: Path | None, *, stdin: bool) -> str:
    if stdin:
        return sys.stdin.read().rstrip("\r\n")
    if file is None:
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return password
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"The password cannot be read from {file}: give the path of a text file.") from error
    return text.rstrip("\r\n")


def terminal_words() -> "Texts":
    """In the language of this terminal, Chinese when it does not say."""
    from web.i18n import chosen, texts

    tag = (os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or "").replace("_", "-")
    return texts(chosen([], tag.split(".")[0]))


def said(problem: UserProblem) -> str:
    return terminal_words()(problem.text, **problem.params)


def export(
    out: Annotated[Path | None, typer.Option(help="Where to; stdout when left out.")] = None, config: Config = None
) -> None:
    """Write what is public with its proofs, as one JSON file that anyone can check."""
    from api.offline import export_record
    from store import LogBroken

    try:
        body = asyncio.run(export_record(load(config)))
    except LogBroken as error:
        raise _broken(str(error)) from error
    if out is None:
        sys.stdout.buffer.write(body)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise CannotStart(f"{out} cannot be written ({error.strerror}).") from error
    typer.echo(f"{len(body)} bytes in {out}.")


@evidence_app.command("verify")
def evidence_verify(
    file: Annotated[Path | None, typer.Argument(help="A bundle; our own record when left out.")] = None,
    public_key: Annotated[str, typer.Option(help="The published key (base64) that must have signed the bundle.")] = "",
    config: Config = None,
) -> None:
    """Say whether anything in the record was changed, left out or put in between."""
    if file:
        _verify_bundle(file, public_key)
        return
    from api.offline import verify_database
    from store import LogBroken

    try:
        head = asyncio.run(verify_database(load(config)))
    except LogBroken as error:
        raise _broken(str(error)) from error
    typer.echo(f"{head.seq} records hold together. Head: {head.chain.hex()}")


def _verify_bundle(file: Path, public_key: str) -> None:
    from evidence.bundle import check_file

    try:
        key = base64.b64decode(public_key, validate=True) if public_key else None
    except ValueError as error:
        raise typer.BadParameter("not base64", param_hint="--public-key") from error
    report = check_file(file, public_key=key)
    if not report.holds:
        raise _broken("; ".join(report.problems))
    typer.echo(f"{report.records} public records of a log of {report.size} hold together. Log: {report.log}")
    if key is None:
        typer.echo(f"Compare the key that signed it with the published one: {report.public_key}")


def _broken(why: str) -> typer.Exit:
    sys.stderr.write(f"The record does not hold: {why}.\n")
    return typer.Exit(1)
