"""Phones on bad networks, through our own relay: what the public gets has no more than slate, and each comes back by itself.

Short forms run together, several faults at once in one studio; the long ones are for `make soak`.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from episodes.commands import Done, Take
from tests.broadcaster.studio.clips import clip
from tests.broadcaster.studio.conftest import House, Phone, until
from tests.broadcaster.studio.judge import gaps_ns, seen
from tests.relay import Faults, Relay, without_candidates

Note = Callable[[str, object], None]
RADIO = Faults(latency_ms=20, jitter_ms=50, loss=0.10, reorder=0.05)
BURST = Faults(latency_ms=20, jitter_ms=10, loss=0.30)
DARK = Faults(dark=True)
CLEAN = Faults()


async def on_air(house: House, name: str) -> None:
    await house.bus.request("studio.take", Take(command_id=f"take-{name}", source=name), Done)
    house.packets.clear()


def judge_programme(house: House) -> None:
    """Continuous and in order, whatever the phones went through; a hole is at most what a busy machine makes."""
    video, audio = house.video(), [packet for packet in house.packets if packet.kind == "audio"]
    assert len(video) > 100
    assert min(gaps_ns(video)) > 0
    assert max(gaps_ns(video)) < 1_000_000_000
    assert set(gaps_ns(audio)) <= {21_333_333, 21_333_334}


def on_screen(house: House, seconds: float = 2.0) -> list[int]:
    """The counters read in the newest programme pictures."""
    video = house.video()[-round(30 * seconds) - 60 :]
    return [picture.number for picture in seen(video) if picture.number is not None]


def decoders(house: House) -> list[str]:
    """The studio's decoder threads: one for each camera on air or cued."""
    tasks = Path(f"/proc/{house.process.pid}/task").glob("*/comm")
    return sorted(name for name in (task.read_text().strip() for task in tasks) if name.startswith("decode-"))


async def fluent(house: House, name: str, fps: float = 15) -> None:
    await until(lambda: house.of(name) == "live" and house.told(name).fps > fps)


async def darken(house: House, name: str, relay: Relay, seconds: float, note: Note) -> None:
    """A tunnel: stalled, lost, and back with the same session when the phone has its network again."""
    began = time.monotonic()
    relay.faults = DARK
    await until(lambda: house.of(name) == "stalled")
    note(f"{name}_stalled_after_s", round(time.monotonic() - began, 2))
    await until(lambda: house.of(name) == "lost")
    note(f"{name}_lost_after_s", round(time.monotonic() - began, 2))
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    relay.faults = CLEAN
    began = time.monotonic()
    await fluent(house, name, 1)
    note(f"{name}_back_after_s", round(time.monotonic() - began, 2))


async def move(house: House, name: str, relay: Relay, seconds: float, note: Note) -> None:
    """Another address in mid-session: watched for `seconds`, the picture stays."""
    relay.move()
    end, slowest = time.monotonic() + seconds, 30.0
    await asyncio.sleep(2)
    while time.monotonic() < end:
        slowest = min(slowest, house.told(name).fps)
        assert house.of(name) != "lost"
        await asyncio.sleep(0.2)
    note(f"{name}_least_fps_after_a_move", slowest)
    assert relay.counts["moves"] == 1
    heard = relay.counts["down"]
    await until(lambda: relay.counts["down"] > heard + 3)


async def bursts(relay: Relay, count: int) -> None:
    for _ in range(count):
        relay.faults = BURST
        await asyncio.sleep(2)
        relay.faults = CLEAN
        await asyncio.sleep(1)


async def four_phones(house: House, clips: Path, seconds: float, note: Note) -> None:
    """All at once; the one on air has the bad radio."""
    names = ("radio", "bursts", "mover", "tunnel")
    made = [await house.camera_by(name, clip=str(clip(clips, grey=60 + 10 * at))) for at, name in enumerate(names)]
    phones, relays = [phone for phone, _ in made], dict(zip(names, [relay for _, relay in made], strict=True))
    await on_air(house, "radio")
    relays["radio"].faults = RADIO
    await asyncio.gather(
        bursts(relays["bursts"], max(1, round(seconds / 3))),
        move(house, "mover", relays["mover"], seconds, note),
        darken(house, "tunnel", relays["tunnel"], min(seconds - 1, 20), note),
    )
    assert house.status.on_air == "radio"
    assert decoders(house) == ["decode-radio"], "cameras off air cost no decoding"
    await until(lambda: len(on_screen(house)) > 15)
    numbers = on_screen(house)
    note("radio_pictures_in_2_s", len(numbers))
    note("radio_loss_percent", house.told("radio").loss_percent)
    note("radio_fps", house.told("radio").fps)
    assert relays["radio"].counts["up_lost"] > 20
    for name in names:
        await fluent(house, name)
    assert [phone.state for phone in phones] == ["connected"] * 4, "nobody had to begin a new session"
    judge_programme(house)


async def test_four_phones_each_with_a_fault_of_its_own(house: House, clips: Path, record_property: Note) -> None:
    await four_phones(house, clips, 6, record_property)


async def test_a_capped_link_is_asked_for_less_and_a_phone_returns_on_another_network(
    house: House, clips: Path, record_property: Note
) -> None:
    capped, relay = await house.camera_by("capped", live=True)
    _, old = await house.camera_by("walker", clip=str(clip(clips)))
    await on_air(house, "walker")
    relay.faults = Faults(latency_ms=20, cap_kbps=700)
    began = time.monotonic()
    await until(lambda: 0 < capped.asked < 700_000)
    record_property("capped_asked_down_after_s", round(time.monotonic() - began, 2))

    # The walker's Wi-Fi ends; its page joins by the mobile network.
    old.faults = DARK
    await until(lambda: house.of("walker") != "live")
    second = await Phone.start(clip=str(clip(clips, grey=120)))
    house.phones.append(second)
    began = time.monotonic()
    answered = await house.join("walker", without_candidates(second.offer))
    other = Relay(old.target)
    house.relays.append(other)
    second.order(answer=other.through(answered.sdp))
    await until(lambda: house.of("walker") == "live")
    record_property("walker_back_after_s", round(time.monotonic() - began, 2))
    before = len(house.packets)
    await until(lambda: len(house.packets) > before + 100 and len(on_screen(house)) > 15)
    assert house.status.on_air == "walker", "nobody had to press anything"
    judge_programme(house)

    await fluent(house, "capped", 10)
    await until(lambda: house.told("capped").loss_percent < 5)
    record_property("capped_asked_bps", capped.asked)
    record_property("capped_fps", house.told("capped").fps)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_four_phones_for_a_minute_and_a_half(house: House, clips: Path, record_property: Note) -> None:
    """20 s of tunnel, and an address change watched for longer than a lost consent lasts."""
    await four_phones(house, clips, 90, record_property)


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_a_link_that_shuffles_and_is_capped_for_a_minute(
    house: House, clips: Path, record_property: Note
) -> None:
    capped, relay = await house.camera_by("capped", live=True)
    shuffled, other = await house.camera_by("shuffled", clip=str(clip(clips)))
    await on_air(house, "shuffled")
    other.faults = Faults(latency_ms=30, jitter_ms=30, reorder=0.3)
    relay.faults = Faults(latency_ms=20, cap_kbps=700)
    await asyncio.sleep(5)
    seen_fps, asked = [], []
    for _ in range(110):
        await asyncio.sleep(0.5)
        seen_fps.append(house.told("capped").fps)
        asked.append(capped.asked)
    record_property("capped_fps_median", sorted(seen_fps)[55])
    record_property("capped_asked_most", max(asked))
    assert sorted(seen_fps)[55] > 10
    numbers = on_screen(house)
    assert len(numbers) > 15
    assert all(0 <= (b - a) % 120 < 30 for a, b in pairwise(numbers)), "never backwards"
    assert shuffled.state == "connected"
    judge_programme(house)
