"""Where an episode's recordings lie. In: an episode's id and a camera's name. Out: safe paths below `media`."""

from dataclasses import dataclass
from pathlib import Path


class UnsafeNameError(ValueError):
    """A name that can be no folder."""


@dataclass(frozen=True, slots=True)
class MediaStore:
    """`<root>/<episode>/{master,originals/<camera>,edits.jsonl}`; nothing given by a person can point outside."""

    root: Path

    def episode(self, episode_id: str) -> Path:
        return self.root / safe_name(episode_id)

    def master(self, episode_id: str) -> Path:
        return self.episode(episode_id) / "master"

    def edits(self, episode_id: str) -> Path:
        """What was taken from the public: a file, see `broadcaster/edits.py`."""
        return self.episode(episode_id) / "edits.jsonl"

    def originals(self, episode_id: str, camera: str) -> Path:
        return self.episode(episode_id) / "originals" / safe_name(camera)


def clip_file(clips: Path, clip_id: str) -> Path:
    """A clip made ready for air."""
    return clips / f"{safe_name(clip_id)}.mp4"


def clip_poster(clips: Path, clip_id: str) -> Path:
    """Its poster, a JPEG."""
    return clips / f"{safe_name(clip_id)}.jpg"


def clip_source(clips: Path, clip_id: str) -> Path:
    """Its file as it was uploaded, until it has been made ready."""
    return clips / f"{safe_name(clip_id)}.upload"


def safe_name(name: str) -> str:
    """`name` as one plain component of a path: letters of any script stay, every other sign is percent-encoded.

    Raises UnsafeNameError for an empty name.
    """
    if not name:
        raise UnsafeNameError(repr(name))
    return "".join(sign if sign.isalnum() or sign in "-_" else f"%{sign.encode().hex('%').upper()}" for sign in name)
