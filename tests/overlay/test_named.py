"""The names the director's list marks as on screen are what the layout shows."""

from episodes.commands import RecordMade
from episodes.events import EpisodeWentLive, GraphicCleared, LawCardShown, PublicEvent, StrapShown, TipLineShown
from overlay.direct import scene_after
from overlay.named import names
from overlay.scene import Scene

S = 1_000_000_000


def test_names_come_go_and_yield() -> None:
    scene = Scene()
    events: list[PublicEvent] = [
        EpisodeWentLive(episode_id="e", number=1, programme="p", agency="a", title="t", theme="t"),
        StrapShown(episode_id="e", name="陈立川", title="执法人员"),
        TipLineShown(episode_id="e", address="x.cn/tip"),
        LawCardShown(episode_id="e", statute="食品安全法", article="第一条", plain="说明"),
    ]
    for seq, event in enumerate(events, 1):
        scene = scene_after(scene, RecordMade(seq=seq, utc_ns=seq, event=event), seq)
    assert set(names(scene, 5)) == {"strap", "law"}  # the strap stands in the tip line's place
    assert set(names(scene, 9 * S)) == {"law"}  # the tip line yields to the law card
    cleared = RecordMade(seq=9, utc_ns=9 * S, event=GraphicCleared(episode_id="e", graphic="law"))
    assert set(names(scene_after(scene, cleared, 9 * S), 9 * S)) == {"tip_line"}
    assert names(scene, 60 * S) == ()
