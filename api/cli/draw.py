"""`daylight draw verify`. In: a proof, perhaps an auditor's copy. Out: what holds, without database and network."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from episodes import draw_proof
from runtime.problems import CannotStart, UserProblem

draw_app = typer.Typer(help="The draw that others can check.", no_args_is_help=True)
_FALLEN = 1
WORDS = {
    "terms_unreadable": "the terms in the file cannot be read",
    "terms_changed": "the terms are not those whose hash the file names",
    "committed_other": "the terms are not those that were published before the draw",
    "pool_changed": "the pool is not the one that was fixed beforehand",
    "pool_unsorted": "the pool is not sorted, or holds a ticket twice",
    "pool_count": "the pool does not hold as many tickets as was fixed",
    "poll_small": "an option of the poll held too few candidates",
    "share_changed": "a half of the secret is not the one that was locked in",
    "source_past": "the public value existed before the draw was fixed",
    "drand_mismatch": "the drand value does not belong to its signature",
    "drand_forged": "the drand signature is not the chain's for the round that was named",
    "not_lowest": "the tickets that came up are not the lowest ones",
    "draws_count": "not as many were drawn as was fixed",
    "result_foreign": "a result belongs to no stratum",
    "unopened": "a revealed ticket was not opened",
    "passed_without_reason": "a ticket gave way without a reason",
    "passed_over_wrongly": "a ticket was passed over though its holder had not come up before",
    "opening_wrong": "a ticket was opened with a name that is not its own",
    "audit_changed": "the auditor's copy is not the one that was fixed beforehand",
    "audit_strata": "the auditor's copy has a stratum that the terms do not have",
    "audit_pool": "the pool is not made of the candidates and weights of the auditor's copy",
    "audit_twice": "a candidate stands in the auditor's copy twice",
    "audit_count": "the auditor's copy does not hold as many candidates as was fixed",
    "audit_excluded": "the exclusions are not those that were fixed",
    "leaf_foreign": "a ticket belongs to nobody in the auditor's copy",
}


@draw_app.command("verify")
def draw_verify(
    file: Annotated[Path, typer.Argument(help="proof.json from the page of the draw.")],
    audit: Annotated[Path | None, typer.Option(help="The auditor's copy: checks weights and exclusions.")] = None,
    committed: Annotated[str, typer.Option(help="The hash published before the draw, to compare with.")] = "",
) -> None:
    """Run a draw again and say whether it holds."""
    try:
        proof = draw_proof.read(_bytes(file))
        report = draw_proof.verify(proof, _bytes(audit) if audit else None)
    except UserProblem as problem:
        raise CannotStart(f"{file} is no proof of a draw ({problem.code}); download it again.") from problem
    problems = list(report.problems)
    if committed and committed.strip().lower() != report.committed:
        problems.append("committed_other")
    if problems:
        for found in problems:
            code, _, where = found.partition(" ")
            sys.stderr.write(f"The draw does not hold: {WORDS[code]}{f' ({where})' if where else ''}.\n")
        raise typer.Exit(_FALLEN)
    typer.echo(f"Draw {report.draw_id}: {report.tickets} tickets, seed {report.seed}. It holds.")
    for each in proof.results:
        who = f"{each.opening.id} {each.opening.name}" if each.opening else "closed"
        fate = f"{each.outcome} {each.reason}".rstrip()
        typer.echo(f"  stratum {each.stratum} rank {each.rank}: ticket {each.ticket[:16]} {fate}: {who}")
    for given_up in proof.aborted:
        typer.echo(f"  attempt {given_up.attempt} was given up when {given_up.state}: {given_up.reason}")
    if not committed:
        typer.echo(f"Compare with what was published before the draw: {report.committed}")
    if not report.audited:
        typer.echo("Names and weights stay closed; --audit checks them, for whoever holds the auditor's copy.")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotStart(f"{file} cannot be read ({error.strerror}).") from error
