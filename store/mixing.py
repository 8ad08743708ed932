"""What an episode keeps of its mixing. In: its row. Out: a `Mix`, and back."""

import msgspec

from episodes.shot import Mix, Shot
from store.tables.episodes import Episode


def mix_of(row: Episode) -> Mix:
    """An episode from before its first TAKE has its first source and nothing else."""
    mix = msgspec.convert(row.mix or {}, Mix)
    # The column `source` is older, and what everybody else reads.
    return mix if mix.shot.source == row.source else msgspec.structs.replace(mix, shot=Shot(source=row.source))


def keep_mix(row: Episode, mix: Mix) -> None:
    """Into the row, within its unit of work."""
    row.mix = msgspec.to_builtins(mix)
    row.source = mix.shot.source
