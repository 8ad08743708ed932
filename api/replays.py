"""What a reader may see of an episode's replay, and how far it is. In: a request, the public's show. Out: views."""

from typing import Any

from fastapi import Request

from api.auth.who import Person
from api.desk import Desk
from api.finishing import Standing, finished, part_file
from episodes.people import Role
from episodes.public import PublicShow
from web.i18n import Texts
from web.pages import replay as view
from web.render import words_of

BEFORE_ALL = (Role.PRODUCER, Role.DIRECTOR, Role.LEGAL)
"""Who looks at it before it is published."""


async def replay_of(request: Request, desk: Desk, show: PublicShow) -> view.Replay | None:
    """What this reader may see of the replay now."""
    if show.live is None or not may_see(request, show):
        return None
    done = await desk.files.run(finished, desk.places, show.live.episode_id)
    return view.of(done, show.live.number, words_of(request)) if done else None


def may_see(request: Request, show: PublicShow) -> bool:
    """The public after the publication, these roles before it."""
    person: Person | None = getattr(request.state, "person", None)
    return show.published or (person is not None and person.is_a(*BEFORE_ALL))


async def recording_view(desk: Desk, episode_id: str, words: Texts) -> dict[str, Any]:
    """The same for `/produce`."""
    now = desk.finishing.get(episode_id, Standing())
    done = await desk.files.run(finished, desk.places, episode_id)
    state = "done" if done and now.state == "waiting" else now.state
    return {
        "state": state,
        "percent": round(100.0 if state == "done" else now.percent),
        "failed": now.failed,
        "why": view.why(now.failed, words) if now.failed else "",
        "master": [part_file(desk.places, episode_id, part) for part in done.master] if done else [],
        "public": [part_file(desk.places, episode_id, part) for part in done.public] if done else [],
        "seconds": sum(part.seconds for part in done.public) if done else 0.0,
        "removed_s": done.removed_s if done else 0.0,
        "gaps": len(done.gaps) if done else 0,
    }
