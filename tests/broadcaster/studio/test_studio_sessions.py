"""WHIP and WHEP sessions with a real studio: refusals, limits, trickle, takeover, vanished peers, shared monitors."""

import asyncio
import itertools
import re
import signal
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from episodes.commands import Answered, Done, EndSession, OfferMonitor, Take, Trickle, Trickled
from episodes.status import PlayoutStatus
from runtime.bus.protocol import Refused
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, Phone, until
from tests.broadcaster.studio.viewer import Viewer
from tests.custodians import unsealed


async def offered(videos: int = 1, audios: int = 1) -> str:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for _ in range(videos):
        transceiver = peer.addTransceiver(VideoStreamTrack(), direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if c.name == "H264"])
    for _ in range(audios):
        peer.addTransceiver(AudioStreamTrack(), direction="sendonly")
    await peer.setLocalDescription()
    text = peer.localDescription.sdp
    await peer.close()
    return text


async def refusal(house: House, text: str) -> str:
    with pytest.raises(Refused) as caught:
        await house.join("one", text)
    return caught.value.code


async def _every_bad_offer(house: House, good: str) -> None:
    assert await refusal(house, "hello") == "bad_sdp"
    assert await refusal(house, "v=0\r\nm=nonsense") == "bad_sdp"
    assert await refusal(house, good.replace("a=ice-pwd", "a=x-pwd")) == "bad_sdp"
    assert await refusal(house, good.replace("a=fingerprint", "a=x-fingerprint")) == "bad_sdp"
    assert await refusal(house, good.replace("a=sendonly", "a=recvonly")) == "bad_sdp"
    assert await refusal(house, await offered(videos=2)) == "two_videos"
    assert await refusal(house, await offered(audios=2)) == "two_videos"
    assert await refusal(house, await offered(videos=0)) == "unsupported"
    assert await refusal(house, re.sub("H264", "AV1", good)) == "unsupported"


async def test_bad_offers_are_refused_and_leave_nothing(house: House) -> None:
    good = await offered()
    files = Path(f"/proc/{house.process.pid}/fd")
    await until(lambda: len(house.video()) > 5)
    await _every_bad_offer(house, good)
    # The first round may have opened what stays open for good reason (a link of the bus); the second opens nothing.
    before = len(list(files.iterdir()))
    await _every_bad_offer(house, good)
    await until(lambda: len(list(files.iterdir())) <= before, 5)
    assert house.of("one") == "waiting"
    with pytest.raises(Refused, match="not_live"):
        await house.bus.request("studio.whep", OfferMonitor(source="one", sdp=await Viewer().offer()), Answered)


async def test_an_answer_is_complete_and_its_session_is_trickled_and_ended(house: House) -> None:
    offer = await offered()
    answered = await house.join("one", offer)
    assert answered.sdp.count("m=") == 2
    assert "a=recvonly" in answered.sdp
    assert "a=sendonly" not in answered.sdp
    assert "x-google-start-bitrate=2000" in answered.sdp
    assert "a=candidate" in answered.sdp
    assert "a=end-of-candidates" in answered.sdp
    assert re.fullmatch(r'"[0-9a-f]+"', answered.etag)
    assert len(answered.session_id) >= 32
    candidate = "a=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n"

    async def trickled(etag: str, text: str, session: str = answered.session_id) -> str:
        try:
            await house.bus.request("studio.trickle", Trickle(session_id=session, etag=etag, fragment=text), Trickled)
        except Refused as refused:
            return refused.code
        return ""

    assert await trickled('"other"', candidate) == "stale"
    assert await trickled(answered.etag, "a=ice-ufrag:anew\r\n" + candidate) == "bad_sdp", "a restart has a password"
    assert await trickled(answered.etag, candidate, "nobody") == "gone"
    assert await trickled(answered.etag, "a=mid:0\r\na=candidate:broken\r\n") == "bad_sdp"
    assert await trickled("*", candidate) == ""
    await house.bus.request("studio.end", EndSession(session_id=answered.session_id), Done)
    assert await trickled("*", candidate) == "gone"
    await until(lambda: house.of("one") == "lost", 3)


async def test_monitors_share_packets_and_originals_are_recorded(house: House, clips: Path, tmp_path: Path) -> None:
    phone = await house.camera("one", clip=str(clip(clips)))
    await house.bus.publish("playout.status", on_air("episode-1"))
    await house.bus.request("studio.take", Take(command_id="t", source="one"), Done)
    viewers = [Viewer() for _ in range(3)]
    await viewers[0].watch(house.bus, "program")
    await viewers[1].watch(house.bus, "program")
    await viewers[2].watch(house.bus, "one")
    for viewer in viewers:
        await until(lambda viewer=viewer: sum(n is not None for n in viewer.numbers) > 40, 15)
        await until(lambda viewer=viewer: viewer.sounds > 20, 5)
    assert phone.plis >= 1
    keys = [packet.mono_ns for packet in house.video() if packet.key]
    assert min(b - a for a, b in itertools.pairwise(keys)) > 900_000_000, "joining viewers share a key frame"
    for viewer in viewers:
        await viewer.leave(house.bus)
    await _takeover(house, clips, phone)
    await house.bus.publish("playout.status", on_air(""))
    folder = house.places.media / "episode-1" / "originals" / "one"
    await until(lambda: (folder / "index.jsonl").read_text().count("closed") >= 2, 10)
    assert not list(folder.glob("*.mp4")), "never in clear"
    plain = unsealed(house.places.var, folder, tmp_path / "plain")
    assert await _probe(plain[0]) == {"h264", "opus"}


async def _takeover(house: House, clips: Path, phone: Phone) -> None:
    """A second offer replaces the first; a phone that vanishes is noticed within seconds."""
    second = await Phone.start(clip=str(clip(clips, grey=50)))
    house.phones.append(second)
    second.order(answer=(await house.join("one", second.offer)).sdp)
    await until(lambda: phone.state == "closed", 8)
    await until(lambda: house.of("one") == "live", 8)
    await asyncio.sleep(1.5)
    second.kill()
    await until(lambda: house.of("one") == "stalled", 5)
    await until(lambda: house.of("one") == "lost", 8)
    assert any(alarm.code == "camera_lost" and alarm.level == "alarm" for alarm in house.alarms)


def on_air(episode: str) -> PlayoutStatus:
    return PlayoutStatus(
        epoch=1,
        utc_ns=0,
        episode_id=episode,
        delay_s=5,
        filled_s=0,
        public="off",
        public_seq=0,
        recording=False,
        outputs=(),
    )


async def _probe(path: Path) -> set[str]:
    process = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", str(path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return set(out.decode().split())


async def test_sigterm_closes_originals_and_sessions(house: House, clips: Path, tmp_path: Path) -> None:
    phone = await house.camera("one", clip=str(clip(clips)))
    await house.bus.publish("playout.status", on_air("e2"))
    folder = house.places.media / "e2" / "originals" / "one"
    sealed = folder / "0001.mp4.sealed"
    await until(lambda: sealed.exists() and sealed.stat().st_size > 20_000, 10)
    assert await house.end(signal.SIGTERM) == 0
    assert "closed" in (folder / "index.jsonl").read_text()
    (plain,) = unsealed(house.places.var, folder, tmp_path / "plain")
    assert await _probe(plain) == {"h264", "opus"}
    await until(lambda: phone.state == "closed", 8)
