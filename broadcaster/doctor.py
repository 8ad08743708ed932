"""Examines what studio and playout need. In: nothing. Out: a JSON list of findings on stdout, for `daylight doctor`.

Run as `python -m broadcaster.doctor`, a process of its own: a broken media library ends only it.
"""

import sys

import av
import cv2
import msgspec

_CODECS = (("libx264", "w"), ("aac", "w"), ("h264", "r"), ("vp8", "r"), ("opus", "r"))
_FORMATS = ("flv", "mp4", "matroska", "hls")


def _finding(name: str, missing: list[str], says: str) -> dict[str, object]:
    return {"name": name, "missing": missing, "says": says}


def examine() -> list[dict[str, object]]:
    """Codecs, containers, protocols and picture library."""
    codecs = [name for name, mode in _CODECS if not _has(name, mode)]
    formats = [name for name in _FORMATS if name not in av.formats_available]
    versions = ", ".join(f"{name} {'.'.join(map(str, number))}" for name, number in sorted(av.library_versions.items()))
    return [
        _finding("codecs", codecs, f"PyAV {av.__version__}: {versions}"),
        _finding("containers", formats, ", ".join(_FORMATS)),
        _finding("opencv", [], f"OpenCV {cv2.__version__}"),
    ]


def _has(name: str, mode: str) -> bool:
    try:
        av.Codec(name, "w" if mode == "w" else "r")
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(examine()).decode())
