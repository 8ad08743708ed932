"""An output of one episode for another. In: the output, the other episode. Out: a copy with its own sealed address."""

from api.deeds.doing import Actor, new_id
from api.desired import address_of
from api.desk import Desk
from episodes.events import OutputSet
from store import Work
from store.tables.outputs import Output


def copy_output(
    desk: Desk,
    work: Work,
    actor: Actor,
    output: Output,
    episode_id: str,
    *,
    rendition: str,
    private: bool,
    wanted: bool,
) -> None:
    """Within a deed. The address is sealed anew, for a seal belongs to its output; what was tried is not copied."""
    address, copy_id = desk.secrets_box.unseal(output.address, address_of(output.id)), new_id()
    work.session.add(
        Output(
            id=copy_id,
            episode_id=episode_id,
            name=output.name,
            address=desk.secrets_box.seal(address, address_of(copy_id)),
            masked=output.masked,
            wanted=wanted,
            private=private,
            expires_utc_ns=output.expires_utc_ns,
            made_utc_ns=desk.clock.utc_ns(),
            rendition=rendition,
            policy=output.policy,
        )
    )
    work.record(OutputSet(episode_id=episode_id, output_id=copy_id, name=output.name, by=actor.user_id))
