"""What the gate wants, made so. In: a desk, an approved episode. Out: two officers, a moderator on duty, a decision on masks.

Everything by the deeds that people use; only the accounts skip the slow hash.
"""

from api.deeds import gate, register
from api.deeds.doing import System
from api.desk import Desk
from episodes.assignment import Assigned, Post
from episodes.people import Role
from store.officers import credential_row
from store.plans import crew_of, keep_crew
from store.tables.people import User

OFFICERS = ("ready-chen", "ready-zhou")
MODERATOR = System(user_id="ready-fang", name="方晴")
WHY = "只拍操作台和手，由摄像避让路人；反对拍摄就切走。"


async def ready(desk: Desk, episode_id: str) -> None:
    """The episode passes the gate, once it is approved."""
    accounts = {each: [Role.OFFICER] for each in OFFICERS} | {MODERATOR.user_id: [Role.MODERATOR]}
    async with desk.store.work("test") as work:
        for login, roles in accounts.items():
            user = User(id=login, login=login, name=login, roles=roles, password_hash="", made_utc_ns=0)
            await work.session.merge(user)
        await work.session.flush()
        both = {Assigned(user_id=each, post=Post.OFFICER) for each in OFFICERS}
        await keep_crew(work.session, episode_id, both | set(await crew_of(work.session, episode_id)))
        known = [await credential_row(work.session, each) for each in OFFICERS]
    for number, (login, row) in enumerate(zip(OFFICERS, known, strict=True)):
        if row is None:
            card = {"number": f"JB-2019-014{number}", "valid_from": "2020-01-01", "valid_until": "2199-12-31"}
            await register.set_credential(desk, System(), user_id=login, **card)
    await gate.duty(desk, MODERATOR, episode_id=episode_id, on=True)
    await gate.decide(desk, System(), episode_id=episode_id, point="masks", why=WHY)
