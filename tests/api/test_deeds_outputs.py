"""Outputs: addresses checked, whole, encrypted, masked; playout told at once and again; a stopped one stays stopped."""

import pytest

from api.deeds import episodes, outputs
from api.deeds.addresses import HIDDEN, checked, expires_utc_ns, masked
from api.deeds.output_trials import try_output
from episodes.commands import OutputSpec, PushTried, SetOutputs, TryOutput
from episodes.events import OutputSet, OutputTried, OutputTurned, OutputWanted
from episodes.outputs import OutputPolicy
from episodes.renditions import RenditionName
from episodes.status import OutputStatus
from runtime.problems import UserProblem
from runtime.settings.model import Settings
from store import SecretsBox
from store.tables.outputs import Output
from tests.api.stage import DIRECTOR, Stage
from tests.api.test_deeds_targets import everything_on_disk

URL = "rtmp://push.example.com/live/room?key=s3cret&txTime=6A3B4C5D"


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "rtmps://push.example.com:443/app/key",
        "rtmp://push.example.com/app/?streamname=abc&key=1",
        "RTMP://push.example.com/live/x",
        "rtmp://8.8.8.8/live/x",
        "rtmp://[2606:4700::1111]/live/x",
        "rtmp://push.example.com/key-only",
    ],
)
def test_platforms_addresses_pass_as_they_are(url: str) -> None:
    assert checked(f"  {url}\n", allow_internal=False) == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://push.example.com/live/x", "output_scheme"),
        ("file:///etc/passwd", "output_scheme"),
        ("push.example.com/live/x", "output_scheme"),
        ("", "output_url"),
        ("rtmp://", "output_url"),
        ("rtmp:///live/x", "output_url"),
        ("rtmp://push.example.com", "output_url"),
        ("rtmp://push.example.com/", "output_url"),
        ("rtmp://push.example.com:99999/live/x", "output_url"),
        ("rtmp://push.example.com/live/x y", "output_url"),
        ("rtmp://push.example.com/live/钥匙", "output_url"),
        ("rtmp://push.example.com/live/x\r\nHost: evil", "output_url"),
        ("rtmp://push.example.com/" + "x" * 1000, "output_url"),
        ("rtmp://127.0.0.1/live/x", "output_internal"),
        ("rtmp://10.1.2.3/live/x", "output_internal"),
        ("rtmp://[::1]/live/x", "output_internal"),
        ("rtmp://[fd00::1]/live/x", "output_internal"),
        ("rtmp://[::ffff:10.0.0.1]/live/x", "output_internal"),
        ("rtmp://169.254.169.254/latest/meta-data", "output_internal"),
        ("rtmp://localhost/live/x", "output_internal"),
        ("rtmp://localhost./live/x", "output_internal"),
        ("rtmp://db/live/x", "output_internal"),
        ("rtmp://printer.local/live/x", "output_internal"),
        ("rtmp://127.1/live/x", "output_internal"),
        ("rtmp://2130706433/live/x", "output_internal"),
        ("rtmp://0x7f.0.0.1/live/x", "output_internal"),
        ("rtmp://user@127.0.0.1/live/x", "output_internal"),
    ],
)
def test_other_addresses_are_refused(url: str, code: str) -> None:
    with pytest.raises(UserProblem, match=code):
        checked(url, allow_internal=False)


def test_internal_addresses_pass_when_the_settings_say_so() -> None:
    assert checked("rtmp://127.0.0.1:1935/live/x", allow_internal=True)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (URL, f"rtmp://push.example.com/live/{HIDDEN}"),
        ("rtmp://user:pass@push.example.com/app/key", f"rtmp://push.example.com/app/{HIDDEN}"),
        ("rtmp://push.example.com/app/?key=1", f"rtmp://push.example.com/app/{HIDDEN}"),
        ("rtmp://push.example.com:1936/s3cret", f"rtmp://push.example.com:1936/{HIDDEN}"),
    ],
)
def test_what_may_be_a_key_is_hidden(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        (URL, 0x6A3B4C5D),
        ("rtmp://x.com/live/y?txSecret=ab&txTime=6a3b4c5d&z=1", 0x6A3B4C5D),
        ("rtmp://x.com/live/y?wsSecret=ab&wsTime=6a3b4c5d", 0x6A3B4C5D),
        ("rtmp://x.com/live/y?wsSecret=ab&wsTime=1782271069", 1782271069),
        ("rtmp://x.com/live/y?auth_key=1782271069-0-0-0123456789abcdef", 1782271069),
        ("rtmp://x.com/live/y?volcSecret=ab&volcTime=1782271069", 1782271069),
        ("rtmp://x.com/live/?streamname=a&expires=1782271069", 1782271069),
        ("rtmp://x.com/live/y?expire=1782271069&expires=1782271000", 1782271000),
        ("rtmp://x.com/live/y?txTime=nothex", 0),
        ("rtmp://x.com/live/y?txTime=00000001", 0),
        ("rtmp://x.com/live/y?key=1782271069", 0),
        ("rtmp://x.com/live/1782271069", 0),
    ],
)
def test_an_expiry_in_the_address_is_read(url: str, seconds: int) -> None:
    assert expires_utc_ns(url) == seconds * 10**9


async def test_an_address_is_nowhere_in_clear(stage: Stage) -> None:
    episode_id = await stage.planned()
    made = await outputs.set_output(stage.desk, DIRECTOR, command_id="o", episode_id=episode_id, name="平台甲", url=URL)
    assert b"s3cret" not in everything_on_disk(stage)
    assert "s3cret" not in repr(await stage.records())
    (view,) = await outputs.list_outputs(stage.desk, episode_id)
    assert (view.output_id, view.name, view.address) == (
        made.output_id,
        "平台甲",
        f"rtmp://push.example.com/live/{HIDDEN}",
    )
    assert view.expires_utc_ns == 0x6A3B4C5D * 10**9


async def test_playout_gets_the_whole_address_when_the_show_goes_live(stage: Stage) -> None:
    episode_id = await stage.approved()
    await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL)
    assert stage.rooms.heard(SetOutputs) == [], "off air it is nobody's business"
    await stage.go_live(episode_id)
    (told,) = stage.rooms.heard(SetOutputs)
    assert [(spec.name, spec.url, spec.on) for spec in told.outputs] == [("甲", URL, True)]
    await stage.rooms.say()
    (view,) = await outputs.list_outputs(stage.desk, episode_id)
    assert view.status is not None
    assert view.status.state == "live"


async def test_outputs_change_during_air_and_a_stopped_one_stays_stopped(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL)
    await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, name="甲二")
    assert (await outputs.want_output(stage.desk, DIRECTOR, output_id=made.output_id, on=False)).wanted is False
    assert [(s.name, s.url, s.on) for s in stage.rooms.heard(SetOutputs)[-1].outputs] == [("甲二", URL, False)]
    await stage.rooms.restart_playout()
    await stage.until(lambda: stage.rooms.on_air == episode_id)
    assert [spec.on for spec in stage.rooms.heard(SetOutputs)[-1].outputs] == [False]
    assert [event.on for event in await stage.events(OutputWanted)] == [False]
    assert [event.name for event in await stage.events(OutputSet)] == ["甲", "甲二"]


async def test_only_a_stopped_output_is_removed_on_air(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL)
    with pytest.raises(UserProblem, match="output_running"):
        await outputs.remove_output(stage.desk, DIRECTOR, output_id=made.output_id)
    await outputs.want_output(stage.desk, DIRECTOR, output_id=made.output_id, on=False)
    await outputs.remove_output(stage.desk, DIRECTOR, output_id=made.output_id)
    assert await outputs.list_outputs(stage.desk, episode_id) == ()
    assert stage.rooms.heard(SetOutputs)[-1].outputs == ()
    with pytest.raises(UserProblem, match="no_output"):
        await outputs.want_output(stage.desk, DIRECTOR, output_id=made.output_id, on=True)


async def test_a_lost_key_costs_that_output_only(stage: Stage) -> None:
    episode_id = await stage.live()
    for name in ("甲", "乙"):
        await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name=name, url=URL)
    async with stage.desk.store.work("x") as work:
        (first, *_) = (await work.session.scalars(Output.__table__.select().with_only_columns(Output.id))).all()
        row = await work.session.get_one(Output, first)
        row.address = SecretsBox(b"k" * 32).seal(URL.encode(), f"outputs.address.{row.id}")
    await stage.desk.desired.apply()
    assert len(stage.rooms.heard(SetOutputs)[-1].outputs) == 1


async def test_wrong_outputs_are_refused(stage: Stage, settings: Settings) -> None:
    episode_id = await stage.live()
    assert not settings.playout.allow_internal_outputs
    for change, code in (
        ({"name": " "}, "output_name"),
        ({"name": "x" * 101}, "output_name"),
        ({"url": "rtmp://127.0.0.1/live/x"}, "output_internal"),
        ({"url": None}, "output_url"),
        ({"episode_id": "none"}, "no_episode"),
    ):
        given = {"episode_id": episode_id, "name": "甲", "url": URL, **change}
        with pytest.raises(UserProblem, match=code):
            await outputs.set_output(stage.desk, DIRECTOR, **given)
    assert await stage.events(OutputSet) == []
    for n in range(16):
        await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name=f"甲{n}", url=URL)
    with pytest.raises(UserProblem, match="outputs_full"):
        await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="一路太多", url=URL)
    await episodes.end(stage.desk, DIRECTOR, episode_id=episode_id)
    with pytest.raises(UserProblem, match="episode_over"):
        await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="晚了", url=URL)


SPARE = "rtmps://spare.example.com/live/?key=spares3cret&txTime=6A3B0000"


def told(stage: Stage) -> OutputSpec:
    """The newest wish, of one output."""
    (spec,) = stage.rooms.heard(SetOutputs)[-1].outputs
    return spec


async def test_a_spare_address_is_kept_like_the_main_one(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL, spare_url=SPARE)
    assert (told(stage).spare_url, told(stage).use, told(stage).turn) == (SPARE, "main", 0)
    assert b"spares3cret" not in everything_on_disk(stage)
    (view,) = await outputs.list_outputs(stage.desk, episode_id)
    assert view.spare == f"rtmps://spare.example.com/live/{HIDDEN}"
    assert view.spare_expires_utc_ns == 0x6A3B0000 * 10**9
    turned = await outputs.turn_output(stage.desk, DIRECTOR, output_id=made.output_id, use="spare")
    assert turned.use == "spare"
    assert (told(stage).use, told(stage).turn) == ("spare", 1)
    await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, spare_url="")
    assert (told(stage).spare_url, told(stage).use) == ("", "main")
    with pytest.raises(UserProblem, match="no_spare"):
        await outputs.turn_output(stage.desk, DIRECTOR, output_id=made.output_id, use="spare")
    with pytest.raises(UserProblem, match="output_internal"):
        await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, spare_url="rtmp://10.0.0.1/live/x")
    assert [event.use for event in await stage.events(OutputTurned)] == ["spare"]


async def test_reconnect_stays_where_playout_went_by_itself(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL, spare_url=SPARE)
    stage.rooms.outputs = (
        OutputStatus(output_id=made.output_id, name="甲", state="failing", reason="refused", use="spare"),
    )
    await stage.rooms.say()
    command = "one-press"
    first = await outputs.turn_output(stage.desk, DIRECTOR, command_id=command, output_id=made.output_id)
    again = await outputs.turn_output(stage.desk, DIRECTOR, command_id=command, output_id=made.output_id)
    assert first == again == outputs.Turned("spare")
    assert told(stage).turn == 1, "one press is one turn"
    await outputs.want_output(stage.desk, DIRECTOR, output_id=made.output_id, on=False)
    with pytest.raises(UserProblem, match="output_stopped"):
        await outputs.turn_output(stage.desk, DIRECTOR, output_id=made.output_id)


async def test_a_policy_reaches_playout_and_is_replaced_whole(stage: Stage) -> None:
    episode_id = await stage.live()
    policy = OutputPolicy(grace_s=8, tries_most=5)
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL, policy=policy)
    assert told(stage).policy == policy
    await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, name="乙")
    assert told(stage).policy == policy
    await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, policy=OutputPolicy(resume_s=30))
    assert told(stage).policy == OutputPolicy(resume_s=30)
    wrong = OutputPolicy(retry_first_s=9, retry_most_s=2)
    with pytest.raises(UserProblem, match="output_policy"):
        await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, policy=wrong)


async def test_a_test_push_is_kept_as_a_fact_until_the_address_changes(stage: Stage) -> None:
    episode_id = await stage.approved()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL)
    stage.rooms.tried = PushTried(ok=False, reason="rejected", says="key expired")
    told = await try_output(stage.desk, DIRECTOR, command_id="try", output_id=made.output_id)
    assert (told.ok, told.reason, told.says) == (False, "rejected", "key expired")
    (command,) = stage.rooms.heard(TryOutput)
    assert (command.output.url, command.seconds) == (URL, 5.0)
    assert await try_output(stage.desk, DIRECTOR, command_id="try", output_id=made.output_id) == told
    assert len(stage.rooms.heard(TryOutput)) == 1, "pressed once, pushed once"
    (event,) = await stage.events(OutputTried)
    assert (event.ok, event.reason, event.by) == (False, "rejected", "director")
    (view,) = await outputs.list_outputs(stage.desk, episode_id)
    assert view.tried == told
    await outputs.set_output(stage.desk, DIRECTOR, output_id=made.output_id, url=SPARE)
    (view,) = await outputs.list_outputs(stage.desk, episode_id)
    assert view.tried is None, "it was another address"


async def test_a_test_push_never_disturbs_the_show(stage: Stage) -> None:
    episode_id = await stage.live()
    made = await outputs.set_output(stage.desk, DIRECTOR, episode_id=episode_id, name="甲", url=URL)
    with pytest.raises(UserProblem, match="output_on_air"):
        await try_output(stage.desk, DIRECTOR, output_id=made.output_id)
    assert stage.rooms.heard(TryOutput) == []
    await outputs.want_output(stage.desk, DIRECTOR, output_id=made.output_id, on=False)
    assert (await try_output(stage.desk, DIRECTOR, output_id=made.output_id)).ok
    stage.rooms.refuses = "busy"
    with pytest.raises(UserProblem, match="output_trying"):
        await try_output(stage.desk, DIRECTOR, output_id=made.output_id)


async def test_a_rendition_reaches_playout_and_is_shared(stage: Stage) -> None:
    episode_id = await stage.live()
    for name in ("甲", "乙"):
        await outputs.set_output(
            stage.desk, DIRECTOR, episode_id=episode_id, name=name, url=URL, rendition="portrait-1080"
        )
    assert [spec.rendition for spec in stage.rooms.heard(SetOutputs)[-1].outputs] == ["portrait-1080"] * 2
    views = await outputs.list_outputs(stage.desk, episode_id)
    assert {view.rendition for view in views} == {"portrait-1080"}


async def test_what_the_machine_cannot_carry_is_refused_with_the_sum(stage: Stage) -> None:
    """Two cores: the show and one large portrait; a stopped output counts nothing until somebody starts it."""
    episode_id = await stage.approved()
    await stage.rooms.say()

    async def add(name: str, rendition: RenditionName, *, wanted: bool = True) -> str:
        made = await outputs.set_output(
            stage.desk, DIRECTOR, episode_id=episode_id, name=name, url=URL, rendition=rendition, wanted=wanted
        )
        return made.output_id

    await add("甲", "main")
    tall = await add("乙", "portrait-1080")
    await add("丙", "portrait-1080")
    with pytest.raises(UserProblem, match="rendition_load") as refused:
        await add("丁", "portrait-720")
    assert {"cores": 2, "most": "1.40"}.items() <= refused.value.params.items()
    assert "1080×1920" in refused.value.params["sum"]
    assert "720×1280" in refused.value.params["sum"]
    waiting = await add("丁", "portrait-720", wanted=False)
    with pytest.raises(UserProblem, match="rendition_load"):
        await outputs.want_output(stage.desk, DIRECTOR, output_id=waiting, on=True)
    with pytest.raises(UserProblem, match="rendition_load"):
        await outputs.set_output(stage.desk, DIRECTOR, output_id=tall, rendition="portrait-540")
    assert {view.rendition for view in await outputs.list_outputs(stage.desk, episode_id)} == {
        "main",
        "portrait-1080",
        "portrait-720",
    }, "nothing was changed"
