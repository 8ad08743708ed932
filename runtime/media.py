"""Where an episode's recordings lie. In: an episode's id and a camera's name. Out: safe paths below `media`."""

from dataclasses import dataclass
from pathlib import Path


class UnsafeNameError(ValueError):
    """A name would leave its folder."""


@dataclass(frozen=True, slots=True)
class MediaStore:
    """`<root>/<episode>/{master,originals/<camera>}`; nothing given by a person can point outside."""

    root: Path

    def episode(self, episode_id: str) -> Path:
        return self.root / safe_name(episode_id)

    def master(self, episode_id: str) -> Path:
        return self.episode(episode_id) / "master"

    def originals(self, episode_id: str, camera: str) -> Path:
        return self.episode(episode_id) / "originals" / safe_name(camera)


def safe_name(name: str) -> str:
    """`name` if it is one plain component of a path; raises UnsafeNameError."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise UnsafeNameError(repr(name))
    return name
