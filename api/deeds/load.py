"""What the studio's machine carries of an episode's renditions. In: outputs. Out: the sum, or a refusal with it."""

import os

from sqlalchemy import select

from api.desk import Desk
from episodes.renditions import BY_NAME, SHOW_CORES, Load, load
from runtime.problems import UserProblem
from store import Work
from store.tables.outputs import Output


def cores(desk: Desk) -> int:
    """Of the machine the studio runs on, as it says; until it has spoken, of ours."""
    studio = desk.rooms.last_studio
    return studio.cores if studio and studio.cores else os.cpu_count() or 1


def sum_words(total: Load) -> str:
    """The sum in figures, the same in every language: `0.95 + 1080×1920 0.45 = 1.40`."""
    parts = [f"{BY_NAME[name].width}×{BY_NAME[name].height} {cost:.2f}" for name, cost in total.parts]
    return f"{' + '.join([f'{SHOW_CORES:.2f}', *parts])} = {total.needed:.2f}"


async def check_load(desk: Desk, work: Work, changed: Output) -> None:
    """Refuses when outputs that are on ask for more than the machine carries. Raises UserProblem `rendition_load`."""
    query = select(Output.rendition).where(
        Output.episode_id == changed.episode_id, Output.wanted.is_(True), Output.id != changed.id
    )
    with work.session.no_autoflush:
        others = (await work.session.scalars(query)).all()
    if not changed.wanted or changed.rendition in {*others, "main"}:
        return
    total = load([*others, changed.rendition], cores(desk))
    if not total.fits:
        raise UserProblem(
            "rendition_load",
            "这台机器带不动：要%(sum)s核，%(cores)s核的机器最多安排%(most)s核。请换小一点的尺寸，或与别的一路用同一种。",
            409,
            sum=sum_words(total),
            cores=total.cores,
            most=f"{total.most:.2f}",
        )
