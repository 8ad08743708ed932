"""`python -m overlay.render`: any graphic as an exact PNG, in a process of its own. In: arguments. Out: a file.

`slate --out FILE [--width W --height H --line TEXT --agency TEXT]` draws the slate. `scene --in JSON --out FILE
[--background PNG --at UTC_NS]` draws a `Scene` (or a `Snapshot`), transparent without a background.
"""

import argparse
import sys
import time
from pathlib import Path

import msgspec
from PIL import Image

from overlay import words
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import elements, slate_page
from overlay.scene import Scene
from overlay.theme import DAYLIGHT


def picture(scene: Scene, now_utc_ns: int, frame: Frame) -> Image.Image:
    """The scene at a moment, at rest, on a transparent ground."""
    out = Image.new("RGBA", (frame.width, frame.height), (0, 0, 0, 0))
    for element in elements(scene, now_utc_ns):
        painted = paint(element.content, frame, DAYLIGHT)
        out.alpha_composite(painted.image, (max(painted.x, 0), max(painted.y, 0)))
    return out


def scene_of(data: bytes, now_utc_ns: int) -> Scene:
    """A scene from its own JSON or from a snapshot's."""
    if b'"records"' in data:
        # Snapshots bring the bus with them; the slate, which playout waits for, starts without.
        from episodes.commands import Snapshot  # noqa: PLC0415 - as said
        from overlay.direct import scene_at  # noqa: PLC0415 - as said

        return scene_at(msgspec.json.decode(data, type=Snapshot), now_utc_ns)
    return msgspec.json.decode(data, type=Scene)


def main(argv: list[str] | None = None) -> int:
    """Returns 0, or 2 with one plain sentence on stderr."""
    args = _parser().parse_args(argv)
    try:
        _render(args)
    except (OSError, ValueError) as problem:
        print(f"cannot render: {problem}", file=sys.stderr)  # noqa: T201 - a command's answer
        return 2
    return 0


def _render(args: argparse.Namespace) -> None:
    frame = Frame(args.width, args.height)
    if args.what == "slate":
        page = slate_page(None, args.line)
        page = msgspec.structs.replace(page, agency=args.agency)
        image = paint(page, frame, DAYLIGHT).image.convert("RGB")
    else:
        now = args.at or time.time_ns()
        data = sys.stdin.buffer.read() if args.source == "-" else Path(args.source).read_bytes()
        image = picture(scene_of(data, now), now, frame)
        if args.background:
            ground = Image.open(args.background).convert("RGBA").resize((frame.width, frame.height))
            ground.alpha_composite(image)
            image = ground.convert("RGB")
    image.save(args.out, format="PNG", compress_level=1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m overlay.render", description=(__doc__ or "").splitlines()[0])
    kinds = parser.add_subparsers(dest="what", required=True)
    slate = kinds.add_parser("slate", help="the slate as a whole frame")
    slate.add_argument("--line", default=words.SLATE_LINE, help="the line under the horizon")
    slate.add_argument("--agency", default="", help="who is on air")
    scene = kinds.add_parser("scene", help="a scene's graphics")
    scene.add_argument("--in", dest="source", required=True, help="a Scene or Snapshot as JSON; - for stdin")
    scene.add_argument("--background", type=Path, help="a picture to lay them on")
    scene.add_argument("--at", type=int, default=0, help="the moment in UTC nanoseconds (default: now)")
    for each in (slate, scene):
        each.add_argument("--out", type=Path, required=True, help="the PNG to write")
        each.add_argument("--width", type=_size, default=1280)
        each.add_argument("--height", type=_size, default=720)
    return parser


def _size(text: str) -> int:
    least, most = 160, 7680
    if not text.isdigit() or not least <= int(text) <= most or int(text) % 2:
        raise argparse.ArgumentTypeError(f"an even number from {least} to {most}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
