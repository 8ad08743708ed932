"""Offers, answers and fragments as text. In: SDP from a phone or page. Out: the checked offer, the answer (pure).

Refused codes are those of `episodes.commands`: `bad_sdp`, `two_videos`, `unsupported`; of a trickle: `stale`.
"""

import re
from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.sdp import MediaDescription, SessionDescription, candidate_from_sdp

from broadcaster.studio.ingest.rate import LEAST_BPS
from runtime.bus.protocol import Refused

_MOST_CHARS = 200_000
_H264 = re.compile(r"^a=rtpmap:(\d+) H264/90000\r?$", re.MULTILINE)
_MDNS = re.compile(r"^a=candidate:[^\r\n]*\.local [^\r\n]*\r?\n", re.MULTILINE)
_UFRAG, _PASSWORD = re.compile(r"[A-Za-z0-9+/]{4,256}"), re.compile(r"[A-Za-z0-9+/]{22,256}")
_ETAGS = frozenset({"*", '"*"'})


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that holds together; `text` is what aiortc is given."""

    text: str
    ufrag: str
    audio: bool
    video: bool


def camera_offer(text: str) -> Offer:
    """A phone's offer: one picture it sends, at most one sound. Raises Refused."""
    media = _parsed(text)
    video = _single(media, "video")
    audio = _single(media, "audio")
    if video is None:
        raise Refused("unsupported", "the offer sends no video")
    for section in filter(None, (video, audio)):
        if section.direction not in {"sendonly", "sendrecv"}:
            raise Refused("bad_sdp", f"the {section.kind} section does not send")
    return _offer(text, media, audio, video)


def monitor_offer(text: str) -> Offer:
    """A page's offer: at most one picture and one sound, both received. Raises Refused."""
    media = _parsed(text)
    audio, video = _single(media, "audio"), _single(media, "video")
    if audio is None and video is None:
        raise Refused("unsupported", "the offer receives nothing")
    for section in filter(None, (video, audio)):
        if section.direction not in {"recvonly", "sendrecv"}:
            raise Refused("bad_sdp", f"the {section.kind} section does not receive")
    return _offer(text, media, audio, video)


def talk_offer(text: str) -> Offer:
    """The director's microphone: one sound it sends and nothing else. Raises Refused."""
    media = _parsed(text)
    audio = _single(media, "audio")
    if audio is None or len(media) > 1:
        raise Refused("unsupported", "the offer is not one sound")
    if audio.direction not in {"sendonly", "sendrecv"}:
        raise Refused("bad_sdp", "the audio section does not send")
    return _offer(text, media, audio, None)


def _offer(
    text: str, media: list[MediaDescription], audio: MediaDescription | None, video: MediaDescription | None
) -> Offer:
    # Names that only the page's own network can resolve would hold the answer up; the page finds us by our address.
    return Offer(
        text=_MDNS.sub("", text.replace("\r\n", "\n").replace("\n", "\r\n")),
        ufrag=(media[0].ice and media[0].ice.usernameFragment) or "",
        audio=audio is not None,
        video=video is not None,
    )


def _parsed(text: str) -> list[MediaDescription]:
    if len(text) > _MOST_CHARS or not text.lstrip().startswith("v=0"):
        raise Refused("bad_sdp", "not a session description")
    try:
        media = SessionDescription.parse(text).media
    except Exception as error:  # aiortc's parser raises whatever the line at hand breaks
        raise Refused("bad_sdp", type(error).__name__) from error
    if not media:
        raise Refused("bad_sdp", "no media section")
    for section in media:
        if section.kind not in {"audio", "video"}:
            raise Refused("unsupported", f"a section of kind {section.kind}")
        if section.ice is None or not (section.ice.usernameFragment and section.ice.password):
            raise Refused("bad_sdp", "no ICE credentials")
        if section.dtls is None or not section.dtls.fingerprints:
            raise Refused("bad_sdp", "no DTLS fingerprint")
    return media


def _single(media: list[MediaDescription], kind: str) -> MediaDescription | None:
    found = [section for section in media if section.kind == kind]
    if len(found) > 1:
        raise Refused("two_videos", f"{len(found)} sections of kind {kind}")
    return found[0] if found else None


def with_rate_hints(answer: str, most_kbps: int) -> str:
    """The answer, asking Chromium to begin near the rate we want instead of climbing there for half a minute."""
    # The least is what a bad link is asked for: above it Chromium would send into a cap until nothing comes through.
    least, start = LEAST_BPS // 1000, most_kbps * 4 // 5
    hints = f"x-google-min-bitrate={least};x-google-start-bitrate={start};x-google-max-bitrate={most_kbps}"
    for payload in _H264.findall(answer):
        line = re.compile(rf"^(a=fmtp:{payload} [^\r\n]*?)(\r?)$", re.MULTILINE)
        answer = line.sub(rf"\g<1>;{hints}\g<2>", answer)
    for payload in re.findall(r"^a=rtpmap:(\d+) VP8/90000\r?$", answer, re.MULTILINE):
        line = re.compile(rf"^(a=rtpmap:{payload} VP8/90000\r?\n)", re.MULTILINE)
        answer = line.sub(rf"\g<1>a=fmtp:{payload} {hints}\r\n", answer)
    return answer


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a trickle brings; `restart` holds the peer's new user name and password."""

    candidates: tuple[RTCIceCandidate, ...]
    restart: tuple[str, str] | None


def fragment(text: str, *, etag: str, known_etag: str, known_ufrag: str) -> Fragment:
    """Candidates of a trickled fragment, or an ICE restart. Raises Refused `stale` or `bad_sdp`."""
    if etag != known_etag and etag not in _ETAGS:
        raise Refused("stale", "another ETag")
    middle, found = "0", []
    names: dict[str, set[str]] = {"a=ice-ufrag": set(), "a=ice-pwd": set()}
    for line in text.replace("\r", "").split("\n"):
        name, _, value = line.strip().partition(":")
        if name == "a=mid":
            middle = value
        elif name in names:
            names[name].add(value)
        elif name == "a=candidate" and ".local " not in value:
            found.append(_candidate(value, middle))
    return Fragment(tuple(found), _restart(names["a=ice-ufrag"], names["a=ice-pwd"], known_ufrag))


def _restart(ufrags: set[str], passwords: set[str], known_ufrag: str) -> tuple[str, str] | None:
    if ufrags <= {known_ufrag}:
        return None
    if len(ufrags) != 1 or len(passwords) != 1:
        raise Refused("bad_sdp", "an ICE restart brings one user name and one password")
    (ufrag,), (password,) = ufrags, passwords
    if not (_UFRAG.fullmatch(ufrag) and _PASSWORD.fullmatch(password)):
        raise Refused("bad_sdp", "not ICE credentials")
    return ufrag, password


def restarted(local: str, ufrag: str, password: str) -> str:
    """The studio's half of an ICE restart as a fragment (RFC 8840): new credentials, the same candidates."""
    lines = local.replace("\r", "").split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("m="))
    section = lines[start:]
    candidates = list(dict.fromkeys(line for line in section if line.startswith("a=candidate:")))
    head = [line for line in lines[:start] if line.startswith("a=group:")]
    middle = next(line for line in section if line.startswith("a=mid:"))
    told = [*head, section[0], middle, f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{password}", *candidates]
    return "".join(f"{line}\r\n" for line in [*told, "a=end-of-candidates"])


def _candidate(value: str, middle: str) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(value)
    except Exception as error:  # aiortc's parser asserts
        raise Refused("bad_sdp", "a broken candidate") from error
    candidate.sdpMid = middle
    return candidate
