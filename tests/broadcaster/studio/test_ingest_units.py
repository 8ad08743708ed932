"""Packets to frames, clocks and advice, without a network. Loss is a list of booleans (True is lost)."""

import itertools
import random
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.studio.encode.keyframes import KeyBudget
from broadcaster.studio.ingest import rtp, sdp, sps
from broadcaster.studio.ingest.assemble import Assembler, Whole
from broadcaster.studio.ingest.rate import RateAdvice
from broadcaster.studio.ingest.repair import Repair
from broadcaster.studio.ingest.rtp import Rtp
from broadcaster.studio.ingest.stream import AudioStream
from broadcaster.studio.ingest.timing import CameraClock, MinimumFilter
from broadcaster.studio.program.clock import ProgrammeClock
from broadcaster.studio.program.planes import inner_size
from broadcaster.studio.program.ring import SoundRing, crossfade
from runtime.bus.protocol import Refused

MS = 1_000_000
HOLD = 250 * MS


def stream(frames: int, key_every: int = 10, parts: int = 3) -> list[Rtp]:
    """VP8 frames of three packets each; a frame's number stands in its payload."""
    packets, sequence = [], 65_500
    for number in range(frames):
        key = number % key_every == 0
        for part in range(parts):
            head = bytes((0x10 if part == 0 else 0x00,))
            body = (b"\x00" if key else b"\x01") + number.to_bytes(2, "big") if part == 0 else bytes((part,))
            packets.append(Rtp(sequence & 0xFFFF, number * 3000, part == parts - 1, 97, 1, head + body))
            sequence += 1
    return packets


def run(packets: list[Rtp], lost: list[bool], *, resend_after: int | None = None) -> tuple[list[Whole], Assembler]:
    """Feed in order, one packet a millisecond; lost ones come `resend_after` packets later, or never."""
    assembler = Assembler(rtp.vp8_part, HOLD)
    due: list[tuple[int, Rtp]] = []
    found: list[Whole] = []
    for at, packet in enumerate(packets):
        if lost[at % len(lost)] if lost else False:
            if resend_after is not None:
                due.append((at + resend_after, packet))
            continue
        found += assembler.add(packet, at * MS)
        while due and due[0][0] <= at:
            found += assembler.add(due.pop(0)[1], at * MS)
    return found, assembler


def numbers(frames: list[Whole]) -> list[int]:
    return [int.from_bytes(frame.data[1:3], "big") for frame in frames]


def test_a_frame_is_complete_at_its_marker_bit() -> None:
    assembler = Assembler(rtp.vp8_part, HOLD)
    first, second, third = stream(1)
    assert assembler.add(first, 0) == []
    assert assembler.add(second, 1) == []
    (frame,) = assembler.add(third, 2)
    assert frame.key
    assert frame.arrival_ns == 2


def test_resent_packets_lose_nothing() -> None:
    frames, assembler = run(stream(100), [False, False, False, True, False, True, False], resend_after=20)
    assert numbers(frames) == list(range(len(frames)))
    assert len(frames) >= 90
    assert assembler.given_up == 0


def test_packets_that_never_come_cost_frames_up_to_the_next_key() -> None:
    lost = [False] * 900
    lost[100] = True
    frames, assembler = run(stream(300, key_every=30), lost)
    got = numbers(frames)
    assert got == sorted(set(got))
    assert got[:33] == list(range(33))
    assert 33 not in got
    resumed = got[33]
    assert resumed % 30 == 0
    assert got[33:] == list(range(resumed, got[-1] + 1))
    assert assembler.given_up == 1
    assert not assembler.wants_key


def test_many_gaps_wait_together_and_not_one_after_the_other() -> None:
    packets = stream(300, key_every=10)
    assembler, frames, late = Assembler(rtp.vp8_part, HOLD), [], {}
    for at, packet in enumerate(packets):
        if 30 <= at < 300 and at % 7 == 0:
            continue
        for frame in assembler.add(packet, at * 10 * MS):
            frames.append(frame)
            late[frame.timestamp // 3000] = at // 3 - frame.timestamp // 3000
    assert numbers(frames)[-1] == 299
    assert max(late.values()) <= 10, "nothing waits longer than the hold"


def test_a_gap_is_asked_for_until_it_is_filled() -> None:
    packets = stream(4)
    assembler = Assembler(rtp.vp8_part, HOLD)
    for packet in [*packets[:4], *packets[6:]]:
        assembler.add(packet, 0)
    assert assembler.missing == [packets[4].sequence, packets[5].sequence]
    assembler.add(packets[5], 1)
    assert len(assembler.add(packets[4], 2)) == 3
    assert assembler.missing == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=5, max_size=60), st.integers(0, 2**32 - 1))
def test_whatever_is_lost_or_shuffled_frames_are_whole_ordered_and_start_with_a_key(
    lost: list[bool], seed: int
) -> None:
    packets, shuffler = stream(120), random.Random(seed)  # noqa: S311 - a shuffle
    for at in range(0, len(packets) - 4, 4):
        window = packets[at : at + 4]
        shuffler.shuffle(window)
        packets[at : at + 4] = window
    frames, _ = run(packets, [*lost, False])
    got = numbers(frames)
    assert got == sorted(set(got))
    for before, frame in zip([None, *frames], frames, strict=False):
        assert frame.data[3:] == b"\x01\x02"
        assert frame.key or (before is not None and numbers([frame])[0] == numbers([before])[0] + 1)


@given(st.binary(max_size=60))
def test_no_payload_breaks_a_depayloader(payload: bytes) -> None:
    rtp.parse(payload, 3)
    sps.size(sps.find(payload))
    for part_of in (rtp.h264_part, rtp.vp8_part):
        try:
            part_of(payload)
        except rtp.BadPayload:
            continue


def test_header_extensions_padding_and_level() -> None:
    head = bytes((0xB0, 0xE0)) + (7).to_bytes(2, "big") + (9).to_bytes(4, "big") + (5).to_bytes(4, "big")
    extension = bytes.fromhex("BEDE0001") + bytes((0x20, 0x80 | 30, 0, 0))
    packet = rtp.parse(head + extension + b"abc\x00\x02", 2)
    assert packet == Rtp(7, 9, True, 0x60, 5, b"abc", -30)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (640, 362), (320, 180), (1080, 1920)])
def test_the_size_is_read_from_the_parameter_set(width: int, height: int) -> None:
    for name, profile in (("libx264", "baseline"), ("libx264", "high")):
        encoder = av.CodecContext.create(name, "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.time_base, encoder.framerate = Fraction(1, 30), 30
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": profile}
        (packet, *_) = encoder.encode(av.VideoFrame(width, height, "yuv420p"))
        assert sps.size(sps.find(bytes(packet))) == (width, height)


def test_sound_and_picture_meet_by_the_sender_reports() -> None:
    """The phone captured both at once, but its picture took 80 ms longer to encode and send."""
    clock = CameraClock()
    clock.expect("video")
    clock.expect("audio")
    ntp = 0x1234_0000_0000_0000
    clock.report("video", ntp, 5_000)
    clock.report("audio", ntp, 900_000)
    assert clock.synchronised
    for step in range(50):
        at = step * 20 * MS
        audio = clock.capture_ns("audio", 900_000 + step * 960, at + 30 * MS)
        video = clock.capture_ns("video", 5_000 + step * 1_800, at + 110 * MS)
    assert abs(video - audio) < MS


def test_without_reports_each_stream_takes_its_fastest_packet() -> None:
    clock = CameraClock()
    clock.expect("video")
    found = [clock.capture_ns("video", n * 3000, n * 33_333_333 + (40 * MS if n % 5 else 10 * MS)) for n in range(20)]
    assert all(abs((b - a) - 33_333_333) < 20 for a, b in itertools.pairwise(found))


def test_the_minimum_forgets() -> None:
    least = MinimumFilter()
    assert least.add(5, 0) == 5
    assert least.add(9, 1_000_000_000) == 5
    assert least.add(9, 30_000_000_000) == 9


def test_advice_falls_below_what_comes_through_and_rises_again() -> None:
    advice = RateAdvice(2_500_000)
    assert advice.update(received_bps=1_400_000, loss=0.0, queued_ns=400 * MS) == 1_190_000
    for second in range(60):
        before = advice.bps
        advice.update(received_bps=900_000, loss=0.0, queued_ns=0)
        assert advice.bps <= before * 1.011 or not 1_200_000 < before < 1_450_000, f"slowly at the knee ({second} s)"
    assert advice.bps == 2_500_000


def test_a_lossy_radio_is_not_a_cap() -> None:
    """A tenth lost at any rate must not ask the camera down to nothing; a third is more than repair can carry."""
    advice = RateAdvice(2_500_000)
    for _ in range(60):
        advice.update(received_bps=int(advice.bps * 0.9), loss=0.1, queued_ns=0)
    assert advice.bps == 2_500_000
    assert advice.update(received_bps=1_750_000, loss=0.3, queued_ns=0) == 2_125_000
    before = advice.bps
    assert advice.update(received_bps=100_000, loss=0.95, queued_ns=0) == before, "a tunnel says nothing of the link"
    assert advice.update(received_bps=400_000, loss=0.8, queued_ns=0) == 340_000, "two such seconds do"


def test_a_lost_packet_is_asked_for_once_a_round_trip_and_not_for_ever() -> None:
    repair, asked = Repair(), []
    for at in range(0, 2000, 20):
        asked += [at for _ in repair.due([7], at * MS)]
    assert len(asked) == 4
    assert all(b - a >= 120 for a, b in itertools.pairwise(asked))
    slow = Repair()
    for number in range(60):
        slow.due([number], number * 1000 * MS)
        slow.came(number, number * 1000 * MS + 400 * MS)
    assert slow.rtt_ns > 350 * MS
    assert slow.hold_ns == 700 * MS
    assert slow.due([99], 0) == [99]
    assert slow.due([99], 400 * MS) == []
    assert slow.due([99], 600 * MS) == [99]


def test_shuffled_sound_is_put_in_order_and_a_lost_packet_held_up_shortly() -> None:
    clock, heard = CameraClock(), []
    clock.expect("audio")
    sound = AudioStream(clock, heard.append, 1)

    def came(number: int, at_ms: int) -> None:
        sound.packet(Rtp(65_530 + number & 0xFFFF, number * 960, False, 96, 1, bytes((number,))), at_ms * MS)

    for number, at_ms in ((0, 0), (2, 20), (1, 30), (3, 40), (5, 80), (5, 85)):
        came(number, at_ms)
    assert [frame.data[0] for frame in heard] == [0, 1, 2, 3]
    sound.poll(100 * MS)
    assert len(heard) == 4
    sound.poll(141 * MS)
    came(4, 150)
    assert [frame.data[0] for frame in heard] == [0, 1, 2, 3, 5], "what comes after that is left out"
    assert [frame.rtp_ts // 960 for frame in heard] == [0, 1, 2, 3, 5]


def test_after_a_tunnel_nobody_asks_for_what_was_lost() -> None:
    packets = stream(600, key_every=30)
    lost = [True] * 1800
    for at in [*range(30), *range(1200, 1800)]:
        lost[at] = False
    frames, assembler = run(packets, lost)
    assert numbers(frames)[:10] == list(range(10))
    assert numbers(frames)[10] == 420, "the first key frame after it"
    assert assembler.missing == []


@pytest.mark.parametrize("phase_ms", [0, 1, 4, 10, 20, 29, 33])
@pytest.mark.parametrize("scatter_ms", [0.1, 0.5, 1.0])
def test_ticks_slide_to_just_after_the_pictures(phase_ms: int, scatter_ms: float) -> None:
    """From any phase, also where half of the pictures come just too late for their tick."""
    clock, chance = ProgrammeClock(30, 0), random.Random(phase_ms)  # noqa: S311 - the same every time
    period = clock.period_ns

    def ready(number: int) -> int:
        return captured(number) + round(abs(gauss(number, scatter_ms)) * MS)

    def gauss(number: int, width_ms: float) -> float:
        return random.Random(number).gauss(0, width_ms)  # noqa: S311 - the same every time

    def captured(number: int) -> int:
        return phase_ms * MS + number * period

    newest, shown, missed = 0, -1, 0
    for turn in range(900):
        tick = clock.advance(clock.tick_ns) + round(abs(chance.gauss(0, 0.2)) * MS)
        while ready(newest + 1) <= tick:
            newest += 1
        if ready(newest) <= tick and newest != shown:
            missed += newest - shown - 1 if turn > 450 else 0
            shown = newest
            clock.observe(ready(shown), captured(shown))
        if turn > 450:
            assert 1 * MS < clock.tick_ns - captured(shown) < 16 * MS
    assert missed == 0
    assert clock.skipped == 0


def test_late_ticks_are_skipped_and_counted() -> None:
    clock = ProgrammeClock(30, 0)
    assert clock.advance(5 * clock.period_ns + 3) == 5 * clock.period_ns
    assert clock.skipped == 4


def test_a_wish_for_a_key_frame_waits_for_two_seconds_since_the_last() -> None:
    keys = KeyBudget(10_000_000_000)
    keys.wish()
    assert keys.due(0)
    keys.came(0)
    assert not keys.due(1)
    keys.wish()
    assert not keys.due(1_999_999_999)
    assert keys.due(2_000_000_000)


def test_a_regular_key_frame_comes_by_the_clock_even_when_frames_were_lost() -> None:
    keys, tick_ns, made = KeyBudget(2_000_000_000), 33_333_333, []
    for number in range(200):
        if number % 7 == 4:
            continue
        if keys.due(number * tick_ns):
            keys.came(number * tick_ns)
            made.append(number)
    assert made == [0, 61, 121, 181]
    assert keys.forced == 0


def test_sound_is_read_where_it_belongs_without_clicks() -> None:
    ring, played = SoundRing(), []
    wave = np.sin(np.arange(96_000) / 20).astype(np.float32)
    for at in range(0, 48_000, 960):
        ring.write(1_000 + at, np.stack([wave[at : at + 960]] * 2))
        if at >= 4_800:
            # The phone's clock runs 0.1 % fast: reading follows by stretching.
            played.append(ring.read(1_000 + (at - 4_800) * 1.001, 960))
    sound = np.concatenate(played, axis=1)[0]
    assert ring.jumps == 0
    assert ring.starved == 0
    assert np.abs(np.diff(sound)).max() < 0.06


def test_missing_sound_is_silence_and_a_cut_is_a_ramp() -> None:
    ring = SoundRing()
    ring.write(0, np.ones((2, 960), np.float32))
    ring.write(2_000, np.ones((2, 960), np.float32))
    assert ring.read(960, 960).max() == 0
    made = crossfade(np.ones((2, 960), np.float32), np.zeros((2, 960), np.float32), 480)
    assert made[0, 0] == 1
    assert made[0, 479] == 0
    assert np.all(np.diff(made[0]) <= 0)


def test_portrait_fits_between_bars() -> None:
    assert inner_size(720, 1280, 1280, 720) == (404, 720)
    assert inner_size(640, 480, 1280, 720) == (960, 720)


def test_names_only_the_page_can_resolve_are_taken_out() -> None:
    offer = "\r\n".join(
        (
            "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0",
            "a=ice-ufrag:abcd", "a=ice-pwd:0123456789012345678901", "a=setup:actpass", "a=mid:0", "a=sendonly",
            "a=fingerprint:sha-256 " + ":".join(["AA"] * 32), "a=rtpmap:96 VP8/90000", "a=rtcp-mux",
            "a=candidate:1 1 udp 1 8d3e.local 9 typ host", "a=candidate:2 1 udp 1 192.0.2.9 9 typ host", "",
        )
    )  # fmt: skip
    found = sdp.camera_offer(offer)
    assert ".local" not in found.text
    assert "192.0.2.9" in found.text
    assert not found.audio
    with pytest.raises(Refused, match="bad_sdp"):
        sdp.camera_offer(offer.replace("ice-pwd", "x"))
